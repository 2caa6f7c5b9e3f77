//! MariaDB's rungs.

use chrono::Utc;
use holdfast_archive::index::Position;

use super::{Rung, Snapshot, passed, schema_changes, start_all};
use crate::error::MysqlError;
use crate::wire::{Connection, quote_text};

/// A lock that is not there in 2 s is behind something long.
const STAGE_WAIT_SECONDS: u32 = 2;
/// At a thousand commits a second one to three tries meet.
const TRIES_TO_MEET: u32 = 30;

pub(super) fn climb_down(side: &mut Connection, mut readers: Vec<Connection>) -> Result<Snapshot, MysqlError> {
    let mut notes = Vec::new();
    let mut taken = None;
    if readers.len() > 1 {
        for (rung, attempt) in [("M1", backup_stage as Attempt), ("M2", meet_by_position)] {
            match attempt(side, &mut readers)? {
                Rung::Taken { position } => {
                    taken = Some((rung, position));
                    break;
                }
                Rung::Passed(why) => notes.push(format!("not {rung}, {why}")),
            }
        }
    }
    let (rung, position) = match taken {
        Some(taken) => taken,
        None => {
            readers.truncate(1);
            ("M3", alone(&mut readers[0])?)
        }
    };
    if position.is_none() {
        notes.push("no binlog position: binary logging is off, or the account lacks BINLOG MONITOR".to_owned());
    }
    Ok(Snapshot { rung, readers, position, taken_at: Utc::now(), notes, _keeper: None })
}

type Attempt = fn(&mut Connection, &mut [Connection]) -> Result<Rung, MysqlError>;

/// M1: commits are held for the milliseconds in which every reader starts.
fn backup_stage(side: &mut Connection, readers: &mut [Connection]) -> Result<Rung, MysqlError> {
    if let Some(running) = schema_changes(side)?.first() {
        return Ok(Rung::Passed(format!("a schema change is running: {running}")));
    }
    let lock_wait = side.query_value("SELECT @@lock_wait_timeout")?.unwrap_or_default();
    side.execute(&format!("SET lock_wait_timeout={STAGE_WAIT_SECONDS}"))?;
    let staged = staged(side, readers);
    // Whatever went wrong, nothing of it stays held.
    let ended = match side.execute("BACKUP STAGE END") {
        Err(error) if error.code().is_none() => Err(error),
        _ => Ok(()),
    };
    side.execute(&format!("SET lock_wait_timeout={lock_wait}"))?;
    match staged {
        Ok(position) => ended.map(|()| Rung::Taken { position }),
        Err(error) => passed(error, "BACKUP STAGE"),
    }
}

fn staged(side: &mut Connection, readers: &mut [Connection]) -> Result<Option<Position>, MysqlError> {
    for stage in ["START", "BLOCK_DDL", "BLOCK_COMMIT"] {
        side.execute(&format!("BACKUP STAGE {stage}"))?;
    }
    start_all(readers)?;
    let seen = match side.query_text("SHOW MASTER STATUS") {
        Err(error) if error.is_denied() => return snapshot_position(&mut readers[0]),
        seen => seen?,
    };
    let Some(row) = seen.into_iter().next() else { return Ok(None) };
    let mut row = row.into_iter();
    match (row.next().flatten(), row.next().flatten()) {
        (Some(file), Some(offset)) => with_gtid(side, file, &offset).map(Some),
        _ => Ok(None),
    }
}

/// M2: each snapshot knows the binlog position it was taken at; equal positions are one moment.
fn meet_by_position(_: &mut Connection, readers: &mut [Connection]) -> Result<Rung, MysqlError> {
    for _ in 0..TRIES_TO_MEET {
        start_all(readers)?;
        let mut positions = Vec::new();
        // One at a time: the server keeps what SHOW STATUS prints in a place all sessions share.
        for reader in readers.iter_mut() {
            match snapshot_position(reader)? {
                Some(position) => positions.push(position),
                None => {
                    end_all(readers)?;
                    return Ok(Rung::Passed("binary logging is off".to_owned()));
                }
            }
        }
        if positions.windows(2).all(|pair| pair[0] == pair[1]) {
            return Ok(Rung::Taken { position: positions.pop() });
        }
        end_all(readers)?;
    }
    Ok(Rung::Passed(format!("commits came between the snapshots {TRIES_TO_MEET} times")))
}

/// M3: one connection is always of one moment.
fn alone(reader: &mut Connection) -> Result<Option<Position>, MysqlError> {
    start_all(std::slice::from_mut(reader))?;
    snapshot_position(reader)
}

fn end_all(readers: &mut [Connection]) -> Result<(), MysqlError> {
    readers.iter_mut().try_for_each(|reader| reader.execute("ROLLBACK").map(|_| ()))
}

fn snapshot_position(reader: &mut Connection) -> Result<Option<Position>, MysqlError> {
    let rows = reader.query_rows::<2>("SHOW STATUS LIKE 'binlog\\_snapshot\\_%'")?;
    let value = |name: &str| {
        let found = rows.iter().find(|[key, _]| key.as_deref().is_some_and(|key| key.eq_ignore_ascii_case(name)));
        found.and_then(|[_, value]| value.clone()).filter(|value| !value.is_empty())
    };
    match (value("binlog_snapshot_file"), value("binlog_snapshot_position")) {
        (Some(file), Some(offset)) => with_gtid(reader, file, &offset).map(Some),
        _ => Ok(None),
    }
}

fn with_gtid(connection: &mut Connection, file: String, offset: &str) -> Result<Position, MysqlError> {
    let offset = offset.parse().unwrap_or(0);
    let gtid = match connection.query_value(&format!("SELECT BINLOG_GTID_POS({},{offset})", quote_text(&file))) {
        Err(error) if error.code().is_some() => None,
        gtid => gtid?.filter(|gtid| !gtid.is_empty()),
    };
    Ok(Position { file, offset, gtid })
}
