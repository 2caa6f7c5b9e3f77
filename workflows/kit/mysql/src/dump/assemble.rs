//! What the dump knows of the schema while it runs, and the index it becomes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use holdfast_archive::index::{Chunk, Data, Grant, Index, SchemaInfo, Sequence, Server, Snapshot as IndexSnapshot};
use holdfast_archive::pack::PackDigest;

use super::hand::{Done, Hands};
use super::packs::Packs;
use super::plan::{self, Job, TablePlan};
use super::{DumpOptions, Looked};
use crate::crew::Weighed;
use crate::error::MysqlError;
use crate::inventory::{self, Listed, Objects, TableKind};
use crate::read::Cut;
use crate::snapshot::{Fingerprints, Snapshot};
use crate::watch::Watch;
use crate::wire::Connection;

/// A table larger than this has its definition and ranges looked up before the work begins, and is settled alone.
const LARGE_BYTES: u64 = 8 << 20;

pub(super) struct Dump<'p, 'a, F, G> {
    pub(super) packs: &'p Packs<'a, F, G>,
    pub(super) options: &'p DumpOptions,
    pub(super) watch: &'p Watch,
    pub(super) schema: SchemaInfo,
    /// The tables as they were named when the snapshot was taken.
    pub(super) prints: Fingerprints,
    side: Mutex<Connection>,
    server: Server,
    snapshot: Snapshot,
    connections: u32,
    tables: Vec<Mutex<TableState>>,
    sequences: Vec<Sequence>,
    objects: Objects,
    grants: Vec<Grant>,
    seen: Mutex<SeenChanges>,
}

/// A table on its way into the archive.
pub(super) struct TableState {
    pub(super) listed: Listed,
    pub(super) cut: Cut,
    /// Chunks by the part of the table they are of.
    parts: BTreeMap<u32, Vec<Chunk>>,
    jobs_left: usize,
}

/// What the schema did while it was dumped.
#[derive(Default)]
struct SeenChanges {
    redone: BTreeSet<String>,
    ddl: Vec<String>,
}

pub(super) struct Planned<'p, 'a, F, G, W: Write> {
    pub(super) dump: Dump<'p, 'a, F, G>,
    /// For the readers of the snapshot.
    pub(super) tasks: Vec<Weighed<Job>>,
    /// For the session that holds locks on tables without transactions.
    pub(super) locked_tasks: Vec<Weighed<Job>>,
    pub(super) hands: Hands<W>,
}

impl<'p, 'a, W, F, G> Dump<'p, 'a, F, G>
where
    W: Write,
    F: Fn(u32) -> io::Result<W>,
    G: Fn(PackDigest, W) -> io::Result<()>,
{
    /// Reads every definition that does not belong to a table's rows, and decides what is read by which statement.
    pub(super) fn plan(
        looked: Looked,
        mut side: Connection,
        options: &'p DumpOptions,
        packs: &'p Packs<'a, F, G>,
        watch: &'p Watch,
    ) -> Result<Planned<'p, 'a, F, G, W>, MysqlError> {
        let Looked { found, prints, mut snapshot, locked } = looked;
        let server = inventory::read_server(&mut side)?;
        let schema = inventory::read_schema(&mut side)?;
        let objects = inventory::read_objects(&mut side, &schema.name, &found.views)?;
        let sequences = inventory::read_sequences(&mut side, &found.sequences)?;
        let accounts = inventory::read_grants(&mut side, &schema.name)?;
        snapshot.notes.extend(accounts.notes);
        let mut readers = std::mem::take(&mut snapshot.readers);
        let (mut tasks, mut locked_tasks, mut tables) = (Vec::new(), Vec::new(), Vec::new());
        let names: BTreeSet<String> = found.tables.iter().map(|listed| listed.table.name.clone()).collect();
        watch.expect(
            names.len() as u64,
            found.tables.iter().map(|t| t.rows).sum(),
            found.tables.iter().map(|t| t.data_bytes).sum(),
        );
        for (at, mut listed) in found.tables.into_iter().enumerate() {
            watch.go_on()?;
            let is_locked = locked && listed.kind == TableKind::NonTransactional;
            if listed.kind == TableKind::NonTransactional && !is_locked {
                listed.table.data = Data::SchemaOnly;
            }
            let plan = if is_locked { TablePlan::by_size() } else { plan_ahead(&mut readers[0], &mut listed)? };
            let jobs = plan.jobs(at);
            let has_twin = plan::has_twin(&listed.table.name, |name| names.contains(name));
            let weight = plan::weight(&listed, has_twin, jobs.len());
            let list = if is_locked { &mut locked_tasks } else { &mut tasks };
            tables.push(Mutex::new(TableState {
                listed,
                cut: plan.cut,
                parts: BTreeMap::new(),
                jobs_left: jobs.len(),
            }));
            list.extend(jobs.into_iter().map(|task| Weighed { weight, task }));
        }
        let connections = readers.len() as u32;
        let hands = Hands::new(readers, &options.digest_key);
        let side = Mutex::new(side);
        let grants = accounts.grants;
        let seen = Mutex::default();
        let dump = Dump {
            packs,
            options,
            watch,
            schema,
            prints,
            side,
            server,
            snapshot,
            connections,
            tables,
            sequences,
            objects,
            grants,
            seen,
        };
        Ok(Planned { dump, tasks, locked_tasks, hands })
    }
}

