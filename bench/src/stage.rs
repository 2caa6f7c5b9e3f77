//! The servers, the store and the keys that all measures share.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use holdfast_archive::{RecipientKind, generate_recipient};
use holdfast_mysql::DatabaseUrl;
use holdfast_sample::SampleStore;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::child::{self, Archive, Ran, Task};
use crate::server::Server;
use crate::{Outcome, plain, rival};

pub const SCHEMA: &str = "shop";

/// Its own binary log gives the snapshot a position; it writes nothing while it is measured.
const SOURCE: [&str; 4] =
    ["--log-bin", "--server-id=1", "--innodb-buffer-pool-size=512M", "--innodb-log-file-size=256M"];

/// Nothing that was committed may be lost: what a customer's server is set to.
const TARGET: [&str; 5] = [
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-doublewrite=1",
    "--sync-binlog=1",
    "--innodb-buffer-pool-size=512M",
    "--innodb-log-file-size=256M",
];

pub struct Stage {
    pub store: SampleStore,
    pub size: u64,
    /// Of the store's rows as plain files, which lie in `rows_dir`.
    pub text_bytes: u64,
    pub parallel: usize,
    pub source: Server,
    /// On a disk; everything of the bench lies here, and goes with it.
    pub directory: PathBuf,
    pub runtime: Arc<Runtime>,
    pub age_recipient: String,
}

/// A dump that was made, and what its process took.
pub struct Made {
    pub archive: Archive,
    pub ran: Ran,
}

impl Stage {
    /// Generates the store and loads it into a source server.
    pub fn set(size: u64, parallel: usize) -> Outcome<Stage> {
        let directory = fresh_directory()?;
        let runtime = Arc::new(Runtime::new()?);
        let store = plain::store(size);
        eprintln!("a store of {} MB is made and loaded", size / 1_000_000);
        let text_bytes = plain::write_files(&store, &directory.join("rows"))?;
        let source = Server::start(&runtime, &directory, "source", &SOURCE)?;
        source.empty_schema(SCHEMA)?;
        let url = DatabaseUrl::parse(&source.url(SCHEMA))?;
        plain::load(&store, &directory.join("rows"), &url, parallel, false)?;
        plain::add_objects(&store, &url)?;
        let age_recipient = rival::make_key(&directory.join("age.key"))?;
        let stage = Stage { store, size, text_bytes, parallel, source, directory, runtime, age_recipient };
        fs::write(stage.key_file(), generate_recipient(RecipientKind::Store).0.to_text().as_bytes())?;
        Ok(stage)
    }

    /// A server with durable settings and nothing in it.
    pub fn target(&self) -> Outcome<Server> {
        Server::start(&self.runtime, &self.directory, "target", &TARGET)
    }

    /// Dumps the store into a location of its own.
    pub fn dump(&self) -> Outcome<Made> {
        let location = self.directory.join(format!("hot-{}", Uuid::now_v7()));
        let location = format!("file://{}", location.display());
        let (source, key_file) = (self.source.url(SCHEMA), self.key_file());
        let task =
            Task::Dump { source, location: location.clone(), key_file: key_file.clone(), parallel: self.parallel };
        let ran = child::run(&task)?;
        let backup = ran.told["backup"].as_str().ok_or("the dump told no backup")?.parse()?;
        let index_pack = ran.told["index_pack"].as_u64().ok_or("the dump told no index pack")?.try_into()?;
        Ok(Made { archive: Archive { location, key_file, backup, index_pack }, ran })
    }

    pub fn rows_dir(&self) -> String {
        self.directory.join("rows").display().to_string()
    }

    pub fn sandboxes(&self) -> PathBuf {
        self.directory.join("sandboxes")
    }

    fn key_file(&self) -> String {
        self.directory.join("store.key").display().to_string()
    }
}

/// `/tmp/hf-bench-<process>`: short enough for a socket's path. What a bench that was killed left behind goes now.
fn fresh_directory() -> Outcome<PathBuf> {
    for entry in fs::read_dir("/tmp")?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix("hf-bench-").filter(|process| !Path::new("/proc").join(process).exists());
        if process.is_some() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    let directory = PathBuf::from(format!("/tmp/hf-bench-{}", std::process::id()));
    fs::create_dir(&directory)?;
    Ok(directory)
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What cannot be removed now goes when the next bench or test begins.
        let _ = fs::remove_dir_all(&self.directory);
    }
}
