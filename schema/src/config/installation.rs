//! `holdfast.toml`: where backups are kept, how people are told, what this machine may use.

use std::path::PathBuf;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::keys::{GS_CLASSES, S3_CLASSES};
use super::objectives::{Size, Tier, Weekly};
use super::reading::Document;
use super::secrets::Secret;
use super::shapes::one_of;
use super::suggestions::nearest;

/// The whole installation, defaults filled in, paths absolute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Installation {
    /// Absent: a private Postgres under `data_dir`.
    pub database_url: Option<Secret>,
    pub data_dir: PathBuf,
    pub keys_dir: PathBuf,
    /// The pattern that finds the stores' files.
    pub stores: PathBuf,
    #[serde(rename = "location")]
    pub locations: Vec<LocationConfig>,
    pub mail: Option<Mail>,
    pub sandbox: Sandbox,
}

impl Installation {
    /// The one hot location, which every valid installation has.
    pub fn hot(&self) -> Option<&LocationConfig> {
        self.locations.iter().find(|location| location.tier == Tier::Hot)
    }

    /// The warm and cold locations, in the order of the file: each gets a copy of every backup.
    pub fn mirrors(&self) -> impl Iterator<Item = &LocationConfig> {
        self.locations.iter().filter(|location| location.tier != Tier::Hot)
    }

    pub fn location(&self, name: &str) -> Option<&LocationConfig> {
        self.locations.iter().find(|location| location.name == name)
    }
}

/// One place where copies are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocationConfig {
    pub name: String,
    pub tier: Tier,
    /// `file:///path`, `s3://bucket/prefix` or `gs://bucket/prefix`.
    pub url: String,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    pub class: Option<String>,
    pub lock: Option<Lock>,
}

/// Who may shorten an object's lock: `governance` a person with a special right, `compliance` nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lock {
    Governance,
    Compliance,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    pub smtp: Secret,
    pub from: String,
    pub on_call: Vec<String>,
    pub digest: Option<Digest>,
}

/// The weekly summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    pub to: Vec<String>,
    pub at: Weekly,
    pub timezone: Tz,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sandbox {
    pub engine: SandboxEngine,
    /// Of one sandbox, at most.
    pub memory: Size,
    pub dir: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SandboxEngine {
    /// Docker where an engine answers, a process of this machine otherwise.
    Auto,
    Docker,
    Process,
}

/// What no key can be wrong about alone: names and places given twice, tiers, classes that their cloud does not have.
pub(crate) fn check(document: &mut Document) {
    let count = document.count("/location");
    for index in 0..count {
        check_given_twice(document, index, "name");
        check_given_twice(document, index, "url");
        check_cloud(document, index);
    }
    check_hot(document, count);
}

fn check_given_twice(document: &mut Document, index: usize, key: &str) {
    let pointer = format!("/location/{index}/{key}");
    let Some(value) = document.text(&pointer).map(str::to_owned) else { return };
    if (0..index).any(|earlier| document.text(&format!("/location/{earlier}/{key}")) == Some(&value)) {
        let what = format!("two locations have the {key} {value:?}");
        let (why, next) = match key {
            "name" => ("a copy is known by its location's name", "give each location a name of its own"),
            _ => ("two copies in one place are one copy", "give each location a place of its own"),
        };
        document.blame(&pointer, what, why, next);
    }
}

/// `region`, `endpoint`, `class` and `lock` are promises of a cloud: on `file://` nobody would keep them.
fn check_cloud(document: &mut Document, index: usize) {
    let at = format!("/location/{index}");
    let scheme = document.text(&format!("{at}/url")).and_then(|url| url.split("://").next()).map(str::to_owned);
    let classes = match scheme.as_deref() {
        None => return,
        Some("s3") => S3_CLASSES,
        Some("gs") => GS_CLASSES,
        Some(_) => {
            for key in ["region", "endpoint", "class", "lock"] {
                if document.text(&format!("{at}/{key}")).is_some() {
                    let what = format!("`location.{key}` is set on a file:// location");
                    document.blame(&format!("{at}/{key}"), what, "a file system has none", "remove it");
                }
            }
            return;
        }
    };
    let Some(class) = document.text(&format!("{at}/class")).map(str::to_owned) else { return };
    if !classes.contains(&class.as_str()) {
        let scheme = scheme.unwrap_or_default();
        let next = match nearest(&class, classes.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write one of {}", one_of(classes)),
        };
        document.blame(
            &format!("{at}/class"),
            format!("{scheme}:// has no class {class:?}"),
            "classes differ by cloud",
            next,
        );
    }
}

fn check_hot(document: &mut Document, count: usize) {
    let tier = |index: &usize| document.text(&format!("/location/{index}/tier")).map(str::to_owned);
    let tiers: Vec<_> = (0..count).map(|index| tier(&index)).collect();
    let hot: Vec<usize> = (0..count).filter(|index| tiers[*index].as_deref() == Some("hot")).collect();
    // A tier that could not be read may have been meant as the hot one, and a missing section has been told.
    if hot.is_empty() && document.is_written("/location") && tiers.iter().all(Option::is_some) {
        let next = "give the location nearest to the stores tier = \"hot\"";
        document.blame("/location", "no location is hot".to_owned(), "a backup lands in the hot location first", next);
    }
    for index in hot.iter().skip(1) {
        let next = "make this one warm or cold";
        let why = "a backup lands in one hot location and is mirrored from there";
        document.blame(&format!("/location/{index}/tier"), "a second location is hot".to_owned(), why, next);
    }
}

/// Paths that follow from the file's folder or from `data_dir` when the file does not name them.
pub(crate) fn complete(document: &mut Document) {
    if let Some(stores) = document.text("/stores").map(|stores| document.source.folder.join(stores)) {
        document.value["stores"] = stores.to_string_lossy().into();
    }
    let Some(data_dir) = document.text("/data_dir").map(PathBuf::from) else { return };
    let under = |name: &str| serde_json::Value::from(data_dir.join(name).to_string_lossy());
    let (keys, sandbox) = (under("keys"), under("sandbox"));
    if let Some(installation) = document.value.as_object_mut() {
        installation.entry("keys_dir").or_insert(keys);
    }
    if let Some(section) = document.value.pointer_mut("/sandbox").and_then(serde_json::Value::as_object_mut) {
        section.entry("dir").or_insert(sandbox);
    }
}
