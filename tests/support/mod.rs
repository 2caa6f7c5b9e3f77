//! A whole installation for a test: configuration, keys and locations in a directory of its own, a ledger in a Postgres
//! database nobody else uses, stores on a MariaDB, and the built `holdfast` run on them as a person would.
//!
//! Everything here blocks: a test is a plain function that runs commands and looks at what they left.

#![allow(dead_code, unused_imports, reason = "compiled into every test program; each uses its part of it")]

mod acts;
mod descriptions;
mod line;
mod processes;
mod stores;

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use holdfast_archive::RecipientKind;
use holdfast_testkit::{Postgres, fresh_dir};
use holdfast_workflows::Keyring;
use serde_json::Value;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::runtime::Runtime;

pub use acts::{assert_keys, step_of, text};
pub use descriptions::{assert_equal, describe};
pub use line::Line;
pub use processes::{Running, processes_naming};
pub use stores::{sample_schema, small_schema};

/// The program under test.
pub const HOLDFAST: &str = env!("CARGO_BIN_EXE_holdfast");

/// A command that takes longer hangs.
const COMMAND_SECONDS: &str = "300";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime starts"));

/// One installation. Dropping it removes its directory, unless the test failed: then it stays to be looked at.
pub struct Installation {
    pub dir: PathBuf,
    ledger: Option<String>,
    /// Not of `holdfast`: the test's own look at the ledger.
    pool: Option<PgPool>,
}

impl Installation {
    /// On a ledger of its own in the Postgres that all tests of this process share.
    pub fn new() -> Installation {
        Installation::on(Some(Postgres::shared().database()))
    }

    /// On the ledger at a URL; with `None`, on the private Postgres that `holdfast` starts under data_dir.
    pub fn on(ledger: Option<String>) -> Installation {
        let dir = fresh_dir();
        for folder in ["stores", "secrets", "hot", "warm", "cold", "logs"] {
            fs::create_dir(dir.join(folder)).expect("a folder can be made");
        }
        let pool = ledger.as_ref().map(|url| RUNTIME.block_on(async { look_at(url) }));
        let installation = Installation { dir, ledger, pool };
        fs::write(installation.config(), installation.toml()).expect("the configuration can be written");
        let keys = installation.keys();
        keys.create_installation().expect("the installation's keys can be made");
        keys.create_recipient("escrow", RecipientKind::Escrow).expect("an escrow key can be made");
        installation
    }

    fn toml(&self) -> String {
        let here = self.dir.display();
        let ledger = self.ledger.as_ref().map(|url| format!("database_url = {}\n", self.secret("ledger", url)));
        let location = |tier: &str| {
            format!("\n[[location]]\nname = \"{tier}\"\ntier = \"{tier}\"\nurl = \"file://{here}/{tier}\"\n")
        };
        let head = format!("data_dir = \"{here}\"\nstores = \"stores/*.toml\"\n");
        let sandbox = "\n[sandbox]\nengine = \"process\"\nmemory = \"256MiB\"\n".to_owned();
        [ledger.unwrap_or_default(), head, location("hot"), location("warm"), location("cold"), sandbox].concat()
    }

