//! Reading a table back for its digest.

use holdfast_archive::index::Table;
use holdfast_archive::rows::{DigestKey, RowHasher, RowSum};

use super::columns::{from_table, select_list};
use super::cut::{Cut, Cutter};
use super::rows::{RowText, Stop};
use crate::error::MysqlError;
use crate::session::prepare_reader;
use crate::wire::Connection;

/// Rows and `S` of `table` as it is in the session's schema now, read exactly as a dump reads it.
/// The session is made a reader's (modes, time zone, character sets) and stays one.
pub fn sum_table(connection: &mut Connection, table: &Table, key: &DigestKey) -> Result<(u64, RowSum), MysqlError> {
    prepare_reader(connection, LOCK_WAIT_SECONDS)?;
    let sql = format!("SELECT {} FROM {}", select_list(table), from_table(table, &table.name));
    let mut text = RowText::new(connection.stream(&sql)?, Cutter::new(Cut::Nowhere));
    let mut hasher = RowHasher::new(key);
    let mut block = Vec::new();
    loop {
        let stop = text.fill(&mut block)?;
        hasher.update(&block);
        if stop == Stop::End {
            let tally = hasher.tally()?;
            return Ok((tally.rows, tally.sum));
        }
    }
}

const LOCK_WAIT_SECONDS: u32 = 60;
