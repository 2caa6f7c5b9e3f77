//! The server and the schema themselves.

use holdfast_archive::index::{Product, SchemaInfo, Server};

use crate::error::MysqlError;
use crate::wire::{Connection, quote_text};

pub(crate) fn read_server(connection: &mut Connection) -> Result<Server, MysqlError> {
    let sql = "SELECT @@version, @@version_comment, @@GLOBAL.sql_mode, @@character_set_server, @@collation_server, \
               @@lower_case_table_names, @@GLOBAL.time_zone";
    let row = connection.query_rows::<7>(sql)?.into_iter().next();
    let [version, comment, sql_mode, character_set, collation, lower_case, time_zone] = row.unwrap_or_default();
    let version = version.unwrap_or_default();
    let numbers = version.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    Ok(Server {
        product: if connection.is_mariadb() { Product::MariaDb } else { Product::MySql },
        version: numbers.to_owned(),
        version_comment: comment.unwrap_or_default(),
        sql_mode: sql_mode.unwrap_or_default(),
        character_set_server: character_set.unwrap_or_default(),
        collation_server: collation.unwrap_or_default(),
        lower_case_table_names: lower_case.and_then(|text| text.parse().ok()).unwrap_or(0),
        time_zone: time_zone.unwrap_or_default(),
    })
}

/// The session's schema, its digest still empty.
pub(crate) fn read_schema(connection: &mut Connection) -> Result<SchemaInfo, MysqlError> {
    let user = connection.query_value("SELECT CURRENT_USER()")?.unwrap_or_default();
    let name = connection.query_value("SELECT DATABASE()")?.unwrap_or_default();
    let sql = format!(
        "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME={}",
        quote_text(&name)
    );
    match connection.query_rows::<2>(&sql)?.into_iter().next() {
        Some([character_set, collation]) => Ok(SchemaInfo {
            name,
            character_set: character_set.unwrap_or_default(),
            collation: collation.unwrap_or_default(),
            schema_digest: String::new(),
        }),
        None => Err(MysqlError::UnknownSchema { server: connection.server().to_owned(), schema: name, user }),
    }
}
