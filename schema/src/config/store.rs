//! `stores/*.toml`: one store, what is backed up of it, how long it is kept, what a restored backup must show.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::objectives::{Duration, Schedule};
use super::reading::Document;
use super::secrets::Secret;

/// Copies in cold storage are kept at least this long, whatever anyone writes.
pub const COLD_FLOOR: Duration = Duration::days(90);

/// One store, defaults filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoreConfig {
    pub name: String,
    pub owner: String,
    pub timezone: Tz,
    /// Stores due at the same minute start highest first.
    pub priority: i16,
    pub objectives: Objectives,
    pub database: Database,
    pub files: Option<Files>,
    pub retention: Retention,
    pub verify: Verify,
    pub sanitize: Option<Sanitize>,
}

/// What the owner was promised: `rpo` the data we may lose, `rto` the time a restore may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objectives {
    pub rpo: Duration,
    pub rto: Duration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Database {
    /// `mysql://user:password@host:3306/schema`
    pub url: Secret,
    pub ssh: Option<String>,
    /// Absent: only by hand.
    pub schedule: Option<Schedule>,
    /// Connections that read at once.
    pub parallel: usize,
    /// Dumps at once from this database host, over all its stores.
    pub host_limit: i32,
    pub non_transactional: NonTransactional,
}

/// What is done with tables that no snapshot covers (MyISAM, Aria, CSV, …).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NonTransactional {
    /// Read under a lock, which writers of these tables wait for.
    Lock,
    /// The backup stops.
    Refuse,
    /// Their definition is kept, their rows are not.
    SchemaOnly,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Files {
    pub root: String,
    /// Empty: all of `root`.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// Absent: only by hand.
    pub schedule: Option<Schedule>,
}

/// The age at which a copy goes, by tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retention {
    pub hot: Duration,
    pub warm: Duration,
    pub cold: Duration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verify {
    /// Tables that must be there and hold rows.
    pub key_tables: Vec<String>,
    pub checks: Vec<Check>,
}

/// A SELECT of one value that is true when all is well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub name: String,
    pub sql: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sanitize {
    pub policy: String,
    /// `table.column` → treatment.
    pub columns: BTreeMap<String, String>,
}

/// What no key can be wrong about alone: the order of the tiers, the floor of cold, names given twice, a relative root.
pub(crate) fn check(document: &mut Document) {
    check_retention(document);
    check_checks(document);
    if let Some(root) = document.text("/files/root").filter(|root| !root.starts_with('/')) {
        let what = format!("`files.root` is {root:?}");
        document.blame("/files/root", what, "it is a folder on the store's own host", "write an absolute path");
    }
    for index in 0..document.count("/verify/key_tables") {
        let pointer = format!("/verify/key_tables/{index}");
        if document.text(&pointer).is_some_and(|table| table.contains(['.', '`'])) {
            let next = "write the table's bare name, for example \"sales_order\"";
            document.blame(
                &pointer,
                "a key table has a dot or a quote".to_owned(),
                "it is looked for in the store's schema",
                next,
            );
        }
    }
}

fn check_retention(document: &mut Document) {
    let age = |tier: &str| document.text(&format!("/retention/{tier}")).and_then(|text| text.parse::<Duration>().ok());
    let (Some(hot), Some(warm), Some(cold)) = (age("hot"), age("warm"), age("cold")) else { return };
    if cold < COLD_FLOOR {
        let what = format!("`retention.cold` is \"{cold}\"");
        document.blame("/retention/cold", what, "cold copies are kept 90 days at least", "write \"90d\" or more");
        return;
    }
    for (near, near_age, far, far_age) in [("hot", hot, "warm", warm), ("warm", warm, "cold", cold)] {
        if near_age > far_age {
            // The one that stands in the file is the one to look at.
            let at = [near, far].into_iter().find(|tier| document.is_written(&format!("/retention/{tier}")));
            let what =
                format!("`retention.{near}` is \"{near_age}\", longer than `retention.{far}` with \"{far_age}\"");
            let next = format!("make {far} at least as long as {near}");
            document.blame(
                &format!("/retention/{}", at.unwrap_or(near)),
                what,
                "the farther tier is the one that remembers",
                next,
            );
        }
    }
}

fn check_checks(document: &mut Document) {
    for index in 0..document.count("/verify/checks") {
        let pointer = format!("/verify/checks/{index}/name");
        let Some(name) = document.text(&pointer).map(str::to_owned) else { continue };
        let earlier = |earlier: usize| document.text(&format!("/verify/checks/{earlier}/name")) == Some(&name);
        if (0..index).any(earlier) {
            let what = format!("two checks have the name {name:?}");
            document.blame(&pointer, what, "a failure names its check", "give each check a name of its own");
        }
    }
}
