//! What a workflow is made of, and what a step is given to work with.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use holdfast_schema::Fault;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Progress;

/// The work of a step: what it leaves behind (addresses and digests, never bytes or secrets), or why it could not.
///
/// It may run again after it has succeeded in everything but being settled, so repeating it must be harmless.
pub type StepFn<C> = for<'a> fn(&'a C, &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>>;

/// A workflow's steps by name. `mirror.warm` and `mirror.cold` are both done by the entry `mirror`.
pub struct Workflow<C: 'static> {
    pub name: &'static str,
    pub steps: &'static [(&'static str, StepFn<C>)],
}

impl<C> Workflow<C> {
    pub(crate) fn step(&self, name: &str) -> Option<StepFn<C>> {
        let named = |wanted: &str| self.steps.iter().find(|(name, _)| *name == wanted).map(|(_, step)| *step);
        let kind = name.split_once('.').map_or(name, |(kind, _)| kind);
        named(name).or_else(|| named(kind))
    }
}

/// One execution of one step.
#[derive(Debug, Clone)]
pub struct StepContext {
    pub run: Uuid,
    pub step: Uuid,
    pub workflow: String,
    pub name: String,
    pub attempt: i16,
    pub max_attempts: i16,
    /// Counts every start of the step, from 1: unlike `attempt` it is never the same twice.
    pub execution: i32,
    pub store: Option<String>,
    pub input: Value,
    pub config_version: Option<i64>,
    /// What the run's succeeded steps left behind, by step name.
    pub receipts: BTreeMap<String, Value>,
    pub progress: Progress,
    /// Return soon: the run was cancelled, the worker shuts down, or another worker may have the step.
    pub cancelled: CancellationToken,
    pub claimed_at: DateTime<Utc>,
    pub worker: String,
}
