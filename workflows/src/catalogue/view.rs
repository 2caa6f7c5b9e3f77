//! Backups as people and programs read them: the JSON of `backup list|show`.

use chrono::{DateTime, Utc};
use holdfast_schema::Fault;
use holdfast_schema::tables::{backup, copy, verification};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::timing::{Timing, timings};
use crate::faults;

#[derive(Debug, Clone, Serialize)]
pub struct BackupView {
    pub id: Uuid,
    pub store: String,
    pub kind: String,
    /// `running` | `landed` | `verified` | `failed` | `expired`
    pub state: String,
    pub run: Uuid,
    pub captured_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub server: Option<ServerView>,
    pub rung: Option<String>,
    pub position: Option<Value>,
    pub tables: Option<i64>,
    pub rows: Option<i64>,
    pub raw_bytes: Option<i64>,
    pub stored_bytes: Option<i64>,
    pub packs: Option<i64>,
    pub policy_version: Option<i64>,
    pub sequence: Option<i64>,
    pub manifest_sha256: Option<String>,
    pub copies: Vec<CopyView>,
    pub verification: Option<VerificationView>,
    pub timing: Timing,
}

#[derive(Debug, Clone, Serialize)]
pub struct ServerView {
    pub product: String,
    pub version: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct CopyView {
    pub location: String,
    pub tier: String,
    pub url: String,
    pub region: Option<String>,
    pub class: Option<String>,
    pub state: String,
    pub bytes: Option<i64>,
    pub objects: Option<i64>,
    pub placed_at: Option<DateTime<Utc>>,
    pub checked_at: Option<DateTime<Utc>>,
    pub locked_until: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Serialize)]
pub struct VerificationView {
    pub level: String,
    pub result: String,
    pub at: DateTime<Utc>,
    pub seconds: f64,
    pub restore_seconds: Option<f64>,
    pub tables: i64,
    pub rows: i64,
    pub problems: Value,
}

/// Backups of `store`, newest first; attempts that came to nothing are left out.
pub async fn list(db: &DatabaseConnection, store: &str, limit: u64) -> Result<Vec<BackupView>, Fault> {
    let rows = backup::Entity::find()
        .filter(backup::Column::Store.eq(store))
        .filter(backup::Column::State.ne("abandoned"))
        .order_by_desc(backup::Column::CapturedAt)
        .limit(limit)
        .all(db)
        .await
        .map_err(ledger)?;
    views(db, rows).await
}

pub async fn show(db: &DatabaseConnection, id: Uuid) -> Result<BackupView, Fault> {
    let row = backup::Entity::find_by_id(id).one(db).await.map_err(ledger)?;
    let view = views(db, row.into_iter().collect()).await?.pop();
    view.ok_or_else(|| not_found(&id.to_string()))
}

/// The backup that a person means by `text`: a whole id, or the start of one that only one backup has.
pub async fn find(db: &DatabaseConnection, text: &str) -> Result<backup::Model, Fault> {
    use sea_orm::sea_query::{Expr, ExprTrait};
    let starts = Expr::col(backup::Column::Id).cast_as("text").like(format!("{}%", text.to_lowercase()));
    let mut found = backup::Entity::find().filter(starts).limit(2).all(db).await.map_err(ledger)?;
    match (found.pop(), found.is_empty()) {
        (Some(backup), true) => Ok(backup),
        (Some(_), false) => Err(Fault::stop(
            format!("`{text}` is the start of more than one backup's id"),
            "an id may be shortened only as far as it stays unique",
            "give more of it; `holdfast backup list STORE` shows the ids",
            "store-unknown.md",
        )),
        (None, _) => Err(not_found(text)),
    }
}

/// The newest backup of `store` that was restored and compared whole.
pub async fn latest_verified(db: &DatabaseConnection, store: &str) -> Result<Option<backup::Model>, Fault> {
    backup::Entity::find()
        .filter(backup::Column::Store.eq(store))
        .filter(backup::Column::State.eq("verified"))
        .order_by_desc(backup::Column::CapturedAt)
        .one(db)
        .await
        .map_err(ledger)
}

async fn views(db: &DatabaseConnection, rows: Vec<backup::Model>) -> Result<Vec<BackupView>, Fault> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let runs: Vec<Uuid> = rows.iter().map(|row| row.run_id).collect();
    let copies = copy::Entity::find()
        .filter(copy::Column::BackupId.is_in(ids.clone()))
        .order_by_asc(copy::Column::PlacedAt)
        .all(db)
        .await
        .map_err(ledger)?;
    let proofs = verification::Entity::find()
        .filter(verification::Column::BackupId.is_in(ids))
        .order_by_desc(verification::Column::At)
        .all(db)
        .await
        .map_err(ledger)?;
    let timings = timings(db, &runs).await.map_err(ledger)?;
    let view = |row: backup::Model| {
        let copies = copies.iter().filter(|copy| copy.backup_id == row.id).map(copy_view).collect();
        let proof = proofs.iter().find(|proof| proof.backup_id == row.id).map(verification_view);
        let timing = timings.get(&row.run_id).copied().unwrap_or_default();
        backup_view(row, copies, proof, timing)
    };
    Ok(rows.into_iter().map(view).collect())
}

fn backup_view(
    row: backup::Model,
    copies: Vec<CopyView>,
    verification: Option<VerificationView>,
    timing: Timing,
) -> BackupView {
    let server = row.server_product.zip(row.server_version).map(|(product, version)| ServerView { product, version });
    BackupView {
        id: row.id,
        store: row.store,
        kind: row.kind,
        state: public_state(&row.state).to_owned(),
        run: row.run_id,
        captured_at: row.captured_at,
        finished_at: row.finished_at,
        server,
        rung: row.rung,
        position: row.position,
        tables: row.tables,
        rows: row.rows,
        raw_bytes: row.raw_bytes,
        stored_bytes: row.stored_bytes,
        packs: row.packs,
        policy_version: row.config_version,
        sequence: row.sequence,
        manifest_sha256: row.manifest_sha256,
        copies,
        verification,
        timing,
    }
}

/// Until its manifest is published a backup is `running`.
fn public_state(state: &str) -> &str {
    match state {
        "dumping" | "dumped" | "publishing" => "running",
        "abandoned" => "failed",
        other => other,
    }
}

fn copy_view(copy: &copy::Model) -> CopyView {
    CopyView {
        location: copy.location.clone(),
        tier: copy.tier.clone(),
        url: copy.url.clone(),
        region: copy.region.clone(),
        class: copy.class.clone(),
        state: copy.state.clone(),
        bytes: copy.bytes,
        objects: copy.objects,
        placed_at: copy.placed_at,
        checked_at: copy.checked_at,
        locked_until: None,
        expires_at: None,
    }
}

fn verification_view(proof: &verification::Model) -> VerificationView {
    VerificationView {
        level: proof.level.clone(),
        result: proof.result.clone(),
        at: proof.at,
        seconds: proof.seconds,
        restore_seconds: proof.restore_seconds,
        tables: proof.tables,
        rows: proof.rows,
        problems: proof.problems.clone(),
    }
}

fn not_found(text: &str) -> Fault {
    Fault::stop(
        format!("backup {text} is not known here"),
        "no backup of that id is in the catalogue",
        "`holdfast backup list STORE` shows the ids",
        "store-unknown.md",
    )
}

fn ledger(error: DbErr) -> Fault {
    faults::ledger(&error)
}
