//! A delivery becomes an attempt, or turns out to be stale.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    Error,
    deliver::{self, Delivery},
    watch,
};

/// A step that this worker runs until it settles it with `token` or loses its lease.
#[derive(Debug, FromRow)]
pub(crate) struct Claimed {
    #[sqlx(rename = "lease_token")]
    pub(crate) token: Uuid,
    pub(crate) run_id: Uuid,
    pub(crate) name: String,
    pub(crate) attempt: i16,
    pub(crate) max_attempts: i16,
    #[sqlx(rename = "executions")]
    pub(crate) execution: i32,
    #[sqlx(rename = "heartbeat_at")]
    pub(crate) at: DateTime<Utc>,
    pub(crate) workflow: String,
    pub(crate) store: Option<String>,
    pub(crate) input: Value,
    pub(crate) config_version: Option<i64>,
    #[sqlx(skip)]
    pub(crate) receipts: BTreeMap<String, Value>,
}

/// Claims what `delivery` stands for. None: it is stale (a newer delivery, another claim, a pause or a cancel came
/// first), and nothing has changed. Either way the queue's row is gone afterwards: nothing is left to acknowledge.
pub(crate) async fn claim(
    pool: &PgPool,
    delivery: &Delivery,
    worker: &str,
    lease: Duration,
) -> Result<Option<Claimed>, Error> {
    let mut tx = pool.begin().await?;
    let claimed = take(&mut tx, delivery, worker, lease).await?;
    let claimed = match claimed {
        Some(mut claimed) => {
            begin_attempt(&mut tx, delivery.step, &claimed, worker).await?;
            claimed.receipts = receipts(&mut tx, claimed.run_id).await?;
            watch::notify(&mut tx, claimed.run_id).await?;
            Some(claimed)
        }
        None => None,
    };
    deliver::remove(&mut tx, delivery).await?;
    tx.commit().await?;
    Ok(claimed)
}

async fn take(
    tx: &mut PgConnection,
    delivery: &Delivery,
    worker: &str,
    lease: Duration,
) -> Result<Option<Claimed>, Error> {
    let claimed = sqlx::query_as(
        "UPDATE holdfast.step s
         SET state = 'running', attempt = s.attempt + 1, executions = s.executions + 1, progress = NULL, worker = $3,
             lease_token = gen_random_uuid(), lease = make_interval(secs => $4), heartbeat_at = clock_timestamp(),
             started_at = coalesce(s.started_at, clock_timestamp()), finished_at = NULL
         FROM holdfast.run r
         WHERE s.id = $1 AND s.delivery = $2 AND s.state = 'queued' AND s.attempt < s.max_attempts
           AND r.id = s.run_id AND r.state = 'running'
         RETURNING s.lease_token, s.run_id, s.name, s.attempt, s.max_attempts, s.executions, s.heartbeat_at,
                   r.workflow, r.store, r.input, r.config_version",
    )
    .bind(delivery.step)
    .bind(delivery.number)
    .bind(worker)
    .bind(lease.as_secs_f64())
    .fetch_optional(tx)
    .await?;
    Ok(claimed)
}

async fn begin_attempt(tx: &mut PgConnection, step: Uuid, claimed: &Claimed, worker: &str) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO holdfast.attempt (step_id, n, worker, started_at, outcome) VALUES ($1, $2, $3, $4, 'running')",
    )
    .bind(step)
    .bind(claimed.execution)
    .bind(worker)
    .bind(claimed.at)
    .execute(tx)
    .await?;
    Ok(())
}

/// What the run's finished steps left behind, by step name.
async fn receipts(tx: &mut PgConnection, run: Uuid) -> Result<BTreeMap<String, Value>, Error> {
    let rows: Vec<(String, Value)> =
        sqlx::query_as("SELECT name, receipt FROM holdfast.step WHERE run_id = $1 AND state = 'succeeded'")
            .bind(run)
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().collect())
}
