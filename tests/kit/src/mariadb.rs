use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use holdfast_sandbox::local::{Installed, LocalServer};
use holdfast_sandbox::process::free_port;
use holdfast_sandbox::{Product, SandboxError};

use crate::client::sql_at;
use crate::place;
use crate::runtime::wait;

/// Settings a test server needs to be quick; a test's own come after and win.
const QUICK: [&str; 10] = [
    "--skip-name-resolve",
    "--bind-address=127.0.0.1",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-log-file-size=64M",
    "--sync-binlog=0",
    "--innodb-buffer-pool-size=128M",
    "--max-allowed-packet=1G",
    "--local-infile=1",
    "--event-scheduler=OFF",
];
const PASSWORD: &str = "test-root";

/// A MariaDB on a unix socket and a TCP port of 127.0.0.1, with `root` reachable through both.
/// Dropping it stops it and removes its data.
#[derive(Debug)]
pub struct MariaDb {
    server: Option<LocalServer>,
    dir: PathBuf,
    port: u16,
    args: Vec<String>,
}

impl MariaDb {
    /// A server of its own, with `args` as `mariadbd` takes them (`--log-bin`, `--server-id=1`).
    pub fn start(args: &[&str]) -> MariaDb {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let mut server = MariaDb { server: None, dir: place::fresh_dir(), port: 0, args };
        // Another process may take the port between our look and the server's bind.
        let started = (0..5).map(|_| server.try_start_on(free_port().expect("a port is free")));
        let mut failures = Vec::new();
        for result in started {
            match result {
                Ok(()) => return server,
                Err(error) if error.to_string().contains("already in use") => failures.push(error.to_string()),
                Err(error) => panic!("MariaDB does not start: {error}"),
            }
        }
        panic!("MariaDB found no port: {failures:?}")
    }

    /// One server for all tests of this process: give each test a [`MariaDb::schema`] of its own.
    pub fn shared() -> &'static MariaDb {
        static SHARED: LazyLock<MariaDb> =
            LazyLock::new(|| MariaDb::start(&["--log-bin", "--server-id=1", "--binlog-format=ROW"]));
        &SHARED
    }

    fn try_start_on(&mut self, port: u16) -> Result<(), SandboxError> {
        let installed = Installed::of(Product::MariaDb)?;
        let mut args: Vec<String> = QUICK.iter().map(|arg| (*arg).to_owned()).collect();
        args.push(format!("--port={port}"));
        args.extend(self.args.iter().cloned());
        let lower_case = self.args.iter().find_map(|arg| arg.strip_prefix("--lower-case-table-names=")?.parse().ok());
        let started = wait(async {
            let template = installed.template(&place::templates(), lower_case.unwrap_or(0)).await?;
            LocalServer::start(&installed, &self.dir, &self.dir.join("socket"), &template, PASSWORD, &args).await
        });
        self.server = Some(started?);
        self.port = port;
        Ok(())
    }

    fn server(&self) -> &LocalServer {
        self.server.as_ref().expect("the server runs; a killed one is restarted first")
    }

    pub fn socket(&self) -> PathBuf {
        self.server().socket()
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn password(&self) -> &str {
        PASSWORD
    }

    /// As the server states it, e.g. `5.5.5-10.11.19-MariaDB-…`.
    pub fn version(&self) -> &str {
        self.server().version()
    }

    /// Through the socket.
    pub fn url(&self, schema: &str) -> String {
        format!("mysql://root:{PASSWORD}@localhost/{schema}?socket={}", self.socket().display())
    }

    /// Through TCP.
    pub fn tcp_url(&self, schema: &str) -> String {
        format!("mysql://root:{PASSWORD}@127.0.0.1:{}/{schema}", self.port)
    }

    /// Makes an empty schema nobody else uses; answers its name.
    pub fn schema(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"));
        name
    }

    /// Runs statements through the `mariadb` client; answers their rows as [`crate::sql_at`] does.
    pub fn sql(&self, sql: &str) -> String {
        self.sql_in("", sql)
    }

    /// As [`MariaDb::sql`], in `schema`.
    pub fn sql_in(&self, schema: &str, sql: &str) -> String {
        let rows = sql_at(&self.url(schema), sql.as_bytes());
        rows.unwrap_or_else(|error| panic!("{error}\nin {}", sql.chars().take(400).collect::<String>()))
    }

    /// As [`MariaDb::sql`]; the client's message when it fails.
    pub fn try_sql(&self, sql: &[u8]) -> Result<String, String> {
        sql_at(&self.url(""), sql)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            wait(server.kill());
        }
    }

    /// Stops it in order, if it runs, and starts it again on the same data, socket and port.
    pub fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            wait(server.stop());
        }
        self.try_start_on(self.port).expect("MariaDB starts again");
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