    /// Writes a secret's file; answers the reference to it.
    fn secret(&self, name: &str, text: &str) -> String {
        let path = self.dir.join("secrets").join(name);
        let _ = fs::remove_file(&path);
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&path).expect("a secret can be written");
        std::io::Write::write_all(&mut file, text.as_bytes()).expect("a secret can be written");
        format!("{{ file = \"{}\" }}", path.display())
    }

    /// Adds a store whose database is at `url`, with its key. `holdfast apply` makes it known.
    pub fn add_store(&self, name: &str, url: &str) {
        self.add_store_with(name, url, "", "");
    }

    /// As [`Installation::add_store`], with more lines at the top of its file and in its `[database]`.
    pub fn add_store_with(&self, name: &str, url: &str, top: &str, database: &str) {
        self.keys().create_recipient(name, RecipientKind::Store).expect("a store's key can be made");
        let secret = self.secret(name, url);
        let toml =
            format!("name = \"{name}\"\nowner = \"ops@example.com\"\n{top}\n[database]\nurl = {secret}\n{database}\n");
        fs::write(self.store_file(name), toml).expect("a store's file can be written");
    }

    /// Gives the store another database, or other credentials, from the next step on.
    pub fn set_store_url(&self, name: &str, url: &str) {
        self.secret(name, url);
    }

    pub fn config(&self) -> PathBuf {
        self.dir.join("holdfast.toml")
    }

    pub fn store_file(&self, name: &str) -> PathBuf {
        self.dir.join(format!("stores/{name}.toml"))
    }

    pub fn keys(&self) -> Keyring {
        Keyring::at(self.dir.join("keys"))
    }

    /// The directory of `hot`, `warm` or `cold`.
    pub fn location(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Runs `holdfast ARGS` to its end.
    pub fn holdfast(&self, args: &[&str]) -> Ended {
        let output = Command::new("timeout")
            .args(["--signal=KILL", COMMAND_SECONDS, HOLDFAST, "--config"])
            .arg(self.config())
            .args(args)
            .env("HOLDFAST_AUTHOR", "tester")
            .output()
            .expect("holdfast can be run");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what holdfast prints is UTF-8");
        let code = output.status.code().unwrap_or_else(|| panic!("holdfast {args:?} does not end: {output:?}"));
        Ended { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs `holdfast --json ARGS`, which must succeed; answers its document.
    pub fn json(&self, args: &[&str]) -> Value {
        let ended = self.holdfast(&[&["--json"], args].concat());
        assert_eq!(ended.code, 0, "holdfast {args:?}: {ended:#?}");
        ended.json()
    }

    pub fn apply(&self) {
        self.json(&["apply"]);
    }

    /// Starts `holdfast ARGS` beside the test: a worker, a scheduler, `up`. It ends with the test at the latest.
    pub fn start(&self, args: &[&str]) -> Running {
        Running::start(self, args, None)
    }

    /// As [`Installation::start`], with another tracing filter than `-v` gives: `trace` logs all there is.
    pub fn start_saying(&self, log_filter: &str, args: &[&str]) -> Running {
        Running::start(self, args, Some(log_filter))
    }

    /// A worker of all pools, with `concurrency` steps at once in each.
    pub fn worker(&self, concurrency: u16) -> Running {
        self.start(&["worker", "--concurrency", &concurrency.to_string()])
    }

    /// Starts a backup and does not wait for it; answers the run's id.
    pub fn start_backup(&self, store: &str) -> String {
        let ended = self.holdfast(&["--json", "backup", "now", store, "--no-wait"]);
        assert_eq!(ended.code, 3, "{ended:#?}");
        ended.json()["run"].as_str().expect("the run's id").to_owned()
    }

    /// The `run` document as `holdfast run show` prints it.
    pub fn run(&self, id: &str) -> Value {
        self.json(&["run", "show", id])
    }

    /// What a query of the ledger finds, each row an object of its columns; an error where the ledger does not answer.
    pub fn try_rows(&self, sql: &str) -> Result<Vec<Value>, sqlx::Error> {
        let pool = self.pool.as_ref().expect("the ledger's URL is known to the test");
        let sql = format!("SELECT to_jsonb(found) FROM ({sql}) found");
        RUNTIME.block_on(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool))
    }

    /// As [`Installation::try_rows`], of a ledger that must answer.
    pub fn rows(&self, sql: &str) -> Vec<Value> {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{error}\nin {sql}"))
    }

    /// Changes the ledger behind the program's back.
    pub fn execute(&self, sql: &str) {
        let pool = self.pool.as_ref().expect("the ledger's URL is known to the test");
        let done = RUNTIME.block_on(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool));
        done.unwrap_or_else(|error| panic!("{error}\nin {sql}"));
    }

    /// The one number that a query finds.
    pub fn count(&self, sql: &str) -> i64 {
        let rows = self.rows(&format!("SELECT ({sql}) AS n"));
        rows[0]["n"].as_i64().unwrap_or_else(|| panic!("{sql} gives {rows:?}"))
    }

    /// Names of all objects at a location, sorted: `acme/<backup>/header`, `…/manifest`, `…/p/000000`.
    pub fn objects(&self, location: &str) -> Vec<String> {
        let root = self.location(location);
        let mut found = Vec::new();
        files_under(&root, &mut found);
        let name = |path: &PathBuf| path.strip_prefix(&root).expect("it is under the root").display().to_string();
        let mut names: Vec<String> = found.iter().map(name).filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }

    /// The backups at a location: `acme/<backup>` for each manifest there, sorted.
    pub fn backups(&self, location: &str) -> Vec<String> {
        let objects = self.objects(location);
        objects.iter().filter_map(|name| name.strip_suffix("/manifest")).map(str::to_owned).collect()
    }

    /// Objects at a location that belong to no backup there.
    pub fn orphans(&self, location: &str) -> Vec<String> {
        let backups = self.backups(location);
        let is_of_one = |name: &String| backups.iter().any(|backup| name.starts_with(&format!("{backup}/")));
        self.objects(location).into_iter().filter(|name| !is_of_one(name)).collect()
    }

    /// Uploads at a location that are under way, or were when their process died.
    pub fn unfinished_uploads(&self, location: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        files_under(&self.location(location).join(".partial"), &mut found);
        found
    }

    /// Directories of sandboxes, alive or left behind.
    pub fn sandboxes(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.join("sandbox")).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| name_of(path).starts_with("hf-")).collect()
    }

    /// Command lines of processes of this installation: `holdfast` itself, its sandboxes, its private Postgres.
    pub fn processes(&self) -> Vec<String> {
        processes_naming(&self.dir)
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the installation stays in {} until the next test process", self.dir.display());
        } else {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// A command that ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// The one document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: not one document: {self:#?}"))
    }
}

fn look_at(url: &str) -> PgPool {
    let options = PgPoolOptions::new().max_connections(2).acquire_timeout(Duration::from_secs(10));
    options.connect_lazy(url).expect("it is a URL")
}

/// Looks again and again until there is something to see; panics after `seconds`, naming what did not come.
pub fn wait_until<T>(what: &str, seconds: u64, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "{what}: not within {seconds} s");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn files_under(dir: &Path, found: &mut Vec<PathBuf>) {
    // Another process may be removing what we look at.
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files_under(&path, found) } else { found.push(path) }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
