//! The queue: the only file that names apalis.
//!
//! One apalis task is one delivery of one attempt of one step, in the queue `hf.<pool>`. Its row is removed by the claim
//! itself, so there is nothing to acknowledge, and apalis' own retries, leases and results are not used: in apalis 1.0 the
//! orphan recovery ignores the maximum of attempts, a failing task is fetched again at once, and a panic leaves its row
//! running for ever.
//!
//! Also not used is its `Monitor`: it restarts a worker at once and for ever, where a database that is down asks for a
//! growing pause; and its `Pubsub` with the stream strategy, which loses a wake-up when two notifications arrive during
//! one fetch.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use apalis::prelude::{BoxDynError, TaskBuilder, WorkerBuilder, WorkerBuilderExt, WorkerError};
use apalis_core::backend::ext::{
    BackendExt,
    poll_strategy::{PollSnapshot, PollStrategy},
};
use apalis_postgres::{Config, PostgresStorage, queries::push_tasks};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Interval, Sleep},
};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use crate::{Error, Ledger, Timing, presence::Post};

/// Good for one claim of `step`, as long as no newer one was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) step: Uuid,
    pub(crate) number: i64,
}

impl Delivery {
    fn key(&self) -> String {
        format!("{}:{}", self.step, self.number)
    }
}

/// Postgres says here what was put into which queue.
pub(crate) const CHANNEL: &str = "apalis::job::insert";

const QUEUE_PREFIX: &str = "hf.";

fn queue_of(pool: &str) -> String {
    format!("{QUEUE_PREFIX}{pool}")
}

/// The pool that a notification of [`CHANNEL`] is about; None if it is not one of ours.
pub(crate) fn pool_of(payload: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Inserted {
        job_type: String,
    }
    let inserted: Inserted = serde_json::from_str(payload).ok()?;
    inserted.job_type.strip_prefix(QUEUE_PREFIX).map(str::to_owned)
}

pub(crate) async fn migrate(pool: &PgPool) -> Result<(), Error> {
    PostgresStorage::setup(pool).await.map_err(|error| Error::Queue(error.into()))
}

/// Puts `delivery` into the pool's queue when the transaction commits.
pub(crate) async fn push(
    tx: &mut PgConnection,
    pool: &str,
    delivery: &Delivery,
    priority: i16,
    run_seq: i64,
) -> Result<(), Error> {
    let args = serde_json::to_vec(delivery).map_err(|error| Error::Queue(error.into()))?;
    let task = TaskBuilder::new(args)
        .idempotency_key(delivery.key())
        .max_attempts(1)
        // Apalis has no priorities below zero.
        .priority(usize::from(priority.wrapping_sub(i16::MIN).cast_unsigned()))
        // Long ago on every clock, so a worker's clock that is ahead delays nothing; and the older run goes first.
        .run_at_timestamp(run_seq.unsigned_abs())
        .build();
    push_tasks(tx, &queue_of(pool), vec![task]).await.map_err(|error| Error::Queue(error.into()))
}

pub(crate) async fn remove(tx: &mut PgConnection, delivery: &Delivery) -> Result<(), Error> {
    sqlx::query("DELETE FROM apalis.jobs WHERE starts_with(job_type, $1) AND idempotency_key = $2")
        .bind(QUEUE_PREFIX)
        .bind(delivery.key())
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes deliveries that no queued step waits for, then workers long gone; returns how many deliveries.
pub(crate) async fn purge(tx: &mut PgConnection) -> Result<u64, Error> {
    let stale = sqlx::query(
        "DELETE FROM apalis.jobs j WHERE starts_with(j.job_type, $1) AND NOT EXISTS (
             SELECT FROM holdfast.step s WHERE s.state = 'queued' AND j.idempotency_key = s.id || ':' || s.delivery)",
    )
    .bind(QUEUE_PREFIX)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    sqlx::query(
        "DELETE FROM apalis.workers w WHERE starts_with(w.worker_type, $1) AND w.last_seen < now() - interval '1 hour'
         AND NOT EXISTS (SELECT FROM apalis.jobs j WHERE j.lock_by = w.id)",
    )
    .bind(QUEUE_PREFIX)
    .execute(tx)
    .await?;
    Ok(stale)
}

