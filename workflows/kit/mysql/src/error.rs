//! Everything that goes wrong between us and a server, and what a person does next.

use std::io;

use holdfast_archive::ArchiveError;
use holdfast_schema::Fault;

/// A failure of the connection, of the server's answer, or of the dump and load built on them.
/// Texts never hold a password or a row's value.
#[derive(Debug, thiserror::Error)]
pub enum MysqlError {
    #[error("the database URL is wrong: {problem}")]
    Url { problem: String },
    #[error("no database server answers at {server}")]
    Unreachable {
        server: String,
        #[source]
        source: io::Error,
    },
    #[error("{server} closed the connection during {doing}")]
    Gone {
        server: String,
        doing: String,
        #[source]
        source: Option<io::Error>,
    },
    #[error("{server} sent nothing for too long during {doing}")]
    Silent { server: String, doing: String },
    #[error("{server} cannot be reached over TLS: {problem}")]
    Tls { server: String, problem: String },
    #[error("{server} refuses the login of {user}: {text}")]
    Login { server: String, user: String, code: u16, text: String },
    #[error("{server} answered {doing} with error {code} ({sqlstate}): {text}")]
    Server { server: String, doing: String, code: u16, sqlstate: String, text: String },
    #[error("{server} broke the protocol: {problem}")]
    Protocol { server: String, problem: String },
    #[error("cancelled")]
    Cancelled,
    /// The closure that feeds LOAD DATA LOCAL failed; the server has kept nothing of the statement.
    #[error("the rows to load could not be read")]
    Feed(#[source] io::Error),
    #[error("{what} is not text in UTF-8")]
    NotText { what: String },
    #[error("{schema} does not exist on {server}, or {user} may not see it")]
    UnknownSchema { server: String, schema: String, user: String },
    #[error("{user} lacks {missing}")]
    Lacks { user: String, missing: String, grant: String },
    #[error("`{table}` was changed during the dump: {how}")]
    TableChanged { table: String, how: String },
    #[error("the dump held up others on {server}: {who}")]
    GaveWay { server: String, who: String },
    #[error("{server} is busy: {who}")]
    Busy { server: String, who: String },
    #[error("tables of {schema} have no transactions: {tables}")]
    NonTransactional { schema: String, tables: String },
    #[error("no snapshot could be taken on {server}: {problem}")]
    NoSnapshot { server: String, problem: String },
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("a pack could not be written")]
    Pack(#[source] io::Error),
    #[error("{what}: {why}")]
    Target { what: String, why: String, next: String },
}

/// Server error codes the code decides on, by the name the manuals give them.
pub mod code {
    pub const CON_COUNT_ERROR: u16 = 1040;
    pub const DBACCESS_DENIED: u16 = 1044;
    pub const ACCESS_DENIED: u16 = 1045;
    pub const BAD_DB: u16 = 1049;
    pub const SERVER_SHUTDOWN: u16 = 1053;
    pub const BAD_FIELD: u16 = 1054;
    pub const DUP_ENTRY: u16 = 1062;
    pub const PARSE: u16 = 1064;
    pub const UNKNOWN_VARIABLE: u16 = 1193;
    pub const HOST_IS_BLOCKED: u16 = 1129;
    pub const HOST_NOT_PRIVILEGED: u16 = 1130;
    pub const TABLEACCESS_DENIED: u16 = 1142;
    pub const COLUMNACCESS_DENIED: u16 = 1143;
    pub const NO_SUCH_TABLE: u16 = 1146;
    pub const TOO_MANY_USER_CONNECTIONS: u16 = 1203;
    pub const LOCK_WAIT_TIMEOUT: u16 = 1205;
    pub const LOCK_DEADLOCK: u16 = 1213;
    pub const SPECIFIC_ACCESS_DENIED: u16 = 1227;
    pub const SP_DOES_NOT_EXIST: u16 = 1305;
    pub const QUERY_INTERRUPTED: u16 = 1317;
    pub const VIEW_INVALID: u16 = 1356;
    pub const PROCACCESS_DENIED: u16 = 1370;
    pub const TABLE_DEF_CHANGED: u16 = 1412;
    pub const CONNECTION_KILLED: u16 = 1927;
}

impl MysqlError {
    /// The server's error code, when the server spoke.
    pub fn code(&self) -> Option<u16> {
        match self {
            MysqlError::Server { code, .. } | MysqlError::Login { code, .. } => Some(*code),
            _ => None,
        }
    }

    pub fn is_cancelled(&self) -> bool {
        matches!(self, MysqlError::Cancelled)
    }

