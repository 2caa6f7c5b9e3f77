//! The tables' history, in the Postgres schema `holdfast`. A migration that has shipped is never edited.

use sea_orm::{DynIden, SqlxPostgresConnector, sea_query::IntoIden};
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};
use sqlx::{PgPool, postgres::PgPoolOptions};

mod m0001_engine;
mod m0002_config;
mod m0003_backups;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_engine::Migration), Box::new(m0002_config::Migration), Box::new(m0003_backups::Migration)]
    }

    // The database may be shared with another program that uses the default name.
    fn migration_table_name() -> DynIden {
        "holdfast_migrations".into_iden()
    }
}

/// Any number, the same in every process: whoever holds it migrates, the others wait.
const MIGRATING: i64 = 0x686f_6c64_6d69_6772;

/// Brings the tables up to date. Many processes may call it at once.
pub async fn run(pool: &PgPool) -> Result<(), sea_orm::DbErr> {
    let mut lock = pool.begin().await.map_err(conn)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATING).execute(&mut *lock).await.map_err(conn)?;
    sqlx::query("CREATE SCHEMA IF NOT EXISTS holdfast").execute(pool).await.map_err(conn)?;
    Migrator::up(&SqlxPostgresConnector::from_sqlx_postgres_pool(in_our_schema(pool).await?), None).await?;
    lock.commit().await.map_err(conn)
}

/// The migrator's own table has no schema in its name. By default a user named like our schema would look for it in there,
/// but for the very first time, when there is none: and would migrate from the start again.
async fn in_our_schema(pool: &PgPool) -> Result<PgPool, sea_orm::DbErr> {
    let options = (*pool.connect_options()).clone().options([("search_path", "holdfast")]);
    PgPoolOptions::new().max_connections(1).connect_with(options).await.map_err(conn)
}

fn conn(error: sqlx::Error) -> sea_orm::DbErr {
    sea_orm::DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into()))
}
