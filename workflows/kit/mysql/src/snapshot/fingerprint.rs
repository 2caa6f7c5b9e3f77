//! Which table stands behind a name. InnoDB shows a snapshot the rows of whatever table has the name now: after a RENAME
//! swap each of two tables would be read with the other's rows, and no error.

use std::collections::BTreeMap;

use super::filename;
use crate::error::MysqlError;
use crate::wire::{Connection, quote_text};

/// Of every table of a schema, what tells it from another of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprints {
    /// InnoDB's own ids (they stay with the rows), or only the times of creation (MariaDB moves them on a rename).
    pub(crate) by_id: bool,
    tables: BTreeMap<String, Fingerprint>,
    /// Those whose names only the server understands, under the names it gave.
    unnamed: BTreeMap<String, Fingerprint>,
}

/// Ids of the table's partitions, sorted; with each, what an instant ALTER changes.
type Fingerprint = Vec<(String, String)>;

impl Fingerprints {
    /// Of every table of the schema. Ids need PROCESS; without it, times of creation.
    pub(crate) fn read(connection: &mut Connection, schema: &str) -> Result<Fingerprints, MysqlError> {
        let ids = if connection.is_mariadb() { mariadb_ids(connection, schema) } else { mysql_ids(connection, schema) };
        match ids {
            Err(error) if error.is_denied() => times(connection, schema),
            Ok(None) => times(connection, schema),
            Ok(Some(ids)) => Ok(ids),
            Err(error) => Err(error),
        }
    }

    /// Whether `name` now is the very table that `table` was in `self`.
    pub(crate) fn is_same(&self, table: &str, now: &Fingerprints, name: &str) -> bool {
        match (self.tables.get(table), now.tables.get(name)) {
            (Some(then), Some(now)) => ids(then).eq(ids(now)),
            // Without an id it is of another engine, or of a name only the server understands: if one of those changed, it
            // may be this one.
            (None, None) => self.unnamed == now.unnamed,
            _ => false,
        }
    }

    /// The name that the table known as `table` in `self` has now.
    pub(crate) fn name_now(&self, table: &str, now: &Fingerprints) -> Option<String> {
        let then = self.tables.get(table).filter(|_| self.by_id)?;
        now.tables.iter().find(|(_, other)| ids(then).eq(ids(other))).map(|(name, _)| name.clone())
    }

    /// Names that came, went or changed hands between the two, sorted.
    pub(crate) fn changed(&self, now: &Fingerprints) -> Vec<String> {
        let mut names = differing(&self.tables, &now.tables);
        names.extend(differing(&self.unnamed, &now.unnamed));
        names
    }
}

fn differing(then: &BTreeMap<String, Fingerprint>, now: &BTreeMap<String, Fingerprint>) -> Vec<String> {
    let gone = then.iter().filter(|(name, print)| now.get(*name) != Some(*print)).map(|(name, _)| name);
    let new = now.keys().filter(|name| !then.contains_key(*name));
    let mut names: Vec<String> = gone.chain(new).cloned().collect();
    names.sort();
    names
}

fn ids(fingerprint: &Fingerprint) -> impl Iterator<Item = &str> {
    fingerprint.iter().map(|(id, _)| id.as_str())
}

/// A table's name among InnoDB's, its partition left out: `my@0020shop/a@002db#P#p0`.
const TABLE_PART: &str = "SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(NAME,'/',-1),'#P#',1),'#p#',1)";

fn mariadb_ids(connection: &mut Connection, schema: &str) -> Result<Option<Fingerprints>, MysqlError> {
    let sql = format!(
        "SELECT CONVERT(CONVERT(CAST({TABLE_PART} AS BINARY) USING filename) USING utf8mb4), TABLE_ID, N_COLS \
         FROM information_schema.INNODB_SYS_TABLES \
         WHERE SUBSTRING_INDEX(NAME,'/',1)=CAST(CONVERT({} USING filename) AS BINARY) AND NAME NOT LIKE '%/#sql%'",
        quote_text(schema)
    );
    let rows = connection.query_rows::<3>(&sql)?;
    Ok(Some(gathered(rows, |name| Some(name.to_owned()))))
}

/// `None` for a schema whose name only the server understands.
fn mysql_ids(connection: &mut Connection, schema: &str) -> Result<Option<Fingerprints>, MysqlError> {
    let Some(prefix) = filename::encode(schema) else { return Ok(None) };
    let sql = format!(
        "SELECT {TABLE_PART}, TABLE_ID, CONCAT_WS(' ',N_COLS,TOTAL_ROW_VERSIONS) FROM information_schema.INNODB_TABLES \
         WHERE SUBSTRING_INDEX(NAME,'/',1)={} AND NAME NOT LIKE '%/#sql%'",
        quote_text(&prefix)
    );
    let rows = connection.query_rows::<3>(&sql)?;
    Ok(Some(gathered(rows, filename::decode)))
}

fn gathered(rows: Vec<[Option<String>; 3]>, decode: impl Fn(&str) -> Option<String>) -> Fingerprints {
    let mut prints = Fingerprints { by_id: true, tables: BTreeMap::new(), unnamed: BTreeMap::new() };
    for [name, id, columns] in rows {
        let partition = (id.unwrap_or_default(), columns.unwrap_or_default());
        let name = name.unwrap_or_default();
        let table = match decode(&name) {
            Some(name) => prints.tables.entry(name),
            None => prints.unnamed.entry(name),
        };
        table.or_default().push(partition);
    }
    prints.tables.values_mut().chain(prints.unnamed.values_mut()).for_each(|partitions| partitions.sort());
    prints
}

fn times(connection: &mut Connection, schema: &str) -> Result<Fingerprints, MysqlError> {
    let sql = format!(
        "SELECT TABLE_NAME, CREATE_TIME FROM information_schema.TABLES WHERE TABLE_SCHEMA={} AND TABLE_TYPE NOT IN ('VIEW','SEQUENCE')",
        quote_text(schema)
    );
    let rows = connection.query_rows::<2>(&sql)?;
    let tables = rows
        .into_iter()
        .map(|[name, time]| (name.unwrap_or_default(), vec![(time.unwrap_or_default(), String::new())]));
    Ok(Fingerprints { by_id: false, tables: tables.collect(), unnamed: BTreeMap::new() })
}
