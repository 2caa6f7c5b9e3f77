//! MySQL's rungs.

use chrono::Utc;
use holdfast_archive::index::Position;

use super::{Rung, Snapshot, long_statements, passed, start_all};
use crate::error::{MysqlError, code};
use crate::session::open_reader;
use crate::url::DatabaseUrl;
use crate::wire::{Connection, quote_name};

const LOCK_WAIT_SECONDS: u32 = 5;
const TRIES: u32 = 3;
/// FTWRL waits for every running statement, and every write waits behind FTWRL.
const LONG_STATEMENT_SECONDS: u32 = 5;

pub(super) fn climb_down(
    url: &DatabaseUrl,
    side: &mut Connection,
    mut readers: Vec<Connection>,
) -> Result<Snapshot, MysqlError> {
    let mut notes = Vec::new();
    let keeper = lock_instance(url, &mut notes)?;
    let mut taken = None;
    if readers.len() > 1 {
        let mut locker = open_reader(url, LOCK_WAIT_SECONDS)?;
        if keeper.is_some() {
            match flush_and_lock(&mut locker, &mut readers)? {
                Rung::Taken { position } => taken = Some(("Y2", position)),
                Rung::Passed(why) => notes.push(format!("not Y2, {why}")),
            }
        }
        if taken.is_none() {
            match lock_tables(&mut locker, &mut readers)? {
                Rung::Taken { position } => taken = Some(("Y4", position)),
                Rung::Passed(why) => notes.push(format!("not Y4, {why}")),
            }
        }
    }
    let (rung, position) = match taken {
        Some(taken) => taken,
        None => {
            readers.truncate(1);
            ("Y5", alone(side, &mut readers[0])?)
        }
    };
    if position.is_none() {
        notes.push("no binlog position: binary logging is off, the account lacks REPLICATION CLIENT, or commits came in between".to_owned());
    }
    Ok(Snapshot { rung, readers, position, taken_at: Utc::now(), notes, _keeper: keeper })
}

/// Blocks schema changes, and no write, until the keeper is dropped.
fn lock_instance(url: &DatabaseUrl, notes: &mut Vec<String>) -> Result<Option<Connection>, MysqlError> {
    let mut keeper = open_reader(url, LOCK_WAIT_SECONDS)?;
    match keeper.execute("LOCK INSTANCE FOR BACKUP") {
        Ok(_) => Ok(Some(keeper)),
        Err(error) if error.code().is_some() => {
            notes.push("schema changes are not held off: LOCK INSTANCE FOR BACKUP needs BACKUP_ADMIN".to_owned());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Y2: every write is held for the milliseconds in which every reader starts.
fn flush_and_lock(locker: &mut Connection, readers: &mut [Connection]) -> Result<Rung, MysqlError> {
    for attempt in 1..=TRIES {
        if let Some(running) = long_statements(locker, LONG_STATEMENT_SECONDS)?.first() {
            return Ok(Rung::Passed(format!("a long statement is running: {running}")));
        }
        match locker.execute("FLUSH TABLES WITH READ LOCK") {
            Ok(_) => return start_locked(locker, readers),
            Err(error) if error.code() == Some(code::LOCK_WAIT_TIMEOUT) && attempt < TRIES => {}
            Err(error) => return passed(error, "FLUSH TABLES WITH READ LOCK"),
        }
    }
    Ok(Rung::Passed("FLUSH TABLES WITH READ LOCK: another session held it off".to_owned()))
}

/// Y4: without RELOAD, a read lock on each table of the schema, in a session of its own.
fn lock_tables(locker: &mut Connection, readers: &mut [Connection]) -> Result<Rung, MysqlError> {
    if let Some(running) = long_statements(locker, LONG_STATEMENT_SECONDS)?.first() {
        return Ok(Rung::Passed(format!("a long statement is running: {running}")));
    }
    let names = locker.query_rows::<1>(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND TABLE_TYPE='BASE TABLE'",
    )?;
    let locks: Vec<String> =
        names.into_iter().flatten().flatten().map(|name| format!("{} READ", quote_name(&name))).collect();
    if locks.is_empty() {
        return Ok(Rung::Passed("there is no table to lock".to_owned()));
    }
    match locker.execute(&format!("LOCK TABLES {}", locks.join(","))) {
        Ok(_) => start_locked(locker, readers),
        Err(error) => passed(error, "LOCK TABLES"),
    }
}

fn start_locked(locker: &mut Connection, readers: &mut [Connection]) -> Result<Rung, MysqlError> {
    let started = start_all(readers).and_then(|()| binlog_position(locker));
    locker.execute("UNLOCK TABLES")?;
    Ok(Rung::Taken { position: started? })
}

/// Y5: one connection; its position is known when no commit came between the looks before and after.
fn alone(side: &mut Connection, reader: &mut Connection) -> Result<Option<Position>, MysqlError> {
    for _ in 0..TRIES {
        let before = binlog_position(side)?;
        start_all(std::slice::from_mut(reader))?;
        if before.is_none() || before == binlog_position(side)? {
            return Ok(before);
        }
        reader.execute("ROLLBACK")?;
    }
    start_all(std::slice::from_mut(reader))?;
    Ok(None)
}

fn binlog_position(connection: &mut Connection) -> Result<Option<Position>, MysqlError> {
    // 8.4 dropped the old name.
    let rows = match connection.query_text("SHOW BINARY LOG STATUS") {
        Err(error) if error.code() == Some(code::PARSE) => connection.query_text("SHOW MASTER STATUS"),
        rows => rows,
    };
    let rows = match rows {
        Err(error) if error.is_denied() => return Ok(None),
        rows => rows?,
    };
    let Some(mut row) = rows.into_iter().next().map(Vec::into_iter) else { return Ok(None) };
    let (Some(file), Some(offset)) = (row.next().flatten(), row.next().flatten()) else { return Ok(None) };
    let gtid = connection.query_value("SELECT @@GLOBAL.gtid_executed")?.filter(|gtid| !gtid.is_empty());
    Ok(Some(Position { file, offset: offset.parse().unwrap_or(0), gtid: gtid.map(|gtid| gtid.replace('\n', "")) }))
}
