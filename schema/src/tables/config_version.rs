//! One version of the configuration, as `holdfast apply` stored it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(schema_name = "holdfast", table_name = "config_version")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub created_at: DateTimeUtc,
    pub author: String,
    /// What this version changed, one line a change.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// `{installation, stores}`: typed, secrets as references, paths absolute.
    #[sea_orm(column_type = "JsonBinary")]
    pub document: Json,
    /// The files it was read from: path → text.
    #[sea_orm(column_type = "JsonBinary")]
    pub files: Json,
}

impl ActiveModelBehavior for ActiveModel {}
