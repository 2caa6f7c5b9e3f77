//! A running step says that it is alive, writes its progress, and hears of being cancelled.

use std::time::Duration;

use sqlx::types::Json;
use tokio::{sync::watch, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use crate::{Error, Ledger, Progress, Timing, watch as runs};

/// Held from the claim until the settle. Its own task beats, so a step that blocks a thread keeps its lease.
pub(crate) struct Lease {
    /// A person cancelled the run.
    pub(crate) cancelled: CancellationToken,
    /// Another worker may have the step by now.
    pub(crate) lost: CancellationToken,
    beating: JoinHandle<()>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.beating.abort();
    }
}

/// What a lease is on.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) run: Uuid,
    pub(crate) step: Uuid,
    pub(crate) token: Uuid,
    pub(crate) progress: Progress,
}

impl Lease {
    pub(crate) fn hold(ledger: &Ledger, held: Held, timing: &Timing, cancels: watch::Receiver<()>) -> Lease {
        let (cancelled, lost) = (CancellationToken::new(), CancellationToken::new());
        let beat = Beat {
            ledger: ledger.clone(),
            held,
            timing: timing.clone(),
            cancels,
            cancelled: cancelled.clone(),
            lost: lost.clone(),
        };
        Lease { cancelled, lost, beating: tokio::spawn(beat.keep()) }
    }
}

struct Beat {
    ledger: Ledger,
    held: Held,
    timing: Timing,
    cancels: watch::Receiver<()>,
    cancelled: CancellationToken,
    lost: CancellationToken,
}

impl Beat {
    async fn keep(mut self) {
        // The claim was the first sign of life. From here the moments of asking count, not those of the answers.
        let mut heard = Instant::now();
        let mut next = heard + self.timing.heartbeat;
        loop {
            self.until(next).await;
            let asked = Instant::now();
            let patience = self.timing.lease / 2;
            match tokio::time::timeout(patience, self.beat()).await {
                Ok(Ok(Some(cancel_requested))) => {
                    heard = asked;
                    next = asked + self.timing.heartbeat;
                    if cancel_requested {
                        self.cancelled.cancel();
                    }
                }
                Ok(Ok(None)) => return self.lost.cancel(),
                failed => {
                    let error = failed.map_or_else(
                        |_| "no answer".to_owned(),
                        |it| it.err().map_or_else(String::new, |e| e.to_string()),
                    );
                    warn!(step.id = %self.held.step, error, "a heartbeat was not heard");
                    next = asked + self.timing.heartbeat.min(Duration::from_millis(500));
                    if heard.elapsed() > self.timing.lease {
                        self.lost.cancel();
                    }
                }
            }
        }
    }

    /// Waits for the next beat, for news of a cancel, or for progress worth writing.
    async fn until(&mut self, next: Instant) {
        let mut look = tokio::time::interval(self.timing.progress);
        look.tick().await;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(next) => return,
                // The sender lives as long as the worker; a closed channel is its end.
                Ok(()) = self.cancels.changed() => return,
                _ = look.tick() => if self.held.progress.is_unwritten() { return },
            }
        }
    }

    /// None: the token is gone. Otherwise whether a person asked to cancel.
    async fn beat(&self) -> Result<Option<bool>, Error> {
        let progress = self.held.progress.latest();
        let mut tx = self.ledger.pool().begin().await?;
        let cancel_requested = sqlx::query_scalar(
            "UPDATE holdfast.step SET heartbeat_at = clock_timestamp(), progress = coalesce($3, progress)
             WHERE id = $1 AND lease_token = $2 RETURNING cancel_requested",
        )
        .bind(self.held.step)
        .bind(self.held.token)
        .bind(progress.as_ref().map(Json))
        .fetch_optional(&mut *tx)
        .await?;
        if self.held.progress.is_unwritten() {
            runs::notify(&mut tx, self.held.run).await?;
        }
        tx.commit().await?;
        self.held.progress.written(&progress);
        Ok(cancel_requested)
    }
}
