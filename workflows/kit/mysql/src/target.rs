//! The place a restore goes to: what stands there, whose it is, and taking it away.

use crate::error::{MysqlError, code};
use crate::url::DatabaseUrl;
use crate::wire::{Connection, quote_name, quote_text};

/// Names the restore run that a target belongs to while it is being loaded.
pub const MARKER: &str = "_holdfast_restore";

/// The part of a target that a restore concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    Schema,
    Tables(Vec<String>),
}

impl Selection {
    /// The named tables, or all there is when none is named.
    pub fn of(tables: &[String]) -> Selection {
        if tables.is_empty() { Selection::Schema } else { Selection::Tables(tables.to_vec()) }
    }

    fn takes(&self, object: &Object) -> bool {
        match self {
            Selection::Schema => true,
            Selection::Tables(tables) => object.is_table() && tables.contains(&object.name),
        }
    }
}

/// What a target holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    /// Nothing of the selection, or no such schema yet.
    Empty,
    /// A restore's marker, with the run it names; whatever else is there is that run's.
    MarkedBy(String),
    /// The names of what is there.
    Holds(Vec<String>),
}

/// The kind is the word that DROP takes.
struct Object {
    kind: String,
    name: String,
}

impl Object {
    fn is_table(&self) -> bool {
        self.kind == "TABLE"
    }
}

/// Looks at the target without changing it.
pub fn contents(url: &DatabaseUrl, selection: &Selection) -> Result<Contents, MysqlError> {
    let mut connection = match Connection::connect(url) {
        Err(error) if is_no_schema(&error) => return schema_is_absent(url),
        other => other?,
    };
    let objects = objects(&mut connection, url.schema())?;
    if objects.iter().any(|object| object.name == MARKER) {
        let run = connection.query_value(&format!("SELECT run FROM {}", quote_name(MARKER)))?;
        return Ok(Contents::MarkedBy(run.unwrap_or_default()));
    }
    let names: Vec<String> =
        objects.into_iter().filter(|object| selection.takes(object)).map(|object| object.name).collect();
    Ok(if names.is_empty() { Contents::Empty } else { Contents::Holds(names) })
}

/// Marks the target as `run`'s; creates the schema when there is none.
pub fn mark(url: &DatabaseUrl, run: &str) -> Result<(), MysqlError> {
    let mut connection = Connection::connect(&url.with_schema(""))?;
    let schema = quote_name(url.schema());
    if !exists(&mut connection, url.schema())? {
        connection.execute(&format!("CREATE DATABASE {schema}"))?;
    }
    let table = format!("{schema}.{}", quote_name(MARKER));
    connection.execute(&format!("CREATE TABLE IF NOT EXISTS {table} (run varchar(64) NOT NULL PRIMARY KEY)"))?;
    connection.execute(&format!("REPLACE INTO {table} VALUES ({})", quote_text(run)))?;
    Ok(())
}

/// The target is a person's from here.
pub fn unmark(url: &DatabaseUrl) -> Result<(), MysqlError> {
    Connection::connect(url)?.execute(&format!("DROP TABLE IF EXISTS {}", quote_name(MARKER)))?;
    Ok(())
}

/// Drops what the selection names and the marker; returns how many objects went.
pub fn clear(url: &DatabaseUrl, selection: &Selection) -> Result<u64, MysqlError> {
    let mut connection = Connection::connect(url)?;
    connection.execute("SET SESSION foreign_key_checks = 0")?;
    let mut objects = objects(&mut connection, url.schema())?;
    objects.retain(|object| object.name == MARKER || selection.takes(object));
    // Versioned tables refuse to go while a view or a routine holds them; views first, tables last.
    objects.sort_by_key(|object| (object.is_table(), object.kind == "SEQUENCE"));
    for object in &objects {
        connection.execute(&format!("DROP {} IF EXISTS {}", object.kind, quote_name(&object.name)))?;
    }
    Ok(objects.len() as u64)
}

/// What tells two servers' schemas apart, whatever address each was reached by.
pub fn identity(url: &DatabaseUrl) -> Result<Vec<Option<String>>, MysqlError> {
    let mut connection = Connection::connect(&url.with_schema(""))?;
    let mut identity =
        connection.query_text("SELECT @@hostname, @@port, @@datadir, @@socket")?.into_iter().next().unwrap_or_default();
    let folds_case = connection.query_value("SELECT @@lower_case_table_names")?.as_deref() != Some("0");
    identity.push(Some(if folds_case { url.schema().to_lowercase() } else { url.schema().to_owned() }));
    Ok(identity)
}

fn is_no_schema(error: &MysqlError) -> bool {
    matches!(error, MysqlError::UnknownSchema { .. }) || error.code() == Some(code::BAD_DB)
}

/// An account without rights sees no schema either: then the server's own words are the answer.
fn schema_is_absent(url: &DatabaseUrl) -> Result<Contents, MysqlError> {
    Connection::connect(&url.with_schema(""))?;
    Ok(Contents::Empty)
}

fn exists(connection: &mut Connection, schema: &str) -> Result<bool, MysqlError> {
    let sql = format!("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}", quote_text(schema));
    Ok(connection.query_value(&sql)?.as_deref() == Some("1"))
}

fn objects(connection: &mut Connection, schema: &str) -> Result<Vec<Object>, MysqlError> {
    let schema = quote_text(schema);
    let sql = format!(
        "SELECT CASE TABLE_TYPE WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END, TABLE_NAME \
           FROM information_schema.TABLES WHERE TABLE_SCHEMA = {schema} \
         UNION ALL SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {schema} \
         UNION ALL SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {schema}"
    );
    let rows = connection.query_text(&sql)?;
    let object = |row: Vec<Option<String>>| {
        let mut values = row.into_iter().flatten();
        Some(Object { kind: values.next()?, name: values.next()? })
    };
    Ok(rows.into_iter().filter_map(object).collect())
}
