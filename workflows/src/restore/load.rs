//! `load`: the backup, or the named tables of it, from a location into the target.
//!
//! Durable result: the objects in the target. Repeating it is harmless: the target carries this run's marker, so what an earlier
//! attempt left half-loaded is removed, and the load begins again.

use std::sync::Arc;
use std::time::Instant;

use holdfast_engine::StepContext;
use holdfast_mysql::target::{self, Contents, Selection};
use holdfast_mysql::{DatabaseUrl, LoadOptions};
use holdfast_schema::Fault;
use serde_json::{Value, json};

use super::target as restore_target;
use super::{LoadedReceipt, Phases};
use crate::{Context, faults, opened, proof};

pub async fn run(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let began = Instant::now();
    let scene = context.scene(step).await?;
    let (request, url) = restore_target::of(step, &scene)?;
    let location = scene.open_location(&request.location).await?;
    let opened = opened::open(&location, &scene.store.name, request.backup, &scene.keys).await?;
    let fetch_s = began.elapsed().as_secs_f64();

    clean(url.clone(), Selection::of(&request.tables), step.run.to_string(), &request.target_shown).await?;
    let options = LoadOptions {
        parallel: request.parallel.unwrap_or(scene.store.database.parallel),
        durable: true,
        tables: (!request.tables.is_empty()).then(|| request.tables.clone()),
        ..LoadOptions::default()
    };
    let loaded = proof::load(&location, &Arc::new(opened), url, options, step).await?;
    let phases = Phases {
        fetch_s,
        load_s: loaded.load_seconds,
        index_s: loaded.index_seconds,
        objects_s: loaded.objects_seconds,
    };
    tracing::info!(run.id = %step.run, rows = loaded.rows, "restored {} into {}", request.backup, request.target_shown);
    Ok(json!(LoadedReceipt {
        backup: request.backup,
        target: request.target_shown,
        tables: loaded.tables,
        rows: loaded.rows,
        seconds: began.elapsed().as_secs_f64(),
        phases,
    }))
}

/// Removes what an earlier attempt of this run loaded. A target without this run's marker is not touched.
async fn clean(url: DatabaseUrl, selection: Selection, marker: String, shown: &str) -> Result<(), Fault> {
    let blocking = move || match target::contents(&url, &selection)? {
        Contents::MarkedBy(run) if run == marker => {
            target::clear(&url, &selection)?;
            target::mark(&url, &marker).map(|()| true)
        }
        _ => Ok(false),
    };
    let ours =
        tokio::task::spawn_blocking(blocking).await.map_err(|error| faults::broke_off(&error))?.map_err(Fault::from)?;
    if ours {
        return Ok(());
    }
    Err(Fault::stop(
        format!("the target {shown} is no longer this restore's"),
        "the marker that this run left there is gone, so what is there is somebody else's",
        "start a new restore into an empty schema",
        "target-not-empty.md",
    ))
}
