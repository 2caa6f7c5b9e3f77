//! `holdfast apply`: the files become the version that workers read.

use std::path::Path;

use holdfast_schema::{Fault, config};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::output::Output;

pub async fn run(config: Option<&Path>, dry_run: bool, output: Output) -> Result<Exit, Failure> {
    let home = Home::open(config).await?;
    for warning in &home.loaded.warnings {
        output.say(format!("note  {warning}"));
    }
    if dry_run {
        let diff = config::diff(&home.context.db, &home.loaded).await.map_err(Fault::from)?;
        output.answer(&json!({ "changed": !diff.is_empty(), "diff": diff }), || match diff.is_empty() {
            true => "nothing would change".to_owned(),
            false => diff.join("\n"),
        });
    } else {
        let applied = home.apply().await?;
        output.answer(&applied, || match applied.changed {
            true => format!("{}\nversion {} is in force", applied.diff.join("\n"), applied.version),
            false => format!("nothing changed: version {} is in force", applied.version),
        });
    }
    home.close().await?;
    Ok(Exit::Done)
}
