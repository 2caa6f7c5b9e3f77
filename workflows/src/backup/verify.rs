//! `verify`: the backup is restored into a sandbox and compared, every row of every table. What does not verify is no backup.
//!
//! Durable result: a verdict in the catalogue. Repeating it is harmless: it only reads the archive, and its sandbox is gone before
//! the step ends (the reaper takes those of a worker that died).

use std::sync::Arc;

use chrono::Utc;
use holdfast_engine::StepContext;
use holdfast_mysql::Problem;
use holdfast_schema::fault::Kind;
use holdfast_schema::{Fault, tables::verification};
use holdfast_storage::Location;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use uuid::Uuid;

use super::receipts::{Landed, Verified};
use super::{Level, Request, VerifyRequest, plan};
use crate::proof::{self, Proof};
use crate::{Context, Scene, catalogue, examine, faults, opened};

/// What the backup's own step proves.
const LEVEL: Level = Level::L4;

/// Problems that a fault names before it says how many more there are.
const PROBLEMS_NAMED: usize = 3;

pub async fn run(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let scene = context.scene(step).await?;
    let landed: Landed = faults::receipt(step, "land_hot")?;
    let subject = VerifyRequest { backup: landed.backup, location: landed.location.clone(), level: LEVEL };
    let judged = judge(context, &scene, &subject, step).await;
    match judged {
        Ok(proof) => Ok(json!(receipt(&landed, &proof))),
        Err(fault) if is_verdict(&fault) => Err(try_a_fresh_dump(context, &scene, step, fault).await?),
        Err(fault) => Err(fault),
    }
}

/// `backup verify ID [--from LOCATION]`: the same proof, of any copy, at any time. No fresh dump follows.
pub async fn again(context: &Context, step: &StepContext) -> Result<Value, Fault> {
    let scene = context.scene(step).await?;
    let asked: VerifyRequest =
        serde_json::from_value(step.input.clone()).map_err(|error| faults::input(step, &error))?;
    let proof = judge(context, &scene, &asked, step).await?;
    Ok(
        json!({ "backup": asked.backup, "location": asked.location, "level": asked.level, "tables": proof.tables, "rows": proof.rows,
        "sandbox": proof.sandbox, "seconds": proof.seconds, "restore_seconds": proof.restore_seconds }),
    )
}

/// Proves the copy at `location` and keeps the verdict, good or bad. A bad one is the fault returned.
async fn judge(context: &Context, scene: &Scene, subject: &VerifyRequest, step: &StepContext) -> Result<Proof, Fault> {
    let backup = subject.backup;
    let copy = scene.open_location(&subject.location).await?;
    let proven = look(scene, &copy, subject, step).await;
    let problems = match &proven {
        Ok(proof) => proof.problems.clone(),
        Err(fault) if is_verdict(fault) => {
            vec![Problem { what: fault.what.clone(), why: fault.why.clone(), next: fault.next.clone() }]
        }
        Err(_) => return proven,
    };
    let row = verdict_row(subject, step, proven.as_ref().ok(), &problems);
    // A look at the stored bytes alone never makes a backup `verified`; what it finds wrong counts.
    let decides = subject.level >= Level::L3 || !problems.is_empty();
    catalogue::verdict(&context.db, row, backup, decides.then_some(problems.is_empty())).await?;
    let proof = proven?;
    if proof.problems.is_empty() { Ok(proof) } else { Err(does_not_verify(scene, backup, &proof.problems)) }
}

async fn look(scene: &Scene, copy: &Location, subject: &VerifyRequest, step: &StepContext) -> Result<Proof, Fault> {
    match subject.level {
        Level::L1 => examine::digests(scene, copy, subject.backup, step).await,
        Level::L2 => examine::seals(scene, copy, subject.backup, step).await,
        Level::L3 | Level::L4 | Level::L5 => {
            // What lies behind a pack's last rows is not read by a restore, and belongs to the backup as well.
            let stored = examine::digests(scene, copy, subject.backup, step).await?;
            if !stored.problems.is_empty() {
                return Ok(stored);
            }
            let opened = opened::open(copy, &scene.store.name, subject.backup, &scene.keys).await?;
            proof::prove(scene, copy, Arc::new(opened), step, subject.level).await
        }
    }
}

