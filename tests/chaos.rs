//! What happens to the processes of an installation in the middle of a backup, and costs none: a worker is killed, a worker is
//! told to stop, Postgres goes away and comes back.

mod support;

use std::time::Instant;

use holdfast_testkit::{MariaDb, Postgres};
use serde_json::Value;
use support::{Installation, Line, small_schema, step_of, wait_until};

/// Rows of the store, some 100 bytes each: far more than passes before the line holds.
const ROWS: u32 = 40_000;
const BYTES_BEFORE_THE_HOLD: usize = 1 << 20;

/// An installation with one store, `acme`, whose dump stops in the middle of its rows until the line is released.
fn site_with_a_held_dump() -> (Installation, Line) {
    let server = MariaDb::shared();
    let line = Line::to(server.port());
    line.hold_after(BYTES_BEFORE_THE_HOLD);
    let site = Installation::new();
    site.add_store("acme", &line.url(&server.tcp_url(&small_schema(server, ROWS))));
    site.apply();
    (site, line)
}

fn outcomes(step: &Value) -> Vec<&str> {
    let attempts = step["attempts"].as_array().expect("a step has attempts");
    attempts.iter().map(|attempt| attempt["outcome"].as_str().unwrap_or("-")).collect()
}

fn until_succeeded(site: &Installation, run: &str) -> Value {
    wait_until("the run succeeds", 120, || {
        let state = site.run_state(run);
        assert_ne!(state, "failed", "{:#}", site.run(run));
        (state == "succeeded").then_some(())
    });
    site.run(run)
}

/// One backup at each location, and nothing beside it.
fn assert_one_backup_everywhere(site: &Installation) {
    let hot = site.backups("hot");
    assert_eq!(hot.len(), 1, "{hot:?}");
    for location in ["hot", "warm", "cold"] {
        assert_eq!(site.backups(location), hot, "{location}");
        assert_eq!(site.orphans(location), [""; 0], "{location}");
        assert!(site.unfinished_uploads(location).is_empty(), "{location}");
    }
}

#[test]
fn a_second_worker_takes_the_dump_of_a_killed_one_over_within_thirty_seconds() {
    let (site, line) = site_with_a_held_dump();
    let first = site.worker(2);
    let run = site.start_backup("acme");
    wait_until("the dump is in the middle of its rows", 60, || line.is_holding().then_some(()));
    let _second = site.worker(2);
    wait_until("the second worker is known", 60, || {
        (site.count("SELECT count(*) FROM holdfast.worker WHERE pool = 'core'") == 2).then_some(())
    });
    let dead = site.run(&run);
    let dead = step_of(&dead, "dump")["worker"].clone();
    assert_eq!(site.backups("hot"), [""; 0]);

    first.kill();
    let killed = Instant::now();
    wait_until("another worker has the dump", 60, || {
        let run = site.run(&run);
        (step_of(&run, "dump")["worker"] != dead).then_some(())
    });
    let taken_over = killed.elapsed();
    println!("kill -9 in a dump: another worker has it after {:.1} s", taken_over.as_secs_f64());
    assert!(taken_over.as_secs_f64() < 30.0, "{taken_over:?}");

    line.release();
    let run = until_succeeded(&site, &run);
    let dump = step_of(&run, "dump");
    assert_eq!(outcomes(&dump), ["lost", "succeeded"]);
    assert_eq!(dump["attempt"], 1, "a worker that died has not tried: {dump:#}");
    // The attempt that died left a header and a piece of a pack; the next one took them away.
    assert_one_backup_everywhere(&site);
}

