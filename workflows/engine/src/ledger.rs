//! The way into the ledger. What can be done with it is in the files named after the acts.

use std::time::Duration;

use holdfast_schema::migrations;
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::{Error, deliver, dispatch};

/// A ledger in a Postgres database; a cheap clone shares its connections.
#[derive(Clone, Debug)]
pub struct Ledger {
    pool: PgPool,
    orm: DatabaseConnection,
}

/// Rows that a purge removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    pub deliveries: u64,
    pub runs: u64,
}

impl Ledger {
    /// Connects to `url` (`postgres://user:password@host/database`) with room for the engine's own loops and 16 steps.
    pub async fn connect(url: &str) -> Result<Ledger, Error> {
        let options: PgConnectOptions = url.parse::<PgConnectOptions>()?.application_name("holdfast");
        let pool = PgPoolOptions::new()
            .max_connections(20)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        Ok(Ledger::new(pool))
    }

    pub fn new(pool: PgPool) -> Ledger {
        let orm = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        Ledger { pool, orm }
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub fn orm(&self) -> &DatabaseConnection {
        &self.orm
    }

    /// Brings all tables up to date, the queue's included. Many processes may call it at once.
    pub async fn migrate(&self) -> Result<(), Error> {
        migrations::run(&self.pool).await?;
        deliver::migrate(&self.pool).await
    }

    /// At most `max` steps that carry `key` run at a time. A key that was never set has a limit of one.
    pub async fn set_limit(&self, key: &str, max: i32) -> Result<(), Error> {
        let is_set: Option<bool> = sqlx::query_scalar("SELECT max = $2 FROM holdfast.limit_cfg WHERE key = $1")
            .bind(key)
            .bind(max)
            .fetch_optional(&self.pool)
            .await?;
        // Said again and again by every scheduler: that must not hold up dispatch.
        if is_set == Some(true) {
            return Ok(());
        }
        let mut tx = dispatch::begin(&self.pool).await?;
        sqlx::query("INSERT INTO holdfast.limit_cfg VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET max = $2")
            .bind(key)
            .bind(max)
            .execute(&mut *tx)
            .await?;
        dispatch::dispatch(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Removes what the queue left behind, and runs that were over longer than `keep_runs` ago.
    pub async fn purge(&self, keep_runs: Duration) -> Result<Purged, Error> {
        let mut tx = dispatch::begin(&self.pool).await?;
        let deliveries = deliver::purge(&mut tx).await?;
        let runs = sqlx::query("DELETE FROM holdfast.run WHERE finished_at < now() - make_interval(secs => $1)")
            .bind(keep_runs.as_secs_f64())
            .execute(&mut *tx)
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok(Purged { deliveries, runs })
    }
}
