//! A worker whose steps do nothing: what is left is the engine.

use std::io::Read;
use std::sync::Arc;

use futures::FutureExt;
use holdfast_engine::{Ledger, PoolSize, Timing, Workflow, work};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::Outcome;

pub const WORKFLOW: &str = "bench";
pub const STEP: &str = "nothing";
pub const POOL: &str = "core";

static WORKFLOWS: &[Workflow<()>] =
    &[Workflow { name: WORKFLOW, steps: &[(STEP, |(), _| async { Ok(Value::Null) }.boxed())] }];

/// Serves until standard input ends.
pub fn serve(ledger: &str, concurrency: usize) -> Outcome<Value> {
    let runtime = Runtime::new()?;
    let ledger = runtime.block_on(Ledger::connect(ledger))?;
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        stop.cancel();
    });
    let pools = [PoolSize { name: POOL.to_owned(), concurrency }];
    runtime.block_on(work(&ledger, WORKFLOWS, Arc::new(()), &pools, &Timing::default(), shutdown));
    Ok(Value::Null)
}
