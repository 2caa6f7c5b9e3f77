//! What dump attempts that came to nothing left in hot, found by the ledger and taken away.

use chrono::{DateTime, TimeDelta, Utc};
use holdfast_archive as archive;
use holdfast_schema::Fault;
use holdfast_storage::Location;
use uuid::Uuid;

use crate::{Context, Scene, catalogue};

/// An abandoned attempt is looked at again for this long: a writer that was thought dead may still have been finishing a pack.
const LOOK_AGAIN_FOR: TimeDelta = TimeDelta::hours(24);

/// Keys listed at a time.
const PAGE: usize = 1000;

/// Takes away what earlier attempts of `run` wrote; `current` is the attempt that begins now.
pub async fn discard_attempts(context: &Context, hot: &Location, run: Uuid, current: Uuid) -> Result<(), Fault> {
    for attempt in catalogue::unfinished_attempts(&context.db, run, current).await? {
        discard_attempt(context, hot, &attempt.store, attempt.id).await?;
    }
    Ok(())
}

/// Takes away what one attempt wrote; it will not become a backup any more.
pub async fn discard_attempt(context: &Context, hot: &Location, store: &str, attempt: Uuid) -> Result<(), Fault> {
    catalogue::abandon(&context.db, attempt).await?;
    discard(hot, store, attempt).await?;
    Ok(())
}

/// Takes away what abandoned attempts of `scene`'s store left in hot, whoever wrote it last. Returns the objects removed.
pub async fn sweep(context: &Context, scene: &Scene, now: DateTime<Utc>) -> Result<u64, Fault> {
    catalogue::abandon_ended(&context.db, &scene.store.name).await?;
    settle_cancelled_landings(context, scene).await?;
    let mut removed = 0;
    for attempt in catalogue::abandoned_since(&context.db, &scene.store.name, now - LOOK_AGAIN_FOR).await? {
        let hot = scene.open_location(&attempt.hot).await?;
        removed += discard(&hot, &attempt.store, attempt.id).await?;
    }
    Ok(removed)
}

/// A run cancelled between taking its place in the chain and publishing: what hot holds decides. With a manifest there the
/// backup landed; without, its place is given back if nobody has built on it.
async fn settle_cancelled_landings(context: &Context, scene: &Scene) -> Result<(), Fault> {
    for backup in catalogue::cancelled_while_publishing(&context.db, &scene.store.name).await? {
        let hot = scene.open_location(&backup.hot).await?;
        if hot.stat(&archive::manifest_key(&backup.store, &backup.id)).await?.is_none() {
            catalogue::give_place_back(&context.db, backup.id).await?;
            continue;
        }
        let (objects, bytes) = size(&hot, &backup.store, backup.id).await?;
        catalogue::landed(&context.db, backup.id, scene.location(&backup.hot)?, objects, bytes).await?;
    }
    Ok(())
}

async fn size(hot: &Location, store: &str, backup: Uuid) -> Result<(u64, u64), Fault> {
    let prefix = archive::names::backup_prefix(store, &backup);
    let (mut objects, mut bytes, mut after) = (0, 0, None);
    loop {
        let page = hot.list(&prefix, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok((objects, bytes)) };
        after = Some(last.key.clone());
        objects += page.len() as u64;
        bytes += page.iter().map(|entry| entry.bytes).sum::<u64>();
    }
}

/// Removes every object under an archive's prefix, unless a manifest is among them: then it is a backup, and stays.
async fn discard(hot: &Location, store: &str, backup: Uuid) -> Result<u64, Fault> {
    if hot.stat(&archive::manifest_key(store, &backup)).await?.is_some() {
        return Ok(0);
    }
    let prefix = archive::names::backup_prefix(store, &backup);
    hot.discard_uploads(&prefix).await?;
    let mut removed = 0;
    loop {
        let page = hot.list(&prefix, None, PAGE).await?;
        if page.is_empty() {
            return Ok(removed);
        }
        for entry in &page {
            hot.delete(&entry.key).await?;
            removed += 1;
        }
    }
}
