//! `holdfast restore`: a store, or tables of it, into another server or schema.

use std::path::Path;

use holdfast_engine::RunView;
use holdfast_mysql::DatabaseUrl;
use holdfast_schema::Fault;
use holdfast_schema::tables::backup as backup_row;
use holdfast_workflows::restore::{self, Compared, LoadedReceipt, Phases, Request, SealedUrl};
use holdfast_workflows::{Scene, catalogue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cli::Restore;
use crate::commands::backup::still_running;
use crate::exit::{Exit, Failure};
use crate::home::{self, Home};
use crate::output::Output;
use crate::watch_run;

pub async fn run(config: Option<&Path>, asked: Restore, output: Output) -> Result<Exit, Failure> {
    let home = Home::open(config).await?;
    let ended = start(&home, asked, output).await;
    home.close().await?;
    ended
}

async fn start(home: &Home, asked: Restore, output: Output) -> Result<Exit, Failure> {
    let version = home.version_in_force().await?;
    let scene = Scene::of(version.installation, version.stores, &asked.store)?;
    let url = target_url(&asked.to)?;
    let target = DatabaseUrl::parse(&url).map_err(|error| bad_target(&error.to_string()))?;
    if target.schema().is_empty() {
        return Err(bad_target("it names no schema"));
    }
    let backup = which(home, &asked).await?;
    let location = asked.from.clone().unwrap_or_else(|| backup.hot.clone());
    scene.location(&location)?;
    let request = Request {
        backup: backup.id,
        location,
        target: SealedUrl::seal(&url, &scene.keys.store_public(&scene.store.name)?)?,
        target_shown: target.to_string(),
        tables: asked.tables,
        replace: asked.replace,
        yes_this_is_production: asked.yes_this_is_production,
        parallel: asked.parallel,
    };
    let mut run = restore::plan(&scene.store, &request, &home::author());
    run.config_version = Some(version.id);
    let run = home.context.ledger.start(run).await.map_err(Fault::from)?;
    if asked.wait.no_wait {
        return Ok(still_running(run, output));
    }
    let ended = watch_run::until_ended(home, run, output).await?;
    let view = view(&ended)?;
    output.answer(&view, || text(&view));
    Ok(Exit::Done)
}

/// `env:NAME` and `file:PATH` keep a password out of the shell's history and the process list.
fn target_url(asked: &str) -> Result<String, Failure> {
    let read = match asked.split_once(':') {
        Some(("env", name)) => std::env::var(name).map_err(|error| error.to_string()),
        Some(("file", path)) => std::fs::read_to_string(path).map_err(|error| error.to_string()),
        _ => Ok(asked.to_owned()),
    };
    read.map(|url| url.trim().to_owned()).map_err(|why| bad_target(&why))
}

fn bad_target(why: &str) -> Failure {
    Failure::usage(
        "--to does not name a target",
        why,
        "give mysql://user:password@host:3306/schema, env:NAME or file:PATH",
    )
}

async fn which(home: &Home, asked: &Restore) -> Result<backup_row::Model, Failure> {
    let Some(id) = &asked.backup else {
        let latest = catalogue::latest_verified(&home.context.db, &asked.store).await?;
        return latest.ok_or_else(|| {
            Failure::not_found(
                format!("{} has no verified backup", asked.store),
                "--latest takes the newest backup that was restored and compared",
                "`holdfast backup list` shows what there is; --backup ID takes one that was not verified",
            )
        });
    };
    let found = catalogue::find(&home.context.db, id).await?;
    if found.store == asked.store {
        return Ok(found);
    }
    let why = format!("it is a backup of {}", found.store);
    Err(Failure::not_found(
        format!("backup {} is not one of {}", found.id, asked.store),
        why,
        "`holdfast backup list` shows them",
    ))
}

#[derive(Serialize)]
struct View {
    backup: uuid::Uuid,
    run: uuid::Uuid,
    target: String,
    tables: u64,
    rows: u64,
    seconds: f64,
    phases: Phases,
    verified: bool,
}

fn view(run: &RunView) -> Result<View, Failure> {
    let loaded: LoadedReceipt = receipt(run, "load")?;
    let compared: Compared = receipt(run, "compare")?;
    Ok(View {
        backup: loaded.backup,
        run: run.id,
        target: loaded.target,
        tables: loaded.tables,
        rows: loaded.rows,
        seconds: loaded.seconds,
        phases: loaded.phases,
        verified: compared.verified,
    })
}

fn receipt<T: DeserializeOwned>(run: &RunView, step: &str) -> Result<T, Failure> {
    let receipt = run.steps.iter().find(|found| found.name == step).and_then(|found| found.receipt.clone());
    serde_json::from_value(receipt.unwrap_or_default())
        .map_err(|error| Failure::failed("the run's receipt is not one this version reads", &error))
}

fn text(view: &View) -> String {
    format!(
        "restored {} tables, {} rows of backup {} into {} in {:.1} s\nread back: every table is equal",
        view.tables, view.rows, view.backup, view.target, view.seconds
    )
}
