//! A store's chain of manifests: each names the digest of the one before, so a backup that vanished leaves a gap.

use holdfast_schema::Fault;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement, TransactionTrait};
use uuid::Uuid;

use crate::faults;

/// The last place taken in a store's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    pub sequence: u64,
    pub manifest_sha256: String,
}

/// The end of `store`'s chain as `backup` would find it.
pub async fn chain_head(db: &DatabaseConnection, store: &str, backup: Uuid) -> Result<Option<ChainHead>, Fault> {
    head(db, store, backup).await.map_err(|error| faults::ledger(&error))
}

/// Takes the next place in `store`'s chain for `backup`, once: the manifest closed for it is written down before it is
/// published, so that whoever comes next builds on it even if this process dies in between. Asked again, gives the same place.
pub async fn take_place<T>(
    db: &DatabaseConnection,
    store: &str,
    backup: Uuid,
    close: impl Fn(Option<&ChainHead>) -> (ChainHead, T),
) -> Result<T, Fault> {
    let ledger = |error: DbErr| faults::ledger(&error);
    let transaction = db.begin().await.map_err(ledger)?;
    lock(&transaction, store).await.map_err(ledger)?;
    let head = head(&transaction, store, backup).await.map_err(ledger)?;
    let (place, closed) = close(head.as_ref());
    const TAKE: &str = "UPDATE holdfast.backup SET sequence = $2, manifest_sha256 = $3, \
         state = CASE WHEN state = 'dumped' THEN 'publishing' ELSE state END WHERE id = $1";
    let sequence = i64::try_from(place.sequence).unwrap_or(i64::MAX);
    let values = [backup.into(), sequence.into(), place.manifest_sha256.into()];
    transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, TAKE, values)).await.map_err(ledger)?;
    transaction.commit().await.map_err(ledger)?;
    Ok(closed)
}

async fn lock(db: &impl ConnectionTrait, store: &str) -> Result<(), DbErr> {
    const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('holdfast.chain:' || $1, 0))";
    db.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, LOCK, [store.into()])).await?;
    Ok(())
}

/// The place before `backup`'s own when it has one already, else the last of the store.
async fn head(db: &impl ConnectionTrait, store: &str, backup: Uuid) -> Result<Option<ChainHead>, DbErr> {
    const HEAD: &str = "SELECT sequence, manifest_sha256 FROM holdfast.backup \
         WHERE store = $1 AND id <> $2 AND sequence IS NOT NULL \
         AND sequence < COALESCE((SELECT sequence FROM holdfast.backup WHERE id = $2), 9223372036854775807) \
         ORDER BY sequence DESC LIMIT 1";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, HEAD, [store.into(), backup.into()]);
    db.query_one_raw(statement).await?.as_ref().map(row).transpose()
}

fn row(row: &QueryResult) -> Result<ChainHead, DbErr> {
    let sequence: i64 = row.try_get("", "sequence")?;
    let sequence = u64::try_from(sequence).map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(ChainHead { sequence, manifest_sha256: row.try_get("", "manifest_sha256")? })
}
