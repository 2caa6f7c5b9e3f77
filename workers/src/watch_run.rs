//! Following a run: progress bars on a terminal, plain lines elsewhere, and at the end what became of it.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::pin::pin;
use std::time::Duration;

use holdfast_engine::{PoolSize, RunState, RunView, StepState, StepView, Timing, Watch, work};
use holdfast_schema::Fault;
use holdfast_workflows::WORKFLOWS;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::output::Output;

/// After this long without a worker for its pool, a run's watcher says so.
const NOBODY_AFTER: Duration = Duration::from_secs(10);

/// Waits until the run ends. A run that failed or was cancelled is the failure returned, with its step's own fault.
/// When this command is alone on its private ledger, it does the work itself meanwhile.
pub async fn until_ended(home: &Home, run: Uuid, output: Output) -> Result<RunView, Failure> {
    let done = CancellationToken::new();
    let worker = home.alone.then(|| tokio::spawn(work_alone(home, done.clone())));
    let ended = follow(home, &run.to_string(), output).await;
    done.cancel();
    if let Some(worker) = worker {
        worker.await.map_err(|error| Failure::failed("the worker of this command broke off", &error))?;
    }
    let ended = ended?;
    match ended.state {
        RunState::Succeeded => Ok(ended),
        _ => Err(why_it_ended(&ended)),
    }
}

fn work_alone(home: &Home, done: CancellationToken) -> impl Future<Output = ()> + Send + 'static {
    let (ledger, context) = (home.context.ledger.clone(), Arc::new(home.context.clone()));
    async move {
        let pools = ["core", "docker", "restore"].map(|name| PoolSize { name: name.to_owned(), concurrency: 2 });
        work(&ledger, WORKFLOWS, context, &pools, &Timing::default(), done).await;
    }
}

/// Shows each change until the run ends; returns it as it ended.
pub async fn follow(home: &Home, run: &str, output: Output) -> Result<RunView, Failure> {
    let mut watch = home.context.ledger.watch(run).await.map_err(Fault::from)?;
    let mut shown = Shown::new(output);
    loop {
        let view = next_change(home, &mut watch, run, output).await?;
        shown.update(&view);
        if view.state.is_over() {
            return Ok(view);
        }
    }
}

/// The next change, however long it takes; says once a while when nobody is there to make one.
async fn next_change(home: &Home, watch: &mut Watch, run: &str, output: Output) -> Result<RunView, Failure> {
    // Never dropped half-way: it may be in the middle of a transaction.
    let mut change = pin!(watch.changed());
    let mut warned = false;
    loop {
        tokio::select! {
            view = &mut change => return Ok(view.map_err(Fault::from)?),
            () = tokio::time::sleep(NOBODY_AFTER), if !warned => warned = warn_if_nobody_works(home, run, output).await?,
        }
    }
}

async fn warn_if_nobody_works(home: &Home, run: &str, output: Output) -> Result<bool, Failure> {
    let view = home.context.ledger.run(run).await.map_err(Fault::from)?;
    let overview = home.context.ledger.overview().await.map_err(Fault::from)?;
    let waiting = view.steps.iter().find(|step| matches!(step.state, StepState::Ready | StepState::Queued));
    let Some(step) = waiting else { return Ok(false) };
    let served = overview.pools.iter().any(|pool| pool.name == step.pool && pool.concurrency > 0);
    if served {
        return Ok(false);
    }
    let next = format!("start `holdfast up`, or `holdfast worker --pools {}` on a machine", step.pool);
    if !output.is_json() {
        eprintln!("note  step {} waits: no worker serves pool {}; {next}", step.name, step.pool);
    }
    Ok(true)
}

/// The fault of the step that stopped the run; a cancelled run says that it was.
pub fn why_it_ended(run: &RunView) -> Failure {
    let stopped = run.steps.iter().find(|step| step.state == StepState::Stopped);
    match stopped.and_then(|step| step.fault.clone().map(|fault| (step, fault))) {
        Some((step, mut fault)) => {
            let store = run.store.as_deref().unwrap_or("");
            fault.what =
                format!("{store} {} {}: step {} stopped: {}", run.workflow, short(run.id), step.name, fault.what);
            fault.next = format!("{}; then `holdfast run retry {}`", fault.next, short(run.id));
            Failure::from(fault)
        }
        None => Failure {
            exit: Exit::Failed,
            fault: Fault::stop(
                format!("run {} was cancelled", short(run.id)),
                "an operator ended it",
                format!("`holdfast run show {}` says who", short(run.id)),
                "cancelled-by-operator.md",
            ),
        },
    }
}

pub fn short(id: Uuid) -> String {
    id.simple().to_string().chars().take(8).collect()
}

struct Shown {
    bars: Option<MultiProgress>,
    steps: HashMap<String, ProgressBar>,
    states: HashMap<String, (StepState, i16)>,
    quiet: bool,
}

impl Shown {
    fn new(output: Output) -> Shown {
        let terminal = std::io::stderr().is_terminal();
        let bars = (terminal && !output.is_json()).then(MultiProgress::new);
        Shown { bars, steps: HashMap::new(), states: HashMap::new(), quiet: output.is_json() }
    }

    fn update(&mut self, run: &RunView) {
        for step in &run.steps {
            match &self.bars {
                Some(bars) => {
                    let bar = self.steps.entry(step.name.clone()).or_insert_with(|| new_bar(bars));
                    show(bar, step);
                }
                None if !self.quiet => self.print_change(step),
                None => {}
            }
        }
    }

    fn print_change(&mut self, step: &StepView) {
        let now = (step.state, step.attempt);
        let changed = self.states.insert(step.name.clone(), now) != Some(now);
        let tells =
            matches!(step.state, StepState::Running | StepState::Succeeded | StepState::Stopped | StepState::Cancelled);
        let failed_before = step.state == StepState::Ready && step.fault.is_some();
        if changed && (tells || failed_before) {
            eprintln!("{}", line(step));
        }
    }
}

fn new_bar(bars: &MultiProgress) -> ProgressBar {
    let bar = bars.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn show(bar: &ProgressBar, step: &StepView) {
    let text = line(step);
    match step.state {
        StepState::Succeeded | StepState::Stopped | StepState::Cancelled => bar.finish_with_message(text),
        _ => bar.set_message(text),
    }
}

/// `dump          running    34,120 of 81,000 rows`
fn line(step: &StepView) -> String {
    let detail = match (step.state, &step.progress, &step.fault) {
        (StepState::Running, Some(progress), _) if progress.total > 0 => {
            format!("{} of {} {}", progress.done, progress.total, progress.unit)
        }
        (StepState::Succeeded, _, _) => took(step),
        (_, _, Some(fault)) => fault.to_string(),
        _ => String::new(),
    };
    let state = format!("{:?}", step.state).to_lowercase();
    format!("{:<20} {state:<10} {detail}", step.name).trim_end().to_owned()
}

fn took(step: &StepView) -> String {
    match (step.started_at, step.finished_at) {
        (Some(began), Some(ended)) => format!("{:.1} s", (ended - began).as_seconds_f64()),
        _ => String::new(),
    }
}
