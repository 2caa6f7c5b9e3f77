//! Every setting there is, once: the table that validation, suggestions, defaults and the JSON Schema are read from.
//!
//! A setting is added here, in its struct (`installation.rs` or `store.rs`) and in the example file; tests compare the three.

use super::shapes::Shape;

/// One setting. `says` is what a person reads in the schema and in "missing": its meaning, with the unit where the value has none.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) absent: Absent,
    pub(crate) says: &'static str,
}

/// The two kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Installation,
    Store,
}

impl Kind {
    pub(crate) fn keys(self) -> &'static [Key] {
        match self {
            Kind::Installation => INSTALLATION,
            Kind::Store => STORE,
        }
    }

    pub(crate) fn other(self) -> Kind {
        match self {
            Kind::Installation => Kind::Store,
            Kind::Store => Kind::Installation,
        }
    }
}

/// What it means that a key does not stand in the file.
#[derive(Debug)]
pub(crate) enum Absent {
    Mistake,
    /// The thing itself is absent, which `says` explains.
    Nothing,
    Text(&'static str),
    Number(i64),
    /// This name under the installation's `data_dir`.
    UnderDataDir(&'static str),
    /// An empty list, or a section of defaults.
    Empty,
}

const fn needed(name: &'static str, shape: Shape, says: &'static str) -> Key {
    Key { name, shape, absent: Absent::Mistake, says }
}

const fn optional(name: &'static str, shape: Shape, says: &'static str) -> Key {
    Key { name, shape, absent: Absent::Nothing, says }
}

const fn defaulted(name: &'static str, shape: Shape, absent: Absent, says: &'static str) -> Key {
    Key { name, shape, absent, says }
}

use Absent::{Empty, Number, Text, UnderDataDir};
use Shape::{
    Choice, Count, Duration, Endpoint, List, LocationUrl, Mail, Map, Name, Path, Pattern, Schedule, Secret, Size,
    Table, Tables, TimeZone, Weekly, Words,
};

/// `holdfast.toml`.
pub(crate) const INSTALLATION: &[Key] = &[
    optional("database_url", Secret, "The Postgres that holds runs and backups; absent: a private one under data_dir"),
    defaulted("data_dir", Path, Text("/var/lib/holdfast"), "Where this machine keeps its own state"),
    defaulted("keys_dir", Path, UnderDataDir("keys"), "Where the key files lie; a store's keys carry its name"),
    defaulted("stores", Pattern, Text("stores/*.toml"), "The files of the stores, relative to this file"),
    needed("location", Tables(LOCATION), "Where backups are kept: one hot, any number of warm and cold"),
    optional("mail", Table(MAIL), "How people are told; absent: nobody is"),
    defaulted("sandbox", Table(SANDBOX), Empty, "The throwaway servers that backups are verified in"),
];

const LOCATION: &[Key] = &[
    needed("name", Name, "Lower-case letters, digits and hyphens"),
    needed("tier", Choice(&["hot", "warm", "cold"]), "hot: restored from; warm: elsewhere; cold: for long"),
    needed("url", LocationUrl, "file:///path, s3://bucket/prefix or gs://bucket/prefix"),
    optional("region", Words, "The cloud's region; absent: the one its credentials name"),
    optional("endpoint", Endpoint, "An S3- or GCS-compatible server; absent: the cloud itself"),
    optional("class", Choice(CLASSES), "The storage class of every object; absent: the bucket's own"),
    optional("lock", Choice(&["governance", "compliance"]), "Object lock until the copy's expiry; absent: none"),
];

/// S3's classes, then those of Google Cloud Storage; `STANDARD` is in both.
const CLASSES: &[&str] = &[
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
    "NEARLINE",
    "COLDLINE",
    "ARCHIVE",
];

pub(crate) const S3_CLASSES: &[&str] =
    &["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

pub(crate) const GS_CLASSES: &[&str] = &["STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"];

const MAIL: &[Key] = &[
    needed("smtp", Secret, "smtp://user:password@host:port or smtps://…"),
    needed("from", Mail, "The sender"),
    defaulted("on_call", List(&Mail), Empty, "Who hears of a fault that needs a person"),
    optional("digest", Table(DIGEST), "A weekly summary; absent: none"),
];

const DIGEST: &[Key] = &[
    needed("to", List(&Mail), "Who reads it"),
    defaulted("at", Weekly, Text("Mon 07:00"), "Day and time"),
    defaulted("timezone", TimeZone, Text("UTC"), "The time zone of `at`"),
];

const SANDBOX: &[Key] = &[
    defaulted(
        "engine",
        Choice(&["auto", "docker", "process"]),
        Text("auto"),
        "docker: containers; process: private servers of this machine; auto: Docker where one answers",
    ),
    defaulted("memory", Size, Text("1GiB"), "Memory of one sandbox, at most"),
    defaulted("dir", Path, UnderDataDir("sandbox"), "Where sandboxes keep their data while they live"),
];

/// `stores/*.toml`.
pub(crate) const STORE: &[Key] = &[
    needed("name", Name, "Lower-case letters, digits and hyphens: it is part of every object's name"),
    needed("owner", Mail, "Who answers for the store"),
    defaulted("timezone", TimeZone, Text("UTC"), "The time zone of the store's schedules"),
    defaulted("priority", Count(-100, 100), Number(0), "Stores due at the same minute start highest first"),
    defaulted("objectives", Table(OBJECTIVES), Empty, "What the owner was promised"),
    needed("database", Table(DATABASE), "The store's database"),
    optional("files", Table(FILES), "The store's files; absent: none are backed up"),
    defaulted("retention", Table(RETENTION), Empty, "How long copies are kept, by tier"),
    defaulted("verify", Table(VERIFY), Empty, "What a restored backup must show beyond being equal"),
    optional("sanitize", Table(SANITIZE), "How developer dumps are made clean; absent: none are made"),
];

const OBJECTIVES: &[Key] = &[
    defaulted("rpo", Duration, Text("24h"), "The data we may lose"),
    defaulted("rto", Duration, Text("4h"), "The time a restore may take"),
];

const DATABASE: &[Key] = &[
    needed("url", Secret, "mysql://user:password@host:3306/schema"),
    optional("ssh", Words, "A host to go through with the system's ssh; absent: directly"),
    optional("schedule", Schedule, "When a backup is due, in the store's time zone; absent: only by hand"),
    defaulted("parallel", Count(1, 64), Number(2), "Connections that read at once"),
    defaulted("host_limit", Count(1, 64), Number(2), "Dumps at once from this database host, over all its stores"),
    defaulted(
        "non_transactional",
        Choice(&["lock", "refuse", "schema-only"]),
        Text("lock"),
        "MyISAM, Aria and such: read them under a lock, refuse the backup, or keep their definition alone",
    ),
];

const FILES: &[Key] = &[
    needed("root", Words, "The folder on the store's own host, absolute"),
    defaulted("include", List(&Words), Empty, "Folders below root; empty: all of it"),
    defaulted("exclude", List(&Words), Empty, "Folders below root that are left out"),
    optional("schedule", Schedule, "When a backup is due, in the store's time zone; absent: only by hand"),
];

const RETENTION: &[Key] = &[
    defaulted("hot", Duration, Text("7d"), "Age at which hot copies go"),
    defaulted("warm", Duration, Text("30d"), "Age at which warm copies go"),
    defaulted("cold", Duration, Text("1y"), "Age at which cold copies go, never under 90 days"),
];

const VERIFY: &[Key] = &[
    defaulted("key_tables", List(&Words), Empty, "Tables that must be there and hold rows"),
    defaulted("checks", Tables(CHECK), Empty, "SQL that must answer true on the restored store"),
];

const CHECK: &[Key] = &[
    needed("name", Words, "What a person calls it"),
    needed("sql", Words, "A SELECT of one value, true when all is well"),
];

const SANITIZE: &[Key] = &[
    defaulted("policy", Words, Text("magento2"), "The stock policy to start from"),
    defaulted("columns", Map(&Words), Empty, "The store's own rules: \"table.column\" = \"treatment\""),
];

/// Dotted paths of all keys, sections included, in the table's order: `database`, `database.url`, …
pub(crate) fn paths(keys: &[Key]) -> Vec<String> {
    let mut paths = Vec::new();
    for key in keys {
        paths.push(key.name.to_owned());
        if let Table(inner) | Tables(inner) = key.shape {
            paths.extend(self::paths(inner).iter().map(|path| format!("{}.{path}", key.name)));
        }
    }
    paths
}