#[test]
fn a_worker_told_to_stop_gives_a_long_dump_back_at_no_cost() {
    let (site, line) = site_with_a_held_dump();
    let first = site.worker(2);
    let run = site.start_backup("acme");
    wait_until("the dump is in the middle of its rows", 60, || line.is_holding().then_some(()));

    let told = Instant::now();
    assert_eq!(first.stop(90), Some(0));
    let stopped = told.elapsed().as_secs_f64();
    println!("SIGTERM in a dump that does not end: given back after {stopped:.1} s");
    assert!(stopped < 45.0, "a grace of 30 s, and not a wait for the store: {stopped}");
    let given_back = site.run(&run);
    let dump = step_of(&given_back, "dump");
    assert_eq!((outcomes(&dump), &dump["attempt"]), (vec!["released"], &Value::from(0)), "{given_back:#}");
    assert_eq!(site.count("SELECT count(*) FROM holdfast.worker"), 0);

    line.release();
    let _second = site.worker(2);
    let run = until_succeeded(&site, &run);
    let dump = step_of(&run, "dump");
    assert_eq!((outcomes(&dump), &dump["attempt"]), (vec!["released", "succeeded"], &Value::from(1)));
    assert_one_backup_everywhere(&site);
}

#[test]
fn a_worker_told_to_stop_finishes_the_dump_it_is_in_and_begins_nothing_new() {
    let (site, line) = site_with_a_held_dump();
    let first = site.worker(2);
    let run = site.start_backup("acme");
    wait_until("the dump is in the middle of its rows", 60, || line.is_holding().then_some(()));
    first.terminate();
    wait_until("the worker takes no more steps", 60, || {
        (site.count("SELECT count(*) FROM holdfast.worker") == 0).then_some(())
    });
    line.release();
    assert_eq!(first.ended(60), Some(0));
    let left = site.run(&run);
    assert_eq!(outcomes(&step_of(&left, "dump")), ["succeeded"], "{left:#}");
    assert_eq!(step_of(&left, "encrypt")["state"], "ready", "{left:#}");

    let _second = site.worker(2);
    until_succeeded(&site, &run);
    assert_one_backup_everywhere(&site);
}

#[test]
fn postgres_killed_and_restarted_in_the_middle_loses_nothing_and_does_nothing_twice() {
    const STORES: usize = 6;
    let server = MariaDb::shared();
    let mut ledger = Postgres::start_keeping();
    let site = Installation::on(Some(ledger.url()));
    for number in 0..STORES {
        let url = server.tcp_url(&small_schema(server, 500));
        site.add_store_with(&format!("store-{number}"), &url, "", "host_limit = 8");
    }
    site.apply();
    let workers = [site.worker(2), site.worker(2)];
    let _scheduler = site.start(&["scheduler"]);

    let mut runs = Vec::new();
    for round in 0..3 {
        for number in 0..STORES {
            runs.push(site.start_backup(&format!("store-{number}")));
        }
        let under_way = "SELECT count(*) FROM holdfast.step WHERE state = 'running'";
        wait_until("steps are under way", 60, || (site.count(under_way) >= 3).then_some(()));
        if round != 1 {
            ledger.kill();
        }
        ledger.restart();
        wait_until("the ledger answers", 60, || site.try_rows("SELECT 1 AS n").ok());
    }
    for run in &runs {
        until_succeeded(&site, run);
    }
    assert_eq!(site.count("SELECT count(*) FROM holdfast.run"), runs.len() as i64, "none lost, none more");
    let settled_twice = "SELECT count(*) FROM (SELECT step_id FROM holdfast.attempt WHERE outcome = 'succeeded'
                         GROUP BY step_id HAVING count(*) > 1) twice";
    assert_eq!(site.count(settled_twice), 0);
    let hot = site.backups("hot");
    assert_eq!(hot.len(), runs.len(), "one backup a run");
    for location in ["warm", "cold"] {
        assert_eq!(site.backups(location), hot);
    }
    let again = site.rows("SELECT outcome, count(*) FROM holdfast.attempt WHERE outcome <> 'succeeded' GROUP BY 1");
    println!(
        "Postgres killed twice and restarted once in {} runs: executions that did not succeed: {again:?}",
        runs.len()
    );
    for worker in workers {
        assert_eq!(worker.stop(60), Some(0));
    }
}
