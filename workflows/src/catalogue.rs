//! The catalogue: what backups there are, where their copies lie, and what was proven of them.

mod place;
mod timing;
mod view;

pub use place::{ChainHead, chain_head, take_place};
pub use view::{BackupView, CopyView, VerificationView, find, latest_verified, list, show};

use chrono::{DateTime, Utc};
use holdfast_archive::Index;
use holdfast_archive::index::Product;
use holdfast_engine::StepContext;
use holdfast_schema::Fault;
use holdfast_schema::config::LocationConfig;
use holdfast_schema::tables::{backup, copy, verification};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, Statement,
};
use uuid::Uuid;

use crate::backup::{Dumped, Mirrored};
use crate::faults;

/// A dump attempt begins: from here the sweep knows of whatever it writes.
pub async fn begin(db: &DatabaseConnection, id: Uuid, store: &str, step: &StepContext, hot: &str) -> Result<(), Fault> {
    let row = backup::ActiveModel {
        id: Set(id),
        store: Set(store.to_owned()),
        kind: Set("database".to_owned()),
        run_id: Set(step.run),
        state: Set("dumping".to_owned()),
        hot: Set(hot.to_owned()),
        captured_at: Set(step.claimed_at),
        config_version: Set(step.config_version),
        ..Default::default()
    };
    let already_there = OnConflict::column(backup::Column::Id).do_nothing().to_owned();
    backup::Entity::insert(row)
        .on_conflict(already_there)
        .exec_without_returning(db)
        .await
        .map_err(|error| faults::ledger(&error))?;
    Ok(())
}

pub async fn dumped(db: &DatabaseConnection, receipt: &Dumped, index: &Index) -> Result<(), Fault> {
    let row = backup::ActiveModel {
        id: Set(receipt.backup),
        state: Set("dumped".to_owned()),
        captured_at: Set(receipt.captured_at),
        server_product: Set(Some(product(index.server.product).to_owned())),
        server_version: Set(Some(index.server.version.clone())),
        rung: Set(Some(receipt.rung.clone())),
        position: Set(index.snapshot.position.as_ref().map(|position| serde_json::json!(position))),
        tables: Set(Some(count(receipt.tables))),
        rows: Set(Some(count(receipt.rows))),
        raw_bytes: Set(Some(count(receipt.raw_bytes))),
        stored_bytes: Set(Some(count(receipt.stored_bytes))),
        packs: Set(Some(count(receipt.packs.len() as u64))),
        ..Default::default()
    };
    backup::Entity::update(row).exec(db).await.map_err(|error| faults::ledger(&error))?;
    Ok(())
}

pub async fn landed(
    db: &DatabaseConnection,
    id: Uuid,
    location: &LocationConfig,
    objects: u64,
    bytes: u64,
) -> Result<(), Fault> {
    let now = Utc::now();
    backup::Entity::update_many()
        .col_expr(backup::Column::State, Expr::value("landed"))
        .col_expr(backup::Column::FinishedAt, Expr::value(now))
        .filter(backup::Column::Id.eq(id))
        .filter(backup::Column::State.is_in(["dumped", "publishing"]))
        .exec(db)
        .await
        .map_err(|error| faults::ledger(&error))?;
    let mut row = copy_row(id, location);
    row.state = Set("present".to_owned());
    row.objects = Set(Some(count(objects)));
    row.bytes = Set(Some(count(bytes)));
    row.placed_at = Set(Some(now));
    row.checked_at = Set(Some(now));
    put_copy(db, row).await
}

pub async fn copy_pending(db: &DatabaseConnection, id: Uuid, location: &LocationConfig) -> Result<(), Fault> {
    let already_there = OnConflict::columns([copy::Column::BackupId, copy::Column::Location]).do_nothing().to_owned();
    copy::Entity::insert(copy_row(id, location))
        .on_conflict(already_there)
        .exec_without_returning(db)
        .await
        .map_err(|error| faults::ledger(&error))?;
    Ok(())
}

pub async fn copy_present(db: &DatabaseConnection, receipt: &Mirrored) -> Result<(), Fault> {
    let now = Utc::now();
    let row = copy::ActiveModel {
        backup_id: Set(receipt.backup),
        location: Set(receipt.location.clone()),
        state: Set("present".to_owned()),
        objects: Set(Some(count(receipt.objects))),
        bytes: Set(Some(count(receipt.bytes))),
        placed_at: Set(Some(now)),
        checked_at: Set(Some(now)),
        ..Default::default()
    };
    copy::Entity::update(row).exec(db).await.map_err(|error| faults::ledger(&error))?;
    Ok(())
}

/// Keeps a verdict, and moves the backup to `verified` or `failed` when it decides that.
pub async fn verdict(
    db: &DatabaseConnection,
    verdict: verification::ActiveModel,
    id: Uuid,
    passed: Option<bool>,
) -> Result<(), Fault> {
    let twice =
        OnConflict::columns([verification::Column::BackupId, verification::Column::RunId, verification::Column::At])
            .do_nothing()
            .to_owned();
    verification::Entity::insert(verdict)
        .on_conflict(twice)
        .exec_without_returning(db)
        .await
        .map_err(|error| faults::ledger(&error))?;
    let Some(passed) = passed else { return Ok(()) };
    backup::Entity::update_many()
        .col_expr(backup::Column::State, Expr::value(if passed { "verified" } else { "failed" }))
        .filter(backup::Column::Id.eq(id))
        .exec(db)
        .await
        .map_err(|error| faults::ledger(&error))?;
    Ok(())
}

