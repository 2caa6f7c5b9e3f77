//! What happens when workers, or Postgres, die in the middle.

use std::time::{Duration, Instant};

use holdfast_engine::{RunState, StepState, Timing};
use holdfast_testkit::Postgres;
use serde_json::json;

use crate::support::*;

fn chain() -> Vec<holdfast_engine::NewStep> {
    vec![
        step("slow.dump"),
        after("slow.a", &["slow.dump"]),
        after("slow.b", &["slow.dump"]),
        after("sum", &["slow.a", "slow.b"]),
    ]
}

fn count_of(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the body of a worker process, started by other tests"]
async fn a_worker_process() {
    serve_until_killed().await;
}

/// HOLDFAST_TEST_KILLS raises the number of kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_killed_at_random_moments_lose_no_step_and_settle_none_twice() {
    let kills = count_of("HOLDFAST_TEST_KILLS", 20);
    let site = Site::new().await;
    let mut workers = [site.worker_process(), site.worker_process()];
    let mut started = 0;
    for kill in 0..kills {
        for _ in 0..3 {
            site.start_with(json!({ "ms": rand::random_range(0..150) }), chain()).await;
            started += 1;
        }
        // A random moment is what is wanted here.
        tokio::time::sleep(Duration::from_millis(rand::random_range(50..500))).await;
        workers[kill % 2].kill();
        workers[kill % 2] = site.worker_process();
    }
    site.until_count("SELECT count(*) FROM holdfast.run WHERE state = 'succeeded'", started).await;

    let lost = site.count("SELECT count(*) FROM holdfast.attempt WHERE outcome = 'lost'").await;
    println!("{started} runs, {kills} kills, {lost} attempts lost with their workers");
    assert_eq!(site.count("SELECT count(*) FROM settled").await, started * 4);
    assert_eq!(site.count("SELECT count(DISTINCT step) FROM settled").await, started * 4);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.attempt WHERE outcome = 'succeeded'").await, started * 4);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.attempt WHERE outcome NOT IN ('succeeded', 'lost')").await, 0);
    assert_eq!(site.count("SELECT max(attempt)::bigint FROM holdfast.step").await, 1);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.slot").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_workers_step_runs_elsewhere_within_thirty_seconds_at_no_attempt() {
    let site = Site::new().await;
    let mut dying = site.worker_process();
    let id = site.start(vec![step("hold")]).await;
    site.until_count("SELECT count(*) FROM effect", 1).await;
    // The lease and heartbeat are those of a real installation.
    sqlx::query("UPDATE holdfast.step SET lease = '20 s', heartbeat_at = clock_timestamp()")
        .execute(site.ledger.pool())
        .await
        .unwrap();
    let worker = site.worker_with(&[("core", 1)], Timing::default());
    dying.kill();
    let killed = Instant::now();
    let run = site.until(&id, |run| run.steps[0].attempts.len() == 2).await;
    println!("taken over after {:.1?}", killed.elapsed());
    assert!(killed.elapsed() < Duration::from_secs(30));
    assert_eq!((outcomes(&run, 0), run.steps[0].attempt), (vec!["lost", "running"], 1));
    worker.open();
    assert_succeeded(&site.ended(&id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_kills_its_worker_is_not_rescued_for_ever() {
    const ENDED: &str = "SELECT count(*) FROM holdfast.attempt WHERE outcome IN ('lost', 'stopped')";
    let site = Site::new().await;
    let timing = Timing { lease: DEADLINE, max_rescues: 2, ..timing() };
    let id = site.start(vec![step("hold"), after("note", &["hold"])]).await;
    for dead in 1..=3 {
        let dying = site.worker_with(&[("core", 1)], timing.clone());
        site.until_count("SELECT count(*) FROM effect", dead).await;
        drop(dying);
        // As it looks when the worker was not heard of for the whole lease.
        sqlx::query("UPDATE holdfast.step SET lease = '0 s', lease_token = gen_random_uuid() WHERE state = 'running'")
            .execute(site.ledger.pool())
            .await
            .unwrap();
        while site.count(ENDED).await < dead {
            site.ledger.sweep(&timing).await.unwrap();
        }
    }
    let run = site.ended(&id).await;
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(run.steps[0].fault.as_ref().unwrap().runbook.as_deref(), Some("step-lost-its-worker.md"));
    assert_eq!(run.steps[1].state, StepState::Waiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_its_lease_settles_nothing() {
    let site = Site::new().await;
    let worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("hold")]).await;
    site.until_count("SELECT count(*) FROM effect", 1).await;
    // As if the worker had been silent: the sweep of another process gives the step away.
    sqlx::query("UPDATE holdfast.step SET lease = '0 s'").execute(site.ledger.pool()).await.unwrap();
    let run = site.until(&id, |run| run.steps[0].attempts.len() >= 2).await;
    assert_eq!(run.steps[0].attempts[0].outcome, "lost");
    sqlx::query("UPDATE holdfast.step SET lease = '60 s' WHERE state = 'running'")
        .execute(site.ledger.pool())
        .await
        .unwrap();
    worker.open();
    assert_succeeded(&site.ended(&id).await);
    assert_eq!(site.count("SELECT count(*) FROM settled").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_delivery_does_nothing() {
    let site = Site::new().await;
    let worker = site.worker(&[("core", 4)]);
    let id = site.start(vec![step("hold")]).await;
    site.until_count("SELECT count(*) FROM effect", 1).await;
    // The same delivery again, an older one, and one of a step that never was.
    sqlx::query(
        "INSERT INTO apalis.jobs
             (id, job_type, job, status, attempts, max_attempts, run_at, priority, metadata, idempotency_key)
         SELECT apalis.generate_ulid(), 'hf.core',
                convert_to(json_build_object('step', step, 'number', number)::text, 'UTF8'),
                'Pending', 0, 1, now() - interval '1 s', 0, '', step || ':' || number
         FROM (SELECT CASE WHEN n < 2 THEN id ELSE gen_random_uuid() END AS step, delivery - n % 2 AS number
               FROM holdfast.step, generate_series(0, 2) n) stale",
    )
    .execute(site.ledger.pool())
    .await
    .unwrap();
    site.until_count("SELECT count(*) FROM apalis.jobs", 0).await;
    worker.open();
    assert_succeeded(&site.ended(&id).await);
    let next = site.start(vec![step("note")]).await;
    assert_succeeded(&site.ended(&next).await);
    assert_eq!(site.count("SELECT count(*) FROM effect").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_got_lost_is_made_again() {
    let site = Site::new().await;
    let id = site.start(vec![step("note")]).await;
    sqlx::query("UPDATE holdfast.step SET state = 'queued', delivery = 1, queued_at = now() - interval '1 min'")
        .execute(site.ledger.pool())
        .await
        .unwrap();
    let _worker = site.worker(&[("core", 1)]);
    assert_succeeded(&site.ended(&id).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_restarted_in_the_middle_loses_nothing_and_repeats_nothing() {
    let mut postgres = tokio::task::block_in_place(Postgres::start);
    let site = Site::at(postgres.url()).await;
    let long = Timing { lease: Duration::from_secs(20), heartbeat: Duration::from_millis(500), ..timing() };
    let workers = [site.worker_with(&[("core", 4)], long.clone()), site.worker_with(&[("core", 4)], long)];
    let mut started = 0;
    for _ in 0..3 {
        for _ in 0..10 {
            site.start_with(json!({ "ms": 200 }), chain()).await;
            started += 1;
        }
        site.until_count("SELECT least(count(*), 4) FROM holdfast.step WHERE state = 'running'", 4).await;
        tokio::task::block_in_place(|| postgres.restart());
        // The test's own connections may find out first that they are gone.
        site.until_count("SELECT 1::bigint", 1).await;
    }
    site.until_count("SELECT count(*) FROM holdfast.run WHERE state = 'succeeded'", started).await;
    assert_eq!(site.count("SELECT count(*) FROM settled").await, started * 4);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.attempt WHERE outcome <> 'succeeded'").await, 0);
    assert_eq!(site.count("SELECT max(executions)::bigint FROM holdfast.step").await, 1);
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_cut_off_in_the_middle_loses_nothing_it_had_confirmed() {
    let mut postgres = tokio::task::block_in_place(Postgres::start);
    let site = Site::at(postgres.url()).await;
    // Test servers confirm before they write; this one must not.
    sqlx::raw_sql("ALTER DATABASE holdfast SET synchronous_commit = on").execute(site.ledger.pool()).await.unwrap();
    tokio::task::block_in_place(|| postgres.restart());
    site.until_count("SELECT 1::bigint", 1).await;
    let _workers = [site.worker(&[("core", 4)]), site.worker(&[("core", 4)])];
    let mut started = 0;
    for _ in 0..3 {
        for _ in 0..5 {
            site.start_with(json!({ "ms": 200 }), chain()).await;
            started += 1;
        }
        let id = site.start(vec![step("slow")]).await;
        started += 1;
        site.until_count("SELECT least(count(*), 4) FROM holdfast.step WHERE state = 'running'", 4).await;
        tokio::task::block_in_place(|| {
            postgres.kill();
            postgres.restart();
        });
        // Who watches a run meanwhile sees it end.
        assert_succeeded(&site.ended(&id).await);
    }
    site.until_count("SELECT count(*) FROM holdfast.run WHERE state = 'succeeded'", started).await;
    assert_eq!(
        site.count("SELECT count(*) FROM settled").await,
        site.count("SELECT count(*) FROM holdfast.step").await
    );
    assert_eq!(site.count("SELECT count(*) FROM holdfast.attempt WHERE outcome NOT IN ('succeeded', 'lost')").await, 0);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.slot").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_outage_longer_than_the_lease_ends_a_step_and_it_is_done_again() {
    let mut postgres = tokio::task::block_in_place(Postgres::start);
    let site = Site::at(postgres.url()).await;
    let worker = site.worker(&[("core", 1)]);
    let id = site.start(vec![step("hold")]).await;
    site.until_count("SELECT count(*) FROM effect", 1).await;
    tokio::task::block_in_place(|| postgres.kill());
    // Another worker may have the step by then, as far as this one can know.
    let mut gave_up = worker.told.gave_up.subscribe();
    tokio::time::timeout(DEADLINE, gave_up.wait_for(|steps| *steps == 1)).await.expect("it gives up").unwrap();
    tokio::task::block_in_place(|| postgres.restart());
    let run = site.until(&id, |run| run.steps[0].attempts.len() == 2).await;
    assert_eq!(run.steps[0].attempt, 1, "{run:#?}");
    worker.open();
    assert_succeeded(&site.ended(&id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_told_to_stop_finishes_what_it_can_and_gives_back_the_rest() {
    let site = Site::new().await;
    let patient = Timing { shutdown_grace: Duration::from_secs(2), ..timing() };
    let leaving = site.worker_with(&[("core", 2)], patient);
    let quick = site.start_with(json!({ "ms": 500 }), vec![step("slow"), after("note", &["slow"])]).await;
    let held = site.start(vec![step("hold")]).await;
    site.until_count("SELECT count(*) FROM effect", 2).await;
    leaving.stop().await;

    let run = site.run(&quick).await;
    assert_eq!(states(&run), [StepState::Succeeded, StepState::Ready], "it claims nothing more: {run:#?}");
    let run = site.run(&held).await;
    assert_eq!((run.steps[0].state, run.steps[0].attempt), (StepState::Ready, 0));
    assert_eq!(outcomes(&run, 0), ["released"]);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.worker").await, 0);

    let next = site.worker(&[("core", 2)]);
    next.open();
    assert_succeeded(&site.ended(&quick).await);
    assert_succeeded(&site.ended(&held).await);
}
