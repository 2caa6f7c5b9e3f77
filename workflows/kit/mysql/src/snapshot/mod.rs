//! One moment, seen by several connections: the rungs of the ladder, best first, each taken when the account's privileges
//! and the server allow it.
//!
//! MariaDB: **M1** BACKUP STAGE for some milliseconds · **M2** the binlog position each snapshot saw, read one connection at a
//! time, until all are equal · **M3** one connection. Never FLUSH TABLES WITH READ LOCK (behind an ALTER it stops every write
//! on the server), never BLOCK_DDL through the dump (it stalls a running ALTER's table).
//! MySQL: **Y2** LOCK INSTANCE FOR BACKUP and a short FTWRL · **Y4** LOCK TABLES in a session of its own · **Y5** one connection.

mod filename;
mod fingerprint;
mod mariadb;
mod mysql;
mod running;

use chrono::{DateTime, Utc};
use holdfast_archive::index::Position;

pub(crate) use fingerprint::Fingerprints;
pub(crate) use running::{Waiter, long_statements, long_transactions, schema_changes, waiting_for_tables};

use crate::error::{MysqlError, code};
use crate::session::open_reader;
use crate::url::DatabaseUrl;
use crate::wire::Connection;

const START: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

/// A snapshot that stands: every reader sees the same moment until it ends.
pub(crate) struct Snapshot {
    pub(crate) rung: &'static str,
    pub(crate) readers: Vec<Connection>,
    pub(crate) position: Option<Position>,
    pub(crate) taken_at: DateTime<Utc>,
    pub(crate) notes: Vec<String>,
    /// Keeps what must be held to the end (MySQL's instance lock); dropping it lets go.
    pub(crate) _keeper: Option<Connection>,
}

/// A rung that could not be stood on, or did stand.
enum Rung {
    Taken {
        position: Option<Position>,
    },
    /// Why not, for the notes.
    Passed(String),
}

/// Takes a snapshot on up to `parallel` readers. `side` is a session outside of it.
///
/// # Errors
/// Those of the connection; a refused lock or privilege only leads down the ladder.
pub(crate) fn take(
    url: &DatabaseUrl,
    side: &mut Connection,
    parallel: usize,
    lock_wait_seconds: u32,
) -> Result<Snapshot, MysqlError> {
    let mut readers =
        (0..parallel.max(1)).map(|_| open_reader(url, lock_wait_seconds)).collect::<Result<Vec<_>, _>>()?;
    let lets_go = readers.iter_mut().try_fold(true, |all, reader| Ok::<_, MysqlError>(log_nothing(reader)? && all))?;
    let taken =
        if side.is_mariadb() { mariadb::climb_down(side, readers) } else { mysql::climb_down(url, side, readers) };
    let mut snapshot = taken?;
    if !lets_go {
        let need = if side.is_mariadb() { "BINLOG ADMIN" } else { "SYSTEM_VARIABLES_ADMIN" };
        snapshot
            .notes
            .push(format!("tables read were held against schema changes to the end: letting go earlier needs {need}"));
    }
    Ok(snapshot)
}

/// A session that may write to the binary log holds every table it has read until its transaction ends; one that may not
/// lets go when it rolls back to a savepoint. Whether it does.
fn log_nothing(reader: &mut Connection) -> Result<bool, MysqlError> {
    match reader.execute("SET sql_log_bin=0") {
        Err(error) if error.is_denied() => Ok(reader.query_value("SELECT @@log_bin")?.as_deref() == Some("0")),
        done => done.map(|_| true),
    }
}

fn start_all(readers: &mut [Connection]) -> Result<(), MysqlError> {
    for reader in readers {
        reader.execute(START)?;
    }
    Ok(())
}

/// What a refusal of a lock means: the next rung, for want of a privilege or because another holds it.
fn passed(error: MysqlError, what: &str) -> Result<Rung, MysqlError> {
    match error.code() {
        Some(code::LOCK_WAIT_TIMEOUT) => Ok(Rung::Passed(format!("{what}: another session held it off"))),
        Some(_) if error.is_denied() => Ok(Rung::Passed(format!("{what}: the account may not"))),
        _ => Err(error),
    }
}
