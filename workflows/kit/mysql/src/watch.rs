//! What a caller sees of work in progress, and how he ends it: shared between his thread and the workers'.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::MysqlError;

/// Counters that only grow, and the wish to stop. Cheap enough to be told of every frame.
#[derive(Debug, Default)]
pub struct Watch {
    rows_done: AtomicU64,
    rows_total: AtomicU64,
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
    tables_done: AtomicU64,
    tables_total: AtomicU64,
    cancelled: AtomicBool,
}

/// Totals are estimates while a dump runs (the server's own), exact while an archive is loaded or compared.
/// Bytes are of row text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub rows_done: u64,
    pub rows_total: u64,
    pub bytes_done: u64,
    pub bytes_total: u64,
    pub tables_done: u64,
    pub tables_total: u64,
}

impl Watch {
    pub fn new() -> Watch {
        Watch::default()
    }

    pub fn progress(&self) -> Progress {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Progress {
            rows_done: read(&self.rows_done),
            rows_total: read(&self.rows_total),
            bytes_done: read(&self.bytes_done),
            bytes_total: read(&self.bytes_total),
            tables_done: read(&self.tables_done),
            tables_total: read(&self.tables_total),
        }
    }

    /// The work returns `MysqlError::Cancelled` soon after.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    pub(crate) fn go_on(&self) -> Result<(), MysqlError> {
        if self.is_cancelled() { Err(MysqlError::Cancelled) } else { Ok(()) }
    }

    /// What lies ahead; what was done before counts no longer.
    pub(crate) fn expect(&self, tables: u64, rows: u64, bytes: u64) {
        for (counter, value) in [(&self.tables_total, tables), (&self.rows_total, rows), (&self.bytes_total, bytes)] {
            counter.store(value, Ordering::Relaxed);
        }
        for counter in [&self.tables_done, &self.rows_done, &self.bytes_done] {
            counter.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn add_rows(&self, rows: u64) {
        self.rows_done.fetch_add(rows, Ordering::Relaxed);
    }

    pub(crate) fn add_bytes(&self, bytes: u64) {
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_table(&self) {
        self.tables_done.fetch_add(1, Ordering::Relaxed);
    }
}
