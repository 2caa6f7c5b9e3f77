//! What dump attempts that came to nothing left in hot, found by the ledger and taken away.

use chrono::{DateTime, TimeDelta, Utc};
use holdfast_archive as archive;
use holdfast_schema::Fault;
use holdfast_storage::Location;
use uuid::Uuid;

use crate::{Context, Scene, catalogue};

/// An abandoned attempt is looked at again for this long: a writer that was thought dead may still have been finishing a pack.
const LOOK_AGAIN_FOR: TimeDelta = TimeDelta::hours(24);

/// Takes away what earlier attempts of `run` wrote; `current` is the attempt that begins now.
pub async fn discard_attempts(context: &Context, hot: &Location, run: Uuid, current: Uuid) -> Result<(), Fault> {
    for attempt in catalogue::unfinished_attempts(&context.db, run, current).await? {
        catalogue::abandon(&context.db, attempt.id).await?;
        discard(hot, &attempt.store, attempt.id).await?;
    }
    Ok(())
}

/// Takes away what abandoned attempts of `scene`'s store left in hot, whoever wrote it last. Returns the objects removed.
pub async fn sweep(context: &Context, scene: &Scene, now: DateTime<Utc>) -> Result<u64, Fault> {
    catalogue::abandon_ended(&context.db, &scene.store.name).await?;
    let mut removed = 0;
    for attempt in catalogue::abandoned_since(&context.db, &scene.store.name, now - LOOK_AGAIN_FOR).await? {
        let hot = scene.open_location(&attempt.hot).await?;
        removed += discard(&hot, &attempt.store, attempt.id).await?;
    }
    Ok(removed)
}

/// Removes every object under an archive's prefix, unless a manifest is among them: then it is a backup, and stays.
async fn discard(hot: &Location, store: &str, backup: Uuid) -> Result<u64, Fault> {
    if hot.stat(&archive::manifest_key(store, &backup)).await?.is_some() {
        return Ok(0);
    }
    let prefix = format!("{store}/{backup}/");
    hot.discard_uploads(&prefix).await?;
    let mut removed = 0;
    loop {
        let page = hot.list(&prefix, None, 1000).await?;
        if page.is_empty() {
            return Ok(removed);
        }
        for entry in &page {
            hot.delete(&entry.key).await?;
            removed += 1;
        }
    }
}
