//! MariaDB servers of the bench's own, on a disk: a test server may live in memory, where durable settings cost nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use holdfast_mysql::{Connection, DatabaseUrl};
use holdfast_sandbox::Product;
use holdfast_sandbox::local::{Installed, LocalServer};
use tokio::runtime::Runtime;

use crate::Outcome;

const PASSWORD: &str = "bench-root";

const ALWAYS: [&str; 5] = [
    "--skip-networking",
    "--skip-name-resolve",
    "--event-scheduler=OFF",
    "--local-infile=1",
    "--max-allowed-packet=1G",
];

/// A server on a socket. Dropping it stops it; its data go with the stage's directory.
pub struct Server {
    runtime: Arc<Runtime>,
    running: Option<LocalServer>,
    installed: Installed,
    template: PathBuf,
    directory: PathBuf,
    args: Vec<String>,
}

impl Server {
    /// In `directory/name`, which is emptied first.
    pub fn start(runtime: &Arc<Runtime>, directory: &Path, name: &str, args: &[&str]) -> Outcome<Server> {
        let installed = Installed::of(Product::MariaDb)?;
        let template = runtime.block_on(installed.template(&directory.join("templates"), 0))?;
        let args = ALWAYS.iter().chain(args).map(|arg| (*arg).to_owned()).collect();
        let directory = directory.join(name);
        if directory.exists() {
            std::fs::remove_dir_all(&directory)?;
        }
        let mut server = Server { runtime: runtime.clone(), running: None, installed, template, directory, args };
        server.restart()?;
        Ok(server)
    }

    /// Stops it in order, which writes out everything it holds, and starts it again on the same data.
    pub fn restart(&mut self) -> Outcome<()> {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
        let sockets = self.directory.join("socket");
        let start =
            LocalServer::start(&self.installed, &self.directory, &sockets, &self.template, PASSWORD, &self.args);
        self.running = Some(self.runtime.block_on(start)?);
        Ok(())
    }

    pub fn socket(&self) -> PathBuf {
        self.running.as_ref().map(LocalServer::socket).unwrap_or_default()
    }

    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// As the server states it, without the 5.5.5- that MariaDB puts before it.
    pub fn version(&self) -> &str {
        self.running.as_ref().map_or("", |running| running.version().trim_start_matches("5.5.5-"))
    }

    pub fn url(&self, schema: &str) -> String {
        format!("mysql://root:{PASSWORD}@localhost/{schema}?socket={}", self.socket().display())
    }

    /// An empty schema of this name, whatever was there; the binary log is not told.
    pub fn empty_schema(&self, name: &str) -> Outcome<()> {
        let mut connection = Connection::connect(&DatabaseUrl::parse(&self.url(""))?)?;
        connection.execute("SET sql_log_bin = 0")?;
        connection.execute(&format!("DROP DATABASE IF EXISTS {name}"))?;
        connection.execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"))?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.kill());
        }
    }
}
