use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use holdfast_sandbox::files::copy_tree;
use holdfast_sandbox::postgres::{Binaries, server_account};
use holdfast_sandbox::{PrivatePostgres, SandboxError};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use crate::place;
use crate::runtime::wait;

const QUICK: [&str; 4] = ["fsync=off", "full_page_writes=off", "max_connections=300", "synchronous_commit=off"];
/// What is committed outlives the server's process, if not the machine.
const KEEPING: [&str; 4] = ["fsync=off", "full_page_writes=off", "max_connections=300", "synchronous_commit=on"];

/// A Postgres on a TCP port of 127.0.0.1. Dropping it stops it and removes its data.
#[derive(Debug)]
pub struct Postgres {
    server: Option<PrivatePostgres>,
    dir: PathBuf,
    settings: [&'static str; 4],
}

impl Postgres {
    /// A server of its own, for tests that stop it.
    pub fn start() -> Postgres {
        Postgres::start_with(QUICK)
    }

    /// As [`Postgres::start`], for tests that kill it: no commit that was acknowledged is lost.
    pub fn start_keeping() -> Postgres {
        Postgres::start_with(KEEPING)
    }

    fn start_with(settings: [&'static str; 4]) -> Postgres {
        let dir = place::fresh_dir();
        let server = wait(async {
            copy_template(&dir).await?;
            PrivatePostgres::start_with(&dir, &settings).await
        });
        let server = Some(server.unwrap_or_else(|error| panic!("Postgres does not start: {error}")));
        Postgres { server, dir, settings }
    }

    /// One server for all tests of this process: give each test a [`Postgres::database`] of its own.
    pub fn shared() -> &'static Postgres {
        static SHARED: LazyLock<Postgres> = LazyLock::new(Postgres::start);
        &SHARED
    }

    /// Of the database `holdfast`, which is empty at first.
    pub fn url(&self) -> String {
        self.server.as_ref().expect("the server runs; a killed one is restarted first").url()
    }

    /// Makes an empty database nobody else uses; answers its URL.
    pub fn database(&self) -> String {
        let url = self.url();
        let name = format!("test_{}", Uuid::now_v7().simple());
        wait(async {
            let mut connection = PgConnection::connect(&url).await?;
            sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
            connection.close().await
        })
        .unwrap_or_else(|error| panic!("no database could be made: {error}"));
        let (server, _) = url.rsplit_once('/').expect("a URL names a database");
        format!("{server}/{name}")
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            wait(server.kill());
        }
    }

    /// Stops it in order, if it runs, and starts it again with the same data at the same URL.
    pub fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            wait(server.stop());
        }
        let server = wait(PrivatePostgres::start_with(&self.dir, &self.settings));
        self.server = Some(server.unwrap_or_else(|error| panic!("Postgres does not start again: {error}")));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            wait(server.stop());
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// `initdb` takes a second or more; its result is made once on this machine and then copied.
async fn copy_template(dir: &Path) -> Result<(), SandboxError> {
    let binaries = Binaries::find(&dir.join("data"))?;
    let template = place::templates().join(format!("postgres-{}", binaries.major));
    if !template.exists() {
        let work = place::fresh_dir();
        PrivatePostgres::initialise(&work).await?;
        // Another test process may have been quicker; its template is as good as ours.
        let _ = fs::rename(&work, &template);
    }
    copy_tree(&template.join("data"), &dir.join("data"), server_account()?.as_ref())?;
    fs::copy(template.join("password"), dir.join("password")).expect("the template has a password");
    Ok(())
}