fn plan_ahead(reader: &mut Connection, listed: &mut Listed) -> Result<TablePlan, MysqlError> {
    if listed.data_bytes < LARGE_BYTES || listed.table.data != Data::Rows {
        return Ok(TablePlan::by_size());
    }
    reader.execute("SAVEPOINT plan")?;
    listed.table.create = inventory::show_create(reader, &listed.table.name)?;
    listed.table.key = inventory::primary_key(&listed.table.create);
    let plan = plan::plan_table(reader, listed)?;
    reader.execute("ROLLBACK TO SAVEPOINT plan")?;
    Ok(plan)
}

impl<F, G> Dump<'_, '_, F, G> {
    pub(super) fn side(&self) -> MutexGuard<'_, Connection> {
        self.side.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lock_table(&self, at: usize) -> MutexGuard<'_, TableState> {
        self.tables[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn table_name(&self, job: &Job) -> String {
        self.lock_table(job.table).listed.table.name.clone()
    }

    pub(super) fn is_large(&self, job: &Job) -> bool {
        self.lock_table(job.table).listed.data_bytes >= LARGE_BYTES
    }

    /// A table had to be read again, and why.
    pub(super) fn redo(&self, table: &str, what: String) {
        let mut changes = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        changes.redone.insert(table.to_owned());
        changes.ddl.push(what);
    }

    /// A job's rows are the table's.
    pub(super) fn keep(&self, done: Done) {
        let mut state = self.lock_table(done.job.table);
        if done.job.whole {
            state.listed.table = done.table;
        }
        state.parts.insert(done.job.part, done.chunks);
        state.jobs_left -= 1;
        if state.jobs_left == 0 {
            self.watch.add_table();
        }
    }

    /// Everything is read: the index.
    pub(super) fn assemble(self) -> Result<Index, MysqlError> {
        let now = Fingerprints::read(&mut self.side(), &self.schema.name)?;
        let changed = self.prints.changed(&now);
        let changes = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut ddl_seen = changes.ddl;
        ddl_seen.extend(
            changed
                .into_iter()
                .map(|name| format!("`{name}` was created, altered, renamed or dropped during the dump")),
        );
        let mut engines: BTreeMap<String, u32> = BTreeMap::new();
        let mut notes = self.snapshot.notes;
        let mut tables = Vec::new();
        for state in self.tables {
            let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
            *engines.entry(state.listed.table.engine.clone()).or_default() += 1;
            notes.extend(note(&state.listed));
            let mut table = state.listed.table;
            table.chunks = state.parts.into_values().flatten().collect();
            table.rows = table.chunks.iter().map(|chunk| chunk.rows).sum();
            table.raw_bytes = table.chunks.iter().map(|chunk| chunk.raw_bytes).sum();
            table.sum = table.chunks.iter().map(|chunk| chunk.sum).sum();
            tables.push(table);
        }
        if !self.sequences.is_empty() {
            notes.push(
                "a sequence goes on after the numbers its server had cached: up to one cache of them is skipped"
                    .to_owned(),
            );
        }
        if !self.prints.by_id {
            notes.push("tables were told apart by their time of creation: ids need PROCESS".to_owned());
        }
        let Objects { views, routines, triggers, events } = self.objects;
        let mut schema = self.schema;
        schema.schema_digest =
            inventory::schema_digest(&tables, &self.sequences, [&views, &routines, &triggers, &events]);
        let snapshot = IndexSnapshot {
            rung: self.snapshot.rung.to_owned(),
            connections: self.connections,
            position: self.snapshot.position,
            taken_at: self.snapshot.taken_at,
            tables_redone: changes.redone.into_iter().collect(),
            ddl_seen,
            engines,
            // What could have made it otherwise ended the dump.
            consistent: true,
            notes,
        };
        let (server, sequences, grants) = (self.server, self.sequences, self.grants);
        Ok(Index { server, snapshot, schema, tables, sequences, views, routines, triggers, events, grants })
    }
}

fn note(listed: &Listed) -> Option<String> {
    let Listed { table, kind, .. } = listed;
    match kind {
        TableKind::Volatile => Some(format!("`{}` is MEMORY: its definition alone is in the archive", table.name)),
        TableKind::Elsewhere => Some(format!(
            "`{}` is {}: its rows are not its server's own, its definition alone is in the archive",
            table.name, table.engine
        )),
        TableKind::NonTransactional if table.data == Data::SchemaOnly => {
            Some(format!("`{}` is {}: its definition alone is in the archive", table.name, table.engine))
        }
        TableKind::NonTransactional => {
            Some(format!("`{}` is {}: its rows were read under a lock", table.name, table.engine))
        }
        TableKind::Transactional if table.versioned => {
            Some(format!("`{}` keeps its history: loading it needs system_versioning_insert_history", table.name))
        }
        TableKind::Transactional => None,
    }
}
