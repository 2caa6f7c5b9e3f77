//! What a session is told before it reads: raw bytes, our own modes, no limit of time that is not ours.

use std::time::Duration;

use crate::error::{MysqlError, code};
use crate::url::DatabaseUrl;
use crate::wire::Connection;

/// Every server we know has these.
const EVERYWHERE: [&str; 7] = [
    // Statements are UTF-8, values come as the bytes the column holds.
    "SET NAMES utf8mb4",
    "SET character_set_results=NULL",
    "SET sql_mode='', time_zone='+00:00', sql_quote_show_create=1",
    "SET net_write_timeout=1800, net_read_timeout=1800, wait_timeout=86400",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET group_concat_max_len=1048576",
    "SET autocommit=1",
];

/// Where they are known: limits on a statement's time, and what hides columns or counters.
const WHERE_KNOWN: [&str; 5] = [
    "max_statement_time=0",
    "max_execution_time=0",
    "information_schema_stats_expiry=0",
    "show_gipk_in_create_table_and_information_schema=1",
    "innodb_snapshot_isolation=0",
];

/// Rows flow from the first moment, and no other answer takes as long: the server, or the way to it, is gone.
const SILENCE: Duration = Duration::from_secs(600);

/// A session that reads; it waits `lock_wait_seconds` for another's lock on a table and no longer.
pub(crate) fn open_reader(url: &DatabaseUrl, lock_wait_seconds: u32) -> Result<Connection, MysqlError> {
    let mut connection = Connection::connect(url)?;
    let lost = |source| MysqlError::Unreachable { server: url.server(), source };
    connection.set_timeouts(Some(SILENCE), Some(SILENCE)).map_err(lost)?;
    prepare_reader(&mut connection, lock_wait_seconds)?;
    Ok(connection)
}

pub(crate) fn prepare_reader(connection: &mut Connection, lock_wait_seconds: u32) -> Result<(), MysqlError> {
    for statement in EVERYWHERE {
        connection.execute(statement)?;
    }
    for setting in WHERE_KNOWN {
        set_where_known(connection, setting)?;
    }
    connection.execute(&format!("SET lock_wait_timeout={lock_wait_seconds}"))?;
    Ok(())
}

fn set_where_known(connection: &mut Connection, setting: &str) -> Result<(), MysqlError> {
    match connection.execute(&format!("SET SESSION {setting}")) {
        Err(error) if error.code() == Some(code::UNKNOWN_VARIABLE) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}
