//! Seeing a run change, from any process.

use std::time::Duration;

use sqlx::{PgConnection, postgres::PgListener};
use tokio::time::Instant;
use tracing::warn;
use uuid::Uuid;

use crate::{Error, Ledger, RunView};

const CHANNEL: &str = "holdfast_run";

/// Notifications are lost with a connection; the run is read this often without one.
const AT_LEAST_EVERY: Duration = Duration::from_secs(2);

const PATIENCE: Duration = Duration::from_secs(60);

/// Says in the transaction that `run` changes when it commits.
pub(crate) async fn notify(tx: &mut PgConnection, run: Uuid) -> Result<(), Error> {
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(run.to_string()).execute(tx).await?;
    Ok(())
}

/// A run as it changes.
pub struct Watch {
    ledger: Ledger,
    listener: PgListener,
    id: String,
    last: Option<RunView>,
}

impl Ledger {
    /// Watches the run with this id, or beginning of an id.
    pub async fn watch(&self, id: &str) -> Result<Watch, Error> {
        let mut listener = PgListener::connect_with(self.pool()).await?;
        listener.listen(CHANNEL).await?;
        let id = self.run(id).await?.id.to_string();
        Ok(Watch { ledger: self.clone(), listener, id, last: None })
    }

    /// Returns the run once it is over: succeeded, failed or cancelled.
    pub async fn wait(&self, id: &str) -> Result<RunView, Error> {
        let mut watch = self.watch(id).await?;
        loop {
            let run = watch.changed().await?;
            if run.state.is_over() {
                return Ok(run);
            }
        }
    }
}

impl Watch {
    /// The run as it is now at the first call, and after its next change at every further one. A ledger that does not
    /// answer is asked again for a minute: a restart of Postgres ends no run, and should end nobody's watching.
    pub async fn changed(&mut self) -> Result<RunView, Error> {
        let mut silent_since = None;
        loop {
            let run = match self.ledger.run(&self.id).await {
                Ok(run) => run,
                Err(error @ (Error::Ledger(_) | Error::Read(_)))
                    if silent_since.get_or_insert_with(Instant::now).elapsed() < PATIENCE =>
                {
                    warn!(%error, "asking for the run again");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            silent_since = None;
            if self.last.as_ref() != Some(&run) {
                self.last = Some(run.clone());
                return Ok(run);
            }
            self.news().await;
        }
    }

    async fn news(&mut self) {
        let ours = async {
            // An error is a lost connection: the listener opens a new one, and what was missed is read below.
            while let Ok(Some(notification)) = self.listener.try_recv().await {
                if notification.payload() == self.id {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        // Running out of time is an answer too.
        let _ = tokio::time::timeout(AT_LEAST_EVERY, ours).await;
    }
}
