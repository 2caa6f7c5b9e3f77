//! Where the whole installation stands: runs by state, each pool's room and queue, the workers that are up.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::FromRow;

use crate::{Error, Ledger};

#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// How many runs are in which state.
    pub runs: BTreeMap<String, i64>,
    pub pools: Vec<PoolView>,
    pub workers: Vec<WorkerView>,
}

/// A pool that has a worker or a step that wants one.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct PoolView {
    pub name: String,
    /// Steps its living workers can run at a time. 0: nobody serves it.
    pub concurrency: i64,
    pub running: i64,
    pub queued: i64,
    /// Due, but without room, or held back by a limit.
    pub ready: i64,
    pub oldest_ready_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Serialize, FromRow)]
pub struct WorkerView {
    pub name: String,
    pub pool: String,
    pub concurrency: i32,
    pub started_at: DateTime<Utc>,
    pub heartbeat_at: DateTime<Utc>,
}

impl Ledger {
    pub async fn overview(&self) -> Result<Overview, Error> {
        let runs: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, count(*) FROM holdfast.run GROUP BY state").fetch_all(self.pool()).await?;
        let pools = sqlx::query_as(
            "WITH steps AS (
                 SELECT s.pool,
                     count(*) FILTER (WHERE s.state = 'running') AS running,
                     count(*) FILTER (WHERE s.state = 'queued') AS queued,
                     count(*) FILTER (WHERE s.state = 'ready' AND s.run_at <= now()) AS ready,
                     min(s.run_at) FILTER (WHERE s.state = 'ready' AND s.run_at <= now()) AS oldest_ready_at
                 FROM holdfast.step s JOIN holdfast.run r ON r.id = s.run_id AND r.state = 'running'
                 WHERE s.state IN ('running', 'queued', 'ready') GROUP BY s.pool),
             rooms AS (
                 SELECT pool, sum(concurrency) AS concurrency FROM holdfast.worker
                 WHERE heartbeat_at + lease > now() GROUP BY pool)
             SELECT coalesce(r.pool, s.pool) AS name, coalesce(r.concurrency, 0) AS concurrency,
                 coalesce(s.running, 0) AS running, coalesce(s.queued, 0) AS queued, coalesce(s.ready, 0) AS ready,
                 s.oldest_ready_at
             FROM rooms r FULL JOIN steps s ON s.pool = r.pool ORDER BY name",
        )
        .fetch_all(self.pool())
        .await?;
        let workers = sqlx::query_as(
            "SELECT name, pool, concurrency, started_at, heartbeat_at FROM holdfast.worker
             WHERE heartbeat_at + lease > now() ORDER BY name",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(Overview { runs: runs.into_iter().collect(), pools, workers })
    }
}
