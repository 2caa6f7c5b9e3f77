//! Our own client of the MySQL text protocol: blocking, over TCP, TLS or a Unix socket, made for reading and loading
//! whole tables. It knows no prepared statements, no compression and no pool.

mod answer;
mod auth;
mod channel;
mod feed;
mod handshake;
mod quote;
mod rows;
mod socket;
mod tls;

use std::io::{self, Write};
use std::time::Duration;

pub use answer::Affected;
pub(crate) use answer::without_values;
use answer::{affected, take_count};
use channel::Channel;
use feed::Feed;
pub use quote::{quote_name, quote_names, quote_text};
pub use rows::{Fields, Next, Piece, ResultColumn, Row, RowStream};
pub use socket::Canceller;
use socket::Socket;

use crate::error::MysqlError;
use crate::url::DatabaseUrl;

/// A value of a result kept in memory; `None` is NULL.
pub type Value = Option<Vec<u8>>;

const COM_QUIT: u8 = 1;
const COM_QUERY: u8 = 3;
/// A login that takes longer will not succeed.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(30);
/// No statement of a dump is silent for as long; loads that build indexes set their own.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3600);

/// One session on a server. Dropping it ends the session.
pub struct Connection {
    channel: Channel,
    version: String,
    thread_id: u32,
    state: State,
}

/// Where in the server's answer we are.
#[derive(Clone, Copy)]
enum State {
    Idle,
    /// Within a result, before a row.
    Rows,
    /// Within a row read in pieces: bytes left of this packet, and whether it is the row's last.
    InRow {
        left: usize,
        last: bool,
    },
    /// Another result of the same statement follows.
    MoreResults,
}

impl Connection {
    /// Connects and logs in; the schema the URL names becomes the session's.
    ///
    /// # Errors
    /// `Unreachable`, `Login`, `UnknownSchema`, `Tls`, or what the server says (`Server` with code 1040 and the like).
    pub fn connect(url: &DatabaseUrl) -> Result<Connection, MysqlError> {
        let socket = Socket::connect(url)?;
        let unreachable = |source| MysqlError::Unreachable { server: url.server(), source };
        socket.set_timeouts(Some(LOGIN_TIMEOUT), Some(LOGIN_TIMEOUT)).map_err(unreachable)?;
        let (channel, greeting) = handshake::log_in(socket, url)?;
        let (version, thread_id) = (greeting.version, greeting.thread_id);
        let connection = Connection { channel, version, thread_id, state: State::Idle };
        connection.set_timeouts(Some(DEFAULT_TIMEOUT), Some(DEFAULT_TIMEOUT)).map_err(unreachable)?;
        Ok(connection)
    }

