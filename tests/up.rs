//! `holdfast up` with a Postgres of its own: everything in one process, and nothing left of it when it ends.

mod support;

use std::thread::sleep;
use std::time::{Duration, Instant};

use holdfast_testkit::MariaDb;
use serde_json::Value;
use support::{Installation, Line, Running, small_schema, step_of, wait_until};

fn up(site: &Installation) -> Running {
    let up = site.start(&["up"]);
    wait_until("holdfast is up", 60, || {
        assert!(up.is_running(), "{}", up.log());
        up.log().contains("up: configuration version").then_some(())
    });
    up
}

fn backups(site: &Installation) -> Vec<Value> {
    site.json(&["backup", "list", "acme"]).as_array().expect("a list").clone()
}

fn assert_nothing_runs(site: &Installation, within_s: u64) {
    let began = Instant::now();
    loop {
        let left = site.processes();
        if left.is_empty() {
            return;
        }
        assert!(began.elapsed().as_secs() < within_s, "still running: {left:#?}");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn up_backs_a_store_up_when_it_is_due_and_what_it_did_is_there_when_it_runs_no_more() {
    let server = MariaDb::shared();
    let site = Installation::on(None);
    site.add_store_with("acme", &server.tcp_url(&small_schema(server, 100)), "", "schedule = \"* * * * *\"");
    let up = up(&site);
    let made = wait_until("the store is backed up by its schedule", 180, || {
        backups(&site).into_iter().find(|backup| backup["state"] == "verified")
    });
    let run = site.run(made["run"].as_str().expect("the backup's run"));
    assert_eq!(run["trigger"], "schedule", "{run:#}");

    assert_eq!(up.stop(60), Some(0));
    assert_nothing_runs(&site, 10);
    let still_there = backups(&site);
    assert!(still_there.iter().any(|backup| backup["id"] == made["id"]), "{still_there:#?}");
    // The command started Postgres for its own duration.
    assert_nothing_runs(&site, 10);
}

#[test]
fn up_killed_in_a_dump_leaves_nothing_running_and_the_next_one_goes_on() {
    let server = MariaDb::shared();
    let line = Line::to(server.port());
    line.hold_after(1 << 20);
    let site = Installation::on(None);
    site.add_store("acme", &line.url(&server.tcp_url(&small_schema(server, 40_000))));
    let first = up(&site);
    let run = site.start_backup("acme");
    wait_until("the dump is in the middle of its rows", 60, || line.is_holding().then_some(()));
    assert!(site.processes().iter().any(|line| line.contains("postgres")), "{:#?}", site.processes());

    first.kill();
    let killed = Instant::now();
    assert_nothing_runs(&site, 30);
    println!("kill -9 of up: its Postgres is gone after {:.1} s", killed.elapsed().as_secs_f64());

    line.release();
    let second = up(&site);
    let run = wait_until("the next up finishes the run", 120, || {
        let run = site.run(&run);
        assert_ne!(run["state"], "failed", "{run:#}");
        (run["state"] == "succeeded").then_some(run)
    });
    println!("the next up finished the run {:.1} s after the kill", killed.elapsed().as_secs_f64());
    assert_eq!(step_of(&run, "dump")["attempt"], 1, "a worker that died has not tried: {run:#}");
    assert_eq!(site.orphans("hot"), [""; 0]);
    assert_eq!(site.backups("cold"), site.backups("hot"));
    assert_eq!(second.stop(60), Some(0));
    assert_nothing_runs(&site, 10);
}
