//! The catalogue: backups, their copies, and what was proven of them.

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

-- One row an attempt to dump: its id is the archive's, so an abandoned attempt has a row of its own and can be swept.
CREATE TABLE holdfast.backup (
    id               uuid PRIMARY KEY,
    store            text NOT NULL,
    kind             text NOT NULL DEFAULT 'database',
    run_id           uuid NOT NULL,
    state            text NOT NULL CHECK (state IN ('dumping', 'dumped', 'publishing', 'landed', 'verified', 'failed', 'abandoned', 'expired')),
    hot              text NOT NULL,
    captured_at      timestamptz NOT NULL,
    finished_at      timestamptz,
    abandoned_at     timestamptz,
    config_version   bigint,
    -- The store's chain: taken when the manifest is about to be published, never given back.
    sequence         bigint,
    manifest_sha256  text,
    server_product   text,
    server_version   text,
    rung             text,
    position         jsonb,
    tables           bigint,
    rows             bigint,
    raw_bytes        bigint,
    stored_bytes     bigint,
    packs            bigint,
    UNIQUE (store, sequence)
);
CREATE INDEX backup_store_captured ON holdfast.backup (store, captured_at DESC);
CREATE INDEX backup_run ON holdfast.backup (run_id);

CREATE TABLE holdfast.copy (
    backup_id  uuid NOT NULL REFERENCES holdfast.backup (id) ON DELETE CASCADE,
    location   text NOT NULL,
    tier       text NOT NULL,
    url        text NOT NULL,
    region     text,
    class      text,
    state      text NOT NULL CHECK (state IN ('pending', 'present', 'thawing', 'expired', 'missing')),
    bytes      bigint,
    objects    bigint,
    placed_at  timestamptz,
    checked_at timestamptz,
    PRIMARY KEY (backup_id, location)
);

CREATE TABLE holdfast.verification (
    id              bigserial PRIMARY KEY,
    backup_id       uuid NOT NULL REFERENCES holdfast.backup (id) ON DELETE CASCADE,
    run_id          uuid NOT NULL,
    location        text NOT NULL,
    level           text NOT NULL,
    result          text NOT NULL CHECK (result IN ('passed', 'failed')),
    at              timestamptz NOT NULL,
    seconds         double precision NOT NULL,
    restore_seconds double precision,
    tables          bigint NOT NULL,
    rows            bigint NOT NULL,
    problems        jsonb NOT NULL,
    -- One verdict an attempt of a step: a repeated settle writes it once.
    UNIQUE (backup_id, run_id, at)
);
CREATE INDEX verification_backup ON holdfast.verification (backup_id, at DESC);
"#;
