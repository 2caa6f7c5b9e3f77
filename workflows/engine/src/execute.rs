//! A delivery, from claim to settle.

use std::{any::Any, sync::Arc, time::Duration};

use holdfast_schema::Fault;
use serde_json::Value;
use tokio::{
    sync::watch,
    task::{JoinError, JoinHandle},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::{
    Ledger, Progress, StepContext, Timing, Workflow,
    claim::{Claimed, claim},
    deliver::Delivery,
    dispatch,
    lease::{Held, Lease},
    settle::settle,
    step::StepFn,
    verdict::Ending,
};

/// What all executions in a process share.
pub(crate) struct Bench<C: 'static> {
    pub(crate) ledger: Ledger,
    pub(crate) workflows: &'static [Workflow<C>],
    pub(crate) context: Arc<C>,
    pub(crate) timing: Timing,
    pub(crate) cancels: watch::Receiver<()>,
    pub(crate) shutdown: CancellationToken,
}

impl<C: Send + Sync + 'static> Bench<C> {
    /// Claim, run under a lease, settle. A delivery that arrives while the worker shuts down goes back.
    pub(crate) async fn execute(self: Arc<Bench<C>>, delivery: Delivery, worker: String) {
        if self.shutdown.is_cancelled() {
            return self.give_back(&delivery).await;
        }
        let claimed = match claim(&self.ledger.pool().clone(), &delivery, &worker, self.timing.lease).await {
            Ok(Some(claimed)) => claimed,
            Ok(None) => return info!(step.id = %delivery.step, "a stale delivery: nothing to do"),
            // The step stays queued, and the sweep makes a new delivery.
            Err(error) => return warn!(%error, step.id = %delivery.step, "a delivery could not be claimed"),
        };
        let (step, token) = (delivery.step, claimed.token);
        let progress = Progress::default();
        let held = Held { run: claimed.run_id, step, token, progress: progress.clone() };
        let lease = Lease::hold(&self.ledger, held, &self.timing, self.cancels.clone());
        let found = self.find(&claimed);
        let context = context_of(claimed, step, worker, progress.clone());
        let sentence = format!("{} {}, attempt {}", context.workflow, context.name, context.attempt);
        info!(run.id = %context.run, step.id = %step, "{sentence} begins");
        let ending = match found {
            Some(work) => self.run(work, context, &lease).await,
            None => Ending::Failed(unknown(&context)),
        };
        log(&ending, &sentence, step);
        self.settle(step, token, ending, &progress, &lease).await;
    }

    fn find(&self, claimed: &Claimed) -> Option<StepFn<C>> {
        self.workflows.iter().find(|workflow| workflow.name == claimed.workflow)?.step(&claimed.name)
    }

    async fn run(&self, work: StepFn<C>, step: StepContext, lease: &Lease) -> Ending {
        let cancelled = step.cancelled.clone();
        let context = Arc::clone(&self.context);
        // A task of its own: a panic ends the task alone, and a blocking step does not hold up the worker.
        let mut task = Task(tokio::spawn(async move { work(&context, &step).await }));
        let interrupted = tokio::select! {
            done = &mut task.0 => return ended(done),
            () = lease.cancelled.cancelled() => Ending::Cancelled,
            () = lease.lost.cancelled() => Ending::Released,
            () = self.grace_is_over() => Ending::Released,
        };
        cancelled.cancel();
        match tokio::time::timeout(self.timing.cancel_grace, &mut task.0).await {
            // It had finished, or was about to.
            Ok(Ok(Ok(receipt))) => Ending::Succeeded(receipt),
            Ok(_) => interrupted,
            Err(_) => {
                task.0.abort();
                let _ = (&mut task.0).await;
                interrupted
            }
        }
    }

    async fn grace_is_over(&self) {
        self.shutdown.cancelled().await;
        tokio::time::sleep(self.timing.shutdown_grace).await;
    }

    /// Tries until the ledger has it: the step is done, and only telling is left. The lease beats meanwhile. Ends without
    /// success when the lease is gone, or when the worker has to end and the ledger does not answer.
    async fn settle(&self, step: Uuid, token: Uuid, ending: Ending, progress: &Progress, lease: &Lease) {
        let mut pause = Duration::from_millis(50);
        let mut last_chance = None;
        loop {
            let asked = settle(&self.ledger, step, token, ending.clone(), progress.latest(), &self.timing).await;
            match asked {
                Ok(true) => return,
                Ok(false) => {
                    return warn!(step.id = %step, "not settled: another worker has the step, or it was settled before");
                }
                Err(error) => warn!(%error, step.id = %step, "settling is tried again"),
            }
            if self.shutdown.is_cancelled() || lease.lost.is_cancelled() {
                let until = *last_chance.get_or_insert_with(|| Instant::now() + self.timing.lease);
                if Instant::now() > until {
                    return error!(step.id = %step, "given up: another worker will run the step again");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn give_back(&self, delivery: &Delivery) {
        if let Err(error) = dispatch::give_back(&self.ledger, delivery).await {
            warn!(%error, step.id = %delivery.step, "a delivery was not given back; the sweep will do it");
        }
    }
}

/// A step's task ends with whoever waits for it.
struct Task(JoinHandle<Result<Value, Fault>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn context_of(claimed: Claimed, step: Uuid, worker: String, progress: Progress) -> StepContext {
    StepContext {
        run: claimed.run_id,
        step,
        workflow: claimed.workflow,
        name: claimed.name,
        attempt: claimed.attempt,
        max_attempts: claimed.max_attempts,
        execution: claimed.execution,
        store: claimed.store,
        input: claimed.input,
        config_version: claimed.config_version,
        receipts: claimed.receipts,
        progress,
        cancelled: CancellationToken::new(),
        claimed_at: claimed.at,
        worker,
    }
}

fn ended(done: Result<Result<Value, Fault>, JoinError>) -> Ending {
    match done {
        Ok(Ok(receipt)) => Ending::Succeeded(receipt),
        Ok(Err(fault)) => Ending::Failed(fault),
        Err(error) => Ending::Failed(panicked(error)),
    }
}

fn panicked(error: JoinError) -> Fault {
    let why = match error.try_into_panic() {
        Ok(payload) => message(payload.as_ref()),
        Err(error) => error.to_string(),
    };
    Fault::retry("the step panicked", why, "report it with the worker's log: this is a mistake in the program")
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

// During an upgrade an old worker may be handed a new step: a newer one will do it.
fn unknown(step: &StepContext) -> Fault {
    Fault::wait(
        format!("step {} of workflow {} is not known to {}", step.name, step.workflow, step.worker),
        format!("this worker is version {}, which has no such step", env!("CARGO_PKG_VERSION")),
        "bring all workers to the same version",
    )
}

fn log(ending: &Ending, sentence: &str, step: Uuid) {
    match ending {
        Ending::Succeeded(_) => info!(step.id = %step, "{sentence} succeeded"),
        Ending::Failed(fault) => warn!(step.id = %step, next = fault.next, "{sentence} failed: {fault}"),
        Ending::Cancelled => info!(step.id = %step, "{sentence} was cancelled"),
        Ending::Released | Ending::Lost => info!(step.id = %step, "{sentence} was given back"),
    }
}
