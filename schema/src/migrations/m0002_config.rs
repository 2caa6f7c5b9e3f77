//! Versions of the configuration.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        Ok(())
    }
}

const UP: &str = r#"
CREATE SCHEMA IF NOT EXISTS holdfast;

-- Never changed once written: a run names the version it ran under.
CREATE TABLE holdfast.config_version (
    id          bigserial PRIMARY KEY,
    created_at  timestamptz NOT NULL DEFAULT now(),
    author      text NOT NULL,
    note        text NOT NULL,
    document    jsonb NOT NULL,
    files       jsonb NOT NULL
);
"#;
