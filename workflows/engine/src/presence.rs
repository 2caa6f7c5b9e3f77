//! A worker tells the ledger that it is there, and how much room it has.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{Error, Ledger, PoolSize, Timing, dispatch};

/// One pool of this process, under the name that steps and attempts show as their worker.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) worker: String,
    pub(crate) size: PoolSize,
}

impl Post {
    /// `host/pool/random`: unique for each life of the process, and tells a person where to look.
    pub(crate) fn new(size: &PoolSize) -> Post {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "host".to_owned());
        let worker = format!("{}/{}/{:08x}", host.trim(), size.name, rand::random::<u32>());
        Post { worker, size: size.clone() }
    }
}

/// Keeps the posts' rows alive until shutdown, and then takes them away so that nothing more is queued for them.
pub(crate) async fn keep(ledger: &Ledger, posts: &[Post], timing: &Timing, shutdown: &CancellationToken) {
    let mut is_known = false;
    let mut pause = Duration::ZERO;
    while shutdown.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        pause = timing.heartbeat;
        let done = if is_known { beat(ledger, posts).await } else { arrive(ledger, posts, timing).await };
        match done {
            Ok(known) => is_known = known,
            Err(error) => {
                warn!(%error, "the ledger was not told that this worker is up");
                pause = pause.min(Duration::from_millis(500));
            }
        }
    }
    match tokio::time::timeout(timing.heartbeat, leave(ledger, posts)).await {
        Ok(Ok(())) => info!("this worker takes no more steps"),
        _ => warn!("the ledger was not told that this worker leaves; it will notice"),
    }
}

/// New room is used at once.
async fn arrive(ledger: &Ledger, posts: &[Post], timing: &Timing) -> Result<bool, Error> {
    let mut tx = dispatch::begin(ledger.pool()).await?;
    for post in posts {
        sqlx::query(
            "INSERT INTO holdfast.worker (name, pool, concurrency, heartbeat_at, lease)
             VALUES ($1, $2, $3, clock_timestamp(), make_interval(secs => $4))
             ON CONFLICT (name) DO UPDATE SET heartbeat_at = clock_timestamp()",
        )
        .bind(&post.worker)
        .bind(&post.size.name)
        .bind(i32::try_from(post.size.concurrency).unwrap_or(i32::MAX))
        .bind(timing.lease.as_secs_f64())
        .execute(&mut *tx)
        .await?;
    }
    dispatch::dispatch(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// False: a sweep took this worker for dead, and it has to arrive again.
async fn beat(ledger: &Ledger, posts: &[Post]) -> Result<bool, Error> {
    let names: Vec<&str> = posts.iter().map(|post| post.worker.as_str()).collect();
    let updated = sqlx::query("UPDATE holdfast.worker SET heartbeat_at = clock_timestamp() WHERE name = ANY($1)")
        .bind(&names)
        .execute(ledger.pool())
        .await?
        .rows_affected();
    Ok(updated == posts.len() as u64)
}

async fn leave(ledger: &Ledger, posts: &[Post]) -> Result<(), Error> {
    let names: Vec<&str> = posts.iter().map(|post| post.worker.as_str()).collect();
    let mut tx = dispatch::begin(ledger.pool()).await?;
    sqlx::query("DELETE FROM holdfast.worker WHERE name = ANY($1)").bind(&names).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}
