//! Many stores at once.

mod support;

use std::collections::BTreeSet;
use std::time::Instant;

use chrono::{Timelike, Utc};
use holdfast_testkit::MariaDb;
use serde_json::Value;
use support::{Installation, small_schema, text, wait_until};

const STORES: i64 = 200;
/// 2 workers, 4 steps at once in each.
const SLOTS: usize = 8;

#[test]
fn two_hundred_stores_due_in_the_same_minute_start_in_priority_order_none_twice_and_none_lost() {
    let minute = Utc::now();
    let site = site_due_at(minute.hour(), minute.minute());
    let schedulers = [site.start(&["scheduler"]), site.start(&["scheduler"]), site.start(&["scheduler"])];
    let workers = [site.worker(4), site.worker(4)];
    let count = |table: &str| site.count(&format!("SELECT count(*) FROM holdfast.{table}"));
    wait_until("every schedule and every worker is known", 120, || {
        (count("schedule") == STORES && count("worker") == 6).then_some(())
    });

    // As if they had been known before this minute began.
    let before = minute.with_second(0).expect("every minute has a second 0") - chrono::TimeDelta::seconds(1);
    site.execute(&format!("UPDATE holdfast.schedule SET since = '{}'", before.to_rfc3339()));
    let due = Instant::now();
    let reached = |what: &str, state: &str| {
        let sql = format!("SELECT count(*) FROM holdfast.step WHERE name = '{what}' AND state = '{state}'");
        wait_until(&format!("{what} of every store {state}"), 600, || (site.count(&sql) == STORES).then_some(()));
        println!("{what} of all {STORES} stores {state} after {:.1} s", due.elapsed().as_secs_f64());
    };
    wait_until("every store has its run", 60, || (count("run") >= STORES).then_some(()));
    println!("{STORES} runs started after {:.1} s", due.elapsed().as_secs_f64());
    reached("dump", "succeeded");
    reached("verify", "succeeded");
    let over = "SELECT count(*) FROM holdfast.run WHERE state = 'succeeded'";
    wait_until("every run succeeds", 60, || (site.count(over) == STORES).then_some(()));
    println!("all verified and mirrored after {:.1} s", due.elapsed().as_secs_f64());

    assert_none_twice_and_none_lost(&site);
    assert_in_priority_order(&site);
    for process in schedulers.iter().chain(&workers) {
        assert_eq!(process.stop(60), Some(0));
    }
}

/// Stores named in another order than that of their priorities.
fn site_due_at(hour: u32, minute: u32) -> Installation {
    let server = MariaDb::shared();
    let url = server.tcp_url(&small_schema(server, 20));
    let site = Installation::new();
    for store in 0..STORES {
        let priority = format!("priority = {}", store * 37 % STORES - 100);
        let database = format!("schedule = \"{minute} {hour} * * *\"\nhost_limit = 64");
        site.add_store_with(&format!("store-{store:03}"), &url, &priority, &database);
    }
    site.apply();
    site
}

fn assert_none_twice_and_none_lost(site: &Installation) {
    let runs = site.rows("SELECT store, trigger FROM holdfast.run");
    let stores: BTreeSet<String> = runs.iter().map(|run| text(&run["store"])).collect();
    assert_eq!((runs.len(), stores.len()), (STORES as usize, STORES as usize));
    assert!(runs.iter().all(|run| run["trigger"] == "schedule"), "{runs:#?}");
    let again = site.rows(
        "SELECT s.name, a.outcome, a.fault FROM holdfast.attempt a JOIN holdfast.step s ON s.id = a.step_id
                           WHERE a.outcome <> 'succeeded' OR a.n > 1",
    );
    assert_eq!(again, [] as [Value; 0], "every step was executed once");
    for location in ["hot", "warm", "cold"] {
        assert_eq!(site.backups(location).len(), STORES as usize, "{location}");
    }
}

/// Queued by priority exactly, and started so: steps that start at the same moment may overtake each other by a hair.
fn assert_in_priority_order(site: &Installation) {
    let order = |by: &str| -> Vec<i64> {
        let rows = site.rows(&format!("SELECT priority FROM holdfast.step WHERE name = 'dump' ORDER BY {by}"));
        rows.iter().map(|row| row["priority"].as_i64().expect("a number")).collect()
    };
    let by_priority: Vec<i64> = (-100..100).rev().collect();
    assert_eq!(order("queued_at"), by_priority);
    let started = order("started_at");
    let overtaken = started.iter().enumerate().map(|(place, priority)| place.abs_diff((99 - priority) as usize));
    let most = overtaken.max().expect("there are stores");
    println!("in the order of starts no dump is more than {most} places from its priority's");
    assert!(most < SLOTS, "{started:?}");
}
