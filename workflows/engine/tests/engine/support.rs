//! A ledger in a database of its own, workers in this process or in others, and a workflow whose steps do as they are told.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use holdfast_engine::{
    Backoff, Ledger, NewRun, NewStep, PoolSize, RunState, RunView, StepContext, StepState, Timing, Trigger, Workflow,
    work,
};
use holdfast_schema::Fault;
use holdfast_testkit::Postgres;
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Short enough for tests, long enough for a busy machine.
pub(crate) fn timing() -> Timing {
    let ms = Duration::from_millis;
    Timing {
        heartbeat: ms(300),
        lease: ms(2_000),
        progress: ms(20),
        sweep: ms(100),
        poll: ms(1_000),
        retry: Backoff { first: ms(40), longest: ms(200) },
        wait: Backoff { first: ms(40), longest: ms(100) },
        wait_deadline: DEADLINE,
        shutdown_grace: ms(300),
        cancel_grace: ms(500),
        ..Timing::default()
    }
}

pub(crate) struct Site {
    pub(crate) ledger: Ledger,
    pub(crate) url: String,
}

impl Site {
    pub(crate) async fn new() -> Site {
        Site::at(tokio::task::block_in_place(|| Postgres::shared().database())).await
    }

    pub(crate) async fn at(url: String) -> Site {
        let ledger = Ledger::connect(&url).await.unwrap();
        ledger.migrate().await.unwrap();
        sqlx::raw_sql(
            "CREATE TABLE effect (run uuid, step text, execution int, worker text, at timestamptz DEFAULT clock_timestamp());
             CREATE TABLE settled (step uuid, state text);
             CREATE FUNCTION note_settled() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN INSERT INTO settled VALUES (NEW.id, NEW.state); RETURN NEW; END $$;
             CREATE TRIGGER settled AFTER UPDATE ON holdfast.step FOR EACH ROW
                 WHEN (NEW.state = 'succeeded' AND OLD.state <> 'succeeded') EXECUTE FUNCTION note_settled();",
        )
        .execute(ledger.pool())
        .await
        .unwrap();
        Site { ledger, url }
    }

    /// A worker in this process.
    pub(crate) fn worker(&self, pools: &[(&str, usize)]) -> Working {
        self.worker_with(pools, timing())
    }

    pub(crate) fn worker_with(&self, pools: &[(&str, usize)], timing: Timing) -> Working {
        let told = Arc::new(Told::new(&self.ledger));
        let shutdown = CancellationToken::new();
        let pools: Vec<PoolSize> = pools
            .iter()
            .map(|(name, concurrency)| PoolSize { name: (*name).to_owned(), concurrency: *concurrency })
            .collect();
        let (ledger, context, token) = (self.ledger.clone(), Arc::clone(&told), shutdown.clone());
        let task = tokio::spawn(async move { work(&ledger, WORKFLOWS, context, &pools, &timing, token).await });
        Working { told, shutdown, task }
    }

    /// A worker in a process of its own, for tests that kill it.
    pub(crate) fn worker_process(&self) -> Process {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["crashes::a_worker_process", "--exact", "--ignored", "--nocapture"])
            .env("HOLDFAST_TEST_LEDGER", &self.url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Process(child)
    }

    pub(crate) async fn start(&self, steps: Vec<NewStep>) -> String {
        self.start_with(json!({}), steps).await
    }

    pub(crate) async fn start_with(&self, input: Value, steps: Vec<NewStep>) -> String {
        self.ledger.start(NewRun { input, ..run(steps) }).await.unwrap().to_string()
    }

    pub(crate) async fn run(&self, id: &str) -> RunView {
        self.ledger.run(id).await.unwrap()
    }

    pub(crate) async fn ended(&self, id: &str) -> RunView {
        self.until(id, |run| run.state.is_over()).await
    }