/// Attempts of `run` that never closed, but for `current`.
pub async fn unfinished_attempts(
    db: &DatabaseConnection,
    run: Uuid,
    current: Uuid,
) -> Result<Vec<backup::Model>, Fault> {
    backup::Entity::find()
        .filter(backup::Column::RunId.eq(run))
        .filter(backup::Column::Id.ne(current))
        .filter(backup::Column::State.is_in(["dumping", "dumped", "abandoned"]))
        .all(db)
        .await
        .map_err(|error| faults::ledger(&error))
}

pub async fn abandon(db: &DatabaseConnection, id: Uuid) -> Result<(), Fault> {
    backup::Entity::update_many()
        .col_expr(backup::Column::State, Expr::value("abandoned"))
        .col_expr(backup::Column::AbandonedAt, Expr::value(Utc::now()))
        .filter(backup::Column::Id.eq(id))
        .filter(backup::Column::State.is_in(["dumping", "dumped"]))
        .exec(db)
        .await
        .map_err(|error| faults::ledger(&error))?;
    Ok(())
}

/// Attempts of runs that were cancelled, or that failed in the dump itself: nobody will go on from them.
/// A run that failed later keeps its packs, since `holdfast run retry` goes on from there.
pub async fn abandon_ended(db: &DatabaseConnection, store: &str) -> Result<(), Fault> {
    const ABANDON: &str = "UPDATE holdfast.backup b SET state = 'abandoned', abandoned_at = now() \
         FROM holdfast.run r WHERE r.id = b.run_id AND b.store = $1 AND \
         (b.state = 'dumping' AND r.state IN ('failed', 'cancelled', 'succeeded') \
          OR b.state = 'dumped' AND r.state IN ('cancelled', 'succeeded'))";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), ABANDON, [store.into()]);
    db.execute_raw(statement).await.map_err(|error| faults::ledger(&error))?;
    Ok(())
}

/// Backups whose run was cancelled when its place in the chain was taken and its manifest perhaps not yet published.
pub async fn cancelled_while_publishing(db: &DatabaseConnection, store: &str) -> Result<Vec<backup::Model>, Fault> {
    const CANCELLED: &str = "SELECT b.* FROM holdfast.backup b JOIN holdfast.run r ON r.id = b.run_id \
         WHERE b.store = $1 AND b.state = 'publishing' AND r.state = 'cancelled'";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), CANCELLED, [store.into()]);
    backup::Entity::find().from_raw_sql(statement).all(db).await.map_err(|error| faults::ledger(&error))
}

/// Abandons a backup that never landed. Its place is free again, unless a later one names its manifest already: then the
/// chain keeps the gap, which is the truth.
pub async fn give_place_back(db: &DatabaseConnection, id: Uuid) -> Result<(), Fault> {
    const GIVE_BACK: &str = "UPDATE holdfast.backup b SET state = 'abandoned', abandoned_at = now(), \
         sequence = CASE WHEN built_on THEN b.sequence END, manifest_sha256 = CASE WHEN built_on THEN b.manifest_sha256 END \
         FROM (SELECT EXISTS (SELECT 1 FROM holdfast.backup later JOIN holdfast.backup this ON this.id = $1 \
             WHERE later.store = this.store AND later.sequence > this.sequence) AS built_on) AS chain \
         WHERE b.id = $1 AND b.state = 'publishing'";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), GIVE_BACK, [id.into()]);
    db.execute_raw(statement).await.map_err(|error| faults::ledger(&error))?;
    Ok(())
}

pub async fn abandoned_since(
    db: &DatabaseConnection,
    store: &str,
    since: DateTime<Utc>,
) -> Result<Vec<backup::Model>, Fault> {
    backup::Entity::find()
        .filter(backup::Column::Store.eq(store))
        .filter(backup::Column::State.eq("abandoned"))
        .filter(backup::Column::AbandonedAt.gt(since))
        .all(db)
        .await
        .map_err(|error| faults::ledger(&error))
}

fn copy_row(id: Uuid, location: &LocationConfig) -> copy::ActiveModel {
    copy::ActiveModel {
        backup_id: Set(id),
        location: Set(location.name.clone()),
        tier: Set(location.tier.to_string()),
        url: Set(location.url.clone()),
        region: Set(location.region.clone()),
        class: Set(location.class.clone()),
        state: Set("pending".to_owned()),
        ..Default::default()
    }
}

async fn put_copy(db: &DatabaseConnection, row: copy::ActiveModel) -> Result<(), Fault> {
    let newer = OnConflict::columns([copy::Column::BackupId, copy::Column::Location])
        .update_columns([copy::Column::State, copy::Column::Objects, copy::Column::Bytes, copy::Column::CheckedAt])
        .to_owned();
    copy::Entity::insert(row)
        .on_conflict(newer)
        .exec_without_returning(db)
        .await
        .map_err(|error| faults::ledger(&error))?;
    Ok(())
}

fn product(product: Product) -> &'static str {
    match product {
        Product::MariaDb => "mariadb",
        Product::MySql => "mysql",
    }
}

/// Postgres has no unsigned numbers; no count here comes near the limit.
fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
