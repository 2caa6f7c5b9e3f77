//! Tables, by a few statements for all of them together, and the definition of each.

use std::collections::{BTreeSet, HashMap};

use holdfast_archive::index::{Column, Data, Table};
use holdfast_archive::rows::RowSum;

use super::text::definition;
use crate::error::MysqlError;
use crate::wire::{Connection, quote_name, quote_text};

/// How a table's rows come to be part of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableKind {
    Transactional,
    /// Keeps rows, but shows every reader the latest.
    NonTransactional,
    /// MEMORY: nothing outlives a restart.
    Volatile,
    /// The rows are somewhere else (FEDERATED, CONNECT, MRG_MyISAM) or nowhere (BLACKHOLE).
    Elsewhere,
}

/// A table as listed: definition, key and rows still to come.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) table: Table,
    pub(crate) kind: TableKind,
    /// The server's estimates.
    pub(crate) rows: u64,
    pub(crate) data_bytes: u64,
}

#[derive(Debug, Default)]
pub(crate) struct ListedSchema {
    /// In the order of their names, as all lists here.
    pub(crate) tables: Vec<Listed>,
    pub(crate) views: Vec<(String, Vec<String>)>,
    pub(crate) sequences: Vec<String>,
}

/// Tables, views (with their columns' names) and sequences of a schema.
pub(crate) fn list_tables(connection: &mut Connection, schema: &str) -> Result<ListedSchema, MysqlError> {
    list(connection, &format!("TABLE_SCHEMA={}", quote_text(schema)))
}

/// One table again, after its definition changed.
pub(crate) fn relist_table(
    connection: &mut Connection,
    schema: &str,
    table: &str,
) -> Result<Option<Listed>, MysqlError> {
    let condition = format!("TABLE_SCHEMA={} AND TABLE_NAME={}", quote_text(schema), quote_text(table));
    Ok(list(connection, &condition)?.tables.into_iter().next())
}

fn list(connection: &mut Connection, condition: &str) -> Result<ListedSchema, MysqlError> {
    let mut columns = list_columns(connection, condition)?;
    let transactional = transactional_engines(connection)?;
    let sql = format!(
        "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH, CREATE_OPTIONS FROM information_schema.TABLES WHERE {condition}"
    );
    let mut listed = ListedSchema::default();
    for [name, table_type, engine, rows, data_bytes, options] in connection.query_rows::<6>(&sql)? {
        let name = name.unwrap_or_default();
        let columns = columns.remove(&name).unwrap_or_default();
        match table_type.as_deref() {
            Some("VIEW") => {
                listed.views.push((name, columns.in_order().into_iter().map(|column| column.name).collect()))
            }
            Some("SEQUENCE") => listed.sequences.push(name),
            Some(table_type @ ("BASE TABLE" | "SYSTEM VERSIONED")) => {
                let engine = engine.unwrap_or_default();
                let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
                let kind = table_kind(&engine, &transactional);
                let mut table = blank_table(name, engine, kind);
                table.versioned = table_type == "SYSTEM VERSIONED";
                table.partitioned = options.unwrap_or_default().contains("partitioned");
                table.columns = if table.versioned { columns.with_period() } else { columns.in_order() };
                listed.tables.push(Listed { table, kind, rows: number(rows), data_bytes: number(data_bytes) });
            }
            // Temporary tables and the server's own views are no part of a schema.
            _ => {}
        }
    }
    listed.tables.sort_by(|a, b| a.table.name.cmp(&b.table.name));
    listed.views.sort();
    listed.sequences.sort();
    Ok(listed)
}

fn blank_table(name: String, engine: String, kind: TableKind) -> Table {
    let data = match kind {
        TableKind::Transactional | TableKind::NonTransactional => Data::Rows,
        TableKind::Volatile | TableKind::Elsewhere => Data::SchemaOnly,
    };
    Table {
        name,
        engine,
        create: String::new(),
        columns: Vec::new(),
        key: Vec::new(),
        rows: 0,
        raw_bytes: 0,
        sum: RowSum::default(),
        data,
        versioned: false,
        partitioned: false,
        chunks: Vec::new(),
    }
}

fn table_kind(engine: &str, transactional: &BTreeSet<String>) -> TableKind {
    match engine {
        "MEMORY" => TableKind::Volatile,
        "MRG_MyISAM" | "FEDERATED" | "CONNECT" | "SPIDER" | "BLACKHOLE" | "SPHINX" | "OQGRAPH" => TableKind::Elsewhere,
        engine if transactional.contains(engine) => TableKind::Transactional,
        _ => TableKind::NonTransactional,
    }
}

