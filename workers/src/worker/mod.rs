//! A worker process: runs steps of its pools, and takes away sandboxes that dead ones left.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use holdfast_engine::{PoolSize, Timing, work};
use holdfast_sandbox as sandbox;
use holdfast_workflows::WORKFLOWS;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::cli::Worker;
use crate::home::Home;

const REAP_EVERY: Duration = Duration::from_secs(30);

/// Works until `shutdown`; then running steps are finished or handed back.
pub async fn run(home: &Home, asked: &Worker, shutdown: CancellationToken) {
    let concurrency = usize::from(asked.concurrency);
    let pools: Vec<PoolSize> = asked.pools.iter().map(|name| PoolSize { name: name.clone(), concurrency }).collect();
    let reaper = tokio::spawn(reap(home.loaded.installation.sandbox.dir.clone(), home.pool.clone(), shutdown.clone()));
    let context = Arc::new(home.context.clone());
    work(&home.context.ledger, WORKFLOWS, context, &pools, &Timing::default(), shutdown).await;
    reaper.abort();
}

async fn reap(dir: PathBuf, ledger: PgPool, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(REAP_EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        // A ledger that does not answer denies no step: nothing is taken away on a guess.
        let Ok(running) = running_steps(&ledger).await else { continue };
        match sandbox::reap(&dir, None, |step| running.contains(step)).await {
            Ok(reaped) if reaped.containers + reaped.directories == 0 => {}
            Ok(reaped) => tracing::info!(
                "took away {} containers and {} directories of dead workers",
                reaped.containers,
                reaped.directories
            ),
            Err(error) => tracing::warn!("sandboxes were not looked through: {error}"),
        }
    }
}

async fn running_steps(ledger: &PgPool) -> Result<HashSet<String>, sqlx::Error> {
    let running: Vec<String> =
        sqlx::query_scalar("SELECT id::text FROM holdfast.step WHERE state = 'running'").fetch_all(ledger).await?;
    Ok(running.into_iter().collect())
}
