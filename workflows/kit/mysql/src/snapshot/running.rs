//! What other sessions are doing, as far as the account may see it. Of a statement only its first words are taken: the rest
//! may hold values.

use std::fmt;

use crate::error::MysqlError;
use crate::wire::{Connection, Value};

/// A session of somebody else's that we wait for, or that waits for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiter {
    pub(crate) id: u64,
    account: String,
    seconds: u64,
    statement: String,
}

impl fmt::Display for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} of {}, {} for {} s", self.id, self.account, self.statement, self.seconds)
    }
}

/// ALTER, OPTIMIZE, REPAIR and CREATE INDEX under way.
pub(crate) fn schema_changes(connection: &mut Connection) -> Result<Vec<Waiter>, MysqlError> {
    let kinds = ["ALTER TABLE", "ALTER ONLINE", "OPTIMIZE", "REPAIR", "CREATE INDEX", "CREATE UNIQUE", "DROP INDEX"];
    let changes = |session: &Session| kinds.iter().any(|kind| session.waiter.statement.starts_with(kind));
    found(connection, |session| session.is_busy() && changes(session))
}

/// Statements that have run for `seconds`.
pub(crate) fn long_statements(connection: &mut Connection, seconds: u32) -> Result<Vec<Waiter>, MysqlError> {
    found(connection, |session| session.is_busy() && session.waiter.seconds >= u64::from(seconds))
}

/// Sessions that have waited `seconds` for a table of `schema` that somebody, maybe we, has open.
pub(crate) fn waiting_for_tables(
    connection: &mut Connection,
    schema: &str,
    seconds: u32,
) -> Result<Vec<Waiter>, MysqlError> {
    let waits = |session: &Session| session.state.starts_with("Waiting for table metadata lock");
    found(connection, |session| {
        waits(session) && session.schema == schema && session.waiter.seconds >= u64::from(seconds)
    })
}

/// Transactions open for `seconds` whose session does nothing; none without PROCESS.
pub(crate) fn long_transactions(connection: &mut Connection, seconds: u32) -> Result<Vec<Waiter>, MysqlError> {
    let sql = format!(
        "SELECT trx_mysql_thread_id, TIMESTAMPDIFF(SECOND,trx_started,NOW()) FROM information_schema.INNODB_TRX \
         WHERE trx_started<=NOW()-INTERVAL {seconds} SECOND"
    );
    let open = match connection.query_rows::<2>(&sql) {
        Err(error) if error.is_denied() => return Ok(Vec::new()),
        rows => rows?,
    };
    let age = |id: u64| {
        let row = open.iter().find(|[thread, _]| thread.as_deref() == Some(id.to_string().as_str()));
        row.and_then(|[_, seconds]| seconds.as_ref()?.parse().ok())
    };
    let idle = found(connection, |session| session.command == "Sleep")?;
    let opened = idle.into_iter().filter_map(|waiter| Some((age(waiter.id)?, waiter)));
    Ok(opened.map(|(seconds, w)| Waiter { seconds, statement: "a transaction open".to_owned(), ..w }).collect())
}

/// One line of SHOW PROCESSLIST. (information_schema.PROCESSLIST fails on MySQL while any statement holds an emoji.)
struct Session {
    waiter: Waiter,
    schema: String,
    command: String,
    state: String,
}

impl Session {
    fn is_busy(&self) -> bool {
        (self.command == "Query" || self.command == "Execute") && self.waiter.account != "system user"
    }
}

/// Sessions other than this one for which `is_meant`, the longest first.
fn found(connection: &mut Connection, is_meant: impl Fn(&Session) -> bool) -> Result<Vec<Waiter>, MysqlError> {
    let ours = u64::from(connection.thread_id());
    let sessions = connection.query_all("SHOW PROCESSLIST")?.iter().map(|row| session(row)).collect::<Vec<_>>();
    let others = sessions.into_iter().filter(|session| session.waiter.id != ours && is_meant(session));
    let mut waiters: Vec<Waiter> = others.map(|session| session.waiter).collect();
    waiters.sort_by_key(|waiter| std::cmp::Reverse(waiter.seconds));
    Ok(waiters)
}

/// Id, User, Host, db, Command, Time, State, Info.
fn session(row: &[Value]) -> Session {
    let text = |column: usize| {
        let value = row.get(column).and_then(Option::as_deref).unwrap_or_default();
        String::from_utf8_lossy(value).into_owned()
    };
    let host = text(2);
    let account = if host.is_empty() { text(1) } else { format!("{}@{host}", text(1)) };
    let info = text(7);
    let keywords = info.split_whitespace().take(2).take_while(|word| word.bytes().all(|b| b.is_ascii_alphabetic()));
    let statement: Vec<String> = keywords.map(str::to_ascii_uppercase).collect();
    Session {
        waiter: Waiter {
            id: text(0).parse().unwrap_or(0),
            account,
            seconds: text(5).parse().unwrap_or(0),
            statement: statement.join(" "),
        },
        schema: text(3),
        command: text(4),
        state: text(6),
    }
}
