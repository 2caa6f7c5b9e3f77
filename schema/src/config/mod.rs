//! Configuration is code: `holdfast.toml` and `stores/*.toml`, read with all their mistakes at once, kept in versions.
//!
//! `keys.rs` has every setting once; `reading.rs` holds a file against it; `versions.rs` stores what was read.

mod diff;
mod installation;
mod json_schema;
mod keys;
mod objectives;
mod reading;
mod secrets;
mod shapes;
mod spans;
mod store;
mod suggestions;
mod versions;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

pub use installation::{Digest, Installation, LocationConfig, Lock, Mail, Sandbox, SandboxEngine};
pub use json_schema::json_schema;
pub use objectives::{Duration, Misread, Schedule, Size, Tier, Weekly};
pub use secrets::{Secret, SecretError};
pub use spans::{ConfigErrors, Mistake, Position};
pub use store::{
    COLD_FLOOR, Check, Database, Files, NonTransactional, Objectives, Retention, Sanitize, StoreConfig, Verify,
};
pub use versions::{Applied, Version, VersionError, apply, at, current, diff};

use keys::Kind;
use reading::{Document, folder_of};
use spans::Source;

/// What `holdfast init` writes: every setting with its unit and its default.
pub const EXAMPLE_INSTALLATION: &str = include_str!("../../examples/holdfast.toml");
pub const EXAMPLE_STORE: &str = include_str!("../../examples/stores/acme.toml");

/// A configuration without a mistake.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub installation: Installation,
    /// By name.
    pub stores: Vec<StoreConfig>,
    /// The text of each file, by the path it was read from.
    pub files: BTreeMap<String, String>,
    /// What is allowed and probably not meant; to be shown, never to be refused.
    pub warnings: Vec<Mistake>,
}

impl Loaded {
    pub fn store(&self, name: &str) -> Option<&StoreConfig> {
        self.stores.iter().find(|store| store.name == name)
    }
}

/// Reads `path` and the stores it names. Every mistake of every file is in the error, in the files' order.
pub fn load(path: &Path) -> Result<Loaded, ConfigErrors> {
    let mut installation = match open(path) {
        Ok(source) => Document::read(source, Kind::Installation),
        Err(mistake) => return Err(ConfigErrors::new(vec![*mistake])),
    };
    installation::complete(&mut installation);
    installation::check(&mut installation);
    let mut mistakes = sorted(std::mem::take(&mut installation.mistakes));

    let mut stores = Vec::new();
    for file in store_files(&installation, &mut mistakes) {
        match open(&file) {
            Ok(source) => stores.push(Document::read(source, Kind::Store)),
            Err(mistake) => mistakes.push(*mistake),
        }
    }
    for index in 0..stores.len() {
        check_name(&mut stores, index);
        store::check(&mut stores[index]);
        mistakes.extend(sorted(std::mem::take(&mut stores[index].mistakes)));
    }
    typed(&installation, &stores, mistakes)
}

/// From checked documents to structs. That they agree is tested; if they ever do not, it is told like any mistake.
fn typed(installation: &Document, stores: &[Document], mut mistakes: Vec<Mistake>) -> Result<Loaded, ConfigErrors> {
    fn read<T: DeserializeOwned>(document: &Document) -> Result<T, Mistake> {
        let disagrees = |error: serde_json::Error| {
            let next = "this is a defect of holdfast: please report it";
            document.mistake("", "this file passed every check and cannot be used".to_owned(), error.to_string(), next)
        };
        T::deserialize(&document.value).map_err(disagrees)
    }
    if !mistakes.is_empty() {
        return Err(ConfigErrors::new(mistakes));
    }
    let warnings = warnings(installation, stores);
    let files = std::iter::once(installation).chain(stores);
    let files = files.map(|file| (file.source.shown.display().to_string(), file.source.text.clone())).collect();
    let mut note = |mistake| mistakes.push(mistake);
    let mut read_stores: Vec<StoreConfig> =
        stores.iter().filter_map(|store| read(store).map_err(&mut note).ok()).collect();
    read_stores.sort_by(|a, b| a.name.cmp(&b.name));
    match read(installation).map_err(note) {
        Ok(installation) if mistakes.is_empty() => Ok(Loaded { installation, stores: read_stores, files, warnings }),
        _ => Err(ConfigErrors::new(mistakes)),
    }
}

