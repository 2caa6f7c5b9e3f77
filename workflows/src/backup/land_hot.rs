//! `land_hot`: reads back size and digest of every pack, then publishes the manifest. From here the backup exists.
//!
//! Durable result: one manifest in hot, and its place in the store's chain. Repeating it is harmless: the place is taken in the
//! ledger before the manifest is written, and a manifest that is already there is adopted when it is byte for byte ours.

use holdfast_archive as archive;
use holdfast_engine::StepContext;
use holdfast_schema::Fault;
use holdfast_storage::{Location, StorageError};
use serde_json::Value;

use super::envelope::{self, Envelope};
use super::receipts::{Dumped, Landed};
use crate::{Context, Scene, catalogue, faults};

pub async fn run(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let scene = context.scene(step).await?;
    let dumped: Dumped = faults::receipt(step, "dump")?;
    let hot = scene.open_location(&dumped.location).await?;

    read_back(&hot, &scene.store.name, &dumped, step).await?;
    let envelope = take_place(context, &scene, &dumped).await?;
    let manifest = archive::manifest_key(&scene.store.name, &dumped.backup);
    // A worker that died while it published left its upload; no sweep looks at a backup that has landed.
    hot.discard_uploads(&archive::names::backup_prefix(&scene.store.name, &dumped.backup)).await?;
    publish(&hot, &manifest, &envelope).await?;

    let objects = dumped.packs.len() as u64 + 2;
    let bytes = dumped.stored_bytes + envelope.bytes.len() as u64;
    catalogue::landed(&context.db, dumped.backup, scene.location(hot.name())?, objects, bytes).await?;
    tracing::info!(run.id = %step.run, backup = %dumped.backup, "landed {manifest} in {}", hot.name());
    Ok(serde_json::json!(Landed {
        backup: dumped.backup,
        location: hot.name().to_owned(),
        manifest,
        manifest_sha256: envelope.sha256,
        sequence: envelope.manifest.contents().sequence,
        objects,
        bytes,
    }))
}

/// What the location holds is what the dump wrote: the digests were taken while sealing, and are taken again here.
async fn read_back(hot: &Location, store: &str, dumped: &Dumped, step: &StepContext) -> Result<(), Fault> {
    let header = archive::header_key(store, &dumped.backup);
    let found = hot.digest(&header).await.map_err(|error| missing_or(error, hot, &header))?;
    faults::must_equal(hot.name(), &header, &dumped.header_sha256, &found.sha256)?;
    let total: u64 = dumped.packs.iter().map(|pack| pack.bytes).sum();
    let mut done = 0;
    for pack in &dumped.packs {
        if step.cancelled.is_cancelled() {
            return Err(faults::cancelled(step));
        }
        let key = archive::pack_key(store, &dumped.backup, pack.number);
        let found = hot.digest(&key).await.map_err(|error| missing_or(error, hot, &key))?;
        if found.bytes != pack.bytes {
            return Err(faults::wrong_size(hot.name(), &key, pack.bytes, found.bytes));
        }
        faults::must_equal(hot.name(), &key, &pack.sha256, &found.sha256)?;
        done += pack.bytes;
        step.progress.set(done, total, "bytes");
    }
    Ok(())
}

fn missing_or(error: StorageError, hot: &Location, key: &str) -> Fault {
    match error {
        StorageError::Absent { .. } => faults::missing_object(hot.name(), key),
        other => Fault::from(other),
    }
}

/// The chain may have moved since `encrypt`: then the envelope is closed again at its new end.
async fn take_place(context: &Context, scene: &Scene, dumped: &Dumped) -> Result<Envelope, Fault> {
    let key = scene.keys.signing()?;
    let store = &scene.store.name;
    catalogue::take_place(&context.db, store, dumped.backup, |head| {
        let envelope = envelope::close(store, dumped, head, &key);
        let place = catalogue::ChainHead {
            sequence: envelope.manifest.contents().sequence,
            manifest_sha256: envelope.sha256.clone(),
        };
        (place, envelope)
    })
    .await
}

async fn publish(hot: &Location, key: &str, envelope: &Envelope) -> Result<(), Fault> {
    match hot.put(key, &envelope.bytes).await {
        Ok(_) => Ok(()),
        Err(StorageError::AlreadyExists { .. }) => {
            let found = hot.get(key).await?;
            faults::must_equal(hot.name(), key, &envelope.sha256, &archive::Manifest::sha256(&found))
        }
        Err(error) => Err(error.into()),
    }
}