/// Faults that speak of the backup itself, and not of what was needed to look at it.
fn is_verdict(fault: &Fault) -> bool {
    const OF_THE_BACKUP: [&str; 2] = ["object-damaged.md", "backup-does-not-verify.md"];
    fault.kind == Kind::Stop && fault.runbook.as_deref().is_some_and(|runbook| OF_THE_BACKUP.contains(&runbook))
}

/// One fresh dump is tried, as a run of its own; the one that failed stays as the record of what differed.
/// The key makes it one run, however often this step is tried.
async fn try_a_fresh_dump(
    context: &Context,
    scene: &Scene,
    step: &StepContext,
    mut fault: Fault,
) -> Result<Fault, Fault> {
    let asked: Request = serde_json::from_value(step.input.clone()).map_err(|error| faults::input(step, &error))?;
    if let Some(first) = asked.fresh_dump_of {
        fault.next = format!("this was the fresh dump after run {first}: a person must look; {}", fault.next);
        return Ok(fault);
    }
    let request = Request { fresh_dump_of: Some(step.run) };
    let mut run =
        plan(&scene.installation, &scene.store, None, &request, "holdfast", holdfast_engine::Trigger::CatchUp);
    run.config_version = step.config_version;
    let fresh = context.ledger.start(run).await.map_err(|error| faults::ledger(&error))?;
    fault.next = format!("run {fresh} makes a fresh dump; if that fails too, {}", fault.next);
    Ok(fault)
}

fn does_not_verify(scene: &Scene, backup: Uuid, problems: &[Problem]) -> Fault {
    let named: Vec<String> =
        problems.iter().take(PROBLEMS_NAMED).map(|problem| format!("{}: {}", problem.what, problem.why)).collect();
    let more = problems.len().saturating_sub(PROBLEMS_NAMED);
    let rest = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    Fault::stop(
        format!("backup {backup} of {} does not verify", scene.store.name),
        format!("{}{rest}", named.join("; ")),
        format!("`holdfast backup show {backup}` lists every problem"),
        "backup-does-not-verify.md",
    )
}

fn verdict_row(
    subject: &VerifyRequest,
    step: &StepContext,
    proof: Option<&Proof>,
    problems: &[Problem],
) -> verification::ActiveModel {
    verification::ActiveModel {
        backup_id: Set(subject.backup),
        run_id: Set(step.run),
        location: Set(subject.location.clone()),
        level: Set(format!("{:?}", subject.level)),
        result: Set(if problems.is_empty() { "passed" } else { "failed" }.to_owned()),
        at: Set(Utc::now()),
        seconds: Set(proof.map_or(0.0, |proof| proof.seconds)),
        restore_seconds: Set(proof.and_then(|proof| proof.restore_seconds)),
        tables: Set(proof.map_or(0, |proof| proof.tables.try_into().unwrap_or(i64::MAX))),
        rows: Set(proof.map_or(0, |proof| proof.rows.try_into().unwrap_or(i64::MAX))),
        problems: Set(json!(problems)),
        ..Default::default()
    }
}

fn receipt(landed: &Landed, proof: &Proof) -> Verified {
    Verified {
        backup: landed.backup,
        location: landed.location.clone(),
        level: format!("{LEVEL:?}"),
        tables: proof.tables,
        rows: proof.rows,
        sandbox: proof.sandbox.clone().unwrap_or_default(),
        seconds: proof.seconds,
        restore_seconds: proof.restore_seconds.unwrap_or_default(),
    }
}
