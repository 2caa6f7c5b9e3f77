//! One execution of a step, whatever came of it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(schema_name = "holdfast", table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub step_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub n: i32,
    pub worker: String,
    pub started_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    /// `running`, `succeeded`, `retry`, `wait`, `stopped`, `cancelled`, `released` (shutdown) or `lost` (its worker died).
    pub outcome: String,
    pub fault: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
