//! One connection of the process listens for all its pools: deliveries to fetch, cancels to look for.

use std::{collections::HashMap, time::Duration};

use sqlx::{PgConnection, postgres::PgListener};
use tokio::sync::watch;
use tracing::warn;

use crate::{Error, Ledger, deliver};

const CANCELS: &str = "holdfast_cancel";

/// Tells all workers, when the transaction commits, to look for cancelled steps now rather than at their next heartbeat.
pub(crate) async fn announce_cancel(tx: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("SELECT pg_notify($1, '')").bind(CANCELS).execute(tx).await?;
    Ok(())
}

/// Who wants to know. Missing a notification delays only: pools poll, leases beat.
pub(crate) struct Nudges {
    pools: HashMap<String, watch::Sender<()>>,
    cancels: watch::Sender<()>,
}

impl Nudges {
    pub(crate) fn new() -> Nudges {
        Nudges { pools: HashMap::new(), cancels: watch::Sender::new(()) }
    }

    /// Changes when there may be deliveries for `pool`.
    pub(crate) fn pool(&mut self, pool: &str) -> watch::Receiver<()> {
        self.pools.entry(pool.to_owned()).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    pub(crate) fn cancels(&self) -> watch::Receiver<()> {
        self.cancels.subscribe()
    }

    /// Listens until dropped. After a lost connection everybody is nudged, for what was missed.
    pub(crate) async fn listen(self, ledger: &Ledger) {
        loop {
            if let Err(error) = self.listen_once(ledger).await {
                warn!(%error, "lost the connection that listens for deliveries");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn listen_once(&self, ledger: &Ledger) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(ledger.pool()).await?;
        listener.listen_all([deliver::CHANNEL, CANCELS]).await?;
        self.nudge_all();
        while let Some(notification) = listener.try_recv().await? {
            match notification.channel() {
                CANCELS => self.cancels.send_replace(()),
                _ => {
                    if let Some(pool) = deliver::pool_of(notification.payload())
                        && let Some(sender) = self.pools.get(&pool)
                    {
                        sender.send_replace(());
                    }
                }
            }
        }
        Ok(())
    }

    fn nudge_all(&self) {
        self.cancels.send_replace(());
        for sender in self.pools.values() {
            sender.send_replace(());
        }
    }
}
