//! An archive at one location.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(schema_name = "holdfast", table_name = "copy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub backup_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub location: String,
    pub tier: String,
    pub url: String,
    pub region: Option<String>,
    pub class: Option<String>,
    /// `pending` | `present` | `thawing` | `expired` | `missing`
    pub state: String,
    pub bytes: Option<i64>,
    pub objects: Option<i64>,
    pub placed_at: Option<DateTimeUtc>,
    /// When the copy was last read back.
    pub checked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
