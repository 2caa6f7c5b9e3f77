//! One captured point of a store, or an attempt at one.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(schema_name = "holdfast", table_name = "backup")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub store: String,
    pub kind: String,
    pub run_id: Uuid,
    /// `dumping` → `dumped` → `publishing` → `landed` → `verified` | `failed`; `abandoned` when an attempt came to nothing.
    pub state: String,
    /// The name of the location that holds the hot copy.
    pub hot: String,
    pub captured_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
    pub abandoned_at: Option<DateTimeUtc>,
    pub config_version: Option<i64>,
    pub sequence: Option<i64>,
    pub manifest_sha256: Option<String>,
    pub server_product: Option<String>,
    pub server_version: Option<String>,
    pub rung: Option<String>,
    pub position: Option<Json>,
    pub tables: Option<i64>,
    pub rows: Option<i64>,
    pub raw_bytes: Option<i64>,
    pub stored_bytes: Option<i64>,
    pub packs: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
