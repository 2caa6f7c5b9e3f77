//! One run of a workflow.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Where a run stands. `failed` still goes on when a person retries its stopped step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Running,
    Paused,
    Succeeded,
    Failed,
    Cancelled,
}

impl RunState {
    /// True when nothing more happens by itself.
    pub fn is_over(self) -> bool {
        matches!(self, RunState::Succeeded | RunState::Failed | RunState::Cancelled)
    }
}

/// What made a run start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Schedule,
    Person,
    /// One run for all the ticks missed while nothing was up.
    CatchUp,
    /// Another run asked for it.
    Workflow,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(schema_name = "holdfast", table_name = "run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub seq: i64,
    pub workflow: String,
    pub store: Option<String>,
    pub priority: i16,
    pub state: RunState,
    pub input: Json,
    pub requested_by: String,
    pub trigger: Trigger,
    pub idempotency_key: Option<String>,
    pub config_version: Option<i64>,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
