//! Versions of the configuration in Postgres: `holdfast apply` writes one, workers read it, a run records its number.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::*;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryOrder, TransactionTrait};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::keys::{INSTALLATION, STORE};
use super::reading::complete;
use super::{Installation, Loaded, StoreConfig, diff as differences};
use crate::Fault;
use crate::tables::config_version;

/// A stored configuration.
#[derive(Debug, Clone)]
pub struct Version {
    pub id: i64,
    pub created_at: DateTime<Utc>,
    pub author: String,
    pub installation: Installation,
    /// By name.
    pub stores: Vec<StoreConfig>,
}

impl Version {
    pub fn store(&self, name: &str) -> Option<&StoreConfig> {
        self.stores.iter().find(|store| store.name == name)
    }
}

/// What `apply` did. `version` is the current one, `changed` says whether it is new, `diff` what it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    pub version: i64,
    pub changed: bool,
    pub diff: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    #[error("the configuration in Postgres cannot be reached: {0}")]
    Database(#[from] DbErr),
    #[error("there is no version {version} of the configuration")]
    Absent { version: i64 },
    #[error("version {version} of the configuration cannot be read by this release: {source}")]
    Unreadable { version: i64, source: serde_json::Error },
}

impl From<VersionError> for Fault {
    fn from(error: VersionError) -> Fault {
        let (what, why) = ("the configuration could not be read", error.to_string());
        match error {
            VersionError::Database(_) => {
                Fault::retry(what, why, "see that Postgres answers").with_runbook("ledger-unreachable.md")
            }
            VersionError::Absent { .. } => {
                Fault::stop(what, why, "run `holdfast apply`, then start the run anew", "configuration-invalid.md")
            }
            VersionError::Unreadable { .. } => {
                Fault::stop(what, why, "run `holdfast apply` with this release", "configuration-invalid.md")
            }
        }
    }
}

/// Stores `loaded` as a new version, unless it is what the current version says already: comments are no change.
///
/// Two at the same time are ordered: the second compares itself with what the first wrote.
pub async fn apply(db: &DatabaseConnection, loaded: &Loaded, author: &str) -> Result<Applied, VersionError> {
    let transaction = db.begin().await?;
    transaction.execute_unprepared("LOCK TABLE holdfast.config_version IN SHARE ROW EXCLUSIVE MODE").await?;
    let latest = latest(&transaction).await?;
    let document = document(loaded);
    let before = latest.as_ref().map(|version| completed(version.document.clone()));
    let diff = differences::lines(before.as_ref(), &document);
    if let Some(version) = latest.filter(|_| diff.is_empty()) {
        return Ok(Applied { version: version.id, changed: false, diff });
    }
    let row = config_version::ActiveModel {
        author: Set(author.to_owned()),
        note: Set(diff.join("\n")),
        document: Set(document),
        files: Set(json!(loaded.files)),
        ..Default::default()
    };
    let version = row.insert(&transaction).await?.id;
    transaction.commit().await?;
    Ok(Applied { version, changed: true, diff })
}

/// What `apply` would change, one line a change.
pub async fn diff(db: &DatabaseConnection, loaded: &Loaded) -> Result<Vec<String>, VersionError> {
    let before = latest(db).await?.map(|version| completed(version.document));
    Ok(differences::lines(before.as_ref(), &document(loaded)))
}

/// The newest version; none before the first `apply`.
pub async fn current(db: &DatabaseConnection) -> Result<Option<Version>, VersionError> {
    latest(db).await?.map(read).transpose()
}

/// The version that a run recorded.
pub async fn at(db: &DatabaseConnection, version: i64) -> Result<Version, VersionError> {
    let row = config_version::Entity::find_by_id(version).one(db).await?;
    read(row.ok_or(VersionError::Absent { version })?)
}

async fn latest(db: &impl ConnectionTrait) -> Result<Option<config_version::Model>, DbErr> {
    config_version::Entity::find().order_by_desc(config_version::Column::Id).one(db).await
}

fn document(loaded: &Loaded) -> Value {
    json!({ "installation": loaded.installation, "stores": loaded.stores })
}

/// An older release's document with the settings that have been added since, at their defaults.
fn completed(mut document: Value) -> Value {
    complete(INSTALLATION, &mut document["installation"]);
    for store in document["stores"].as_array_mut().into_iter().flatten() {
        complete(STORE, store);
    }
    document
}

fn read(row: config_version::Model) -> Result<Version, VersionError> {
    #[derive(Deserialize)]
    struct Stored {
        installation: Installation,
        stores: Vec<StoreConfig>,
    }
    let unreadable = |source| VersionError::Unreadable { version: row.id, source };
    let Stored { installation, stores } = Stored::deserialize(completed(row.document)).map_err(unreadable)?;
    Ok(Version { id: row.id, created_at: row.created_at, author: row.author, installation, stores })
}
