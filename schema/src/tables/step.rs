//! One step of a run, as far as readers need it; the engine's SQL knows the columns of delivery and lease.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// waiting → ready → queued → running → succeeded | stopped | cancelled; a failed attempt goes back to ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// A step it comes after has not succeeded yet.
    Waiting,
    /// May start as soon as its time has come, its pool has room and its limits allow.
    Ready,
    /// Handed to the queue of its pool.
    Queued,
    Running,
    Succeeded,
    /// A person must act.
    Stopped,
    Cancelled,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(schema_name = "holdfast", table_name = "step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub run_id: Uuid,
    pub name: String,
    pub pool: String,
    pub ord: i16,
    pub state: StepState,
    pub attempt: i16,
    pub max_attempts: i16,
    pub run_at: DateTimeUtc,
    pub worker: Option<String>,
    pub progress: Option<Json>,
    pub receipt: Option<Json>,
    pub fault: Option<Json>,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
