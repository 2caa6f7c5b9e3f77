//! A sandbox's directory, and the record in it of whose it is: what the reaper reads.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::SandboxError;
use crate::files::{remove_tree, socket_dir};
use crate::owner::Owner;

const PREFIX: &str = "hf-";
const RECORD: &str = "owner.json";
/// Made before the record in it is written; one without a record for this long belongs to nobody.
const UNRECORDED_SECONDS: u64 = 600;

/// Whose a sandbox is; also the label of a container.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub step: String,
    pub worker: Owner,
    pub created: DateTime<Utc>,
    pub socket_dir: PathBuf,
}

/// The directory `<disk_dir>/hf-…` of one sandbox; removed when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pub name: String,
    pub dir: PathBuf,
    pub record: Record,
}

impl Place {
    pub(crate) fn make(disk_dir: &Path, step: &str) -> Result<Place, SandboxError> {
        let name = format!("{PREFIX}{}", Uuid::now_v7().simple());
        fs::create_dir_all(disk_dir).map_err(SandboxError::io("create", disk_dir))?;
        let disk_dir = disk_dir.canonicalize().map_err(SandboxError::io("find", disk_dir))?;
        let dir = disk_dir.join(&name);
        fs::create_dir(&dir).map_err(SandboxError::io("create", &dir))?;
        let record =
            Record { step: step.to_owned(), worker: Owner::us(), created: Utc::now(), socket_dir: dir.join("socket") };
        let mut place = Place { name, dir, record };
        place.record.socket_dir = socket_dir(&place.record.socket_dir)?;
        let path = place.dir.join(RECORD);
        fs::write(&path, place.record.to_json()).map_err(SandboxError::io("write", &path))?;
        Ok(place)
    }

    pub(crate) fn socket_dir(&self) -> &Path {
        &self.record.socket_dir
    }

    /// Removes everything of it from the disk.
    pub(crate) fn remove(&self) -> Result<(), SandboxError> {
        remove_tree(&self.record.socket_dir)?;
        remove_tree(&self.dir)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = self.remove() {
            tracing::warn!("the sandbox's directory {} stays for the reaper: {error}", self.dir.display());
        }
    }
}

impl Record {
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a record is plain data")
    }
}

/// Directories of sandboxes under `disk_dir`, with their records; without one when it is long past being written.
pub(crate) fn all(disk_dir: &Path) -> Vec<(PathBuf, Option<Record>)> {
    let entries = fs::read_dir(disk_dir).into_iter().flatten().flatten();
    let ours =
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)).map(|entry| entry.path());
    let mut all = Vec::new();
    for dir in ours {
        let record = fs::read(dir.join(RECORD)).ok().and_then(|json| serde_json::from_slice(&json).ok());
        if record.is_some() || is_old(&dir) {
            all.push((dir, record));
        }
    }
    all
}

fn is_old(dir: &Path) -> bool {
    let modified = fs::metadata(dir).and_then(|meta| meta.modified());
    modified.ok().and_then(|modified| modified.elapsed().ok()).is_some_and(|age| age.as_secs() > UNRECORDED_SECONDS)
}
