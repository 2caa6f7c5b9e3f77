//! `holdfast backup now|list|show|verify`.

use std::path::Path;

use holdfast_engine::Trigger;
use holdfast_schema::Fault;
use holdfast_workflows::catalogue::{self, BackupView};
use holdfast_workflows::{Scene, backup, context};
use serde_json::json;
use uuid::Uuid;

use crate::cli::{Backup, Level, Wait};
use crate::exit::{Exit, Failure};
use crate::home::{self, Home};
use crate::output::Output;
use crate::scheduler::schedules;
use crate::watch_run;

pub async fn run(config: Option<&Path>, command: Backup, output: Output) -> Result<Exit, Failure> {
    let home = Home::open(config).await?;
    let ended = match command {
        Backup::Now { store, wait } => now(&home, &store, wait, output).await,
        Backup::List { store, limit } => list(&home, &store, limit, output).await,
        Backup::Show { id } => show(&home, &id, output).await,
        Backup::Verify { id, from, level, wait } => verify(&home, &id, from, level, wait, output).await,
    };
    home.close().await?;
    ended
}

async fn now(home: &Home, store: &str, wait: Wait, output: Output) -> Result<Exit, Failure> {
    let version = home.version_in_force().await?;
    let Some(found) = version.store(store) else { return Err(context::store_unknown(store).into()) };
    let host = schedules::host(&home.context, found).await;
    let request = backup::Request::default();
    let mut run =
        backup::plan(&version.installation, found, host.as_deref(), &request, &home::author(), Trigger::Person);
    run.config_version = Some(version.id);
    let run = home.context.ledger.start(run).await.map_err(Fault::from)?;
    if wait.no_wait {
        return Ok(still_running(run, output));
    }
    watch_run::until_ended(home, run, output).await?;
    let view = of_run(home, store, run).await?;
    output.answer(&view, || text(&view));
    Ok(Exit::Done)
}

/// `--no-wait`: the run's id is the answer, and the exit code says that it goes on.
pub fn still_running(run: Uuid, output: Output) -> Exit {
    output.answer(&json!({ "run": run, "state": "running" }), || {
        format!("run {run}\nnext  `holdfast run watch {}`", watch_run::short(run))
    });
    Exit::StillRunning
}

async fn of_run(home: &Home, store: &str, run: Uuid) -> Result<BackupView, Failure> {
    let recent = catalogue::list(&home.context.db, store, 100).await?;
    recent.into_iter().find(|backup| backup.run == run).ok_or_else(|| {
        Failure::not_found(
            format!("run {run} left no backup"),
            "its rows are not in the catalogue",
            "`holdfast run show` tells what it did",
        )
    })
}

async fn list(home: &Home, store: &str, limit: u64, output: Output) -> Result<Exit, Failure> {
    let backups = catalogue::list(&home.context.db, store, limit).await?;
    if backups.is_empty() && home.version_in_force().await?.store(store).is_none() {
        return Err(context::store_unknown(store).into());
    }
    output.answer(&backups, || match backups.is_empty() {
        true => format!("no backup of {store} yet: `holdfast backup now {store}` makes one"),
        false => backups.iter().map(line).collect::<Vec<_>>().join("\n"),
    });
    Ok(Exit::Done)
}

async fn show(home: &Home, id: &str, output: Output) -> Result<Exit, Failure> {
    let found = catalogue::find(&home.context.db, id).await?;
    let view = catalogue::show(&home.context.db, found.id).await?;
    output.answer(&view, || text(&view));
    Ok(Exit::Done)
}

async fn verify(
    home: &Home,
    id: &str,
    from: Option<String>,
    level: Level,
    wait: Wait,
    output: Output,
) -> Result<Exit, Failure> {
    let found = catalogue::find(&home.context.db, id).await?;
    let version = home.version_in_force().await?;
    let scene = Scene::of(version.installation, version.stores, &found.store)?;
    let mirror = if level == Level::L5 {
        scene.installation.mirrors().next().map(|location| location.name.clone())
    } else {
        None
    };
    let location = from.or(mirror).unwrap_or_else(|| found.hot.clone());
    scene.location(&location)?;
    let level = match level {
        Level::L1 => backup::Level::L1,
        Level::L2 => backup::Level::L2,
        Level::L3 => backup::Level::L3,
        Level::L4 => backup::Level::L4,
        Level::L5 => backup::Level::L5,
    };
    let request = backup::VerifyRequest { backup: found.id, location, level };
    let mut run = backup::plan_verify(&scene.store, &request, &home::author());
    run.config_version = Some(version.id);
    let run = home.context.ledger.start(run).await.map_err(Fault::from)?;
    if wait.no_wait {
        return Ok(still_running(run, output));
    }
    watch_run::until_ended(home, run, output).await?;
    let view = catalogue::show(&home.context.db, found.id).await?;
    output.answer(&view, || text(&view));
    Ok(Exit::Done)
}

fn line(view: &BackupView) -> String {
    let when = view.captured_at.format("%Y-%m-%d %H:%M");
    let rows = view.rows.map_or_else(|| "-".to_owned(), |rows| rows.to_string());
    let copies: Vec<&str> =
        view.copies.iter().filter(|copy| copy.state == "present").map(|copy| copy.location.as_str()).collect();
    format!(
        "{}  {when}  {:<9} {rows:>10} rows {:>10}  {}",
        view.id,
        view.state,
        size(view.stored_bytes),
        copies.join(" ")
    )
}

fn text(view: &BackupView) -> String {
    let mut text = format!("backup {} of {}: {}\n", view.id, view.store, view.state);
    text += &format!("captured  {}\n", view.captured_at.format("%Y-%m-%d %H:%M:%S UTC"));
    if let Some(server) = &view.server {
        text +=
            &format!("server    {} {}, rung {}\n", server.product, server.version, view.rung.as_deref().unwrap_or("-"));
    }
    if let (Some(tables), Some(rows)) = (view.tables, view.rows) {
        let (raw, stored) = (size(view.raw_bytes), size(view.stored_bytes));
        text += &format!("holds     {tables} tables, {rows} rows, {raw} raw, {stored} sealed\n");
    }
    for copy in &view.copies {
        text += &format!("copy      {:<16} {:<5} {:<8} {}\n", copy.location, copy.tier, copy.state, copy.url);
    }
    match &view.verification {
        None => text += "verified  not yet\n",
        Some(proof) => {
            let restore =
                proof.restore_seconds.map_or_else(String::new, |seconds| format!(", restored in {seconds:.1} s"));
            text += &format!(
                "verified  {} at level {} on {}{restore}\n",
                proof.result,
                proof.level,
                proof.at.format("%Y-%m-%d %H:%M UTC")
            );
            for problem in proof.problems.as_array().into_iter().flatten() {
                text += &format!(
                    "  problem {}: {}\n",
                    problem["what"].as_str().unwrap_or(""),
                    problem["why"].as_str().unwrap_or("")
                );
            }
        }
    }
    text
}

/// `1.4 MB`, as storage is sold: powers of ten.
pub fn size(bytes: Option<i64>) -> String {
    let Some(bytes) = bytes else { return "-".to_owned() };
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}
