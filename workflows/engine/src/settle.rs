//! An execution ends: once, whoever else believes to be running it.

use holdfast_schema::Fault;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    Error, Ledger, Timing, dispatch,
    progress::Done,
    verdict::{Cost, Ending, Facts, Verdict, verdict},
    watch,
};

/// Settles the execution that holds `token`: receipt, slots, successors, the run's end and the next dispatch, all in one
/// transaction. False: the token is gone, the step was taken over or settled before, and nothing has changed.
pub(crate) async fn settle(
    ledger: &Ledger,
    step: Uuid,
    token: Uuid,
    ending: Ending,
    progress: Option<Done>,
    timing: &Timing,
) -> Result<bool, Error> {
    let mut tx = dispatch::begin(ledger.pool()).await?;
    let is_ours = settle_in(&mut tx, step, token, ending, progress, timing).await?;
    if is_ours {
        dispatch::dispatch(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(is_ours)
}

/// As [`settle`], within a transaction that holds the ledger's lock and dispatches afterwards.
pub(crate) async fn settle_in(
    tx: &mut PgConnection,
    step: Uuid,
    token: Uuid,
    ending: Ending,
    progress: Option<Done>,
    timing: &Timing,
) -> Result<bool, Error> {
    let Some(facts) = facts(tx, step, token).await? else { return Ok(false) };
    let verdict = verdict(ending, &facts, timing, rand::random());
    let run = write(tx, step, &verdict, progress).await?;
    finish_attempt(tx, step, &verdict).await?;
    sqlx::query("DELETE FROM holdfast.slot WHERE step_id = $1").bind(step).execute(&mut *tx).await?;
    match verdict {
        Verdict::Succeeded(_) => {
            release_successors(tx, step).await?;
            close_run(tx, run).await?;
        }
        Verdict::Stopped(_) | Verdict::Cancelled => close_run(tx, run).await?,
        Verdict::Again { .. } => (),
    }
    watch::notify(tx, run).await?;
    Ok(true)
}

async fn facts(tx: &mut PgConnection, step: Uuid, token: Uuid) -> Result<Option<Facts>, Error> {
    let facts = sqlx::query_as(
        "SELECT name, worker, attempt, max_attempts, rescues, waits, cancel_requested,
                coalesce(extract(epoch FROM clock_timestamp() - waiting_since), 0)::float8 AS waited_s
         FROM holdfast.step WHERE id = $1 AND lease_token = $2 FOR UPDATE",
    )
    .bind(step)
    .bind(token)
    .fetch_optional(tx)
    .await?;
    Ok(facts)
}

/// The verdict in the step's row; returns the run.
async fn write(tx: &mut PgConnection, step: Uuid, verdict: &Verdict, progress: Option<Done>) -> Result<Uuid, Error> {
    let mut receipt: Option<&Value> = None;
    let mut fault: Option<&Fault> = None;
    let mut after_s = 0.0;
    let mut cost = None;
    let state = match verdict {
        Verdict::Succeeded(value) => {
            receipt = Some(value);
            "succeeded"
        }
        Verdict::Again { after, cost: its, fault: last } => {
            (after_s, cost, fault) = (after.as_secs_f64(), Some(*its), last.as_ref());
            "ready"
        }
        Verdict::Stopped(last) => {
            fault = Some(last);
            "stopped"
        }
        Verdict::Cancelled => "cancelled",
    };
    let run = sqlx::query_scalar(
        "UPDATE holdfast.step
         SET state = $2, lease_token = NULL, lease = NULL, heartbeat_at = NULL,
             attempt = attempt - CASE WHEN $3 THEN 1 ELSE 0 END,
             rescues = rescues + CASE WHEN $4 THEN 1 ELSE 0 END,
             waits = CASE WHEN $5 THEN waits + 1 ELSE 0 END,
             waiting_since = CASE WHEN $5 THEN coalesce(waiting_since, clock_timestamp()) END,
             run_at = clock_timestamp() + make_interval(secs => $6),
             receipt = $7, fault = CASE WHEN $2 = 'succeeded' THEN NULL ELSE coalesce($8, fault) END,
             progress = coalesce($9, progress),
             finished_at = CASE WHEN $2 = 'ready' THEN NULL ELSE clock_timestamp() END
         WHERE id = $1 RETURNING run_id",
    )
    .bind(step)
    .bind(state)
    .bind(matches!(cost, Some(Cost::Wait | Cost::Rescue | Cost::Nothing)))
    .bind(cost == Some(Cost::Rescue))
    .bind(cost == Some(Cost::Wait))
    .bind(after_s)
    .bind(receipt)
    .bind(fault.map(Json))
    .bind(progress.map(Json))
    .fetch_one(tx)
    .await?;
    Ok(run)
}

async fn finish_attempt(tx: &mut PgConnection, step: Uuid, verdict: &Verdict) -> Result<(), Error> {
    let (outcome, fault) = match verdict {
        Verdict::Succeeded(_) => ("succeeded", None),
        Verdict::Again { cost: Cost::Attempt, fault, .. } => ("retry", fault.as_ref()),
        Verdict::Again { cost: Cost::Wait, fault, .. } => ("wait", fault.as_ref()),
        Verdict::Again { cost: Cost::Rescue, fault, .. } => ("lost", fault.as_ref()),
        Verdict::Again { cost: Cost::Nothing, fault, .. } => ("released", fault.as_ref()),
        Verdict::Stopped(fault) => ("stopped", Some(fault)),
        Verdict::Cancelled => ("cancelled", None),
    };
    sqlx::query(
        "UPDATE holdfast.attempt a SET outcome = $2, fault = $3, finished_at = clock_timestamp()
         FROM holdfast.step s WHERE s.id = $1 AND a.step_id = s.id AND a.n = s.executions",
    )
    .bind(step)
    .bind(outcome)
    .bind(fault.map(Json))
    .execute(tx)
    .await?;
    Ok(())
}

async fn release_successors(tx: &mut PgConnection, step: Uuid) -> Result<(), Error> {
    sqlx::query(
        "UPDATE holdfast.step s
         SET waiting_on = s.waiting_on - 1, run_at = clock_timestamp(),
             state = CASE WHEN s.state = 'waiting' AND s.waiting_on = 1 THEN 'ready' ELSE s.state END
         FROM holdfast.step_dep d WHERE d.dep_id = $1 AND d.step_id = s.id",
    )
    .bind(step)
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends a run in which nothing moves any more. Steps after a stopped one stay waiting, so that a retry goes on with them.
pub(crate) async fn close_run(tx: &mut PgConnection, run: Uuid) -> Result<(), Error> {
    sqlx::query(
        "UPDATE holdfast.run r SET state = ended.state, finished_at = clock_timestamp()
         FROM (SELECT CASE WHEN bool_or(state = 'cancelled') THEN 'cancelled'
                           WHEN bool_or(state = 'stopped') THEN 'failed'
                           ELSE 'succeeded' END AS state
               FROM holdfast.step WHERE run_id = $1
               HAVING NOT bool_or(state IN ('ready', 'queued', 'running'))) ended
         WHERE r.id = $1 AND r.state IN ('running', 'paused')",
    )
    .bind(run)
    .execute(tx)
    .await?;
    Ok(())
}
