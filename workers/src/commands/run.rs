//! `holdfast run list|show|retry|cancel|pause|resume|watch`.

use std::path::Path;

use holdfast_engine::{Error, Filter, RunState, RunView, StepView};
use holdfast_schema::Fault;

use crate::cli::{self, Run};
use crate::exit::{Exit, Failure};
use crate::home::{self, Home};
use crate::output::Output;
use crate::watch_run;

pub async fn run(config: Option<&Path>, command: Run, output: Output) -> Result<Exit, Failure> {
    let home = Home::open(config).await?;
    let ended = act(&home, command, output).await;
    home.close().await?;
    ended
}

async fn act(home: &Home, command: Run, output: Output) -> Result<Exit, Failure> {
    let (ledger, by) = (&home.context.ledger, home::author());
    let done = match command {
        Run::List { store, state, limit } => {
            let filter = Filter { store, state: state.map(state_of), limit: Some(limit.into()), ..Filter::default() };
            let runs = ledger.list(&filter).await.map_err(failure)?;
            output.answer(&runs, || runs.iter().map(line).collect::<Vec<_>>().join("\n"));
            return Ok(Exit::Done);
        }
        Run::Watch { id } => return watch(home, &id, output).await,
        Run::Show { id } => ledger.run(&id).await,
        Run::Retry { id, step } => ledger.retry(&id, step.as_deref(), &by).await,
        Run::Cancel { id } => ledger.cancel(&id, &by).await,
        Run::Pause { id } => ledger.pause(&id, &by).await,
        Run::Resume { id } => ledger.resume(&id, &by).await,
    };
    let view = done.map_err(failure)?;
    output.answer(&view, || text(&view, output));
    Ok(Exit::Done)
}

async fn watch(home: &Home, id: &str, output: Output) -> Result<Exit, Failure> {
    if output.is_json() {
        let mut watch = home.context.ledger.watch(id).await.map_err(failure)?;
        loop {
            let view = watch.changed().await.map_err(failure)?;
            output.answer(&view, String::new);
            if view.state.is_over() {
                return Ok(exit_of(&view));
            }
        }
    }
    home.context.ledger.run(id).await.map_err(failure)?;
    let ended = watch_run::follow(home, id, output).await?;
    match ended.state {
        RunState::Succeeded => Ok(Exit::Done),
        _ => Err(watch_run::why_it_ended(&ended)),
    }
}

fn exit_of(run: &RunView) -> Exit {
    if run.state == RunState::Succeeded { Exit::Done } else { Exit::Failed }
}

fn failure(error: Error) -> Failure {
    let exit = match &error {
        Error::NoRun { .. } | Error::NoStep { .. } => Exit::NotFound,
        Error::Ambiguous { .. } => Exit::Usage,
        _ => Exit::Failed,
    };
    Failure { exit, fault: Fault::from(error) }
}

fn state_of(state: cli::RunState) -> RunState {
    match state {
        cli::RunState::Running => RunState::Running,
        cli::RunState::Paused => RunState::Paused,
        cli::RunState::Succeeded => RunState::Succeeded,
        cli::RunState::Failed => RunState::Failed,
        cli::RunState::Cancelled => RunState::Cancelled,
    }
}

fn line(run: &RunView) -> String {
    let at = run.steps.iter().rev().find(|step| step.started_at.is_some()).map_or("-", |step| step.name.as_str());
    let state = format!("{:?}", run.state).to_lowercase();
    let store = run.store.as_deref().unwrap_or("-");
    let created = run.created_at.format("%Y-%m-%d %H:%M");
    format!(
        "{}  {created}  {:<8} {store:<20} {state:<10} {at:<18} {}",
        watch_run::short(run.id),
        run.workflow,
        run.requested_by
    )
}

fn text(run: &RunView, output: Output) -> String {
    let state = format!("{:?}", run.state).to_lowercase();
    let mut text = format!("run {} {} of {}: {state}\n", run.id, run.workflow, run.store.as_deref().unwrap_or("-"));
    text += &format!("asked by {} at {}\n", run.requested_by, run.created_at.format("%Y-%m-%d %H:%M:%S UTC"));
    for step in &run.steps {
        text += &step_text(step, output);
    }
    text
}

fn step_text(step: &StepView, output: Output) -> String {
    let state = format!("{:?}", step.state).to_lowercase();
    let worker = step.worker.as_deref().unwrap_or("");
    let mut text =
        format!("  {:<20} {state:<10} attempt {} of {}  {worker}\n", step.name, step.attempt, step.max_attempts);
    for attempt in &step.attempts {
        let why = attempt.fault.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default();
        text += &format!("    {} {} {}{why}\n", attempt.started_at.format("%H:%M:%S"), attempt.outcome, attempt.worker);
    }
    if let Some(fault) = &step.fault {
        text += &output.fault_text(fault).lines().map(|line| format!("    {line}\n")).collect::<String>();
    }
    text
}
