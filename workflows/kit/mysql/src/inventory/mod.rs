//! What a schema consists of, as the server tells it: for the dump's index, and for comparing a restored schema.

mod digest;
mod grants;
mod objects;
mod sequences;
mod server;
mod tables;
mod text;

use holdfast_archive::index::{Grant, SchemaInfo, Sequence, Server, StoredObject, Table};

pub use digest::schema_digest;
pub(crate) use digest::without_counter;
pub(crate) use grants::read_grants;
pub(crate) use objects::{Objects, read_objects};
pub(crate) use sequences::read_sequences;
pub(crate) use server::{read_schema, read_server};
pub(crate) use tables::{Listed, ListedSchema, TableKind, list_tables, primary_key, relist_table, show_create};

use crate::error::MysqlError;
use crate::wire::Connection;

/// Every object of a schema. `schema.schema_digest` covers the definitions of all of them, accounts aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    pub server: Server,
    pub schema: SchemaInfo,
    /// Without rows, sums and chunks; in the order of their names.
    pub tables: Vec<Table>,
    pub sequences: Vec<Sequence>,
    pub views: Vec<StoredObject>,
    pub routines: Vec<StoredObject>,
    pub triggers: Vec<StoredObject>,
    pub events: Vec<StoredObject>,
    pub grants: Vec<Grant>,
    /// What could not be read, a sentence each.
    pub notes: Vec<String>,
}

impl Inventory {
    /// Reads the session's schema whole, over one connection. The session becomes a reader's.
    ///
    /// # Errors
    /// `UnknownSchema` when the URL named none or it is gone; `Lacks` when a definition may not be read.
    pub fn read(connection: &mut Connection) -> Result<Inventory, MysqlError> {
        crate::session::prepare_reader(connection, 60)?;
        let server = read_server(connection)?;
        let mut schema = read_schema(connection)?;
        let listed = list_tables(connection, &schema.name)?;
        let mut tables = Vec::new();
        for mut found in listed.tables {
            found.table.create = show_create(connection, &found.table.name)?;
            found.table.key = primary_key(&found.table.create);
            tables.push(found.table);
        }
        let sequences = read_sequences(connection, &listed.sequences)?;
        let objects = read_objects(connection, &schema.name, &listed.views)?;
        let grants = read_grants(connection, &schema.name)?;
        let Objects { views, routines, triggers, events } = objects;
        schema.schema_digest = schema_digest(&tables, &sequences, [&views, &routines, &triggers, &events]);
        Ok(Inventory {
            server,
            schema,
            tables,
            sequences,
            views,
            routines,
            triggers,
            events,
            grants: grants.grants,
            notes: grants.notes,
        })
    }
}
