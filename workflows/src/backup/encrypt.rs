//! `encrypt`: closes the envelope. Every pack in hot is looked at and must be sealed; the public manifest is made and signed.
//!
//! The secret part (the index) was sealed by `dump` as its last pack: that process alone holds the DEK, so a worker with
//! public keys only can run every step up to here. Durable result: the receipt. Repeating it makes the same one.

use holdfast_archive as archive;
use holdfast_engine::StepContext;
use holdfast_schema::Fault;
use holdfast_storage::Location;
use serde_json::Value;

use super::envelope;
use super::receipts::{Dumped, Sealed};
use crate::{Context, catalogue, faults};

pub async fn run(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let scene = context.scene(step).await?;
    let dumped: Dumped = faults::receipt(step, "dump")?;
    let key = scene.keys.signing()?;
    let hot = scene.open_location(&dumped.location).await?;

    for (done, pack) in dumped.packs.iter().enumerate() {
        must_be_sealed(&hot, &archive::pack_key(&scene.store.name, &dumped.backup, pack.number)).await?;
        step.progress.set(done as u64 + 1, dumped.packs.len() as u64, "packs");
    }
    let head = catalogue::chain_head(&context.db, &scene.store.name, dumped.backup).await?;
    let envelope = envelope::close(&scene.store.name, &dumped, head.as_ref(), &key);
    let receipt = Sealed {
        backup: dumped.backup,
        sequence: envelope.manifest.contents().sequence,
        previous: envelope.manifest.contents().previous.clone(),
        manifest_sha256: envelope.sha256,
        signer: envelope.manifest.signer().to_owned(),
    };
    Ok(serde_json::json!(receipt))
}

/// Encryption that was silently off would show here, before anything is published.
async fn must_be_sealed(hot: &Location, key: &str) -> Result<(), Fault> {
    let mut download = hot.open_read(key, 0..archive::PROLOGUE_BYTES as u64).await?;
    let mut first = Vec::with_capacity(archive::PROLOGUE_BYTES);
    while let Some(bytes) = download.chunk().await? {
        first.extend_from_slice(&bytes);
    }
    archive::looks_sealed(&first).map_err(|error| faults::damaged(hot.name(), key, &error))
}
