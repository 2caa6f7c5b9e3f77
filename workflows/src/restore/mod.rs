//! A restore: **claim the target → load → compare**.
//!
//! It has a pool of its own and a high priority: it never waits behind the nightly backups.

mod claim;
mod compare;
mod load;
mod production;
mod target;

pub use target::SealedUrl;

use holdfast_engine::{NewRun, Trigger, Workflow};
use holdfast_schema::config::StoreConfig;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Context;
use crate::planned::step;

pub const WORKFLOW: &str = "restore";

/// Above any store's own priority.
const PRIORITY: i16 = 1000;

pub const STEPS: Workflow<Context> = Workflow {
    name: WORKFLOW,
    steps: &[
        ("claim", |context, step| Box::pin(claim::run(context, step))),
        ("load", |context, step| Box::pin(load::run(context, step))),
        ("compare", |context, step| Box::pin(compare::run(context, step))),
    ],
};

/// What a restore run is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    pub backup: Uuid,
    /// The location whose copy is read.
    pub location: String,
    /// Sealed for the store's key: only a worker that may read the backup can read where it goes.
    pub target: SealedUrl,
    /// The same without its password, for people.
    pub target_shown: String,
    /// Only these tables; empty means the whole backup.
    pub tables: Vec<String>,
    /// Whatever stands in the target (or in the named tables) goes first.
    pub replace: bool,
    /// The store's name, typed by a person who means to overwrite its production.
    pub yes_this_is_production: Option<String>,
    /// Threads that load; at least one.
    pub parallel: Option<usize>,
}

pub fn plan(store: &StoreConfig, request: &Request, by: &str) -> NewRun {
    NewRun {
        workflow: WORKFLOW.to_owned(),
        store: Some(store.name.clone()),
        priority: PRIORITY,
        input: serde_json::json!(request),
        requested_by: by.to_owned(),
        trigger: Trigger::Person,
        idempotency_key: None,
        config_version: None,
        steps: vec![
            step("claim", "restore", &[], &[]),
            step("load", "restore", &["claim"], &[]),
            step("compare", "restore", &["load"], &[]),
        ],
    }
}

/// `claim`: the target is ours, and this is what was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub target: String,
    pub removed: u64,
}

/// `load`: everything that was asked for is in the target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadedReceipt {
    pub backup: Uuid,
    pub target: String,
    pub tables: u64,
    pub rows: u64,
    pub seconds: f64,
    pub phases: Phases,
}

/// Seconds of each part of a load, by the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Phases {
    /// Manifest, header and index fetched and opened.
    pub fetch_s: f64,
    pub load_s: f64,
    pub index_s: f64,
    pub objects_s: f64,
}

/// `compare`: the target holds what the backup holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    pub tables: u64,
    pub rows: u64,
    pub seconds: f64,
    pub verified: bool,
}