fn open(path: &Path) -> Result<Source, Box<Mistake>> {
    let read = || Ok(Source { shown: path.to_owned(), folder: folder_of(path)?, text: fs::read_to_string(path)? });
    read().map_err(|error: io::Error| {
        let (why, next) = match error.kind() {
            io::ErrorKind::NotFound => {
                ("there is no such file".to_owned(), "write one with `holdfast init`, or name another with --config")
            }
            io::ErrorKind::InvalidData => ("it is not UTF-8 text".to_owned(), "save it as UTF-8"),
            io::ErrorKind::PermissionDenied => {
                ("this user may not read it".to_owned(), "give this user the right to read it")
            }
            _ => (error.to_string(), "name a file that can be read"),
        };
        Box::new(Mistake::of_file(path, "the file cannot be read".to_owned(), why, next.to_owned()))
    })
}

/// The files that the pattern `stores` finds, sorted, shown as the installation's own path is: relative if that is.
fn store_files(installation: &Document, mistakes: &mut Vec<Mistake>) -> Vec<PathBuf> {
    let Some(pattern) = installation.text("/stores") else { return Vec::new() };
    // The folder's own name may hold a `*` or a `[`: these find nothing but themselves.
    let folder = &installation.source.folder;
    let pattern = match Path::new(pattern).strip_prefix(folder) {
        Ok(below) => format!("{}/{}", glob::Pattern::escape(&folder.to_string_lossy()), below.display()),
        Err(_) => pattern.to_owned(),
    };
    let found = match glob::glob(&pattern) {
        Ok(found) => found,
        Err(error) => {
            let next = "write for example stores = \"stores/*.toml\"";
            mistakes.push(installation.mistake("/stores", "`stores` is not a pattern".to_owned(), error.msg, next));
            return Vec::new();
        }
    };
    let parent = installation.source.shown.parent().unwrap_or(Path::new(""));
    let shown = |file: PathBuf| match file.strip_prefix(folder) {
        Ok(relative) => parent.join(relative),
        Err(_) => file,
    };
    // A folder that cannot be listed is a store that is not backed up: an error like any other.
    let mut files = Vec::new();
    for entry in found {
        match entry {
            Ok(file) => files.push(shown(file)),
            Err(error) => {
                let next = "give this user the right to read it".to_owned();
                let what = "the folder cannot be read".to_owned();
                mistakes.push(Mistake::of_file(error.path(), what, error.error().to_string(), next));
            }
        }
    }
    files
}

fn check_name(stores: &mut [Document], index: usize) {
    let Some(name) = stores[index].text("/name").map(str::to_owned) else { return };
    let earlier = stores[..index].iter().find(|store| store.text("/name") == Some(&name));
    if let Some(earlier) = earlier.map(|store| store.source.shown.display().to_string()) {
        let what = format!("two stores have the name {name:?}");
        let next = "give each store a name of its own";
        stores[index].blame("/name", what, format!("{earlier} has it too"), next);
    }
}

/// Settings of the contract that nothing acts on yet. Saying so beats a person who believes his files are backed up.
const NOT_YET: [(&str, &str); 4] = [
    ("/mail", "no mail is sent"),
    ("/files", "only the database is backed up"),
    ("/sanitize", "no developer dumps are made"),
    ("/database/ssh", "the database is reached directly"),
];

fn warnings(installation: &Document, stores: &[Document]) -> Vec<Mistake> {
    let mut warnings = Vec::new();
    if stores.is_empty() {
        let what = "no store is configured".to_owned();
        warnings.push(installation.mistake("/stores", what, "no file matches `stores`", "write one for each store"));
    }
    if installation.count("/location") == 1 {
        let what = "there is one location alone".to_owned();
        let next = "add a warm and a cold location, elsewhere";
        warnings.push(installation.mistake("/location", what, "what takes the hot location takes every backup", next));
    }
    for file in std::iter::once(installation).chain(stores) {
        for (pointer, why) in NOT_YET.iter().filter(|(pointer, _)| file.is_written(pointer)) {
            let what = format!("`{}` has no effect yet", pointer[1..].replace('/', "."));
            warnings.push(file.mistake(pointer, what, *why, "leave it for a later release, or remove it"));
        }
    }
    for store in stores.iter().filter(|store| store.text("/database/schedule").is_none()) {
        let what = "`database.schedule` is absent".to_owned();
        let next = "write for example schedule = \"15 2 * * *\"";
        warnings.push(store.mistake("/database", what, "this store is backed up by hand only", next));
    }
    warnings
}

fn sorted(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    mistakes.sort_by_key(|mistake| mistake.position);
    mistakes
}