/// Hands the deliveries of the post's pool to `handle`, as many at a time as it has room for, until shutdown. Returns when
/// the handled ones are done. A queue that does not answer is asked again, after a growing pause.
pub(crate) async fn serve(
    ledger: Ledger,
    post: Post,
    timing: Timing,
    news: watch::Receiver<()>,
    shutdown: CancellationToken,
    handle: impl Fn(Delivery) -> JoinHandle<()> + Clone + Send + Sync + 'static,
) {
    let mut pause = Duration::from_millis(100);
    // A name is good for one life: apalis leaves the tasks of a reused one running for ever.
    for life in 0.. {
        let name = format!("{}/{life}", post.worker);
        let ended = live(&ledger, name, &post, &timing, news.clone(), shutdown.clone(), handle.clone()).await;
        if shutdown.is_cancelled() {
            break;
        }
        warn!(pool = post.size.name, "the queue did not answer and is asked again: {ended:?}");
        shutdown.run_until_cancelled(tokio::time::sleep(pause)).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
    if let Err(error) = hand_back(ledger.pool(), &post.worker).await {
        warn!(%error, "fetched deliveries were not handed back; the sweep will do it");
    }
}

/// One life of an apalis worker. Boxed here, where the compiler still sees that it is `Send`.
fn live(
    ledger: &Ledger,
    name: String,
    post: &Post,
    timing: &Timing,
    news: watch::Receiver<()>,
    shutdown: CancellationToken,
    handle: impl Fn(Delivery) -> JoinHandle<()> + Clone + Send + Sync + 'static,
) -> BoxFuture<'static, Result<(), WorkerError>> {
    let queue = PostgresStorage::<Delivery>::new(ledger.pool()).with_config(config(post, timing));
    let worker = WorkerBuilder::new(name)
        .backend(queue.poll_with_strategy(OnNews::new(news, timing.poll)))
        .concurrency(post.size.concurrency)
        .build(move |delivery: Delivery| {
            let handled = handle(delivery);
            async move { handled.await.map_err(BoxDynError::from) }
        });
    let told = async move {
        shutdown.cancelled().await;
        Ok::<(), WorkerError>(())
    };
    worker.run_until(told).boxed()
}

fn config(post: &Post, timing: &Timing) -> Config {
    // Apalis counts in whole seconds. Its leases matter only to a delivery that was fetched and not claimed.
    let heartbeat = timing.heartbeat.max(Duration::from_secs(1));
    Config::default()
        .queue(queue_of(&post.size.name))
        // A larger batch than there is room for stops apalis' heartbeats until the first task of it ends.
        .batch_size(1)
        .lock_tasks(false)
        .persist_results(false)
        .heartbeat_interval(heartbeat)
        .missed_heartbeats(4)
}

/// What was fetched while the worker was told to stop is for others.
async fn hand_back(pool: &PgPool, worker: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE apalis.jobs SET status = 'Pending', lock_by = NULL, lock_at = NULL WHERE starts_with(lock_by, $1)",
    )
    .bind(worker)
    .execute(pool)
    .await?;
    Ok(())
}

/// Fetches when there is news, and every so often in case it was missed.
struct OnNews {
    news: BoxStream<'static, ()>,
    every: Interval,
    again: Option<Pin<Box<Sleep>>>,
}

/// News that comes during a fetch may be of a task which that fetch did not see, so another one follows.
const AGAIN_AFTER: Duration = Duration::from_millis(10);

impl OnNews {
    fn new(news: watch::Receiver<()>, every: Duration) -> OnNews {
        let news = futures::stream::unfold(news, |mut news| async move {
            news.changed().await.ok()?;
            Some(((), news))
        });
        OnNews { news: news.boxed(), every: tokio::time::interval(every), again: None }
    }
}

impl PollStrategy for OnNews {
    /// Apalis fetches whenever it is polled; this only sees to it that it is.
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        while let Poll::Ready(Some(())) = self.news.poll_next_unpin(cx) {
            self.again = Some(Box::pin(tokio::time::sleep(AGAIN_AFTER)));
        }
        if self.again.as_mut().is_some_and(|again| again.as_mut().poll(cx).is_ready()) {
            self.again = None;
        }
        while self.every.poll_tick(cx).is_ready() {}
        Poll::Pending
    }
}
