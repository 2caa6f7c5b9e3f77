//! The session that writes: what it must have, and what it takes when the server lets it.

use std::time::Duration;

use crate::error::MysqlError;
use crate::url::DatabaseUrl;
use crate::wire::Connection;

/// Id 0 stays 0, zero and impossible dates stay, nothing is made strict that was not strict when the rows were written.
/// What a row load would bend to fit is a warning, and every warning is looked at.
pub(super) const SQL_MODE: &str = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES";

/// An ALTER that builds the keys of a large table says nothing until it is done.
const SILENCE: Duration = Duration::from_secs(24 * 3600);

/// What SET takes for a session that writes rows and tables.
pub(super) fn ours() -> String {
    format!("NAMES utf8mb4, sql_mode = '{SQL_MODE}', time_zone = '+00:00', timestamp = DEFAULT, foreign_key_checks = 0")
}

/// Each exists on some servers, or needs a privilege on some; a server without it does as it says by itself.
///
/// unique_checks stays on: with it off MariaDB buffers the whole statement for its bulk insert, which costs half as much CPU
/// again once the secondary keys are deferred, and locks the empty table against its other chunks (measured on 10.11).
const WELCOME: [&str; 15] = [
    "SESSION binlog_format = ROW",
    "SESSION max_error_count = 65535",
    "SESSION check_constraint_checks = 0",
    "SESSION system_versioning_alter_history = KEEP",
    "SESSION system_versioning_insert_history = 1",
    "SESSION explicit_defaults_for_timestamp = 1",
    "SESSION innodb_strict_mode = 0",
    "SESSION max_statement_time = 0",
    "SESSION wait_timeout = 31536000",
    "SESSION net_read_timeout = 3600",
    "SESSION net_write_timeout = 3600",
    "SESSION lock_wait_timeout = 60",
    "SESSION sql_require_primary_key = 0",
    "SESSION sql_generate_invisible_primary_key = 0",
    "SESSION restrict_fk_on_non_standard_key = 0",
];

/// A session on the target schema. `durable: false` leaves its statements out of the binary log where the account may.
pub(super) fn open(url: &DatabaseUrl, durable: bool) -> Result<Connection, MysqlError> {
    let mut connection = Connection::connect(url)?;
    connection
        .set_timeouts(Some(SILENCE), Some(SILENCE))
        .map_err(|source| MysqlError::Unreachable { server: url.server(), source })?;
    connection.execute(&format!("SET {}", ours()))?;
    for setting in WELCOME {
        set_if_allowed(&mut connection, setting)?;
    }
    if !durable {
        set_if_allowed(&mut connection, "SESSION sql_log_bin = 0")?;
    }
    Ok(connection)
}

fn set_if_allowed(connection: &mut Connection, setting: &str) -> Result<(), MysqlError> {
    match connection.execute(&format!("SET {setting}")) {
        Ok(_) | Err(MysqlError::Server { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
