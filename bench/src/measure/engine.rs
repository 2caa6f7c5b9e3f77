//! The engine: steps a second when many are due at once, and how long a run waits for its start when they trickle in.

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use holdfast_engine::{Filter, Ledger, NewRun, NewStep, RunView, Trigger};
use holdfast_sandbox::PrivatePostgres;
use serde_json::Value;

use crate::Outcome;
use crate::child::{self, Task};
use crate::figures::percentile;
use crate::stage::Stage;
use crate::table::Table;
use crate::work::steps;

const WORKERS: usize = 2;
const CONCURRENCY: usize = 4;
const AT_ONCE: usize = 200;
const TRICKLE: usize = 200;
const EVERY: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(300);

pub fn run(stage: &Stage, table: &mut Table) -> Outcome<()> {
    stage.runtime.block_on(measure(&stage.directory.join("postgres"), table))
}

async fn measure(directory: &Path, table: &mut Table) -> Outcome<()> {
    let postgres = PrivatePostgres::start(directory).await?;
    let ledger = Ledger::connect(&postgres.url()).await?;
    ledger.migrate().await?;
    for number in 0..AT_ONCE {
        ledger.start(a_run(number)).await?;
    }
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(child::spawn(&Task::Work { ledger: postgres.url(), concurrency: CONCURRENCY })?);
    }
    let runs = all_over(&ledger, "at once").await?;
    let a_second = steps_per_second(&runs).ok_or("no step has run")?;
    table.figure(
        &format!(
            "{AT_ONCE} runs of one step due at once, {WORKERS} worker processes × {CONCURRENCY}, a durable Postgres"
        ),
        format!("{a_second:.0} steps/s"),
    );
    let began = Instant::now();
    for number in 0..TRICKLE {
        tokio::time::sleep_until((began + EVERY * u32::try_from(number)?).into()).await;
        ledger.start(NewRun { store: Some("trickle".to_owned()), ..a_run(number) }).await?;
    }
    let waits: Vec<f64> = all_over(&ledger, "trickle").await?.iter().filter_map(wait_ms).collect();
    table.figure(
        &format!("from a run's start to its step's, {} runs a second: p50, p99", 1000 / EVERY.as_millis()),
        format!("{:.0} ms, {:.0} ms", percentile(waits.clone(), 0.5), percentile(waits, 0.99)),
    );
    workers.into_iter().try_for_each(leave)?;
    drop(ledger);
    postgres.stop().await;
    Ok(())
}

fn a_run(number: usize) -> NewRun {
    let step = NewStep {
        name: steps::STEP.to_owned(),
        pool: steps::POOL.to_owned(),
        after: vec![],
        limits: vec![],
        max_attempts: 1,
    };
    NewRun {
        workflow: steps::WORKFLOW.to_owned(),
        store: Some("at once".to_owned()),
        priority: (number % 3) as i16,
        input: Value::Null,
        requested_by: "bench".to_owned(),
        trigger: Trigger::Schedule,
        idempotency_key: None,
        config_version: None,
        steps: vec![step],
    }
}

async fn all_over(ledger: &Ledger, store: &str) -> Outcome<Vec<RunView>> {
    let filter = Filter { store: Some(store.to_owned()), ..Filter::default() };
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let runs = ledger.list(&filter).await?;
        if runs.iter().all(|run| run.state.is_over()) {
            return Ok(runs);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Err("the steps did not come to an end".into())
}

/// From the first step's start to the last step's end, as the ledger has them.
fn steps_per_second(runs: &[RunView]) -> Option<f64> {
    let steps = || runs.iter().flat_map(|run| &run.steps);
    let (first, last) =
        (steps().filter_map(|step| step.started_at).min()?, steps().filter_map(|step| step.finished_at).max()?);
    Some(runs.len() as f64 / (last - first).as_seconds_f64())
}

fn wait_ms(run: &RunView) -> Option<f64> {
    let started = run.steps.first()?.started_at?;
    Some((started - run.created_at).as_seconds_f64() * 1e3)
}

/// A worker ends when its input does.
fn leave(mut worker: Child) -> Outcome<()> {
    drop(worker.stdin.take());
    worker.wait()?;
    Ok(())
}
