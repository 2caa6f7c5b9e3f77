//! Tables, their rows and their secondary keys, in parallel: a table's keys are built as soon as its last row is in, while other
//! tables still load. Big tables come first.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use holdfast_archive::index::{Data, Product, Table};

use super::ddl::{self, SplitTable};
use super::packs::Packs;
use super::refusal::refused;
use super::tokens::Tokens;
use super::{definition, rows};
use crate::crew::{self, Weighed};
use crate::error::MysqlError;
use crate::watch::Watch;
use crate::wire::Connection;

/// Below this much row text a table takes its rows with its keys in place: building them later costs a statement of its own.
const FEW_BYTES: u64 = 1 << 20;

/// What decides how a server is loaded.
pub(super) struct Target {
    pub(super) product: Product,
    /// innodb_autoinc_lock_mode is 2. In the other modes LOAD DATA holds the table's counter to its end though every row brings its
    /// own number, so a second chunk of a table with AUTO_INCREMENT waits for the first, and a connection with it (measured).
    pub(super) counters_interleave: bool,
}

pub(super) struct Plan<'a> {
    tables: Vec<Planned<'a>>,
    rows_in: Mutex<Instant>,
}

struct Planned<'a> {
    table: &'a Table,
    split: SplitTable,
    load: String,
    /// Whether the server takes several of its chunks at once.
    chunks_together: bool,
    chunks_left: AtomicUsize,
}

enum Task {
    Create { table: usize },
    Rows { table: usize, chunk: usize },
    Keys { table: usize },
}

impl<'a> Plan<'a> {
    /// `from` and `to` are the schema's names at the source and at the target.
    pub(super) fn of(tables: Vec<&'a Table>, from: &str, to: &str, target: &Target) -> Plan<'a> {
        let planned = |table: &'a Table| {
            let create = definition::table_in_schema(&table.create, from, to);
            let counter_is_free = target.counters_interleave || !ddl::has_counter(&create);
            Planned {
                table,
                split: ddl::split(&create, &table.name, table.raw_bytes < FEW_BYTES),
                load: rows::statement(table, target.product),
                chunks_together: counter_is_free && table.engine.eq_ignore_ascii_case("InnoDB"),
                chunks_left: AtomicUsize::new(chunks(table)),
            }
        };
        Plan { tables: tables.into_iter().map(planned).collect(), rows_in: Mutex::new(Instant::now()) }
    }

    pub(super) fn tables(&self) -> u64 {
        self.tables.len() as u64
    }

    /// Whether the definition of one of the tables names it, as a default names its sequence.
    pub(super) fn names(&self, name: &str) -> bool {
        let named = |create: &str| {
            let tokens = Tokens::of(create);
            (0..tokens.len()).any(|at| tokens.name(at).as_deref() == Some(name))
        };
        self.tables.iter().any(|planned| named(&planned.split.create))
    }

    pub(super) fn expected_rows(&self) -> u64 {
        self.tables.iter().filter(|planned| chunks(planned.table) > 0).map(|planned| planned.table.rows).sum()
    }

    pub(super) fn expected_bytes(&self) -> u64 {
        self.tables.iter().filter(|planned| chunks(planned.table) > 0).map(|planned| planned.table.raw_bytes).sum()
    }

    /// When the last row was in; keys that were built meanwhile cost no time of their own.
    pub(super) fn rows_in(&self) -> Instant {
        *self.rows_in.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates every table, loads its rows and builds its secondary keys.
    pub(super) fn run<R: Read, F: Fn(u32, u64) -> io::Result<R> + Sync>(
        &self,
        packs: &Packs<'_, F>,
        workers: usize,
        watch: &Watch,
        open: impl Fn() -> Result<Connection, MysqlError> + Sync,
    ) -> Result<(), MysqlError> {
        let create = |table: usize| Weighed { weight: self.tables[table].weight(), task: Task::Create { table } };
        let tasks = (0..self.tables.len()).map(create).collect();
        let work = |connection: &mut Connection, task| match task {
            Task::Create { table } => self.create(connection, table, watch),
            Task::Rows { table, chunk } => self.load(connection, table, chunk, packs, watch),
            Task::Keys { table } => self.build_keys(connection, table, watch),
        };
        crew::run(tasks, workers, watch, open, work, |_| Ok(()))
    }

    /// Adds every foreign key; all tables have their keys by now.
    pub(super) fn add_foreign_keys(&self, connection: &mut Connection, watch: &Watch) -> Result<(), MysqlError> {
        for planned in &self.tables {
            if let Some(statement) = &planned.split.foreign_keys {
                watch.go_on()?;
                let what = format!("the foreign keys of table `{}`", planned.table.name);
                connection.execute(statement).map_err(|error| refused(&what, error))?;
            }
        }
        Ok(())
    }

    fn create(
        &self,
        connection: &mut Connection,
        table: usize,
        watch: &Watch,
    ) -> Result<Vec<Weighed<Task>>, MysqlError> {
        let planned = &self.tables[table];
        connection
            .execute(&planned.split.create)
            .map_err(|error| refused(&format!("table `{}`", planned.table.name), error))?;
        let at_once = if planned.chunks_together { chunks(planned.table) } else { chunks(planned.table).min(1) };
        if at_once == 0 {
            return self.build_keys(connection, table, watch);
        }
        Ok((0..at_once).map(|chunk| planned.rows_task(table, chunk)).collect())
    }

    fn load<R: Read, F: Fn(u32, u64) -> io::Result<R> + Sync>(
        &self,
        connection: &mut Connection,
        table: usize,
        chunk: usize,
        packs: &Packs<'_, F>,
        watch: &Watch,
    ) -> Result<Vec<Weighed<Task>>, MysqlError> {
        let planned = &self.tables[table];
        let rows = &planned.table.chunks[chunk];
        let mut reader = packs.chunk(rows)?;
        rows::send(connection, &planned.load, planned.table, rows, &mut reader, watch)?;
        if packs.is_last(rows) {
            rows::see_the_end(&mut reader)?;
        }
        if planned.chunks_left.fetch_sub(1, Ordering::SeqCst) > 1 {
            let next = (!planned.chunks_together).then(|| planned.rows_task(table, chunk + 1));
            return Ok(next.into_iter().collect());
        }
        *self.rows_in.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Ok(vec![Weighed { weight: planned.weight().saturating_add(1), task: Task::Keys { table } }])
    }

    fn build_keys(
        &self,
        connection: &mut Connection,
        table: usize,
        watch: &Watch,
    ) -> Result<Vec<Weighed<Task>>, MysqlError> {
        let planned = &self.tables[table];
        for statement in &planned.split.keys {
            watch.go_on()?;
            connection
                .execute(statement)
                .map_err(|error| refused(&format!("the keys of table `{}`", planned.table.name), error))?;
        }
        watch.add_table();
        Ok(Vec::new())
    }
}

impl Planned<'_> {
    fn rows_task(&self, table: usize, chunk: usize) -> Weighed<Task> {
        Weighed { weight: self.weight(), task: Task::Rows { table, chunk } }
    }

    fn weight(&self) -> u64 {
        if chunks(self.table) == 0 { 0 } else { self.table.raw_bytes }
    }
}

fn chunks(table: &Table) -> usize {
    match table.data {
        Data::Rows => table.chunks.len(),
        Data::SchemaOnly => 0,
    }
}