fn transactional_engines(connection: &mut Connection) -> Result<BTreeSet<String>, MysqlError> {
    let rows = connection.query_rows::<1>("SELECT ENGINE FROM information_schema.ENGINES WHERE TRANSACTIONS='YES'")?;
    Ok(rows.into_iter().filter_map(|[engine]| engine).collect())
}

/// Columns of one table, each with its position.
#[derive(Default)]
struct Columns {
    list: Vec<(u32, Column)>,
    /// Two of them are the system-versioning period, which a table may also keep without declaring it.
    declare_period: bool,
}

impl Columns {
    fn in_order(mut self) -> Vec<Column> {
        self.list.sort_by_key(|(position, _)| *position);
        self.list.into_iter().map(|(_, column)| column).collect()
    }

    /// With the period of a system-versioned table, declared or not: history without it means nothing.
    fn with_period(self) -> Vec<Column> {
        let declared = self.declare_period;
        let mut columns = self.in_order();
        for name in ["row_start", "row_end"].into_iter().filter(|_| !declared) {
            columns.push(Column {
                name: name.to_owned(),
                type_name: "timestamp(6)".to_owned(),
                character_set: None,
                nullable: false,
                generated: false,
                invisible: true,
            });
        }
        columns
    }
}

fn list_columns(connection: &mut Connection, condition: &str) -> Result<HashMap<String, Columns>, MysqlError> {
    let sql = format!(
        "SELECT TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, CHARACTER_SET_NAME, IS_NULLABLE, EXTRA, GENERATION_EXPRESSION \
         FROM information_schema.COLUMNS WHERE {condition}"
    );
    let mut tables: HashMap<String, Columns> = HashMap::new();
    for [table, position, name, type_name, character_set, nullable, extra, expression] in
        connection.query_rows::<8>(&sql)?
    {
        let extra = extra.unwrap_or_default();
        let period = matches!(expression.as_deref(), Some("ROW START" | "ROW END"));
        let generated = extra.contains("VIRTUAL GENERATED") || extra.contains("STORED GENERATED");
        let column = Column {
            name: name.unwrap_or_default(),
            type_name: type_name.unwrap_or_default(),
            character_set,
            nullable: nullable.as_deref() == Some("YES"),
            generated: generated && !period,
            invisible: extra.contains("INVISIBLE"),
        };
        let position = position.and_then(|text| text.parse().ok()).unwrap_or(0);
        let columns = tables.entry(table.unwrap_or_default()).or_default();
        columns.declare_period |= period;
        columns.list.push((position, column));
    }
    Ok(tables)
}

/// The definition as the server prints it.
pub(crate) fn show_create(connection: &mut Connection, table: &str) -> Result<String, MysqlError> {
    let row = connection.query_all(&format!("SHOW CREATE TABLE {}", quote_name(table)))?.into_iter().next();
    let create = row.and_then(|row| row.into_iter().nth(1)).flatten().unwrap_or_default();
    definition(create, &format!("the definition of `{table}`"))
}

/// Columns of the primary key in its order; empty when there is none, or when it holds only the beginning of a column.
pub(crate) fn primary_key(create: &str) -> Vec<String> {
    let line = create.lines().find_map(|line| line.trim_start().strip_prefix("PRIMARY KEY ("));
    let Some(mut rest) = line else { return Vec::new() };
    let mut columns = Vec::new();
    while let Some(name) = rest.strip_prefix('`') {
        let Some((column, after)) = take_name(name) else { return Vec::new() };
        columns.push(column);
        rest = after.strip_prefix(" DESC").or_else(|| after.strip_prefix(" ASC")).unwrap_or(after);
        match rest.as_bytes().first() {
            Some(b',') => rest = &rest[1..],
            Some(b')') => return columns,
            _ => return Vec::new(),
        }
    }
    Vec::new()
}

/// A name after its opening backtick, and what follows its closing one.
fn take_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('`')?;
        name.push_str(part);
        match after.strip_prefix('`') {
            Some(doubled) => {
                name.push('`');
                rest = doubled;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primary_key_is_read_from_the_definition() {
        let create = |key: &str| format!("CREATE TABLE `t` (\n  `a` int,\n  {key},\n  KEY `x` (`b`)\n) ENGINE=InnoDB");
        assert_eq!(primary_key(&create("PRIMARY KEY (`a``b`,`c d`)")), ["a`b", "c d"]);
        assert_eq!(primary_key(&create("PRIMARY KEY (`a`) USING BTREE")), ["a"]);
        assert!(primary_key(&create("PRIMARY KEY (`a`(10),`b`)")).is_empty());
        assert!(primary_key(&create("UNIQUE KEY `u` (`a`)")).is_empty());
    }
}
