//! What is read by one statement each: whole tables, and ranges of big ones.

use holdfast_archive::index::{Data, Table};

use super::chunk::is_integer;
use crate::error::MysqlError;
use crate::inventory::Listed;
use crate::read::Cut;
use crate::wire::{Connection, quote_name};

/// Raw bytes a chunk aims at: what restoring one table, or one range of it, reads too much at most.
const CHUNK_BYTES: u64 = 8 << 20;
/// A table larger than this is read in ranges, by every connection.
const RANGE_BYTES: u64 = 64 << 20;
/// Index tables that are swapped by name are small: read early, they are read before the next swap.
const EARLY_BYTES: u64 = 64 << 20;

/// One statement's worth of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    /// The table's place in the list.
    pub(super) table: usize,
    /// Position among the table's jobs.
    pub(super) part: u32,
    /// Of the key's first column: from, and below. `None` where it is open.
    pub(super) range: (Option<i128>, Option<i128>),
    /// The table's only job.
    pub(super) whole: bool,
}

/// How a table is read: which cut, and which ranges.
pub(super) struct TablePlan {
    pub(super) cut: Cut,
    pub(super) bounds: Vec<i128>,
}

/// Places of the key's columns in a row of the row text, when rows can be read in the key's order.
fn key_places(table: &Table) -> Option<Vec<usize>> {
    let ordered = matches!(table.engine.as_str(), "InnoDB" | "ROCKSDB") && !table.key.is_empty();
    let place = |name: &String| table.row_columns().position(|column| column.name == *name);
    if ordered { table.key.iter().map(place).collect() } else { None }
}

/// Plans a table whose definition and key are known. The bounds of big tables are asked for in the snapshot.
pub(super) fn plan_table(reader: &mut Connection, listed: &Listed) -> Result<TablePlan, MysqlError> {
    let table = &listed.table;
    let (Some(places), Data::Rows) = (key_places(table), table.data) else { return Ok(TablePlan::by_size()) };
    if listed.data_bytes < CHUNK_BYTES || listed.rows == 0 {
        return Ok(TablePlan::by_size());
    }
    // Both are estimates that drift; powers of two keep the boundaries where they were.
    let rows_a_chunk = (CHUNK_BYTES * listed.rows / listed.data_bytes).max(1);
    let first = table.row_columns().nth(places[0]);
    if !first.is_some_and(|column| is_integer(&column.type_name)) {
        return Ok(TablePlan { cut: Cut::Hash { columns: places, bits: rows_a_chunk.ilog2() }, bounds: Vec::new() });
    }
    let Some((least, most)) = key_range(reader, table)? else { return Ok(TablePlan::by_size()) };
    let span = most - least + 1;
    let keys_a_chunk = (span * i128::from(rows_a_chunk) / i128::from(listed.rows)).max(1);
    let step_bits = keys_a_chunk.ilog2();
    let chunks_a_range = i128::from((RANGE_BYTES / CHUNK_BYTES).next_power_of_two());
    let range = chunks_a_range << step_bits;
    let mut bounds = Vec::new();
    if listed.data_bytes > RANGE_BYTES {
        let mut bound = (least.div_euclid(range) + 1) * range;
        while bound <= most {
            bounds.push(bound);
            bound += range;
        }
    }
    Ok(TablePlan { cut: Cut::Grid { column: places[0], step_bits }, bounds })
}

/// Least and greatest value of the key's first column; `None` for an empty table.
fn key_range(reader: &mut Connection, table: &Table) -> Result<Option<(i128, i128)>, MysqlError> {
    let key = quote_name(&table.key[0]);
    let from = crate::read::from_table(table, &table.name);
    let row = reader.query_rows::<2>(&format!("SELECT MIN({key}),MAX({key}) FROM {from}"))?.into_iter().next();
    let parsed = row.map(|[least, most]| (least.and_then(|t| t.parse().ok()), most.and_then(|t| t.parse().ok())));
    Ok(parsed.and_then(|(least, most)| Some((least?, most?))))
}

impl TablePlan {
    /// One statement, cut by size.
    pub(super) fn by_size() -> TablePlan {
        TablePlan { cut: Cut::Nowhere, bounds: Vec::new() }
    }

    pub(super) fn jobs(&self, table: usize) -> Vec<Job> {
        let from = std::iter::once(None).chain(self.bounds.iter().map(|bound| Some(*bound)));
        let below = self.bounds.iter().map(|bound| Some(*bound)).chain(std::iter::once(None));
        let whole = self.bounds.is_empty();
        let ranges = from.zip(below).zip(0..);
        ranges.map(|(range, part)| Job { table, part, range, whole }).collect()
    }
}

/// Tables that a reindex swaps by name come first, then the largest.
pub(super) fn weight(listed: &Listed, has_twin: bool, jobs: usize) -> u64 {
    let early = has_twin && listed.data_bytes < EARLY_BYTES;
    if early { u64::MAX } else { listed.data_bytes / jobs.max(1) as u64 }
}

/// Whether a table and its `_replica` both exist: the pair that is swapped.
pub(super) fn has_twin(name: &str, exists: impl Fn(&str) -> bool) -> bool {
    match name.strip_suffix("_replica") {
        Some(first) => exists(first),
        None => exists(&format!("{name}_replica")),
    }
}

/// The condition and order of a job's statement.
pub(super) fn tail(table: &Table, cut: &Cut, range: (Option<i128>, Option<i128>)) -> String {
    if *cut == Cut::Nowhere && range == (None, None) && key_places(table).is_none() {
        return String::new();
    }
    let key: Vec<String> = table.key.iter().map(|name| quote_name(name)).collect();
    let mut conditions = Vec::new();
    if let Some(from) = range.0 {
        conditions.push(format!("{}>={from}", key[0]));
    }
    if let Some(below) = range.1 {
        conditions.push(format!("{}<{below}", key[0]));
    }
    let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    format!(" FORCE INDEX (PRIMARY){filter} ORDER BY {}", key.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_every_key_once() {
        let plan = TablePlan { cut: Cut::Nowhere, bounds: vec![0, 64] };
        let ranges: Vec<_> = plan.jobs(3).into_iter().map(|job| job.range).collect();
        assert_eq!(ranges, [(None, Some(0)), (Some(0), Some(64)), (Some(64), None)]);
        assert!(TablePlan { cut: Cut::Nowhere, bounds: vec![] }.jobs(3)[0].whole);
    }

    #[test]
    fn the_twins_of_a_reindex_know_each_other() {
        let exists = |name: &str| ["price", "price_replica", "other"].contains(&name);
        assert!(has_twin("price", exists) && has_twin("price_replica", exists) && !has_twin("other", exists));
    }
}