    /// The server refused because the account may not.
    pub fn is_denied(&self) -> bool {
        matches!(
            self.code(),
            Some(
                code::DBACCESS_DENIED
                    | code::TABLEACCESS_DENIED
                    | code::COLUMNACCESS_DENIED
                    | code::SPECIFIC_ACCESS_DENIED
                    | code::PROCACCESS_DENIED
            )
        )
    }
}

impl From<MysqlError> for Fault {
    fn from(error: MysqlError) -> Fault {
        let what = error.to_string();
        let cause = cause(&error);
        match error {
            // The destination knows best what a person does next.
            MysqlError::Feed(source) | MysqlError::Pack(source) if is_fault(&source) => told_fault(source),
            MysqlError::Url { .. } => {
                Fault::stop(what, "it is not of the form mysql://user:password@host:port/schema", "correct database.url of the store", "configuration-invalid.md")
            }
            MysqlError::Unreachable { .. } | MysqlError::Silent { .. } | MysqlError::Gone { .. } => {
                Fault::retry(what, cause, "see that the server runs and that this host can reach it").with_runbook("source-unreachable.md")
            }
            MysqlError::Tls { .. } => {
                Fault::stop(what, cause, "set ssl-mode and ssl-ca in database.url to what the server offers", "source-unreachable.md")
            }
            MysqlError::Login { .. } => {
                Fault::stop(what, cause, "correct the user or password behind database.url, then retry the run", "source-refuses-login.md")
            }
            MysqlError::UnknownSchema { schema, user, .. } => {
                let next = format!("correct the schema in database.url, or GRANT SELECT ON `{schema}`.* TO {user}");
                Fault::stop(what, "the server does not list it", next, "store-unknown.md")
            }
            MysqlError::Lacks { grant, .. } => Fault::stop(what, "the server refused a statement that needs it", grant, "source-lacks-privilege.md"),
            MysqlError::Server { code, .. } => server_fault(code, what, cause),
            MysqlError::TableChanged { .. } => {
                Fault::retry(what, cause, "nothing: a fresh snapshot is taken; keep schema changes and reindexing away from the backup's hour if it repeats")
                    .with_runbook("source-changed-during-dump.md")
            }
            MysqlError::GaveWay { .. } | MysqlError::Busy { .. } => {
                Fault::retry(what, "a schema change and a dump wait for each other, and every reader behind them", "let it finish, or move the backup's schedule")
                    .with_runbook("source-locked.md")
            }
            MysqlError::NonTransactional { .. } => Fault::stop(
                what,
                "a snapshot does not cover them: their rows would be of another moment than the rest",
                "ALTER TABLE … ENGINE=InnoDB, or set database.non_transactional to \"lock\" or \"schema-only\"",
                "source-changed-during-dump.md",
            ),
            MysqlError::NoSnapshot { .. } => {
                Fault::retry(what, cause, "nothing: it is tried again").with_runbook("source-locked.md")
            }
            MysqlError::Cancelled => Fault::stop(what, "an operator cancelled it", "start it again when wanted", "cancelled-by-operator.md"),
            MysqlError::Feed(_) | MysqlError::Pack(_) => Fault::retry(what, cause, "see what the location said"),
            MysqlError::Archive(_) => Fault::stop(what, cause, "fetch the archive from another location", "object-damaged.md"),
            MysqlError::NotText { .. } => {
                Fault::stop(what, "a definition on the server holds bytes of no character set", "recreate the object in UTF-8", "target-refuses.md")
            }
            MysqlError::Protocol { .. } => Fault::retry(what, "what answers there is not a MySQL or MariaDB server we know", "see that the port is the database's"),
            MysqlError::Target { what, why, next } => Fault::stop(what, why, next, "target-refuses.md"),
        }
    }
}

fn is_fault(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Fault>())
}

fn told_fault(error: io::Error) -> Fault {
    let text = error.to_string();
    let told = error.into_inner().and_then(|inner| inner.downcast::<Fault>().ok());
    told.map_or_else(|| Fault::retry("the destination failed", text, "see what the location said"), |fault| *fault)
}

fn server_fault(number: u16, what: String, cause: String) -> Fault {
    match number {
        code::DBACCESS_DENIED
        | code::TABLEACCESS_DENIED
        | code::COLUMNACCESS_DENIED
        | code::SPECIFIC_ACCESS_DENIED
        | code::PROCACCESS_DENIED => {
            Fault::stop(what, cause, "run `holdfast check` for the GRANT that mends it", "source-lacks-privilege.md")
        }
        code::BAD_DB => Fault::stop(what, cause, "correct the schema in database.url", "store-unknown.md"),
        code::LOCK_WAIT_TIMEOUT => {
            Fault::retry(what, "another session holds the table", "let it finish, or move the backup's schedule")
                .with_runbook("source-locked.md")
        }
        _ => Fault::retry(what, cause, "see the server's log").with_runbook("source-unreachable.md"),
    }
}

/// The innermost cause, in its own words.
fn cause(error: &MysqlError) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    match error {
        MysqlError::Server { text, .. } | MysqlError::Login { text, .. } => text.clone(),
        MysqlError::TableChanged { how, .. } => how.clone(),
        MysqlError::NoSnapshot { problem, .. } | MysqlError::Tls { problem, .. } => problem.clone(),
        MysqlError::Gone { source: None, .. } => "the connection ended in the middle of an answer".to_owned(),
        MysqlError::Silent { .. } => "the read timeout passed".to_owned(),
        _ => deepest.to_string(),
    }
}
