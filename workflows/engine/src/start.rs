//! A run begins: its row, a row a step, what comes after what.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ActiveEnum;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Error, Ledger, Trigger, dispatch, watch};

/// A run to start. Names are literals of the workflow: a deploy in the middle of a run must find the same steps.
#[derive(Debug, Clone)]
pub struct NewRun {
    pub workflow: String,
    pub store: Option<String>,
    /// Higher first.
    pub priority: i16,
    pub input: Value,
    pub requested_by: String,
    pub trigger: Trigger,
    /// A second run with the same key is not started: the first one is returned.
    pub idempotency_key: Option<String>,
    pub config_version: Option<i64>,
    pub steps: Vec<NewStep>,
}

#[derive(Debug, Clone)]
pub struct NewStep {
    /// Unique in the run. `mirror.warm` is done by the workflow's step function `mirror`.
    pub name: String,
    pub pool: String,
    /// Names of the steps that must have succeeded before.
    pub after: Vec<String>,
    /// Keys like `store:acme`: no more steps with the same key run at a time than [`Ledger::set_limit`] says.
    pub limits: Vec<String>,
    pub max_attempts: i16,
}

impl Ledger {
    /// Starts a run and returns its id; with an idempotency key that was used before, that run's id.
    pub async fn start(&self, new: NewRun) -> Result<Uuid, Error> {
        let mut tx = dispatch::begin(self.pool()).await?;
        let id = start_in(&mut tx, &new).await?;
        dispatch::dispatch(&mut tx).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// As [`Ledger::start`], within a transaction that holds the ledger's lock and dispatches afterwards.
pub(crate) async fn start_in(tx: &mut PgConnection, new: &NewRun) -> Result<Uuid, Error> {
    check(new)?;
    // Random, not time-ordered: people type the first few characters, which must tell tonight's runs apart.
    let id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
    let inserted: Option<i64> = sqlx::query_scalar(
        "INSERT INTO holdfast.run
             (id, workflow, store, priority, state, input, requested_by, trigger, idempotency_key, config_version)
         VALUES ($1, $2, $3, $4, 'running', $5, $6, $7, $8, $9)
         ON CONFLICT (idempotency_key) DO NOTHING RETURNING seq",
    )
    .bind(id)
    .bind(&new.workflow)
    .bind(&new.store)
    .bind(new.priority)
    .bind(&new.input)
    .bind(&new.requested_by)
    .bind(new.trigger.to_value())
    .bind(&new.idempotency_key)
    .bind(new.config_version)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(seq) = inserted else {
        let first = sqlx::query_scalar("SELECT id FROM holdfast.run WHERE idempotency_key = $1");
        return Ok(first.bind(&new.idempotency_key).fetch_one(tx).await?);
    };
    insert_steps(tx, id, seq, new).await?;
    watch::notify(tx, id).await?;
    Ok(id)
}

async fn insert_steps(tx: &mut PgConnection, run: Uuid, run_seq: i64, new: &NewRun) -> Result<(), Error> {
    let ids: BTreeMap<&str, Uuid> = new.steps.iter().map(|step| (step.name.as_str(), Uuid::now_v7())).collect();
    for (ord, step) in (0i16..).zip(&new.steps) {
        let after: BTreeSet<&str> = step.after.iter().map(String::as_str).collect();
        let limits: BTreeSet<&str> = step.limits.iter().map(String::as_str).collect();
        sqlx::query(
            "INSERT INTO holdfast.step
                 (id, run_id, name, pool, ord, state, waiting_on, priority, run_seq, max_attempts, limit_keys)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(ids[step.name.as_str()])
        .bind(run)
        .bind(&step.name)
        .bind(&step.pool)
        .bind(ord)
        .bind(if after.is_empty() { "ready" } else { "waiting" })
        .bind(i32::try_from(after.len()).unwrap_or(i32::MAX))
        .bind(new.priority)
        .bind(run_seq)
        .bind(step.max_attempts)
        .bind(limits.into_iter().collect::<Vec<_>>())
        .execute(&mut *tx)
        .await?;
    }
    for step in &new.steps {
        let before: BTreeSet<Uuid> = step.after.iter().map(|name| ids[name.as_str()]).collect();
        sqlx::query("INSERT INTO holdfast.step_dep (step_id, dep_id) SELECT $1, unnest($2::uuid[])")
            .bind(ids[step.name.as_str()])
            .bind(before.into_iter().collect::<Vec<_>>())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Steps have unique names and come after steps listed before them, which also rules out circles.
fn check(new: &NewRun) -> Result<(), Error> {
    let invalid = |why: String| Err(Error::InvalidRun { workflow: new.workflow.clone(), why });
    let mut seen = BTreeSet::new();
    for step in &new.steps {
        if let Some(missing) = step.after.iter().find(|name| !seen.contains(name.as_str())) {
            return invalid(format!("step `{}` comes after `{missing}`, which is not listed before it", step.name));
        }
        if !seen.insert(step.name.as_str()) {
            return invalid(format!("two steps are called `{}`", step.name));
        }
        if step.max_attempts < 1 {
            return invalid(format!("step `{}` may not be tried even once", step.name));
        }
    }
    if seen.is_empty() { invalid("it has no steps".to_owned()) } else { Ok(()) }
}
