//! Looking at an archive without restoring it: the stored bytes (L1), and every seal (L2).

use std::sync::Arc;
use std::time::Instant;

use holdfast_archive::{self as archive, check};
use holdfast_engine::StepContext;
use holdfast_mysql::Problem;
use holdfast_schema::Fault;
use holdfast_storage::{Location, StorageError};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::download::BlockingDownload;
use crate::proof::Proof;
use crate::{Scene, faults, opened};

/// L1: signature, header, and size and digest of every pack, read back from the location. No key is needed.
pub async fn digests(scene: &Scene, location: &Location, backup: Uuid, step: &StepContext) -> Result<Proof, Fault> {
    let began = Instant::now();
    let store = &scene.store.name;
    let (manifest, _) = opened::manifest(location, store, backup, &scene.keys).await?;
    let mut problems = Vec::new();
    let header = opened::get(location, &archive::header_key(store, &backup)).await?;
    if let Err(error) = check::check_header(&manifest, &header) {
        problems.push(problem(location, &archive::header_key(store, &backup), &error));
    }
    for (done, pack) in manifest.packs.iter().enumerate() {
        let key = archive::pack_key(store, &backup, pack.number);
        match location.digest(&key).await {
            Err(StorageError::Absent { .. }) => problems.push(problem(location, &key, &"it is missing")),
            Err(error) => return Err(error.into()),
            Ok(found) if found.sha256 != pack.sha256 || found.bytes != pack.bytes => {
                let why = format!(
                    "its manifest vouches for {} bytes with SHA-256 {}; it has {} with {}",
                    pack.bytes, pack.sha256, found.bytes, found.sha256
                );
                problems.push(problem(location, &key, &why));
            }
            Ok(_) => {}
        }
        step.progress.set(done as u64 + 1, manifest.packs.len() as u64, "packs");
    }
    Ok(proof(&manifest, problems, began))
}

/// L2: every frame of every pack opens, and holds the rows that the index lists.
pub async fn seals(scene: &Scene, location: &Location, backup: Uuid, step: &StepContext) -> Result<Proof, Fault> {
    let began = Instant::now();
    let mut looked = digests(scene, location, backup, step).await?;
    let opened = Arc::new(opened::open(location, &scene.store.name, backup, &scene.keys).await?);
    let (source, runtime, of) = (location.clone(), Handle::current(), opened.clone());
    let blocking = move || {
        let (store, backup) = (&of.manifest.store, of.manifest.backup);
        check::check_sealed(&of.manifest, &of.dek, |pack| {
            BlockingDownload::open(&runtime, &source, &archive::pack_key(store, &backup, pack), 0)
        })
    };
    let found = tokio::task::spawn_blocking(blocking).await.map_err(|error| faults::broke_off(&error))?;
    looked.problems.extend(found.into_iter().map(|found| problem(location, &found.object, &found.what)));
    Ok(proof(&opened.manifest, looked.problems, began))
}

fn problem(location: &Location, key: &str, why: &dyn std::fmt::Display) -> Problem {
    Problem {
        what: format!("object `{key}` in {}", location.name()),
        why: why.to_string(),
        next: "take another copy, or a fresh backup; find out what changed the object".to_owned(),
    }
}

fn proof(manifest: &archive::Manifest, problems: Vec<Problem>, began: Instant) -> Proof {
    Proof {
        problems,
        tables: manifest.tables.into(),
        rows: manifest.rows,
        sandbox: None,
        seconds: began.elapsed().as_secs_f64(),
        restore_seconds: None,
    }
}
