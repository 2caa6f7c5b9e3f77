//! `claim`: refuses production, a backup that does not open or lacks a table that was asked for, and a target that is not
//! empty; then marks the target as this run's.
//!
//! Durable result: a marker table that names the run. Repeating it is harmless: a target that carries this run's marker is ours.

use holdfast_engine::StepContext;
use holdfast_mysql::target::{self, Contents, Selection};
use holdfast_mysql::{DatabaseUrl, MysqlError};
use holdfast_schema::Fault;
use serde_json::{Value, json};

use super::target as restore_target;
use super::{Claimed, Request, production};
use crate::{Context, faults, opened};

pub async fn run(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let scene = context.scene(step).await?;
    let (request, url) = restore_target::of(step, &scene)?;
    production::refuse(&scene, &request, &url).await?;
    let location = scene.open_location(&request.location).await?;
    let opened = opened::open(&location, &scene.store.name, request.backup, &scene.keys).await?;
    let absent = request.tables.iter().find(|asked| opened.index.tables.iter().all(|table| table.name != **asked));
    if let Some(absent) = absent {
        return Err(no_table(&request, absent));
    }
    opened::packs_are_there(&location, &opened, &request.tables).await?;
    let marker = step.run.to_string();
    let blocking = move || claim(&url, &request, &marker);
    let claimed = tokio::task::spawn_blocking(blocking).await.map_err(|error| faults::broke_off(&error))??;
    Ok(json!(claimed))
}

fn claim(url: &DatabaseUrl, request: &Request, marker: &str) -> Result<Claimed, Fault> {
    let selection = Selection::of(&request.tables);
    let found = target::contents(url, &selection).map_err(Fault::from)?;
    let removed = match found {
        Contents::Empty => 0,
        Contents::MarkedBy(run) if run == marker => 0,
        Contents::MarkedBy(run) if !request.replace => return Err(taken(request, &run)),
        Contents::Holds(names) if !request.replace => return Err(not_empty(request, &names)),
        Contents::MarkedBy(_) | Contents::Holds(_) => target::clear(url, &selection).map_err(Fault::from)?,
    };
    target::mark(url, marker).map_err(|error: MysqlError| Fault::from(error))?;
    Ok(Claimed { target: request.target_shown.clone(), removed })
}

fn no_table(request: &Request, absent: &str) -> Fault {
    Fault::stop(
        format!("backup {} has no table {absent}", request.backup),
        "its index does not name it, and nothing was restored",
        "`holdfast archive list DIR --backup ID --key FILE` names its tables",
        "store-unknown.md",
    )
}

fn not_empty(request: &Request, names: &[String]) -> Fault {
    const NAMED: usize = 5;
    let more = names.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    Fault::stop(
        format!("the target {} is not empty", request.target_shown),
        format!("it holds {}{rest}", names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ")),
        "name an empty schema, or say `--replace` to remove what is there first",
        "target-not-empty.md",
    )
}

fn taken(request: &Request, run: &str) -> Fault {
    Fault::stop(
        format!("the target {} is half restored", request.target_shown),
        format!("restore run {run} marked it and has not finished"),
        format!("`holdfast run show {run}`; or say `--replace` to start over"),
        "target-not-empty.md",
    )
}
