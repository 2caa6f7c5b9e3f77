//! What a restore of a backup into a sandbox proved.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(schema_name = "holdfast", table_name = "verification")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub backup_id: Uuid,
    pub run_id: Uuid,
    /// The location whose copy was read.
    pub location: String,
    /// `L1` … `L5`, as ARCHITECTURE.md defines them.
    pub level: String,
    /// `passed` | `failed`
    pub result: String,
    pub at: DateTimeUtc,
    /// Wall seconds of the whole verification, sandbox start and teardown included.
    pub seconds: f64,
    /// Seconds from the first byte fetched to the last object created: the measured RTO.
    pub restore_seconds: Option<f64>,
    pub tables: i64,
    pub rows: i64,
    pub problems: Json,
}

impl ActiveModelBehavior for ActiveModel {}
