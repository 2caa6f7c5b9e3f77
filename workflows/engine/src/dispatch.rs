//! Ready steps become deliveries: the most important first, never more than the pools and the limits can take.
//!
//! A pool is handed only what its living workers can start at once. So nothing waits in a queue where a more important
//! run, arriving later, could not overtake it, and a cancelled or paused run has little to take back.

use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};
use uuid::Uuid;

use crate::{
    Error, Ledger,
    deliver::{self, Delivery},
};

/// Any number, the same in every process.
const LEDGER: i64 = 0x686f_6c64_6661_7374;

/// A transaction that changes states of steps: one at a time in all processes, held for a few statements.
pub(crate) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, Error> {
    let mut tx = pool.begin().await?;
    lock(&mut tx).await?;
    Ok(tx)
}

pub(crate) async fn lock(tx: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LEDGER).execute(tx).await?;
    Ok(())
}

/// Queues what can start now; returns how many steps. The caller holds the lock of [`begin`].
pub(crate) async fn dispatch(tx: &mut PgConnection) -> Result<usize, Error> {
    let mut queued = 0;
    for (pool, room) in rooms(tx).await? {
        for _ in 0..room {
            let Some(next) = take_next(tx, &pool).await? else { break };
            deliver::push(tx, &pool, &next.delivery, next.priority, next.run_seq).await?;
            queued += 1;
        }
    }
    Ok(queued)
}

/// Pools with room, and how many more steps each can start. What still runs on a worker that is leaving or dead takes no
/// room from the others.
async fn rooms(tx: &mut PgConnection) -> Result<Vec<(String, i64)>, Error> {
    // clock_timestamp(): now() is when this transaction began to wait for the lock.
    let rooms = sqlx::query_as(
        "SELECT pool, room FROM (
             SELECT w.pool,
                 (sum(greatest(0, w.concurrency - (SELECT count(*) FROM holdfast.step s
                     WHERE s.pool = w.pool AND s.state = 'running' AND s.worker = w.name)))
                 - (SELECT count(*) FROM holdfast.step s WHERE s.pool = w.pool AND s.state = 'queued'))::bigint AS room
             FROM holdfast.worker w
             WHERE greatest(w.heartbeat_at, pg_postmaster_start_time()) + w.lease > clock_timestamp()
             GROUP BY w.pool) pools
         WHERE room > 0 ORDER BY pool",
    )
    .fetch_all(tx)
    .await?;
    Ok(rooms)
}

struct Next {
    delivery: Delivery,
    priority: i16,
    run_seq: i64,
}

/// Takes the slots of the first step of `pool` that may start, and makes its next delivery.
async fn take_next(tx: &mut PgConnection, pool: &str) -> Result<Option<Next>, Error> {
    let row = sqlx::query(
        "WITH next AS (
             SELECT s.id, s.limit_keys
             FROM holdfast.step s JOIN holdfast.run r ON r.id = s.run_id
             WHERE s.pool = $1 AND s.state = 'ready' AND s.run_at <= clock_timestamp() AND r.state = 'running'
               AND NOT EXISTS (
                   SELECT FROM unnest(s.limit_keys) k (key)
                   WHERE (SELECT count(*) FROM holdfast.slot t WHERE t.key = k.key)
                      >= coalesce((SELECT max FROM holdfast.limit_cfg c WHERE c.key = k.key), 1))
             ORDER BY s.priority DESC, s.run_seq, s.ord
             LIMIT 1),
         taken AS (INSERT INTO holdfast.slot (key, step_id) SELECT unnest(limit_keys), id FROM next)
         UPDATE holdfast.step s
         SET state = 'queued', delivery = s.delivery + 1, queued_at = clock_timestamp()
         FROM next WHERE s.id = next.id
         RETURNING s.id, s.delivery, s.priority, s.run_seq",
    )
    .bind(pool)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        let delivery = Delivery { step: row.try_get("id")?, number: row.try_get("delivery")? };
        Ok(Next { delivery, priority: row.try_get("priority")?, run_seq: row.try_get("run_seq")? })
    })
    .transpose()
}

/// Takes queued steps back to ready, their slots with them: of one run, or one delivery.
pub(crate) async fn take_back(tx: &mut PgConnection, steps: &[Uuid]) -> Result<(), Error> {
    sqlx::query("DELETE FROM holdfast.slot WHERE step_id = ANY($1)").bind(steps).execute(&mut *tx).await?;
    sqlx::query("UPDATE holdfast.step SET state = 'ready' WHERE id = ANY($1) AND state = 'queued'")
        .bind(steps)
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes `delivery` back if it is still the newest and unclaimed, for another worker.
pub(crate) async fn give_back(ledger: &Ledger, delivery: &Delivery) -> Result<(), Error> {
    let mut tx = begin(ledger.pool()).await?;
    let queued: Option<Uuid> = sqlx::query_scalar(
        "SELECT id FROM holdfast.step WHERE id = $1 AND delivery = $2 AND state = 'queued' FOR UPDATE",
    )
    .bind(delivery.step)
    .bind(delivery.number)
    .fetch_optional(&mut *tx)
    .await?;
    take_back(&mut tx, queued.as_slice()).await?;
    deliver::remove(&mut tx, delivery).await?;
    dispatch(&mut tx).await?;
    Ok(tx.commit().await?)
}
