//! What other sessions are doing, as far as the account may see it. Of a statement only its first words are taken: the rest
//! may hold values.

use std::fmt;

use crate::error::MysqlError;
use crate::wire::{Connection, quote_text};

/// A session of somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiter {
    pub(crate) id: u64,
    pub(crate) account: String,
    pub(crate) seconds: u64,
    pub(crate) statement: String,
}

impl fmt::Display for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} of {}, {} for {} s", self.id, self.account, self.statement, self.seconds)
    }
}

/// ALTER, OPTIMIZE, REPAIR and CREATE INDEX under way.
pub(crate) fn schema_changes(connection: &mut Connection) -> Result<Vec<Waiter>, MysqlError> {
    let kinds = ["ALTER TABLE", "OPTIMIZE", "REPAIR", "CREATE INDEX", "DROP INDEX"];
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("INFO LIKE '{kind} %'")).collect();
    sessions(connection, &format!("COMMAND='Query' AND ({})", kinds.join(" OR ")))
}

/// Statements that have run for `seconds`.
pub(crate) fn long_statements(connection: &mut Connection, seconds: u32) -> Result<Vec<Waiter>, MysqlError> {
    sessions(connection, &format!("COMMAND IN ('Query','Execute') AND TIME>={seconds} AND USER<>'system user'"))
}

/// Sessions that have waited `seconds` for a table of `schema` that somebody, maybe we, has open.
pub(crate) fn waiting_for_tables(connection: &mut Connection, schema: &str, seconds: u32) -> Result<Vec<Waiter>, MysqlError> {
    let condition = format!("STATE LIKE 'Waiting for table metadata lock%' AND TIME>={seconds} AND DB={}", quote_text(schema));
    sessions(connection, &condition)
}

/// Transactions open for `seconds`, busy or not; none without PROCESS.
pub(crate) fn long_transactions(connection: &mut Connection, seconds: u32) -> Result<Vec<Waiter>, MysqlError> {
    let sql = format!(
        "SELECT p.ID, CONCAT(p.USER,'@',p.HOST), TIMESTAMPDIFF(SECOND,t.trx_started,NOW()), 'a transaction open' \
         FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p ON p.ID=t.trx_mysql_thread_id \
         WHERE t.trx_started<NOW()-INTERVAL {seconds} SECOND AND p.ID<>CONNECTION_ID() AND p.COMMAND='Sleep'"
    );
    match connection.query_rows::<4>(&sql) {
        Err(error) if error.is_denied() => Ok(Vec::new()),
        rows => Ok(rows?.into_iter().map(waiter).collect()),
    }
}

fn sessions(connection: &mut Connection, condition: &str) -> Result<Vec<Waiter>, MysqlError> {
    let sql = format!(
        "SELECT ID, CONCAT(USER,'@',HOST), TIME, SUBSTRING_INDEX(INFO,' ',2) FROM information_schema.PROCESSLIST \
         WHERE ID<>CONNECTION_ID() AND {condition} ORDER BY TIME DESC"
    );
    let rows = connection.query_rows::<4>(&sql)?;
    Ok(rows.into_iter().map(waiter).collect())
}

fn waiter([id, account, seconds, statement]: [Option<String>; 4]) -> Waiter {
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
    Waiter {
        id: number(id),
        account: account.unwrap_or_default(),
        seconds: number(seconds),
        statement: statement.unwrap_or_default().chars().take(40).collect(),
    }
}
