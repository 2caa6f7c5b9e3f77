//! Every view is read and every routine is called, in a server that is thrown away: a definition can be equal and still not run.

use holdfast_archive::index::{Index, ObjectKind, StoredObject};

use crate::compare::Problem;
use crate::error::{MysqlError, code};
use crate::load::{definition, describe};
use crate::url::DatabaseUrl;
use crate::wire::{Connection, quote_name, quote_text};

/// A view or routine that has not come to an end by then has shown that it resolves.
const STATEMENT_SECONDS: u64 = 20;

/// Reads one row of every view and calls every routine with NULL for each argument, each in a transaction that is rolled back.
///
/// For a sandbox only: a routine may commit, and the accounts that objects run as are created where they are missing, with all
/// rights. What fails because of a NULL is no problem, nor what the source lacks itself (a table that is in no archive); that
/// is logged.
pub fn exercise(url: &DatabaseUrl, index: &Index) -> Result<Vec<Problem>, MysqlError> {
    let mut connection = Connection::connect(url)?;
    for definer in definers(index) {
        admit(&mut connection, &definer)?;
    }
    let mut problems = Vec::new();
    for object in index.views.iter().chain(&index.routines) {
        let Some(statement) = statement(&mut connection, url.schema(), object)? else { continue };
        problems.extend(run(url, index, object, &statement)?);
    }
    Ok(problems)
}

fn definers(index: &Index) -> Vec<String> {
    let objects = index.views.iter().chain(&index.routines).chain(&index.triggers).chain(&index.events);
    let mut definers: Vec<String> =
        objects.map(|object| object.definer.clone()).filter(|definer| !definer.is_empty()).collect();
    definers.sort();
    definers.dedup();
    definers
}

/// Stands in for an account of the source's server: without its login, with rights everywhere. Where the server has none of that
/// form, what runs as it says so.
fn admit(connection: &mut Connection, definer: &str) -> Result<(), MysqlError> {
    let (user, host) = definer.rsplit_once('@').unwrap_or((definer, ""));
    let (kind, account) = match host {
        "" => ("ROLE", quote_text(user)),
        host => ("USER", format!("{}@{}", quote_text(user), quote_text(host))),
    };
    for statement in [format!("CREATE {kind} IF NOT EXISTS {account}"), format!("GRANT ALL ON *.* TO {account}")] {
        match connection.execute(&statement) {
            Ok(_) | Err(MysqlError::Server { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What calls the object; `None` for one that cannot be called by itself.
fn statement(connection: &mut Connection, schema: &str, object: &StoredObject) -> Result<Option<String>, MysqlError> {
    let name = quote_name(&object.name);
    let kind = match object.kind {
        // The source could not resolve it either.
        ObjectKind::View if object.columns.is_empty() => return Ok(None),
        ObjectKind::View => return Ok(Some(format!("SELECT * FROM {name} LIMIT 1"))),
        ObjectKind::Function => "FUNCTION",
        ObjectKind::Procedure => "PROCEDURE",
        ObjectKind::Package | ObjectKind::PackageBody | ObjectKind::Trigger | ObjectKind::Event => return Ok(None),
    };
    let modes = connection.query_text(&format!(
        "SELECT PARAMETER_MODE FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = {} AND SPECIFIC_NAME = {} \
         AND ROUTINE_TYPE = '{kind}' AND ORDINAL_POSITION > 0 ORDER BY ORDINAL_POSITION",
        quote_text(schema),
        quote_text(&object.name)
    ))?;
    let argument = |(number, mode): (usize, &Vec<Option<String>>)| match mode.first().and_then(Option::as_deref) {
        Some("OUT" | "INOUT") => format!("@holdfast_{number}"),
        _ => "NULL".to_owned(),
    };
    let arguments: Vec<String> = modes.iter().enumerate().map(argument).collect();
    let verb = if object.kind == ObjectKind::Function { "SELECT" } else { "CALL" };
    Ok(Some(format!("{verb} {name}({})", arguments.join(", "))))
}

/// A connection of its own for each: what one leaves behind in its session disturbs no other.
fn run(
    url: &DatabaseUrl,
    index: &Index,
    object: &StoredObject,
    statement: &str,
) -> Result<Option<Problem>, MysqlError> {
    let mut connection = Connection::connect(url)?;
    limit(&mut connection)?;
    connection.execute("START TRANSACTION")?;
    let error = match connection.execute(statement) {
        Ok(_) => return connection.execute("ROLLBACK").map(|_| None),
        Err(error) => error,
    };
    match error {
        // It ran past every limit: the connection is given up with it.
        MysqlError::Silent { .. } => Ok(None),
        MysqlError::Server { code, text, .. } => Ok(judge(index, object, code, &text)),
        MysqlError::Gone { .. } => {
            Ok(Some(Problem::new(describe(object), "the server closed the connection while it ran")))
        }
        error => Err(error),
    }
}

fn limit(connection: &mut Connection) -> Result<(), MysqlError> {
    let silence = std::time::Duration::from_secs(STATEMENT_SECONDS * 2);
    let server = connection.server().to_owned();
    connection
        .set_timeouts(Some(silence), Some(silence))
        .map_err(|source| MysqlError::Unreachable { server, source })?;
    let limit = if connection.is_mariadb() {
        format!("SET max_statement_time = {STATEMENT_SECONDS}, NAMES utf8mb4")
    } else {
        format!("SET max_execution_time = {}, NAMES utf8mb4", STATEMENT_SECONDS * 1000)
    };
    connection.execute(&limit).map(|_| ())
}

/// Whether an error says that the restored object does not hold together. Bad values and signals come of the NULLs it was given.
fn judge(index: &Index, object: &StoredObject, number: u16, text: &str) -> Option<Problem> {
    const NO_SUCH_USER: u16 = 1449;
    const COLLATIONS: [u16; 3] = [1267, 1270, 1271];
    let breaks = match number {
        code::NO_SUCH_TABLE | code::VIEW_INVALID if definition::may_be_left_out(object, &index.schema.name) => false,
        NO_SUCH_USER | code::VIEW_INVALID => true,
        code::NO_SUCH_TABLE | code::SP_DOES_NOT_EXIST => is_archived(index, text),
        // Tables are equal to the archive's by now: a column that a routine misses is missing at the source.
        code::BAD_FIELD => object.kind == ObjectKind::View,
        number => COLLATIONS.contains(&number),
    };
    if !breaks {
        tracing::debug!("{} ends with error {number} when it is called with NULL", describe(object));
        return None;
    }
    Some(Problem::new(describe(object), format!("it does not run: {text} (error {number})")))
}

/// `Table 'shop.orders' doesn't exist`, `FUNCTION shop.f does not exist`: whether the archive has one of that name.
fn is_archived(index: &Index, text: &str) -> bool {
    let quoted = |name: &str| text.contains(&format!(".{name}'")) || text.contains(&format!(".{name} "));
    let names =
        index.tables.iter().map(|table| &table.name).chain(index.sequences.iter().map(|sequence| &sequence.name));
    names.chain(index.views.iter().chain(&index.routines).map(|object| &object.name)).any(|name| quoted(name))
}
