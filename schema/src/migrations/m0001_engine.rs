//! The ledger of runs: what was asked for, what each step did, and who acted on it.

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

CREATE TABLE holdfast.run (
    id              uuid PRIMARY KEY,
    -- The order of asking: among equal priorities the older run goes first, all its steps included.
    seq             bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    workflow        text NOT NULL,
    store           text,
    priority        smallint NOT NULL,
    state           text NOT NULL CHECK (state IN ('running', 'paused', 'succeeded', 'failed', 'cancelled')),
    input           jsonb NOT NULL,
    requested_by    text NOT NULL,
    trigger         text NOT NULL CHECK (trigger IN ('schedule', 'person', 'catch_up', 'workflow')),
    idempotency_key text UNIQUE,
    config_version  bigint,
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz
);
CREATE INDEX run_store ON holdfast.run (store, seq DESC);
CREATE INDEX run_unfinished ON holdfast.run (state, seq DESC);

CREATE TABLE holdfast.step (
    id               uuid PRIMARY KEY,
    run_id           uuid NOT NULL REFERENCES holdfast.run (id) ON DELETE CASCADE,
    name             text NOT NULL,
    pool             text NOT NULL,
    ord              smallint NOT NULL,
    state            text NOT NULL
        CHECK (state IN ('waiting', 'ready', 'queued', 'running', 'succeeded', 'stopped', 'cancelled')),
    -- How many of the steps it comes after have not succeeded yet.
    waiting_on       integer NOT NULL,
    -- The run's, copied for the index that dispatch reads.
    priority         smallint NOT NULL,
    run_seq          bigint NOT NULL,
    -- What was charged against max_attempts; `executions` counts every start and numbers the rows of `attempt`.
    attempt          smallint NOT NULL DEFAULT 0,
    max_attempts     smallint NOT NULL CHECK (max_attempts > 0),
    executions       integer NOT NULL DEFAULT 0,
    rescues          integer NOT NULL DEFAULT 0,
    waits            integer NOT NULL DEFAULT 0,
    waiting_since    timestamptz,
    -- A delivery is good for one claim: only the newest one matches.
    delivery         bigint NOT NULL DEFAULT 0,
    run_at           timestamptz NOT NULL DEFAULT now(),
    queued_at        timestamptz,
    -- Whoever knows the token may settle the step; it is gone once the step is settled or taken over.
    lease_token      uuid,
    lease            interval,
    heartbeat_at     timestamptz,
    worker           text,
    progress         jsonb,
    cancel_requested boolean NOT NULL DEFAULT false,
    limit_keys       text[] NOT NULL,
    receipt          jsonb,
    fault            jsonb,
    started_at       timestamptz,
    finished_at      timestamptz,
    UNIQUE (run_id, name),
    CHECK ((state = 'running') = (lease_token IS NOT NULL))
);
CREATE INDEX step_ready ON holdfast.step (pool, priority DESC, run_seq, ord) WHERE state = 'ready';
CREATE INDEX step_taken ON holdfast.step (pool) WHERE state IN ('queued', 'running');

CREATE TABLE holdfast.step_dep (
    step_id uuid NOT NULL REFERENCES holdfast.step (id) ON DELETE CASCADE,
    dep_id  uuid NOT NULL REFERENCES holdfast.step (id) ON DELETE CASCADE,
    PRIMARY KEY (step_id, dep_id)
);
CREATE INDEX step_dep_dep ON holdfast.step_dep (dep_id);

CREATE TABLE holdfast.attempt (
    step_id     uuid NOT NULL REFERENCES holdfast.step (id) ON DELETE CASCADE,
    n           integer NOT NULL,
    worker      text NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    -- running | succeeded | retry | wait | stopped | cancelled | released | lost
    outcome     text NOT NULL,
    fault       jsonb,
    PRIMARY KEY (step_id, n)
);

-- A key without a row here has a limit of one.
CREATE TABLE holdfast.limit_cfg (
    key text PRIMARY KEY,
    max integer NOT NULL CHECK (max > 0)
);
CREATE TABLE holdfast.slot (
    key     text NOT NULL,
    step_id uuid NOT NULL REFERENCES holdfast.step (id) ON DELETE CASCADE,
    PRIMARY KEY (key, step_id)
);
CREATE INDEX slot_step ON holdfast.slot (step_id);

-- One row a pool of a living worker process: together they say how many steps a pool can take.
CREATE TABLE holdfast.worker (
    name         text PRIMARY KEY,
    pool         text NOT NULL,
    concurrency  integer NOT NULL CHECK (concurrency > 0),
    started_at   timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL,
    lease        interval NOT NULL
);

-- What a person did to a run: retry, cancel, pause, resume.
CREATE TABLE holdfast.act (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id  uuid NOT NULL REFERENCES holdfast.run (id) ON DELETE CASCADE,
    step_id uuid REFERENCES holdfast.step (id) ON DELETE CASCADE,
    verb    text NOT NULL,
    author  text NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX act_run ON holdfast.act (run_id);

CREATE TABLE holdfast.schedule (
    name     text PRIMARY KEY,
    cron     text NOT NULL,
    timezone text NOT NULL,
    -- Ticks up to here are settled: the last one, or when this expression was first seen.
    since    timestamptz NOT NULL
);
CREATE TABLE holdfast.tick (
    schedule text NOT NULL,
    tick     timestamptz NOT NULL,
    catch_up boolean NOT NULL,
    run_id   uuid,
    PRIMARY KEY (schedule, tick)
);
"#;
