//! A process works: it serves pools, sweeps, and ends without losing a step.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{info, warn};

use crate::{
    Ledger, Timing, Workflow, deliver,
    execute::Bench,
    listen::Nudges,
    presence::{self, Post},
};

/// A pool that this process serves, and how many of its steps it runs at a time.
#[derive(Debug, Clone)]
pub struct PoolSize {
    pub name: String,
    pub concurrency: usize,
}

/// Runs steps of `workflows` for `pools` until `shutdown`. Then it claims nothing more, leaves running steps
/// `shutdown_grace` to finish, cancels those that have not, gives them back at no cost, and returns.
///
/// A ledger that does not answer is waited for, however long: this never fails.
pub async fn work<C: Send + Sync + 'static>(
    ledger: &Ledger,
    workflows: &'static [Workflow<C>],
    context: Arc<C>,
    pools: &[PoolSize],
    timing: &Timing,
    shutdown: CancellationToken,
) {
    let posts: Vec<Post> = pools.iter().filter(|pool| pool.concurrency > 0).map(Post::new).collect();
    let mut nudges = Nudges::new();
    let cancels = nudges.cancels();
    let (ledger_, timing_) = (ledger.clone(), timing.clone());
    let bench =
        Arc::new(Bench { ledger: ledger_, workflows, context, timing: timing_, cancels, shutdown: shutdown.clone() });
    let running = TaskTracker::new();

    let mut serving = Vec::new();
    for post in posts.clone() {
        let (bench, running, worker) = (Arc::clone(&bench), running.clone(), post.worker.clone());
        let handle = move |delivery| running.spawn(Arc::clone(&bench).execute(delivery, worker.clone()));
        let news = nudges.pool(&post.size.name);
        serving.push(deliver::serve(ledger.clone(), post, timing.clone(), news, shutdown.clone(), handle));
    }
    let until_all_is_settled = async {
        tokio::join!(
            join_all(serving),
            presence::keep(ledger, &posts, timing, &shutdown),
            sweep(ledger, timing, &shutdown)
        );
        running.close();
        running.wait().await;
    };
    tokio::select! {
        () = until_all_is_settled => info!("this worker has ended"),
        // It listens to the last, for cancels of steps in their grace.
        () = nudges.listen(ledger) => (),
    }
}

/// Sweeps until shutdown, and whenever a retry is due.
async fn sweep(ledger: &Ledger, timing: &Timing, shutdown: &CancellationToken) {
    let mut pause = Duration::ZERO;
    let mut purged = Instant::now();
    while shutdown.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        pause = timing.sweep;
        match ledger.sweep(timing).await {
            Ok(swept) => {
                if swept.rescued > 0 {
                    warn!("took {} steps from workers that were not heard of", swept.rescued);
                }
                pause = swept.next_due.map_or(pause, |due| pause.min(due + Duration::from_millis(1)));
            }
            Err(error) => warn!(%error, "the sweep did not get through"),
        }
        if purged.elapsed() > timing.purge {
            purged = Instant::now();
            if let Err(error) = ledger.purge(timing.keep_runs).await {
                warn!(%error, "the purge did not get through");
            }
        }
    }
}
