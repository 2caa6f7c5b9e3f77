//! What a person does to a run. Every act is kept with its author.

use sqlx::types::Json;
use uuid::Uuid;

use holdfast_schema::Fault;

use crate::{Error, Ledger, RunState, RunView, dispatch, listen, settle, view, watch};

impl Ledger {
    /// Tries a stopped step again, or all stopped steps of the run, with all their attempts; what comes after them goes on.
    pub async fn retry(&self, id: &str, step: Option<&str>, by: &str) -> Result<RunView, Error> {
        let mut act = Act::begin(self, id, "retried", by).await?;
        let stopped = act.stopped_steps().await?;
        if let Some(name) = step
            && !stopped.iter().any(|(_, stopped)| stopped == name)
        {
            return Err(act.not_stopped(name).await?);
        }
        let chosen: Vec<_> = stopped.into_iter().filter(|(_, name)| step.is_none_or(|step| step == name)).collect();
        if chosen.is_empty() {
            return Err(act.refused("none of its steps is stopped"));
        }
        for (step, _) in &chosen {
            act.record("retry", Some(*step)).await?;
        }
        act.ready_again(&chosen.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
        act.finish(self).await
    }

    /// Cancels what has not started at once and tells running steps to stop. The run is `cancelled` when the last one has.
    pub async fn cancel(&self, id: &str, by: &str) -> Result<RunView, Error> {
        let mut act = Act::begin(self, id, "cancelled", by).await?;
        act.must_be(&[RunState::Running, RunState::Paused])?;
        act.record("cancel", None).await?;
        sqlx::query(
            "DELETE FROM holdfast.slot USING holdfast.step s
             WHERE s.run_id = $1 AND s.state = 'queued' AND slot.step_id = s.id",
        )
        .bind(act.run)
        .execute(&mut *act.tx)
        .await?;
        let fault = Fault::stop(
            format!("run {} was cancelled", act.run),
            format!("by {by}"),
            "start a new run when it is wanted",
            "cancelled-by-operator.md",
        );
        sqlx::query(
            "UPDATE holdfast.step
             SET cancel_requested = true,
                 state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END,
                 fault = $2,
                 finished_at = CASE WHEN state = 'running' THEN NULL ELSE clock_timestamp() END
             WHERE run_id = $1 AND state IN ('waiting', 'ready', 'queued', 'running')",
        )
        .bind(act.run)
        .bind(Json(fault))
        .execute(&mut *act.tx)
        .await?;
        settle::close_run(&mut act.tx, act.run).await?;
        listen::announce_cancel(&mut act.tx).await?;
        act.finish(self).await
    }

    /// Starts no further steps of the run. Running steps go on.
    pub async fn pause(&self, id: &str, by: &str) -> Result<RunView, Error> {
        let mut act = Act::begin(self, id, "paused", by).await?;
        act.must_be(&[RunState::Running])?;
        act.record("pause", None).await?;
        act.set_state("paused").await?;
        let queued: Vec<Uuid> =
            sqlx::query_scalar("SELECT id FROM holdfast.step WHERE run_id = $1 AND state = 'queued' FOR UPDATE")
                .bind(act.run)
                .fetch_all(&mut *act.tx)
                .await?;
        dispatch::take_back(&mut act.tx, &queued).await?;
        act.finish(self).await
    }

    pub async fn resume(&self, id: &str, by: &str) -> Result<RunView, Error> {
        let mut act = Act::begin(self, id, "resumed", by).await?;
        act.must_be(&[RunState::Paused])?;
        act.record("resume", None).await?;
        act.set_state("running").await?;
        act.finish(self).await
    }
}

/// One act on one run: a transaction that holds the ledger's lock.
struct Act<'a> {
    tx: sqlx::Transaction<'static, sqlx::Postgres>,
    run: Uuid,
    state: RunState,
    participle: &'static str,
    by: &'a str,
}

impl<'a> Act<'a> {
    async fn begin(ledger: &Ledger, id: &str, participle: &'static str, by: &'a str) -> Result<Act<'a>, Error> {
        let run = view::find(ledger.orm(), id).await?.id;
        let mut tx = dispatch::begin(ledger.pool()).await?;
        // Read again under the lock: it may have ended in between.
        let state = view::state(&mut tx, run).await?;
        Ok(Act { tx, run, state, participle, by })
    }

    fn refused(&self, why: &str) -> Error {
        Error::Refused { run: self.run.to_string(), act: self.participle, why: why.to_owned() }
    }

    fn must_be(&self, allowed: &[RunState]) -> Result<(), Error> {
        if allowed.contains(&self.state) {
            return Ok(());
        }
        Err(self.refused(match self.state {
            RunState::Running => "it is running",
            RunState::Paused => "it is paused already",
            RunState::Succeeded => "it has succeeded",
            RunState::Failed => "it has failed",
            RunState::Cancelled => "it was cancelled",
        }))
    }

    async fn record(&mut self, verb: &str, step: Option<Uuid>) -> Result<(), Error> {
        sqlx::query("INSERT INTO holdfast.act (run_id, step_id, verb, author) VALUES ($1, $2, $3, $4)")
            .bind(self.run)
            .bind(step)
            .bind(verb)
            .bind(self.by)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn set_state(&mut self, state: &str) -> Result<(), Error> {
        sqlx::query("UPDATE holdfast.run SET state = $2, finished_at = NULL WHERE id = $1")
            .bind(self.run)
            .bind(state)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn stopped_steps(&mut self) -> Result<Vec<(Uuid, String)>, Error> {
        let stopped =
            sqlx::query_as("SELECT id, name FROM holdfast.step WHERE run_id = $1 AND state = 'stopped' ORDER BY ord");
        Ok(stopped.bind(self.run).fetch_all(&mut *self.tx).await?)
    }

    async fn not_stopped(&mut self, name: &str) -> Result<Error, Error> {
        let state: Option<String> =
            sqlx::query_scalar("SELECT state FROM holdfast.step WHERE run_id = $1 AND name = $2")
                .bind(self.run)
                .bind(name)
                .fetch_optional(&mut *self.tx)
                .await?;
        Ok(match state {
            Some(state) => self.refused(&format!("its step `{name}` is not stopped but {state}")),
            None => Error::NoStep { run: self.run.to_string(), step: name.to_owned() },
        })
    }

    async fn ready_again(&mut self, steps: &[Uuid]) -> Result<(), Error> {
        sqlx::query(
            "UPDATE holdfast.step
             SET state = 'ready', attempt = 0, rescues = 0, waits = 0, waiting_since = NULL, finished_at = NULL,
                 run_at = clock_timestamp()
             WHERE id = ANY($1)",
        )
        .bind(steps)
        .execute(&mut *self.tx)
        .await?;
        if self.state == RunState::Failed {
            self.set_state("running").await?;
        }
        Ok(())
    }

    async fn finish(mut self, ledger: &Ledger) -> Result<RunView, Error> {
        dispatch::dispatch(&mut self.tx).await?;
        watch::notify(&mut self.tx, self.run).await?;
        self.tx.commit().await?;
        ledger.run(&self.run.to_string()).await
    }
}
