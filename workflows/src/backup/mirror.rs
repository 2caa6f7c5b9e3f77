//! `mirror.<location>`: a complete copy at one more location.
//!
//! Durable result: the archive's objects there, the manifest last, each read back. Repeating it is harmless: an object that is
//! already there and is the right one is not sent again, so an attempt goes on where the last one stopped, pack by pack.

use holdfast_archive as archive;
use holdfast_engine::StepContext;
use holdfast_schema::Fault;
use holdfast_storage::{Location, StorageError};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::receipts::{Dumped, Landed, Mirrored};
use crate::{Context, catalogue, faults};

/// One object to place, as the manifest vouches for it.
struct Object {
    key: String,
    bytes: Option<u64>,
    sha256: String,
}

pub async fn run(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let scene = context.scene(step).await?;
    let dumped: Dumped = faults::receipt(step, "dump")?;
    let landed: Landed = faults::receipt(step, "land_hot")?;
    let (_, name) = step.name.split_once('.').unwrap_or(("mirror", ""));
    let hot = scene.open_location(&landed.location).await?;
    let target = scene.open_location(name).await?;
    catalogue::copy_pending(&context.db, dumped.backup, scene.location(name)?).await?;
    // Whole objects of an attempt whose worker died are gone on with; what it was writing is of no use to anybody.
    target.discard_uploads(&archive::names::backup_prefix(&scene.store.name, &dumped.backup)).await?;

    let objects = objects(&scene.store.name, &dumped, &landed);
    let mut receipt = Mirrored { backup: dumped.backup, location: name.to_owned(), objects: 0, bytes: 0, resumed: 0 };
    for object in &objects {
        if step.cancelled.is_cancelled() {
            return Err(faults::cancelled(step));
        }
        receipt.resumed += u64::from(!place(&hot, &target, object).await?);
        receipt.bytes += read_back(&target, object).await?;
        receipt.objects += 1;
        step.progress.set(receipt.bytes, landed.bytes, "bytes");
    }
    catalogue::copy_present(&context.db, &receipt).await?;
    tracing::info!(run.id = %step.run, backup = %dumped.backup, "mirrored {} objects to {name}", receipt.objects);
    Ok(serde_json::json!(receipt))
}

/// Header, packs, and the manifest last: without it the copy does not count as one.
fn objects(store: &str, dumped: &Dumped, landed: &Landed) -> Vec<Object> {
    let header =
        Object { key: archive::header_key(store, &dumped.backup), bytes: None, sha256: dumped.header_sha256.clone() };
    let manifest = Object { key: landed.manifest.clone(), bytes: None, sha256: landed.manifest_sha256.clone() };
    let packs = dumped.packs.iter().map(|pack| Object {
        key: archive::pack_key(store, &dumped.backup, pack.number),
        bytes: Some(pack.bytes),
        sha256: pack.sha256.clone(),
    });
    std::iter::once(header).chain(packs).chain(std::iter::once(manifest)).collect()
}

/// Sends one object; false when it was there already. Bytes that arrive wrong from hot are never published at the target.
async fn place(hot: &Location, target: &Location, object: &Object) -> Result<bool, Fault> {
    if target.stat(&object.key).await?.is_some() {
        return Ok(false);
    }
    let mut download = match hot.open_read(&object.key, 0..).await {
        Err(StorageError::Absent { .. }) => return Err(faults::missing_object(hot.name(), &object.key)),
        other => other?,
    };
    let mut upload = target.create(&object.key).await?;
    let mut digest = Sha256::new();
    while let Some(bytes) = download.chunk().await? {
        digest.update(&bytes);
        upload.write(bytes).await?;
    }
    if let Err(fault) = faults::must_equal(hot.name(), &object.key, &object.sha256, &hex::encode(digest.finalize())) {
        upload.abort().await?;
        return Err(fault);
    }
    match upload.finish().await {
        // Another attempt of this step published the same object a moment ago; the read-back judges it.
        Ok(_) | Err(StorageError::AlreadyExists { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

async fn read_back(target: &Location, object: &Object) -> Result<u64, Fault> {
    let found = target.digest(&object.key).await?;
    if let Some(bytes) = object.bytes.filter(|bytes| *bytes != found.bytes) {
        return Err(faults::wrong_size(target.name(), &object.key, bytes, found.bytes));
    }
    faults::must_equal(target.name(), &object.key, &object.sha256, &found.sha256)?;
    Ok(found.bytes)
}
