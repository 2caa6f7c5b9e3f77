//! Which table stands behind a name. InnoDB shows a snapshot the rows of whatever table has the name now: after a RENAME
//! swap each of two tables would be read with the other's rows, and no error.

use std::collections::BTreeMap;

use crate::error::MysqlError;
use crate::wire::{Connection, quote_text};

/// Of every table of a schema, what tells it from another of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprints {
    /// InnoDB's own ids (they stay with the rows), or only the times of creation (the server moves them on a rename).
    pub(crate) by_id: bool,
    tables: BTreeMap<String, Fingerprint>,
}

/// Ids of the table's partitions, sorted; with each, what an instant ALTER changes.
type Fingerprint = Vec<(String, String)>;

impl Fingerprints {
    /// Of every table of the schema. Ids need PROCESS; without it, times of creation.
    pub(crate) fn read(connection: &mut Connection, schema: &str) -> Result<Fingerprints, MysqlError> {
        match read_ids(connection, schema) {
            Err(error) if error.is_denied() => read_times(connection, schema),
            ids => ids,
        }
    }

    /// Whether `name` now is the very table that `table` was in `self`.
    pub(crate) fn is_same(&self, table: &str, now: &Fingerprints, name: &str) -> bool {
        match (self.tables.get(table), now.tables.get(name)) {
            (Some(then), Some(now)) => ids(then).eq(ids(now)),
            // Tables of other engines have no id; nothing says anything against them.
            (None, None) => true,
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
        let gone = self.tables.iter().filter(|(name, then)| now.tables.get(*name) != Some(*then));
        let new = now.tables.keys().filter(|name| !self.tables.contains_key(*name));
        let mut names: Vec<String> = gone.map(|(name, _)| name).chain(new).cloned().collect();
        names.sort();
        names
    }
}

fn ids(fingerprint: &Fingerprint) -> impl Iterator<Item = &str> {
    fingerprint.iter().map(|(id, _)| id.as_str())
}

fn read_ids(connection: &mut Connection, schema: &str) -> Result<Fingerprints, MysqlError> {
    let source = if connection.is_mariadb() { "INNODB_SYS_TABLES" } else { "INNODB_TABLES" };
    // Names stand here as files are named: `my@0020shop/a@002db#P#p0`.
    let sql = format!(
        "SELECT CONVERT(CONVERT(CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(NAME,'/',-1),'#P#',1),'#p#',1) AS BINARY) \
         USING filename) USING utf8mb4), TABLE_ID, N_COLS FROM information_schema.{source} \
         WHERE SUBSTRING_INDEX(NAME,'/',1)=CAST(CONVERT({} USING filename) AS BINARY) AND NAME NOT LIKE '%/#sql%'",
        quote_text(schema)
    );
    let rows = connection.query_rows::<3>(&sql)?;
    let mut tables: BTreeMap<String, Fingerprint> = BTreeMap::new();
    for [name, id, columns] in rows {
        let partition = (id.unwrap_or_default(), columns.unwrap_or_default());
        tables.entry(name.unwrap_or_default()).or_default().push(partition);
    }
    tables.values_mut().for_each(|partitions| partitions.sort());
    Ok(Fingerprints { by_id: true, tables })
}

fn read_times(connection: &mut Connection, schema: &str) -> Result<Fingerprints, MysqlError> {
    let sql = format!(
        "SELECT TABLE_NAME, CREATE_TIME FROM information_schema.TABLES WHERE TABLE_SCHEMA={} AND TABLE_TYPE NOT IN ('VIEW','SEQUENCE')",
        quote_text(schema)
    );
    let rows = connection.query_rows::<2>(&sql)?;
    let tables = rows.into_iter().map(|[name, time]| (name.unwrap_or_default(), vec![(time.unwrap_or_default(), String::new())]));
    Ok(Fingerprints { by_id: false, tables: tables.collect() })
}
