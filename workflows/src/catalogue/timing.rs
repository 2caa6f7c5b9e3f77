//! How long each part of a backup's run took, read from the ledger's steps.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use serde::Serialize;
use uuid::Uuid;

/// Seconds; null while a part has not ended.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Timing {
    /// From the run's creation to the start of its first step.
    pub queued_s: Option<f64>,
    pub dump_s: Option<f64>,
    pub encrypt_s: Option<f64>,
    pub land_s: Option<f64>,
    pub verify_s: Option<f64>,
    /// From the first mirror's start to the last one's end.
    pub mirror_s: Option<f64>,
}

const TIMINGS: &str = "SELECT r.id, split_part(s.name, '.', 1) AS step, \
     extract(epoch FROM min(s.started_at) - r.created_at)::float8 AS queued, \
     CASE WHEN bool_and(s.finished_at IS NOT NULL) THEN extract(epoch FROM max(s.finished_at) - min(s.started_at))::float8 END AS took \
     FROM holdfast.run r JOIN holdfast.step s ON s.run_id = r.id WHERE r.id = ANY($1) GROUP BY r.id, 2";

pub async fn timings(db: &DatabaseConnection, runs: &[Uuid]) -> Result<HashMap<Uuid, Timing>, DbErr> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, TIMINGS, [runs.to_vec().into()]);
    let mut timings: HashMap<Uuid, Timing> = HashMap::new();
    for row in db.query_all_raw(statement).await? {
        let timing = timings.entry(row.try_get("", "id")?).or_default();
        let took: Option<f64> = row.try_get("", "took")?;
        match row.try_get::<String>("", "step")?.as_str() {
            "dump" => {
                timing.dump_s = took;
                timing.queued_s = row.try_get("", "queued")?;
            }
            "encrypt" => timing.encrypt_s = took,
            "land_hot" => timing.land_s = took,
            "verify" => timing.verify_s = took,
            "mirror" => timing.mirror_s = took,
            _ => {}
        }
    }
    Ok(timings)
}
