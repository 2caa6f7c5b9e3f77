//! One connection at work: its place in the snapshot, its open pack, and what it has read but not yet vouched for.

use std::borrow::Borrow;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use holdfast_archive::index::{Chunk, Table};
use holdfast_archive::pack::PackWriter;
use holdfast_archive::rows::{DigestKey, RowHasher};

use super::plan::Job;
use crate::error::MysqlError;
use crate::wire::{Canceller, Connection};

/// A table read once is held against every ALTER until its batch is settled, and every reader queues behind the ALTER.
const BATCH_TIME: Duration = Duration::from_secs(2);
const BATCH_JOBS: usize = 1000;

pub(super) struct Hand<W: Write> {
    pub(super) reader: Connection,
    pub(super) pack: Option<PackWriter<W>>,
    pub(super) batch: Vec<Done>,
    pub(super) hasher: RowHasher,
    pub(super) block: Vec<u8>,
    /// Part of the snapshot: a transaction, with savepoints. Not so the session that holds locks on tables without any.
    in_snapshot: bool,
    begun: Instant,
}

/// A job's rows, in packs already, but not yet known to be of the right table.
pub(super) struct Done {
    pub(super) job: Job,
    /// The name the rows were read under.
    pub(super) read_as: String,
    /// As it was when the rows were read.
    pub(super) table: Table,
    pub(super) chunks: Vec<Chunk>,
}

impl<W: Write> Hand<W> {
    pub(super) fn new(reader: Connection, key: &DigestKey, in_snapshot: bool) -> Hand<W> {
        Hand {
            reader,
            pack: None,
            batch: Vec::new(),
            hasher: RowHasher::new(key),
            block: Vec::new(),
            in_snapshot,
            begun: Instant::now(),
        }
    }

    pub(super) fn begin_batch(&mut self) -> Result<(), MysqlError> {
        if self.batch.is_empty() {
            self.begun = Instant::now();
            if self.in_snapshot {
                self.reader.execute("SAVEPOINT batch")?;
            }
        }
        Ok(())
    }

    pub(super) fn batch_is_due(&self) -> bool {
        self.batch.len() >= BATCH_JOBS || self.begun.elapsed() >= BATCH_TIME
    }

    /// Lets go of the batch's tables and keeps the snapshot. (With binary logging on for the session MariaDB keeps them
    /// held to the transaction's end: `sql_log_bin=0` where the account may.)
    pub(super) fn let_go(&mut self) -> Result<(), MysqlError> {
        if self.in_snapshot {
            self.reader.execute("ROLLBACK TO SAVEPOINT batch")?;
        }
        Ok(())
    }
}

impl<W: Write> Borrow<Connection> for Hand<W> {
    fn borrow(&self) -> &Connection {
        &self.reader
    }
}

/// Hands that no thread has taken yet.
pub(super) struct Hands<W: Write> {
    waiting: Mutex<Vec<Hand<W>>>,
}

impl<W: Write> Hands<W> {
    pub(super) fn new(readers: Vec<Connection>, key: &DigestKey) -> Hands<W> {
        Hands { waiting: Mutex::new(readers.into_iter().map(|reader| Hand::new(reader, key, true)).collect()) }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn cancellers(&self) -> Vec<Canceller> {
        self.lock().iter().filter_map(|hand| hand.reader.canceller().ok()).collect()
    }

    /// One for each thread.
    pub(super) fn take(&self) -> Result<Hand<W>, MysqlError> {
        // More threads than hands would be a defect of the dump itself; it ends like a cancelled one.
        self.lock().pop().ok_or(MysqlError::Cancelled)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Hand<W>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
