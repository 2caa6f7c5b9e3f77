//! What becomes of a run, step by step, and what a person can do to it.

use crate::support::*;
use holdfast_engine::{Error, Filter, NewRun, RunState, StepState, Timing};
use holdfast_schema::{Fault, fault::Kind};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_step_starts_after_all_its_predecessors_with_their_receipts() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 4)]);
    let mirrors = ["note.warm", "note.cold", "note.other"];
    let id = site
        .start(vec![
            step("note"),
            after(mirrors[0], &["note"]),
            after(mirrors[1], &["note"]),
            after(mirrors[2], &["note"]),
            after("sum", &mirrors),
        ])
        .await;
    let run = site.ended(&id).await;
    assert_succeeded(&run);
    assert_eq!(run.steps[4].receipt, Some(json!("note".len() + mirrors.concat().len())));
    let last_mirror = run.steps[1..4].iter().map(|step| step.finished_at).max().unwrap();
    assert!(run.steps[4].started_at >= last_mirror);
    assert_eq!(site.count("SELECT count(*) FROM effect").await, 4);
    assert_eq!(site.count("SELECT count(*) FROM apalis.jobs").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_attempt_is_a_row_and_the_next_one_comes_later() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 1)]);
    let id = site.start_with(json!({ "succeeds_at": 3 }), vec![step("fail")]).await;
    let run = site.ended(&id).await;
    assert_succeeded(&run);
    assert_eq!(outcomes(&run, 0), ["retry", "retry", "succeeded"]);
    let (first, second, third) = (&run.steps[0].attempts[0], &run.steps[0].attempts[1], &run.steps[0].attempts[2]);
    assert_eq!(first.fault.as_ref().unwrap().why, "503 at attempt 1");
    // 40 ms and 80 ms, less a quarter by jitter.
    assert!((second.started_at - first.finished_at.unwrap()).num_milliseconds() >= 30);
    assert!((third.started_at - second.finished_at.unwrap()).num_milliseconds() >= 60);
    assert_eq!((run.steps[0].attempt, &run.steps[0].fault), (3, &None));
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_attempts_a_step_stops_with_its_last_fault_and_the_run_fails() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("fail"), after("note", &["fail"])]).await;
    let run = site.ended(&id).await;
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(states(&run), [StepState::Stopped, StepState::Waiting]);
    assert_eq!(outcomes(&run, 0), ["retry", "retry", "stopped"]);
    let fault = run.steps[0].fault.as_ref().unwrap();
    assert_eq!((fault.kind, fault.why.as_str()), (Kind::Stop, "503 at attempt 3"));
    assert_eq!(fault.runbook.as_deref(), Some("step-out-of-attempts.md"));
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_costs_no_attempt() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 1)]);
    let id = site.start_with(json!({ "thawed_at": 5 }), vec![step("wait")]).await;
    let run = site.ended(&id).await;
    assert_succeeded(&run);
    assert_eq!(outcomes(&run, 0), ["wait", "wait", "wait", "wait", "succeeded"]);
    assert_eq!(run.steps[0].receipt, Some(json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_has_a_deadline() {
    let site = Site::new().await;
    let impatient = Timing { wait_deadline: std::time::Duration::from_millis(300), ..timing() };
    let _worker = site.worker_with(&[("core", 1)], impatient);
    let id = site.start(vec![step("wait")]).await;
    let run = site.ended(&id).await;
    assert_eq!(run.state, RunState::Failed);
    let fault = run.steps[0].fault.as_ref().unwrap();
    assert_eq!(fault.kind, Kind::Stop);
    assert!(fault.why.contains("longer than it may"), "{fault:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_fault_and_the_worker_lives_on() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("panic")]).await;
    let run = site.ended(&id).await;
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(run.steps[0].fault.as_ref().unwrap().why, "index out of bounds");
    let next = site.start(vec![step("note")]).await;
    assert_succeeded(&site.ended(&next).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_step_that_is_retried_goes_on_with_the_rest_of_the_run() {
    let site = Site::new().await;
    let worker = site.worker(&[("core", 2)]);
    let id = site.start(vec![step("note"), after("stop", &["note"]), after("sum", &["stop"])]).await;
    let run = site.ended(&id).await;
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(run.steps[1].fault.as_ref().unwrap().runbook.as_deref(), Some("location-refuses-writes.md"));
    let refused = site.ledger.retry(&id, Some("note"), "ops").await.unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }), "{refused}");

    worker.open();
    let run = site.ledger.retry(&id, Some("stop"), "ops@example.com").await.unwrap();
    assert_eq!((run.state, run.finished_at), (RunState::Running, None));
    let run = site.ended(&id).await;
    assert_succeeded(&run);
    assert_eq!(outcomes(&run, 0), ["succeeded"]);
    assert_eq!(outcomes(&run, 1), ["stopped", "succeeded"]);
    assert_eq!(
        site.count("SELECT count(*) FROM holdfast.act WHERE author = 'ops@example.com' AND verb = 'retry'").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_copy_does_not_keep_the_others_from_being_made() {
    let site = Site::new().await;
    let worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("note"), after("stop.warm", &["note"]), after("note.cold", &["note"])]).await;
    let run = site.ended(&id).await;
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(states(&run), [StepState::Succeeded, StepState::Stopped, StepState::Succeeded]);
    worker.open();
    site.ledger.retry(&id, None, "ops").await.unwrap();
    assert_succeeded(&site.ended(&id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_reaches_a_running_step_before_its_next_heartbeat() {
    let site = Site::new().await;
    let patient = Timing { heartbeat: DEADLINE, lease: DEADLINE * 2, ..timing() };
    let _worker = site.worker_with(&[("core", 1)], patient);
    let id = site.start(vec![step("hold"), after("note", &["hold"])]).await;
    site.until(&id, |run| run.steps[0].progress.is_some()).await;
    site.ledger.cancel(&id, "ops@example.com").await.unwrap();
    let run = site.ended(&id).await;
    assert_eq!(run.state, RunState::Cancelled);
    assert_eq!(states(&run), [StepState::Cancelled, StepState::Cancelled]);
    assert_eq!(outcomes(&run, 0), ["cancelled"]);
    assert_eq!(run.steps[0].fault.as_ref().unwrap().why, "by ops@example.com");
    assert_eq!(site.count("SELECT count(*) FROM holdfast.slot").await, 0);
    assert!(matches!(site.ledger.cancel(&id, "ops").await, Err(Error::Refused { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_does_not_listen_is_dropped_after_its_grace() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("deaf")]).await;
    site.until_count("SELECT count(*) FROM effect", 1).await;
    site.ledger.cancel(&id, "ops").await.unwrap();
    assert_eq!(site.ended(&id).await.state, RunState::Cancelled);
    let next = site.start(vec![step("note")]).await;
    assert_succeeded(&site.ended(&next).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_run_starts_nothing_until_it_is_resumed() {
    let site = Site::new().await;
    let worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("hold"), after("note", &["hold"])]).await;
    site.until(&id, |run| run.steps[0].progress.is_some()).await;
    let paused = site.ledger.pause(&id, "ops").await.unwrap();
    assert_eq!((paused.state, paused.steps[0].state), (RunState::Paused, StepState::Running));
    worker.open();
    let run = site.until(&id, |run| run.steps[0].state == StepState::Succeeded).await;
    assert_eq!(states(&run), [StepState::Succeeded, StepState::Ready]);
    // Another run passes it by: the pool has room, and the paused step does not take it.
    let other = site.start(vec![step("note")]).await;
    assert_succeeded(&site.ended(&other).await);
    assert_eq!(site.run(&id).await.steps[1].state, StepState::Ready);

    site.ledger.resume(&id, "ops").await.unwrap();
    assert_succeeded(&site.ended(&id).await);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.act WHERE verb IN ('pause', 'resume')").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_seen_while_the_step_runs() {
    let site = Site::new().await;
    let worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("hold")]).await;
    let run = site.until(&id, |run| run.steps[0].progress.is_some()).await;
    let progress = run.steps[0].progress.as_ref().unwrap();
    assert_eq!((progress.done, progress.total, progress.unit.as_str()), (1, 2, "packs"));
    worker.open();
    assert_succeeded(&site.ended(&id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_unknown_to_this_worker_waits_for_one_that_knows_it() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("transmogrify")]).await;
    let run = site.until(&id, |run| run.steps[0].fault.is_some()).await;
    assert_eq!(run.state, RunState::Running);
    assert_eq!(run.steps[0].attempt, 0);
    assert!(run.steps[0].fault.as_ref().unwrap().what.contains("transmogrify"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_json_with_nulls_and_found_by_the_beginning_of_its_id() {
    let site = Site::new().await;
    let id = site.start(vec![step("note")]).await;
    let json: Value = serde_json::to_value(site.run(&id[..8]).await).unwrap();
    let step = json!({
        "name": "note", "pool": "core", "state": "ready", "attempt": 0, "max_attempts": 3, "worker": null, "started_at": null,
        "finished_at": null, "progress": null, "receipt": null, "fault": null, "attempts": []
    });
    let created = json["created_at"].clone();
    assert_eq!(
        json,
        json!({
            "id": id, "workflow": "test", "store": "acme", "state": "running", "priority": 0, "requested_by": "ops@example.com",
            "trigger": "person", "created_at": created, "started_at": null, "finished_at": null, "steps": [step]
        })
    );
    for nobody in ["", "%", "zz", "00000000-0000-0000-0000-000000000000"] {
        assert!(matches!(site.ledger.run(nobody).await, Err(Error::NoRun { .. })), "{nobody}");
    }
    let fault = Fault::from(site.ledger.run("%").await.unwrap_err());
    assert_eq!(fault.what, "there is no run %");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_begins_several_runs_names_them() {
    let site = Site::new().await;
    for _ in 0..40 {
        site.start(vec![step("note")]).await;
    }
    let first = site.ledger.list(&Filter::default()).await.unwrap()[0].id.to_string();
    match site.ledger.run(&first[..1]).await {
        Err(Error::Ambiguous { matches, .. }) => assert!(matches.iter().all(|id| id[..1] == first[..1])),
        Ok(run) => assert_eq!(run.id.to_string(), first),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_listed_newest_first_by_store_and_state() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 1)]);
    let first = site.start(vec![step("note")]).await;
    site.ended(&first).await;
    let other = NewRun { store: Some("globex".to_owned()), ..run(vec![step("stop")]) };
    let second = site.ledger.start(other).await.unwrap().to_string();
    site.ended(&second).await;
    let third = site.start(vec![after_pool("note", "nobody")]).await;
    let ids = |filter: Filter| {
        let ledger = site.ledger.clone();
        async move { ledger.list(&filter).await.unwrap().iter().map(|run| run.id.to_string()).collect::<Vec<_>>() }
    };
    assert_eq!(ids(Filter::default()).await, [third.clone(), second.clone(), first.clone()]);
    assert_eq!(ids(Filter { store: Some("acme".to_owned()), ..Filter::default() }).await, [third, first]);
    assert_eq!(ids(Filter { state: Some(RunState::Failed), ..Filter::default() }).await, [second]);
    let overview = site.ledger.overview().await.unwrap();
    assert_eq!(overview.runs["failed"], 1);
    let pool = overview.pools.iter().find(|pool| pool.name == "nobody").unwrap();
    assert_eq!((pool.concurrency, pool.ready), (0, 1));
    assert_eq!(overview.workers.len(), 1);
}

fn after_pool(name: &str, pool: &str) -> holdfast_engine::NewStep {
    holdfast_engine::NewStep { pool: pool.to_owned(), ..step(name) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_is_the_same_run() {
    let site = Site::new().await;
    let asked = NewRun { idempotency_key: Some("acme 2026-11-25".to_owned()), ..run(vec![step("note")]) };
    let (first, second) = tokio::join!(site.ledger.start(asked.clone()), site.ledger.start(asked));
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(site.count("SELECT count(*) FROM holdfast.run").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_steps_do_not_fit_together_is_refused() {
    let site = Site::new().await;
    for steps in
        [vec![], vec![after("note", &["dump"])], vec![step("note"), step("note")], vec![after("note", &["note"])]]
    {
        assert!(matches!(site.ledger.start(run(steps)).await, Err(Error::InvalidRun { .. })));
    }
    assert_eq!(site.count("SELECT count(*) FROM holdfast.run").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_purge_removes_stale_deliveries_and_old_runs_only() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("note")]).await;
    site.ended(&id).await;
    sqlx::query(
        "INSERT INTO apalis.jobs (id, job_type, job, status, attempts, max_attempts, run_at, priority, idempotency_key)
         SELECT 'stale', 'hf.nobody', '{}', 'Pending', 0, 1, now(), 0, id || ':1' FROM holdfast.step",
    )
    .execute(site.ledger.pool())
    .await
    .unwrap();
    let purged = site.ledger.purge(DEADLINE).await.unwrap();
    assert_eq!((purged.deliveries, purged.runs), (1, 0));
    let purged = site.ledger.purge(std::time::Duration::ZERO).await.unwrap();
    assert_eq!((purged.deliveries, purged.runs), (0, 1));
    assert_eq!(site.count("SELECT count(*) FROM holdfast.attempt").await, 0);
}
