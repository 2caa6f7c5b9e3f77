//! Which step starts when: pools, limits, priorities.

use std::time::{Duration, Instant};

use holdfast_engine::{NewRun, NewStep, Timing};
use serde_json::json;

use crate::support::*;

fn limited(name: &str, keys: &[&str]) -> NewStep {
    NewStep { limits: keys.iter().map(|key| (*key).to_owned()).collect(), ..step(name) }
}

/// The most attempts that ran at the same moment.
const MOST_AT_ONCE: &str = "SELECT max(n) FROM (
    SELECT count(*) AS n FROM holdfast.attempt a JOIN holdfast.attempt b
        ON b.started_at <= a.started_at AND b.finished_at > a.started_at GROUP BY a.step_id, a.n) at_once";

#[tokio::test(flavor = "multi_thread")]
async fn steps_with_the_same_key_run_one_at_a_time() {
    let site = Site::new().await;
    let _worker = site.worker(&[("core", 4)]);
    let steps = (0..8).map(|n| limited(&format!("slow.{n}"), &["store:acme"])).collect();
    let id = site.start_with(json!({ "ms": 5 }), steps).await;
    assert_succeeded(&site.ended(&id).await);
    assert_eq!(site.count(MOST_AT_ONCE).await, 1);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.slot").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_lets_as_many_run_as_it_says_and_others_pass_by() {
    let site = Site::new().await;
    site.ledger.set_limit("dbhost:db3", 2).await.unwrap();
    let worker = site.worker(&[("core", 4)]);
    let steps = (0..4).map(|n| limited(&format!("hold.{n}"), &["dbhost:db3", &format!("store:{n}")])).collect();
    let held = site.start(steps).await;
    site.until_count("SELECT count(*) FROM effect", 2).await;
    let other = site.start(vec![limited("note", &["dbhost:db4"])]).await;
    assert_succeeded(&site.ended(&other).await);
    assert_eq!(site.count("SELECT count(*) FROM effect WHERE step LIKE 'hold%'").await, 2);
    // A limit that is raised counts at once.
    site.ledger.set_limit("dbhost:db3", 3).await.unwrap();
    site.until_count("SELECT count(*) FROM effect WHERE step LIKE 'hold%'", 3).await;
    worker.open();
    assert_succeeded(&site.ended(&held).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_in_its_own_pool_does_not_wait_behind_the_backups() {
    let site = Site::new().await;
    let worker = site.worker(&[("core", 2), ("restore", 1)]);
    for _ in 0..6 {
        site.start(vec![step("hold")]).await;
    }
    site.until_count("SELECT count(*) FROM effect", 2).await;
    let restore = site.start(vec![NewStep { pool: "restore".to_owned(), ..step("note") }]).await;
    assert_succeeded(&site.ended(&restore).await);
    worker.open();
    site.until_count("SELECT count(*) FROM holdfast.run WHERE state = 'succeeded'", 7).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_more_important_run_that_comes_later_goes_first() {
    let site = Site::new().await;
    let worker = site.worker(&[("core", 1)]);
    let held = site.start(vec![step("hold")]).await;
    site.until_count("SELECT count(*) FROM effect", 1).await;
    for _ in 0..5 {
        site.start(vec![step("note")]).await;
    }
    let urgent = NewRun { priority: 10, ..run(vec![step("note"), after("note.after", &["note"])]) };
    let urgent = site.ledger.start(urgent).await.unwrap();
    worker.open();
    site.until_count("SELECT count(*) FROM holdfast.run WHERE state = 'succeeded'", 7).await;
    let order: Vec<uuid::Uuid> =
        sqlx::query_scalar("SELECT run FROM effect ORDER BY at").fetch_all(site.ledger.pool()).await.unwrap();
    assert_eq!(order[0].to_string(), held);
    assert_eq!(order[1..3], [urgent, urgent]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_runs_due_at_once_start_in_priority_order_none_twice_none_lost() {
    const RUNS: i16 = 200;
    const AT_ONCE: usize = 8;
    let site = Site::new().await;
    let mut ids = Vec::new();
    // Asked for in an order that is not that of the priorities.
    for n in 0..RUNS {
        let priority = (n * 77) % RUNS;
        let steps = vec![limited("slow", &[&format!("store:{n}")]), after("note", &["slow"])];
        ids.push(site.ledger.start(NewRun { priority, input: json!({ "ms": 5 }), ..run(steps) }).await.unwrap());
    }
    let began = Instant::now();
    let _workers = [site.worker(&[("core", 4)]), site.worker(&[("core", 4)])];
    site.until_count("SELECT count(*) FROM holdfast.run WHERE state = 'succeeded'", RUNS.into()).await;
    let steps_per_second = f64::from(RUNS) * 2.0 / began.elapsed().as_secs_f64();
    println!("{steps_per_second:.0} steps per second");

    assert_eq!(site.count("SELECT count(*) FROM effect").await, i64::from(RUNS) * 2);
    assert_eq!(site.count("SELECT count(*) FROM settled").await, i64::from(RUNS) * 2);
    assert_eq!(site.count("SELECT max(executions)::bigint FROM holdfast.step").await, 1);
    let order: Vec<i16> =
        sqlx::query_scalar("SELECT s.priority FROM holdfast.step s WHERE s.name = 'slow' ORDER BY s.started_at")
            .fetch_all(site.ledger.pool())
            .await
            .unwrap();
    for (place, priority) in order.iter().enumerate() {
        let due = usize::try_from(RUNS - 1 - priority).unwrap();
        // Those that are queued at the same moment are claimed in any order.
        assert!(place.abs_diff(due) < AT_ONCE, "priority {priority} started as number {place}: {order:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_starts_within_milliseconds_of_being_asked_for() {
    const RUNS: usize = 60;
    let site = Site::new().await;
    // Looking for missed notifications must not be what makes it quick.
    let _worker = site.worker_with(&[("core", 4)], Timing { poll: DEADLINE, sweep: DEADLINE, ..timing() });
    site.until_count("SELECT count(*) FROM holdfast.worker", 1).await;
    let mut waits = Vec::new();
    for _ in 0..RUNS {
        let id = site.start(vec![step("note")]).await;
        let run = site.ended(&id).await;
        waits.push((run.started_at.unwrap() - run.created_at).to_std().unwrap());
    }
    waits.sort();
    let (median, worst) = (waits[RUNS / 2], waits[RUNS - 1]);
    println!("from start to the step's beginning: median {median:?}, longest {worst:?}");
    assert!(median < Duration::from_millis(100), "{waits:?}");
    assert!(worst < DEADLINE / 2, "{waits:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_of_a_worker_that_is_leaving_take_no_room_from_the_others() {
    let site = Site::new().await;
    let slow_to_leave = Timing { shutdown_grace: DEADLINE, ..timing() };
    let leaving = site.worker_with(&[("core", 1)], slow_to_leave);
    let held = site.start(vec![step("hold")]).await;
    site.until_count("SELECT count(*) FROM effect", 1).await;
    let _other = site.worker(&[("core", 1)]);
    leaving.shutdown.cancel();
    site.until_count("SELECT count(*) FROM holdfast.worker", 1).await;
    let next = site.start(vec![step("note")]).await;
    assert_succeeded(&site.ended(&next).await);
    leaving.open();
    assert_succeeded(&site.ended(&held).await);
    leaving.stop().await;
}
