//! The sample store on a MariaDB of its own, a process of this machine that ends with the demo.

use std::io::Write;
use std::path::Path;

use holdfast_mysql::{Connection, DatabaseUrl, MysqlError};
use holdfast_sample::{SESSION, SampleStore};
use holdfast_sandbox::local::{Installed, LocalServer};
use holdfast_sandbox::{Product, files, new_password};
use holdfast_schema::Fault;
use holdfast_workflows::faults;

use crate::exit::Failure;

pub const SCHEMA: &str = "magento";
const SEED: u64 = 1;

/// A small shop's server: its binary log gives the backup a position.
const ARGS: [&str; 8] = [
    "--skip-networking",
    "--log-bin",
    "--server-id=1",
    "--binlog-format=ROW",
    "--local-infile=1",
    "--max-allowed-packet=256M",
    "--innodb-buffer-pool-size=256M",
    "--innodb-flush-log-at-trx-commit=2",
];

pub struct SampleShop {
    server: LocalServer,
    password: String,
    pub tables: usize,
}

impl SampleShop {
    pub async fn open(dir: &Path, bytes: u64) -> Result<SampleShop, Failure> {
        std::fs::create_dir_all(dir).map_err(|error| Failure::failed("the sample store has no directory", &error))?;
        let password = new_password();
        let server = start(dir, &password).await.map_err(Fault::from)?;
        let mut shop = SampleShop { server, password, tables: 0 };
        let url = shop.parsed(SCHEMA)?;
        let filled = tokio::task::spawn_blocking(move || fill(&url, bytes)).await;
        shop.tables = filled.map_err(|error| faults::broke_off(&error))?.map_err(Fault::from)?;
        Ok(shop)
    }

    pub fn url(&self, schema: &str) -> String {
        format!("mysql://root:{}@localhost/{schema}?socket={}", self.password, self.server.socket().display())
    }

    pub fn shown(&self) -> String {
        format!("{SCHEMA} at {}", self.server.socket().display())
    }

    fn parsed(&self, schema: &str) -> Result<DatabaseUrl, Failure> {
        Ok(DatabaseUrl::parse(&self.url(schema)).map_err(Fault::from)?)
    }

    /// Compares CHECKSUM TABLE of every table in two schemas; returns how many there were.
    pub async fn compare(&self, one: &str, other: &str) -> Result<usize, Failure> {
        let (one, other) = (self.parsed(one)?, self.parsed(other)?);
        let compared =
            tokio::task::spawn_blocking(move || Ok::<_, MysqlError>((checksums(&one)?, checksums(&other)?))).await;
        let (ours, theirs) = compared.map_err(|error| faults::broke_off(&error))?.map_err(Fault::from)?;
        if ours == theirs {
            return Ok(ours.len());
        }
        let differs = ours.iter().find(|table| !theirs.contains(table)).map_or("a table", |(name, _)| name.as_str());
        Err(Failure::failed(
            "the restored copy differs from the store",
            &format!("CHECKSUM TABLE of {differs} is another"),
        ))
    }

    pub async fn close(self) {
        self.server.stop().await;
    }
}

async fn start(dir: &Path, password: &str) -> Result<LocalServer, holdfast_sandbox::SandboxError> {
    let installed = Installed::of(Product::MariaDb)?;
    let template = installed.template(&dir.join("template"), 0).await?;
    let args: Vec<String> = ARGS.iter().map(|&arg| arg.to_owned()).collect();
    let socket_dir = files::socket_dir(&dir.join("socket"))?;
    LocalServer::start(&installed, &dir.join("server"), &socket_dir, &template, password, &args).await
}

fn fill(url: &DatabaseUrl, bytes: u64) -> Result<usize, MysqlError> {
    let now = chrono::Utc::now().timestamp();
    let store = SampleStore::new(SEED, bytes).as_of(now);
    Connection::connect(&url.with_schema(""))?.execute(&format!("CREATE DATABASE {SCHEMA} CHARACTER SET utf8mb4"))?;
    let mut connection = Connection::connect(url)?;
    for statement in SESSION {
        connection.execute(statement)?;
    }
    for table in store.tables() {
        connection.execute(&table.create())?;
        let mut chunks = store.rows(table);
        let feed = |out: &mut dyn Write| chunks.by_ref().try_for_each(|chunk| out.write_all(&chunk));
        connection.load_local(&store.load_statement(table), feed)?;
    }
    for statement in store.keys_and_constraints().iter().chain(&store.objects_after_data()) {
        connection.execute(statement)?;
    }
    Ok(store.tables().len())
}

fn checksums(url: &DatabaseUrl) -> Result<Vec<(String, Option<String>)>, MysqlError> {
    let mut connection = Connection::connect(url)?;
    let tables = connection.query_text(
        "SELECT TABLE_NAME FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND ENGINE = 'InnoDB' ORDER BY TABLE_NAME",
    )?;
    let mut sums = Vec::new();
    for name in tables.into_iter().flatten().flatten() {
        let quoted = holdfast_mysql::wire::quote_name(&name);
        let sum = connection.query_text(&format!("CHECKSUM TABLE {quoted} EXTENDED"))?;
        sums.push((name, sum.into_iter().flatten().next_back().flatten()));
    }
    Ok(sums)
}
