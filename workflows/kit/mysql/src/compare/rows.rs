//! Rows and `S` of every table, read back in parallel; a large table by ranges of its key.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use holdfast_archive::index::{Data, Table};
use holdfast_archive::rows::{DigestKey, RowHasher, Tally};

use super::{CompareOptions, Problem};
use crate::crew::{self, Weighed};
use crate::error::MysqlError;
use crate::read::{Cut, Cutter, RowText, Stop, from_table, select_list};
use crate::session::open_reader;
use crate::url::DatabaseUrl;
use crate::watch::Watch;
use crate::wire::{Connection, quote_name};

const LOCK_WAIT_SECONDS: u32 = 60;

/// Part of a table: the rows for which `condition` holds, all when there is none.
struct Part {
    table: usize,
    condition: Option<String>,
}

pub(super) fn compare(
    url: &DatabaseUrl,
    tables: Vec<&Table>,
    options: &CompareOptions,
    watch: &Watch,
) -> Result<Vec<Problem>, MysqlError> {
    let tables: Vec<&Table> = tables.into_iter().filter(|table| table.data == Data::Rows).collect();
    let total = |number: fn(&Table) -> u64| tables.iter().map(|table| number(table)).sum();
    watch.expect(tables.len() as u64, total(|table| table.rows), total(|table| table.raw_bytes));
    let parts: Vec<_> = tables.iter().enumerate().flat_map(|(number, table)| parts(number, table)).collect();
    let tallies: Mutex<BTreeMap<usize, Tally>> = Mutex::default();
    let open = || open_reader(url, LOCK_WAIT_SECONDS);
    let read = |connection: &mut Connection, part: Part| {
        let tally = tally(connection, tables[part.table], part.condition.as_deref(), &options.digest_key, watch)?;
        *tallies.lock().unwrap_or_else(PoisonError::into_inner).entry(part.table).or_default() += tally;
        Ok(Vec::new())
    };
    crew::run(parts, options.parallel, watch, open, read, |_| Ok(()))?;
    let tallies = tallies.into_inner().unwrap_or_else(PoisonError::into_inner);
    let found = |number: usize| tallies.get(&number).copied().unwrap_or_default();
    Ok(tables.iter().enumerate().filter_map(|(number, table)| difference(table, found(number))).collect())
}

fn difference(table: &Table, found: Tally) -> Option<Problem> {
    let what = format!("table `{}`", table.name);
    if found.rows != table.rows {
        return Some(Problem::new(
            what,
            format!("the archive has {} rows of it, the restored table {}", table.rows, found.rows),
        ));
    }
    let why = || {
        format!("{} rows, as in the archive, but their digest is {} instead of {}", found.rows, found.sum, table.sum)
    };
    (found.sum != table.sum).then(|| Problem::new(what, why()))
}

/// One part for each of the table's chunks when its key is one integer, else the whole table. Parts are cut at the chunks' last keys
/// and leave no gap: a row that no chunk had is found too.
fn parts(number: usize, table: &Table) -> Vec<Weighed<Part>> {
    let bounds = integer_bounds(table).unwrap_or_default();
    let key = table.key.first().map(|name| quote_name(name)).unwrap_or_default();
    let after = |bound: Option<&i128>| bound.map(|value| format!("{key} > {value}"));
    let upto = |bound: Option<&i128>| bound.map(|value| format!("{key} <= {value}"));
    let weight = table.raw_bytes / (bounds.len() as u64 + 1);
    let part = |place: usize| {
        let before = place.checked_sub(1).and_then(|before| bounds.get(before));
        let conditions: Vec<String> = after(before).into_iter().chain(upto(bounds.get(place))).collect();
        let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        Weighed { weight, task: Part { table: number, condition } }
    };
    (0..=bounds.len()).map(part).collect()
}

/// Where to cut, in order; `None` when the key is anything but one integer column. The last chunk has no end.
fn integer_bounds(table: &Table) -> Option<Vec<i128>> {
    let [key] = table.key.as_slice() else { return None };
    let column = table.columns.iter().find(|column| column.name == *key)?;
    let is_integer =
        ["tinyint", "smallint", "mediumint", "int", "bigint"].iter().any(|name| column.type_name.starts_with(name));
    if !is_integer || column.nullable {
        return None;
    }
    let last = |chunk: &holdfast_archive::index::Chunk| match chunk.last_key.as_deref() {
        Some([value]) => value.parse::<i128>().ok(),
        _ => None,
    };
    let mut bounds = table.chunks.iter().map(last).collect::<Option<Vec<i128>>>()?;
    bounds.sort_unstable();
    bounds.dedup();
    bounds.pop();
    Some(bounds)
}

fn tally(
    connection: &mut Connection,
    table: &Table,
    condition: Option<&str>,
    key: &DigestKey,
    watch: &Watch,
) -> Result<Tally, MysqlError> {
    let condition = condition.map(|text| format!(" WHERE {text}")).unwrap_or_default();
    let sql = format!("SELECT {} FROM {}{condition}", select_list(table), from_table(table, &table.name));
    let mut text = RowText::new(connection.stream(&sql)?, Cutter::new(Cut::Nowhere));
    let mut hasher = RowHasher::new(key);
    let mut block = Vec::new();
    loop {
        let stop = text.fill(&mut block)?;
        hasher.update(&block);
        watch.add_bytes(block.len() as u64);
        if stop == Stop::End {
            let tally = hasher.tally()?;
            watch.add_rows(tally.rows);
            return Ok(tally);
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_archive::index::{Chunk, Column};

    use super::*;

    fn table(type_name: &str, last_keys: &[&str]) -> Table {
        let chunk = |last: &&str| Chunk {
            pack: 0,
            offset: 0,
            first_frame: 0,
            frames: 1,
            first_key: None,
            last_key: Some(vec![(*last).to_owned()]),
            rows: 1,
            raw_bytes: 1,
            sum: Default::default(),
        };
        let column = Column {
            name: "id`".into(),
            type_name: type_name.into(),
            character_set: None,
            nullable: false,
            generated: false,
            invisible: false,
        };
        Table {
            name: "t".into(),
            engine: "InnoDB".into(),
            create: String::new(),
            columns: vec![column],
            key: vec!["id`".into()],
            rows: 3,
            raw_bytes: 3,
            sum: Default::default(),
            data: Data::Rows,
            versioned: false,
            partitioned: false,
            chunks: last_keys.iter().map(chunk).collect(),
        }
    }

    #[test]
    fn parts_follow_each_other_without_a_gap_and_without_an_end() {
        let conditions = |table: &Table| -> Vec<Option<String>> {
            parts(0, table).into_iter().map(|part| part.task.condition).collect()
        };
        assert_eq!(
            conditions(&table("bigint(20) unsigned", &["18446744073709551615", "-5", "7"])),
            [
                Some("`id``` <= -5".to_owned()),
                Some("`id``` > -5 AND `id``` <= 7".to_owned()),
                Some("`id``` > 7".to_owned())
            ]
        );
        assert_eq!(conditions(&table("int(11)", &["7"])), [None]);
        assert_eq!(conditions(&table("varchar(20)", &["0x61", "0x62"])), [None]);
    }
}