    /// The server's version text, e.g. `10.11.6-MariaDB-0+deb12u1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn is_mariadb(&self) -> bool {
        self.version.contains("MariaDB")
    }

    /// The session's number, as in SHOW PROCESSLIST and KILL.
    pub fn thread_id(&self) -> u32 {
        self.thread_id
    }

    pub fn server(&self) -> &str {
        &self.channel.server
    }

    /// How long a read and a write may block; `None` is for ever.
    pub fn set_timeouts(&self, read: Option<Duration>, write: Option<Duration>) -> io::Result<()> {
        self.channel.socket.set_timeouts(read, write)
    }

    /// Ends this connection from another thread.
    pub fn canceller(&self) -> io::Result<Canceller> {
        self.channel.socket.canceller(self.channel.cancelled.clone())
    }

    /// Runs a statement; rows it may give are read past, of all its results.
    pub fn execute(&mut self, sql: &str) -> Result<Affected, MysqlError> {
        self.execute_bytes(sql.as_bytes())
    }

    /// As `execute`, for a statement that is not UTF-8 (a body in its own client character set).
    pub fn execute_bytes(&mut self, sql: &[u8]) -> Result<Affected, MysqlError> {
        self.begin(sql)?;
        let affected = self.open_result()?.1;
        self.settle()?;
        Ok(affected)
    }

    /// All rows of the statement's first result, in memory: for small results.
    pub fn query_all(&mut self, sql: &str) -> Result<Vec<Vec<Value>>, MysqlError> {
        let mut rows = self.stream(sql)?;
        let mut all = Vec::new();
        loop {
            match rows.next_row()? {
                Next::Row(row) => all.push(row.fields().map(|field| field.map(<[u8]>::to_vec)).collect()),
                Next::Wide => all.push(whole(&mut rows)?),
                Next::End => break,
            }
        }
        self.settle()?;
        Ok(all)
    }

    /// As `query_all`, every value as text.
    pub fn query_text(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, MysqlError> {
        let not_text = |_| MysqlError::NotText { what: format!("an answer to {}", verb(sql.as_bytes())) };
        let text = |value: Value| value.map(String::from_utf8).transpose().map_err(not_text);
        self.query_all(sql)?.into_iter().map(|row| row.into_iter().map(text).collect()).collect()
    }

    /// As `query_text`, for a statement whose rows have `N` columns.
    pub fn query_rows<const N: usize>(&mut self, sql: &str) -> Result<Vec<[Option<String>; N]>, MysqlError> {
        let rows = self.query_text(sql)?;
        let unlike = |row: Vec<_>| self.channel.broken(&format!("{} columns where {N} were asked for", row.len()));
        rows.into_iter().map(|row| row.try_into().map_err(unlike)).collect()
    }

    /// The first value of the first row; `None` for no row and for NULL.
    pub fn query_value(&mut self, sql: &str) -> Result<Option<String>, MysqlError> {
        Ok(self.query_text(sql)?.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
    }

    /// Opens the statement's first result for reading row by row.
    pub fn stream(&mut self, sql: &str) -> Result<RowStream<'_>, MysqlError> {
        self.begin(sql.as_bytes())?;
        let (columns, _) = self.open_result()?;
        Ok(RowStream { connection: self, columns, field_left: None })
    }

    /// Runs a LOAD DATA LOCAL INFILE and serves what `feed` writes as the file.
    ///
    /// # Errors
    /// `Feed` when the closure fails: the connection is then closed, which makes the server forget the statement
    /// (for a transactional table). The server's own error comes when the file has been read past.
    pub fn load_local<F>(&mut self, sql: &str, feed: F) -> Result<Affected, MysqlError>
    where
        F: FnOnce(&mut dyn Write) -> io::Result<()>,
    {
        self.begin(sql.as_bytes())?;
        let request = self.channel.read_answer()?;
        if request[0] != 0xFB {
            return Err(self.channel.broken("a LOAD DATA LOCAL that asks for no file"));
        }
        let mut file = Feed::new(&mut self.channel);
        if let Err(error) = feed(&mut file) {
            let failure = file.failure.take().unwrap_or(MysqlError::Feed(error));
            // The protocol has no way to take a half-sent file back but to leave.
            if let Ok(end) = self.canceller() {
                end.cancel();
            }
            return Err(failure);
        }
        file.finish()?;
        let packet = self.channel.read_answer()?;
        affected(&packet).ok_or_else(|| self.channel.broken("a malformed OK"))
    }

    fn begin(&mut self, sql: &[u8]) -> Result<(), MysqlError> {
        self.settle()?;
        self.channel.doing = verb(sql);
        self.channel.begin();
        self.channel.send(&[COM_QUERY], sql)
    }

    /// Reads a result's head: its columns, or what a statement without rows did.
    fn open_result(&mut self) -> Result<(Vec<ResultColumn>, Affected), MysqlError> {
        self.state = State::Idle;
        let packet = self.channel.read_answer()?;
        match packet[0] {
            0x00 => {
                let done = affected(&packet).ok_or_else(|| self.channel.broken("a malformed OK"))?;
                self.state = if done.more { State::MoreResults } else { State::Idle };
                Ok((Vec::new(), done))
            }
            // The server asks for a file though nobody offered one: it gets an empty one and no file of ours.
            0xFB => {
                self.channel.send(&[], &[])?;
                self.channel.read_answer()?;
                Err(self.channel.broken("it asked for a local file"))
            }
            _ => {
                let count =
                    take_count(&mut packet.as_slice()).ok_or_else(|| self.channel.broken("a malformed result"))?;
                let mut columns = Vec::new();
                for _ in 0..count {
                    let column = rows::parse_column(self.channel.read_short()?);
                    columns.push(column.ok_or_else(|| self.channel.broken("a malformed column"))?);
                }
                self.channel.read_answer()?;
                self.state = State::Rows;
                Ok((columns, Affected::default()))
            }
        }
    }

    /// Reads past whatever the last statement still has to say.
    fn settle(&mut self) -> Result<(), MysqlError> {
        loop {
            match self.state {
                State::Idle => return Ok(()),
                State::MoreResults => {
                    self.open_result()?;
                }
                State::Rows | State::InRow { .. } => {
                    let mut rest = RowStream { connection: self, columns: Vec::new(), field_left: None };
                    while !matches!(rest.next_row()?, Next::End) {}
                }
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if matches!(self.state, State::Idle) {
            self.channel.begin();
            // A server that is gone needs no goodbye.
            let _ = self.channel.send(&[COM_QUIT], &[]);
        }
    }
}

fn whole(row: &mut RowStream<'_>) -> Result<Vec<Value>, MysqlError> {
    let mut values = Vec::new();
    let mut value = Vec::new();
    while let Some(piece) = row.next_piece()? {
        match piece {
            Piece::Null => values.push(None),
            Piece::Bytes { bytes, ends } => {
                value.extend_from_slice(bytes);
                if ends {
                    values.push(Some(std::mem::take(&mut value)));
                }
            }
        }
    }
    Ok(values)
}

/// A statement's first two words: enough to say what failed, and never a name, a value or a password.
fn verb(sql: &[u8]) -> String {
    let words = sql.split(|b| b.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let keywords = words.take_while(|word| word.iter().all(u8::is_ascii_alphabetic)).take(2);
    let words: Vec<_> = keywords.map(|word| String::from_utf8_lossy(word).to_ascii_uppercase()).collect();
    if words.is_empty() { "a statement".to_owned() } else { words.join(" ") }
}
