//! An archive into a server: **sequences → tables → rows → secondary keys → foreign keys → routines → views → triggers →
//! events → grants**.
//!
//! Triggers come after the rows, or they would fire for every one of them; foreign keys after every key they stand on.

mod accounts;
mod ddl;
pub(crate) mod definition;
mod objects;
mod obstacles;
mod packs;
mod refusal;
mod rows;
mod session;
mod tables;
mod tokens;

use std::io::{self, Read};
use std::time::Instant;

use holdfast_archive::Dek;
use holdfast_archive::index::{Index, Table};
use uuid::Uuid;

use crate::error::MysqlError;
use crate::url::DatabaseUrl;
use crate::watch::Watch;
use crate::wire::{Connection, quote_name};
use objects::Objects;
use packs::Packs;
use tables::{Plan, Target};

pub(crate) use ddl::auto_increment;
pub(crate) use objects::describe;

#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Connections that load at once.
    pub parallel: usize,
    /// False for a server that will be thrown away: the session then leaves the binary log out.
    pub durable: bool,
    /// Only these tables (and the sequences their defaults name); `None` is everything.
    pub tables: Option<Vec<String>>,
    pub definers: Definers,
    /// Creates the schema's own users and grants them what they had in it.
    pub grants: bool,
}

/// Whose rights views, routines, triggers and events run with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Definers {
    /// The source's accounts. Needs SET USER (MariaDB), SET_ANY_DEFINER (MySQL) or SUPER where they are others than ours.
    #[default]
    Keep,
    /// The account that restores.
    Current,
}

impl Default for LoadOptions {
    fn default() -> LoadOptions {
        LoadOptions { parallel: 2, durable: true, tables: None, definers: Definers::Keep, grants: false }
    }
}

/// What was loaded, and the seconds each part took by the wall clock. Keys built while rows still came in count as loading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded {
    pub tables: u64,
    pub rows: u64,
    pub load_seconds: f64,
    pub index_seconds: f64,
    pub objects_seconds: f64,
    /// Views that name what is not in the archive (a table that was gone, another schema) and not on the target either.
    pub left_out: Vec<String>,
}

impl Loaded {
    pub fn seconds(&self) -> f64 {
        self.load_seconds + self.index_seconds + self.objects_seconds
    }
}

/// Loads what `index` describes into the schema that `url` names, which is created when it is not there. Nothing that exists is
/// overwritten: an object of the same name stops the load.
///
/// `open(pack, offset)` reads a pack's object from that byte to its end; packs are opened chunk by chunk, several at a time.
/// Memory is `parallel` times one frame, compressed, whatever the size of rows.
///
/// # Errors
/// `Target` names the object that the server refused or would have changed, and what to do; `Archive` names the damaged pack.
/// What was loaded until then stays: clear the schema before another attempt.
pub fn load<R, F>(
    url: &DatabaseUrl,
    index: &Index,
    dek: &Dek,
    backup: Uuid,
    open: F,
    options: &LoadOptions,
    watch: &Watch,
) -> Result<Loaded, MysqlError>
where
    R: Read,
    F: Fn(u32, u64) -> io::Result<R> + Sync,
{
    let tables = chosen(index, options.tables.as_deref())?;
    let mut connection = open_schema(url, index, &tables, options)?;
    let target = look_at(&mut connection)?;
    let plan = Plan::of(tables, &index.schema.name, url.schema(), &target);
    watch.expect(plan.tables(), plan.expected_rows(), plan.expected_bytes());
    let began = Instant::now();
    create_sequences(&mut connection, index, options.tables.is_some().then_some(&plan))?;
    plan.run(&Packs::new(dek, backup, index, open), options.parallel, watch, || session::open(url, options.durable))?;
    let rows_in = plan.rows_in();
    plan.add_foreign_keys(&mut connection, watch)?;
    let keys_in = Instant::now();
    let left_out = match options.tables {
        None => Objects::new(&mut connection, index, url.schema(), options, watch).create()?,
        Some(_) => Vec::new(),
    };
    if options.grants {
        accounts::grant(&mut connection, index, url.schema())?;
    }
    Ok(Loaded {
        tables: plan.tables(),
        rows: plan.expected_rows(),
        load_seconds: (rows_in - began).as_secs_f64(),
        index_seconds: (keys_in - rows_in).as_secs_f64(),
        objects_seconds: keys_in.elapsed().as_secs_f64(),
        left_out,
    })
}

fn chosen<'a>(index: &'a Index, names: Option<&[String]>) -> Result<Vec<&'a Table>, MysqlError> {
    let Some(names) = names else { return Ok(index.tables.iter().collect()) };
    let find = |name: &String| {
        index.tables.iter().find(|table| table.name == *name).ok_or_else(|| MysqlError::Target {
            what: format!("table `{name}` cannot be restored"),
            why: format!("the backup of `{}` holds no table of that name", index.schema.name),
            next: "`holdfast archive list` shows the tables it holds".to_owned(),
        })
    };
    names.iter().map(find).collect()
}

/// The first session: looks whether the server can take the archive before anything is written, then makes the schema.
fn open_schema(
    url: &DatabaseUrl,
    index: &Index,
    tables: &[&Table],
    options: &LoadOptions,
) -> Result<Connection, MysqlError> {
    let mut server = Connection::connect(&url.with_schema(""))?;
    obstacles::refuse(&mut server, index, tables)?;
    let (schema, info) = (quote_name(url.schema()), &index.schema);
    let defaults = format!("CHARACTER SET {} COLLATE {}", info.character_set, info.collation);
    let exists = format!(
        "SELECT 1 FROM information_schema.schemata WHERE schema_name = {}",
        crate::wire::quote_text(url.schema())
    );
    let exists = server.query_value(&exists)?.is_some();
    let statement = match (exists, &options.tables) {
        (false, _) => Some(format!("CREATE DATABASE {schema} {defaults}")),
        (true, None) => Some(format!("ALTER DATABASE {schema} {defaults}")),
        (true, Some(_)) => None,
    };
    if let Some(statement) = statement {
        server.execute(&statement).map_err(|error| refusal::refused(&format!("schema {schema}"), error))?;
    }
    session::open(url, options.durable)
}

fn look_at(connection: &mut Connection) -> Result<Target, MysqlError> {
    let product = obstacles::product(connection);
    let mode = connection.query_value("SELECT @@GLOBAL.innodb_autoinc_lock_mode")?;
    Ok(Target { product, counters_interleave: mode.as_deref() == Some("2") })
}

fn create_sequences(connection: &mut Connection, index: &Index, only_for: Option<&Plan<'_>>) -> Result<(), MysqlError> {
    let wanted = index.sequences.iter().filter(|sequence| only_for.is_none_or(|plan| plan.names(&sequence.name)));
    objects::create_sequences(connection, wanted)
}
