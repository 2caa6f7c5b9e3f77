//! Reading a job, and vouching for what was read: the rows are of the table that had the name when the snapshot was taken,
//! and of the definition that stands beside them.

use std::io::{self, Write};

use holdfast_archive::index::{Chunk, Data, Table};
use holdfast_archive::pack::PackDigest;

use super::assemble::Dump;
use super::chunk::{ChunkDraft, KeyColumns};
use super::hand::{Done, Hand};
use super::plan::{self, Job};
use crate::crew::Weighed;
use crate::error::{MysqlError, code};
use crate::inventory::{self, without_counter};
use crate::read::{Cut, Cutter, RowText, Stop, from_table, select_list};
use crate::snapshot::Fingerprints;
use crate::wire::quote_name;

/// How often a table that changes under the dump is read again.
const TRIES_TO_READ: u32 = 3;

impl<W, F, G> Dump<'_, '_, F, G>
where
    W: Write,
    F: Fn(u32) -> io::Result<W>,
    G: Fn(PackDigest, W) -> io::Result<()>,
{
    pub(super) fn work(&self, hand: &mut Hand<W>, job: Job) -> Result<Vec<Weighed<Job>>, MysqlError> {
        // What was read before is not held against others for as long as a large table takes.
        if self.is_large(&job) {
            self.settle(hand)?;
        }
        hand.begin_batch()?;
        let name = self.table_name(&job);
        let done = self.read(hand, job, &name)?;
        hand.batch.push(done);
        if hand.batch_is_due() {
            self.settle(hand)?;
        }
        Ok(Vec::new())
    }

    /// No task is left: the last batch is settled and the open pack closed.
    pub(super) fn leave(&self, mut hand: Hand<W>) -> Result<(), MysqlError> {
        self.settle(&mut hand)?;
        match hand.pack.take() {
            Some(pack) => self.packs.close(pack),
            None => Ok(()),
        }
    }

    /// Reads a job from the table called `name` now; definition and rows are of one state of it.
    fn read(&self, hand: &mut Hand<W>, job: Job, name: &str) -> Result<Done, MysqlError> {
        let planned = self.lock_table(job.table).listed.table.clone();
        let changed = |error: MysqlError| table_error(&planned.name, error);
        for attempt in 1..=TRIES_TO_READ {
            let before = inventory::show_create(&mut hand.reader, name).map_err(changed)?;
            let (table, cut) = self.as_defined(&planned, &before, name, &job)?;
            let chunks = match table.data {
                Data::Rows => self.read_rows(hand, &table, name, cut, &job).map_err(changed)?,
                Data::SchemaOnly => Vec::new(),
            };
            let after = inventory::show_create(&mut hand.reader, name).map_err(changed)?;
            if without_counter(&before) == without_counter(&after) {
                return Ok(Done { job, read_as: name.to_owned(), table, chunks });
            }
            self.redo(&planned.name, format!("`{}` was altered while it was read (try {attempt})", planned.name));
        }
        Err(MysqlError::TableChanged { table: planned.name, how: "it was altered at every try to read it".to_owned() })
    }

    /// The table as `create` defines it now, and how to cut it.
    fn as_defined(&self, planned: &Table, create: &str, name: &str, job: &Job) -> Result<(Table, Cut), MysqlError> {
        let mut table = planned.clone();
        let mut cut = self.lock_table(job.table).cut.clone();
        let same_columns = names_columns(create, &table);
        let was_defined = !planned.create.is_empty();
        if !same_columns
            || (was_defined && without_counter(create) != without_counter(&planned.create) && name == planned.name)
        {
            if !job.whole {
                let how = "it was altered between the parts it is read in".to_owned();
                return Err(MysqlError::TableChanged { table: planned.name.clone(), how });
            }
            let again = inventory::relist_table(&mut self.side(), &self.schema.name, name)?;
            let again = again.filter(|again| names_columns(create, &again.table));
            let listed = again.ok_or_else(|| MysqlError::TableChanged {
                table: planned.name.clone(),
                how: "it is being altered".to_owned(),
            })?;
            table = Table { name: planned.name.clone(), ..listed.table };
            cut = Cut::Nowhere;
            let what = format!("`{}` was altered after the snapshot: its new definition is dumped", planned.name);
            self.redo(&planned.name, what);
        }
        // Found under another name, it keeps the one it had in the snapshot.
        let head = |name: &str| format!("CREATE TABLE {} (", quote_name(name));
        table.create = create.replacen(&head(name), &head(&planned.name), 1);
        table.key = inventory::primary_key(create);
        Ok((table, cut))
    }

    fn read_rows(
        &self,
        hand: &mut Hand<W>,
        table: &Table,
        name: &str,
        cut: Cut,
        job: &Job,
    ) -> Result<Vec<Chunk>, MysqlError> {
        let tail = plan::tail(table, &cut, job.range);
        let sql = format!("SELECT {} FROM {}{tail}", select_list(table), from_table(table, name));
        let cutter = Cutter::new(cut);
        let keys = KeyColumns::of(table, &cutter.key_columns());
        if hand.pack.is_none() {
            hand.pack = Some(self.packs.open()?);
        }
        let mut text = RowText::new(hand.reader.stream(&sql)?, cutter);
        let mut chunks = Vec::new();
        let mut stop = Stop::Cut;
        // A job that failed half-way may have left a half row behind.
        hand.hasher = holdfast_archive::rows::RowHasher::new(&self.options.digest_key);
        while stop != Stop::End {
            if hand.pack.is_none() {
                hand.pack = Some(self.packs.open()?);
            }
            let Some(pack) = &mut hand.pack else { continue };
            let mut chunk = ChunkDraft::begin(pack, &keys);
            loop {
                stop = chunk.write_frame(
                    pack,
                    &mut text,
                    &mut hand.block,
                    &mut hand.hasher,
                    self.options.frame_bytes,
                    self.watch,
                )?;
                if stop != Stop::Full || self.packs.is_full(pack) {
                    break;
                }
            }
            chunks.extend(chunk.end(pack, &mut hand.hasher, self.watch)?);
            if self.packs.is_full(pack)
                && let Some(full) = hand.pack.take()
            {
                self.packs.close(full)?;
            }
        }
        Ok(chunks)
    }

    /// Vouches for the batch, reads again what another table had the name of, and lets its tables go.
    fn settle(&self, hand: &mut Hand<W>) -> Result<(), MysqlError> {
        for _ in 0..TRIES_TO_READ {
            if hand.batch.is_empty() {
                return Ok(());
            }
            let now = Fingerprints::read(&mut self.side(), &self.schema.name)?;
            let is_wrong = |done: &Done| !self.prints.is_same(&done.table.name, &now, &done.read_as);
            let wrong: Vec<usize> = (0..hand.batch.len()).filter(|at| is_wrong(&hand.batch[*at])).collect();
            if wrong.is_empty() {
                for done in hand.batch.drain(..) {
                    self.keep(done);
                }
                return hand.let_go();
            }
            for at in wrong {
                let Done { job, table, .. } = &hand.batch[at];
                let (job, table) = (job.clone(), table.name.clone());
                hand.batch[at] = self.read_again(hand, job, &table, &now)?;
            }
        }
        let table = hand.batch.first().map(|done| done.table.name.clone()).unwrap_or_default();
        Err(MysqlError::TableChanged { table, how: "it was renamed at every try to read it".to_owned() })
    }

    /// The table has another name now: its rows of the snapshot are read under that.
    fn read_again(&self, hand: &mut Hand<W>, job: Job, table: &str, now: &Fingerprints) -> Result<Done, MysqlError> {
        let name = self.prints.name_now(table, now).filter(|_| job.whole);
        let Some(name) = name else {
            let how = if job.whole {
                "it was dropped, truncated or rebuilt, or another took its name"
            } else {
                "another table took its name"
            };
            return Err(MysqlError::TableChanged { table: table.to_owned(), how: how.to_owned() });
        };
        self.redo(table, format!("`{table}` was renamed to `{name}` after the snapshot"));
        self.read(hand, job, &name)
    }
}

/// Whether the definition has exactly the table's columns, in their order.
fn names_columns(create: &str, table: &Table) -> bool {
    // The period of a system-versioned table that does not declare it stands in no definition.
    let hides_period = table.versioned && !create.contains("PERIOD FOR SYSTEM_TIME");
    let is_hidden = |name: &str| hides_period && (name == "row_start" || name == "row_end");
    let mut defined = create.lines().filter(|line| line.starts_with("  `"));
    let mut listed = table.columns.iter().filter(|column| !is_hidden(&column.name));
    loop {
        match (defined.next(), listed.next()) {
            (None, None) => return true,
            (Some(line), Some(column)) if line.starts_with(&format!("  {} ", quote_name(&column.name))) => {}
            _ => return false,
        }
    }
}

/// Errors that mean that the table is not what it was at the snapshot.
fn table_error(table: &str, error: MysqlError) -> MysqlError {
    match error {
        MysqlError::Server { code: code::TABLE_DEF_CHANGED | code::NO_SUCH_TABLE | code::BAD_FIELD, text, .. } => {
            MysqlError::TableChanged { table: table.to_owned(), how: text }
        }
        other => other,
    }
}