    /// The run as soon as `is_so` of it.
    pub(crate) async fn until(&self, id: &str, is_so: impl Fn(&RunView) -> bool) -> RunView {
        let mut watch = self.ledger.watch(id).await.unwrap();
        let mut last = None;
        let found = tokio::time::timeout(DEADLINE, async {
            loop {
                let run = watch.changed().await.unwrap();
                if is_so(&run) {
                    return run;
                }
                last = Some(run);
            }
        });
        match found.await {
            Ok(run) => run,
            Err(_) => panic!("it did not come so; the run is {last:#?}"),
        }
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.ledger.pool()).await.unwrap()
    }

    /// Waits until a query that counts gives `wanted`.
    pub(crate) async fn until_count(&self, sql: &'static str, wanted: i64) {
        let mut last = None;
        let reached = tokio::time::timeout(DEADLINE, async {
            loop {
                // The ledger may be down on purpose.
                last = sqlx::query_scalar::<_, i64>(sql).fetch_one(self.ledger.pool()).await.ok();
                if last == Some(wanted) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        assert!(reached.await.is_ok(), "{sql} is {last:?} and not {wanted}");
    }
}

/// A worker in this process. Dropping it ends its loops at once, and leaves its running steps alone.
pub(crate) struct Working {
    pub(crate) told: Arc<Told>,
    pub(crate) shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    /// Lets all steps `hold` go on.
    pub(crate) fn open(&self) {
        self.told.open.send_replace(true);
    }

    pub(crate) async fn stop(mut self) {
        self.shutdown.cancel();
        tokio::time::timeout(DEADLINE, &mut self.task).await.expect("the worker ends").unwrap();
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) struct Process(Child);

impl Process {
    /// kill -9
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The body of a worker process, see [`Site::worker_process`].
pub(crate) async fn serve_until_killed() {
    let Ok(url) = std::env::var("HOLDFAST_TEST_LEDGER") else { return };
    let ledger = Ledger::connect(&url).await.unwrap();
    let told = Arc::new(Told::new(&ledger));
    let pools = [PoolSize { name: "core".to_owned(), concurrency: 4 }];
    work(&ledger, WORKFLOWS, told, &pools, &timing(), CancellationToken::new()).await;
}

pub(crate) fn run(steps: Vec<NewStep>) -> NewRun {
    NewRun {
        workflow: "test".to_owned(),
        store: Some("acme".to_owned()),
        priority: 0,
        input: json!({}),
        requested_by: "ops@example.com".to_owned(),
        trigger: Trigger::Person,
        idempotency_key: None,
        config_version: Some(7),
        steps,
    }
}

pub(crate) fn step(name: &str) -> NewStep {
    NewStep { name: name.to_owned(), pool: "core".to_owned(), after: vec![], limits: vec![], max_attempts: 3 }
}

pub(crate) fn after(name: &str, before: &[&str]) -> NewStep {
    NewStep { after: before.iter().map(|name| (*name).to_owned()).collect(), ..step(name) }
}

/// state of each step, in order
pub(crate) fn states(run: &RunView) -> Vec<StepState> {
    run.steps.iter().map(|step| step.state).collect()
}

pub(crate) fn outcomes(run: &RunView, step: usize) -> Vec<&str> {
    run.steps[step].attempts.iter().map(|attempt| attempt.outcome.as_str()).collect()
}

pub(crate) fn assert_succeeded(run: &RunView) {
    assert_eq!(run.state, RunState::Succeeded, "{run:#?}");
}

/// What the steps of the test workflow have at hand.
pub(crate) struct Told {
    pub(crate) ledger: Ledger,
    pub(crate) open: watch::Sender<bool>,
    /// How many steps gave up because they were told to.
    pub(crate) gave_up: watch::Sender<u32>,
}

impl Told {
    fn new(ledger: &Ledger) -> Told {
        Told { ledger: ledger.clone(), open: watch::Sender::new(false), gave_up: watch::Sender::new(0) }
    }

    async fn note(&self, step: &StepContext) {
        // A step that fails because of the ledger would be another test.
        while sqlx::query("INSERT INTO effect VALUES ($1, $2, $3, $4)")
            .bind(step.run)
            .bind(&step.name)
            .bind(step.execution)
            .bind(&step.worker)
            .execute(self.ledger.pool())
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

pub(crate) static WORKFLOWS: &[Workflow<Told>] = &[Workflow {
    name: "test",
    steps: &[
        ("note", note),
        ("sum", sum),
        ("fail", fail),
        ("wait", wait),
        ("stop", stop),
        ("panic", panics),
        ("hold", hold),
        ("deaf", deaf),
        ("slow", slow),
    ],
}];

/// Leaves a note, and its length as the receipt.
fn note<'a>(told: &'a Told, step: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move {
        told.note(step).await;
        Ok(json!({ "length": step.name.len() }))
    }
    .boxed()
}

/// Adds up the receipts before it.
fn sum<'a>(_: &'a Told, step: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move { Ok(json!(step.receipts.values().filter_map(|receipt| receipt["length"].as_u64()).sum::<u64>())) }
        .boxed()
}

/// Fails until attempt `input.succeeds_at`.
fn fail<'a>(_: &'a Told, step: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move {
        if i64::from(step.attempt) < step.input["succeeds_at"].as_i64().unwrap_or(i64::MAX) {
            return Err(Fault::retry("hot refused to put a pack", format!("503 at attempt {}", step.attempt), "wait"));
        }
        Ok(json!(step.attempt))
    }
    .boxed()
}

/// Waits until execution `input.thawed_at`.
fn wait<'a>(_: &'a Told, step: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move {
        if i64::from(step.execution) < step.input["thawed_at"].as_i64().unwrap_or(i64::MAX) {
            return Err(Fault::wait("cold is thawing", "it takes hours", "nothing"));
        }
        Ok(json!(step.attempt))
    }
    .boxed()
}

/// Stops until the gate is open.
fn stop<'a>(told: &'a Told, _: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move {
        if *told.open.borrow() {
            return Ok(json!("mended"));
        }
        let (what, next) = ("hot refused to put a pack", "grant s3:PutObject, then `holdfast run retry`");
        Err(Fault::stop(what, "403 AccessDenied", next, "location-refuses-writes.md"))
    }
    .boxed()
}

fn panics<'a>(_: &'a Told, _: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move { panic!("index out of bounds") }.boxed()
}

/// Holds on until the gate is open, and gives up when told.
fn hold<'a>(told: &'a Told, step: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move {
        told.note(step).await;
        step.progress.set(1, 2, "packs");
        let mut open = told.open.subscribe();
        tokio::select! {
            _ = open.wait_for(|open| *open) => Ok(json!("held")),
            () = step.cancelled.cancelled() => {
                told.gave_up.send_modify(|steps| *steps += 1);
                Err(Fault::retry("the dump broke off", "it was told to", "nothing"))
            }
        }
    }
    .boxed()
}

/// Holds on and does not listen.
fn deaf<'a>(told: &'a Told, step: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move {
        told.note(step).await;
        std::future::pending().await
    }
    .boxed()
}

/// Takes a moment between its beginning and its end.
fn slow<'a>(told: &'a Told, step: &'a StepContext) -> BoxFuture<'a, Result<Value, Fault>> {
    async move {
        told.note(step).await;
        tokio::time::sleep(Duration::from_millis(step.input["ms"].as_u64().unwrap_or(50))).await;
        Ok(json!(step.execution))
    }
    .boxed()
}
