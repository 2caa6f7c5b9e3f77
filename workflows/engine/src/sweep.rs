//! What nobody else notices: workers that died, deliveries that got lost, retries that are due.

use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Error, Ledger, Timing, dispatch, settle, verdict::Ending};

/// Any number, the same in every process.
const SWEEPING: i64 = 0x686f_6c64_7377_6570;

/// What a sweep did. All zero when another process was sweeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Steps taken from dead workers.
    pub rescued: usize,
    /// Deliveries that nobody picked up, taken back.
    pub taken_back: usize,
    pub dispatched: usize,
    /// The next retry or wait is due this soon.
    pub next_due: Option<Duration>,
}

impl Ledger {
    /// Every process sweeps; one at a time does it.
    pub async fn sweep(&self, timing: &Timing) -> Result<Swept, Error> {
        let mut tx = self.pool().begin().await?;
        let is_ours: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(SWEEPING).fetch_one(&mut *tx).await?;
        if !is_ours {
            return Ok(Swept::default());
        }
        dispatch::lock(&mut tx).await?;
        let rescued = rescue(&mut tx, timing).await?;
        let taken_back = take_back_lost(&mut tx, timing).await?;
        bury_workers(&mut tx).await?;
        let dispatched = dispatch::dispatch(&mut tx).await?;
        let next_due = next_due(&mut tx).await?;
        tx.commit().await?;
        Ok(Swept { rescued, taken_back, dispatched, next_due })
    }
}

/// Takes steps from workers that were silent for a whole lease. While Postgres is down nobody can be heard, so leases
/// count from its start at the earliest: a restart costs no running step its worker.
async fn rescue(tx: &mut PgConnection, timing: &Timing) -> Result<usize, Error> {
    let silent: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT id, lease_token FROM holdfast.step
         WHERE state = 'running' AND greatest(heartbeat_at, pg_postmaster_start_time()) + lease < clock_timestamp()",
    )
    .fetch_all(&mut *tx)
    .await?;
    for (step, token) in &silent {
        settle::settle_in(tx, *step, *token, Ending::Lost, None, timing).await?;
    }
    Ok(silent.len())
}

/// A worker may die between fetching a delivery and claiming it. A delivery is claimed within moments, because no more
/// are made than the pool has room for; a new one makes a late one stale.
async fn take_back_lost(tx: &mut PgConnection, timing: &Timing) -> Result<usize, Error> {
    let lost: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM holdfast.step
         WHERE state = 'queued'
           AND greatest(queued_at, pg_postmaster_start_time()) + make_interval(secs => $1) < clock_timestamp()
         FOR UPDATE",
    )
    .bind(timing.lease.as_secs_f64())
    .fetch_all(&mut *tx)
    .await?;
    dispatch::take_back(tx, &lost).await?;
    Ok(lost.len())
}

async fn bury_workers(tx: &mut PgConnection) -> Result<(), Error> {
    sqlx::query(
        "DELETE FROM holdfast.worker
         WHERE greatest(heartbeat_at, pg_postmaster_start_time()) + lease < clock_timestamp()",
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn next_due(tx: &mut PgConnection) -> Result<Option<Duration>, Error> {
    let seconds: Option<f64> = sqlx::query_scalar(
        "SELECT extract(epoch FROM min(run_at) - clock_timestamp())::float8
         FROM holdfast.step WHERE state = 'ready' AND run_at > clock_timestamp()",
    )
    .fetch_one(tx)
    .await?;
    Ok(seconds.map(|seconds| Duration::from_secs_f64(seconds.max(0.0))))
}
