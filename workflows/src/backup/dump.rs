//! `dump`: production is read once; every frame is compressed and sealed before it leaves the process.
//!
//! Durable result: a header and packs in hot that only this step's receipt knows of. Repeating it is harmless: an attempt is a
//! new snapshot under an id of its own, and discards what earlier attempts of the run left, so two never mix.

use std::sync::Arc;
use std::time::Instant;

use holdfast_archive::{self as archive, Dek, Header, PackDigest};
use holdfast_engine::StepContext;
use holdfast_mysql::{self as mysql, DatabaseUrl, DumpOptions, Dumped as DumpedStore, NonTransactional, Watch};
use holdfast_schema::{Fault, config};
use holdfast_storage::Location;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::pack_upload::PackUpload;
use super::receipts::Dumped;
use super::sweep;
use crate::{Context, Scene, catalogue, faults, watch};

pub async fn run(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let began = Instant::now();
    let scene = context.scene(step).await?;
    let recipients = scene.keys.recipients(&scene.store.name)?;
    let source = scene.source().await?;
    let hot = scene.open_hot().await?;
    let backup = attempt_id(step);

    sweep::discard_attempts(context, &hot, step.run, backup).await?;
    catalogue::begin(&context.db, backup, &scene.store.name, step, hot.name()).await?;

    let dek = Dek::generate();
    let header =
        Header::create(&scene.store.name, backup, step.claimed_at, &dek, &recipients).map_err(faults::archive)?;
    let header = header.to_bytes();
    hot.put(&archive::header_key(&scene.store.name, &backup), &header).await?;

    let dumped = match read_production(&scene, source, dek, backup, hot.clone(), step).await {
        Ok(dumped) => dumped,
        Err(fault) => {
            // Its packs are of no use to anyone, and on a full disk they are in the way. What cannot be removed now is swept.
            if let Err(kept) = sweep::discard_attempt(context, &hot, &scene.store.name, backup).await {
                tracing::warn!(backup = %backup, "the packs of an attempt that failed stay for the sweep: {kept}");
            }
            return Err(fault);
        }
    };
    let receipt = receipt(&dumped, backup, &hot, step, &header, began);
    catalogue::dumped(&context.db, &receipt, &dumped.index).await?;
    tracing::info!(run.id = %step.run, backup = %backup, rows = receipt.rows, bytes = receipt.stored_bytes, "dumped {}", scene.store.name);
    Ok(serde_json::json!(receipt))
}

async fn read_production(
    scene: &Scene,
    source: DatabaseUrl,
    dek: Dek,
    backup: Uuid,
    hot: Location,
    step: &StepContext,
) -> Result<DumpedStore, Fault> {
    let options = dump_options(scene);
    let store = scene.store.name.clone();
    let (runtime, name) = (Handle::current(), hot.name().to_owned());
    let blocking = move |watch: Arc<Watch>| {
        let new_pack = |number: u32| PackUpload::create(&runtime, &hot, &archive::pack_key(&store, &backup, number));
        let finish_pack = |_: PackDigest, pack: PackUpload| pack.finish();
        mysql::dump(&source, &options, &dek, backup, new_pack, finish_pack, &watch)
    };
    watch::blocking(step, blocking).await?.map_err(|error| faults::mysql(&name, error))
}

fn dump_options(scene: &Scene) -> DumpOptions {
    DumpOptions {
        parallel: scene.store.database.parallel,
        non_transactional: match scene.store.database.non_transactional {
            config::NonTransactional::Lock => NonTransactional::Lock,
            config::NonTransactional::Refuse => NonTransactional::Refuse,
            config::NonTransactional::SchemaOnly => NonTransactional::SchemaOnly,
        },
        ..DumpOptions::for_store(&scene.store.name)
    }
}

/// The id of this attempt's archive: UUIDv7 of the moment it was claimed, the rest drawn from the step and its execution,
/// which is never the same twice: a writer that was thought dead never shares a prefix with the one that took over.
fn attempt_id(step: &StepContext) -> Uuid {
    let seed = Sha256::digest(format!("{}:{}", step.step, step.execution));
    let mut random = [0u8; 10];
    random.copy_from_slice(&seed[..10]);
    let millis = u64::try_from(step.claimed_at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

fn receipt(
    dumped: &DumpedStore,
    backup: Uuid,
    hot: &Location,
    step: &StepContext,
    header: &[u8],
    began: Instant,
) -> Dumped {
    let index = &dumped.index;
    Dumped {
        backup,
        location: hot.name().to_owned(),
        captured_at: step.claimed_at,
        header_sha256: hex::encode(Sha256::digest(header)),
        packs: dumped.packs.clone(),
        index_pack: dumped.index_pack,
        tables: index.tables.len() as u64,
        rows: index.tables.iter().map(|table| table.rows).sum(),
        raw_bytes: index.tables.iter().map(|table| table.raw_bytes).sum(),
        stored_bytes: header.len() as u64 + dumped.packs.iter().map(|pack| pack.bytes).sum::<u64>(),
        rung: index.snapshot.rung.clone(),
        seconds: began.elapsed().as_secs_f64(),
    }
}
