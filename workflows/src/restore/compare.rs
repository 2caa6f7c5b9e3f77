//! `compare`: everything is read back from the target and compared with the backup: rows and `S` of every table, every object.
//!
//! Durable result: the receipt. Repeating it only reads. The marker goes first: the target is the person's from here.

use std::sync::Arc;
use std::time::Instant;

use holdfast_engine::StepContext;
use holdfast_mysql::{self as mysql, Watch, target};
use holdfast_schema::Fault;
use serde_json::{Value, json};

use super::target as restore_target;
use super::{Compared, LoadedReceipt};
use crate::{Context, faults, opened, proof, watch};

pub async fn run(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let began = Instant::now();
    let scene = context.scene(step).await?;
    let (request, url) = restore_target::of(step, &scene)?;
    let loaded: LoadedReceipt = faults::receipt(step, "load")?;
    let location = scene.open_location(&request.location).await?;
    let opened = opened::open(&location, &scene.store.name, request.backup, &scene.keys).await?;
    let options = proof::compare_options(&scene, (!request.tables.is_empty()).then(|| request.tables.clone()));
    let blocking = move |watch: Arc<Watch>| {
        target::unmark(&url)?;
        mysql::compare(&url, &opened.index, &options, &watch)
    };
    let problems = watch::blocking(step, blocking).await?.map_err(|error| faults::mysql(location.name(), error))?;
    if let Some(first) = problems.first() {
        return Err(Fault::stop(
            format!("{} does not hold what backup {} holds", request.target_shown, request.backup),
            format!("{} differences, the first: {}: {}", problems.len(), first.what, first.why),
            "see that nobody else writes to the target, and restore again with `--replace`",
            "backup-does-not-verify.md",
        ));
    }
    Ok(json!(Compared {
        tables: loaded.tables,
        rows: loaded.rows,
        seconds: began.elapsed().as_secs_f64(),
        verified: true
    }))
}
