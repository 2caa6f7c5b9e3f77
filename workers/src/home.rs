//! The installation a command works on: its configuration, its ledger, and the Postgres under it.

use std::path::{Path, PathBuf};

use holdfast_engine::Ledger;
use holdfast_sandbox::PrivatePostgres;
use holdfast_schema::Fault;
use holdfast_schema::config::{self, Loaded, LocationConfig};
use holdfast_storage::Location;
use holdfast_workflows::{Context, context};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::exit::{Exit, Failure};

/// Connections of one process: a heartbeat and a settle for each step at work, and the loops.
const CONNECTIONS: u32 = 16;

/// Where the configuration is: `--config` or `$HOLDFAST_CONFIG`, else `./holdfast.toml`, else `/etc/holdfast/holdfast.toml`.
pub fn config_path(asked: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = asked {
        return Ok(path.to_owned());
    }
    let known = [Path::new("holdfast.toml"), Path::new("/etc/holdfast/holdfast.toml")];
    known.into_iter().find(|path| path.exists()).map(Path::to_owned).ok_or_else(|| {
        Failure::usage(
            "there is no configuration here",
            "neither ./holdfast.toml nor /etc/holdfast/holdfast.toml exists",
            "`holdfast init` writes one; or name it with --config FILE",
        )
    })
}

pub fn load(asked: Option<&Path>) -> Result<Loaded, Failure> {
    let path = config_path(asked)?;
    config::load(&path).map_err(|mistakes| {
        Failure::usage(
            format!("the configuration {} has mistakes", path.display()),
            mistakes.to_string(),
            "mend them, and try again",
        )
    })
}

/// A connection to the installation's ledger. With a private Postgres, it is at hand for as long as this lives.
pub struct Home {
    pub loaded: Loaded,
    pub pool: PgPool,
    pub context: Context,
    /// Nobody else can be at work on this ledger: its Postgres was started for this command alone.
    pub alone: bool,
    postgres: Option<PrivatePostgres>,
}

impl Home {
    pub async fn open(asked: Option<&Path>) -> Result<Home, Failure> {
        Home::of(load(asked)?).await
    }

    pub async fn of(loaded: Loaded) -> Result<Home, Failure> {
        let (url, postgres, alone) = match &loaded.installation.database_url {
            Some(secret) => {
                let url = secret.resolve().await.map_err(|error| {
                    Failure::usage("the ledger has no address", error.to_string(), "set what `database_url` refers to")
                })?;
                (url.to_string(), None, false)
            }
            None => {
                let dir = loaded.installation.data_dir.join("postgres");
                let postgres = PrivatePostgres::start(&dir).await.map_err(Fault::from)?;
                let alone = postgres.is_ours().await;
                (postgres.url(), Some(postgres), alone)
            }
        };
        let pool = connect(&url).await?;
        let context = Context::new(&pool, Ledger::new(pool.clone()));
        context.ledger.migrate().await.map_err(|error| ledger_fault(&error.to_string()))?;
        Ok(Home { loaded, pool, context, alone, postgres })
    }

    /// The version that runs are started under: the newest applied one. Alone on a private ledger, the files count as applied.
    pub async fn version_in_force(&self) -> Result<config::Version, Failure> {
        if self.alone {
            self.apply().await?;
        }
        Ok(context::current(&self.context.db).await?)
    }

    /// Applies the configuration as it is in the files now, and says which version is in force.
    pub async fn apply(&self) -> Result<config::Applied, Failure> {
        self.prepare_new_locations().await?;
        let applied = config::apply(&self.context.db, &self.loaded, &author()).await.map_err(Fault::from)?;
        Ok(applied)
    }

    /// Makes the locations that enter the configuration ready for use. One that is in force already is never made again:
    /// if its directory is gone, a disk is not mounted, and writing into the empty mount point would look like a backup.
    pub async fn prepare_new_locations(&self) -> Result<(), Failure> {
        let current = context::current_if_any(&self.context.db).await?;
        let known = |location: &LocationConfig| {
            let known = current.as_ref().and_then(|version| version.installation.location(&location.name));
            known.is_some_and(|known| known.url == location.url)
        };
        for location in self.loaded.installation.locations.iter().filter(|location| !known(location)) {
            Location::prepare(&location.name, &location.url).await.map_err(Fault::from)?;
        }
        Ok(())
    }

    /// Lets go of the ledger; a private Postgres that was started here is stopped.
    pub async fn close(self) -> Result<(), Failure> {
        self.pool.close().await;
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
        Ok(())
    }
}

async fn connect(url: &str) -> Result<PgPool, Failure> {
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect(url).await;
    pool.map_err(|error| ledger_fault(&error.to_string()))
}

fn ledger_fault(why: &str) -> Failure {
    let fault = Fault::stop(
        "the ledger cannot be reached",
        why,
        "see that Postgres is up and `database_url` is right",
        "ledger-unreachable.md",
    );
    Failure { exit: Exit::Failed, fault }
}

/// Who asks: recorded with every act. The sudo user, since everybody is root then.
pub fn author() -> String {
    let name = ["HOLDFAST_AUTHOR", "SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}
