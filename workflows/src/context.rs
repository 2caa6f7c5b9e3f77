//! What every step can reach: the ledger's database, and the configuration the run was started under.

use holdfast_engine::{Ledger, StepContext};
use holdfast_mysql::DatabaseUrl;
use holdfast_schema::Fault;
use holdfast_schema::config::{self, Installation, LocationConfig, StoreConfig, Version};
use holdfast_storage::Location;
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use sqlx::PgPool;

use crate::Keyring;

/// Shared by the steps of one worker process.
#[derive(Clone)]
pub struct Context {
    pub ledger: Ledger,
    pub db: DatabaseConnection,
}

impl Context {
    pub fn new(pool: &PgPool, ledger: Ledger) -> Context {
        Context { ledger, db: SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()) }
    }

    /// The configuration that a step works under: the version its run recorded, so an `apply` in mid-run changes nothing.
    pub async fn scene(&self, step: &StepContext) -> Result<Scene, Fault> {
        let version = match step.config_version {
            Some(version) => config::at(&self.db, version).await.map_err(Fault::from)?,
            None => current(&self.db).await?,
        };
        let name = step.store.as_deref().unwrap_or_default();
        Scene::of(version.installation, version.stores, name)
    }
}

/// The configuration in force; none before the first `holdfast apply`.
pub async fn current_if_any(db: &DatabaseConnection) -> Result<Option<Version>, Fault> {
    config::current(db).await.map_err(Fault::from)
}

/// The configuration in force, which must be there.
pub async fn current(db: &DatabaseConnection) -> Result<Version, Fault> {
    current_if_any(db).await?.ok_or_else(|| {
        Fault::stop(
            "there is no configuration in force",
            "none was applied to this ledger yet",
            "`holdfast apply`, then try again",
            "configuration-invalid.md",
        )
    })
}

/// One store, and the installation around it.
pub struct Scene {
    pub installation: Installation,
    pub store: StoreConfig,
    pub keys: Keyring,
}

impl Scene {
    pub fn of(installation: Installation, stores: Vec<StoreConfig>, name: &str) -> Result<Scene, Fault> {
        let Some(store) = stores.into_iter().find(|store| store.name == name) else {
            return Err(store_unknown(name));
        };
        let keys = Keyring::at(installation.keys_dir.clone());
        Ok(Scene { installation, store, keys })
    }

    pub fn hot(&self) -> Result<&LocationConfig, Fault> {
        self.installation.hot().ok_or_else(|| {
            Fault::stop(
                "no hot location is configured",
                "a backup lands in the location of tier \"hot\" first",
                "add a [[location]] with tier = \"hot\" to holdfast.toml, then `holdfast apply`",
                "configuration-invalid.md",
            )
        })
    }

    pub async fn open_hot(&self) -> Result<Location, Fault> {
        open(self.hot()?).await
    }

    pub fn location(&self, name: &str) -> Result<&LocationConfig, Fault> {
        self.installation.location(name).ok_or_else(|| {
            Fault::stop(
                format!("location {name} is not configured"),
                "the run's configuration names no such location",
                "give one of the [[location]] names of holdfast.toml",
                "configuration-invalid.md",
            )
        })
    }

    pub async fn open_location(&self, name: &str) -> Result<Location, Fault> {
        open(self.location(name)?).await
    }

    /// The store's production, with the credentials that its reference gives here and now.
    pub async fn source(&self) -> Result<DatabaseUrl, Fault> {
        source(&self.store).await
    }
}

pub async fn source(store: &StoreConfig) -> Result<DatabaseUrl, Fault> {
    let url = store.database.url.resolve().await.map_err(|error| {
        Fault::stop(
            format!("the database of {} has no address", store.name),
            error.to_string(),
            "set what `database.url` refers to, on every machine that runs a worker of pool core",
            "configuration-invalid.md",
        )
    })?;
    DatabaseUrl::parse(&url).map_err(Fault::from)
}

pub async fn open(location: &LocationConfig) -> Result<Location, Fault> {
    Location::open(&location.name, &location.url).await.map_err(Fault::from)
}

pub fn store_unknown(name: &str) -> Fault {
    Fault::stop(
        format!("store {name} is not known here"),
        "no store of that name is in the configuration",
        "`holdfast config show` lists the stores; add stores/NAME.toml and `holdfast apply`",
        "store-unknown.md",
    )
}
