//! How far a step is. Setting it is cheap; the lease writes the newest value.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// `done` of `total` in `unit` (`bytes`, `tables`, `packs`). A total of 0 is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub done: u64,
    pub total: u64,
    pub unit: String,
}

#[derive(Debug, Clone, Default)]
pub struct Progress {
    latest: Arc<Mutex<Latest>>,
}

#[derive(Debug, Default)]
struct Latest {
    value: Option<Done>,
    is_written: bool,
}

impl Progress {
    pub fn set(&self, done: u64, total: u64, unit: &str) {
        let value = Some(Done { done, total, unit: unit.to_owned() });
        *self.lock() = Latest { value, is_written: false };
    }

    pub(crate) fn latest(&self) -> Option<Done> {
        self.lock().value.clone()
    }

    pub(crate) fn is_unwritten(&self) -> bool {
        let latest = self.lock();
        latest.value.is_some() && !latest.is_written
    }

    /// `value` is in the ledger; a newer one may be here already.
    pub(crate) fn written(&self, value: &Option<Done>) {
        let mut latest = self.lock();
        latest.is_written = latest.value == *value;
    }

    fn lock(&self) -> MutexGuard<'_, Latest> {
        // A panicking step leaves a whole value behind: it is replaced at once.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
