//! What an operator does with runs: retry, cancel, pause, resume; and what a backup that does not verify leads to.

use std::fs;

use holdfast_mysql::{Connection, DatabaseUrl};
use holdfast_testkit::MariaDb;
use serde_json::Value;

use crate::support::{Installation, small_schema, step_of, text, wait_until};

fn site_of(server: &MariaDb, verify: &str) -> (Installation, String) {
    let schema = small_schema(server, 1_000);
    let site = Installation::new();
    site.add_store_with("acme", &server.url(&schema), "", verify);
    site.apply();
    (site, schema)
}

/// Keeps a dump of `schema` from ending, until it is dropped.
fn hold(server: &MariaDb, schema: &str) -> Connection {
    server.sql_in(schema, "CREATE TABLE IF NOT EXISTS held (a int PRIMARY KEY); INSERT IGNORE INTO held VALUES (1)");
    let mut holder = Connection::connect(&DatabaseUrl::parse(&server.url(schema)).unwrap()).unwrap();
    holder.execute("LOCK TABLES held WRITE").unwrap();
    holder
}

/// Starts a backup and waits until it writes packs.
fn start_and_see_it_dump(site: &Installation) -> String {
    let run = site.start_backup("acme");
    site.until_step(&run, "dump", "running");
    wait_until("packs on their way to hot", 30, || (!site.unfinished_uploads("hot").is_empty()).then_some(()));
    run
}

#[test]
fn a_step_that_keeps_failing_stops_after_its_attempts_and_retry_goes_on_from_it() {
    let (site, _) = site_of(MariaDb::shared(), "");
    let _worker = site.worker(2);
    let (warm, away) = (site.location("warm"), site.dir.join("unmounted"));
    fs::rename(&warm, &away).unwrap();
    let run = site.start_backup("acme");
    let failed = site.until_over(&run);
    assert_eq!(failed["state"], "failed");
    let step = step_of(&failed, "mirror.warm");
    assert_eq!((&step["state"], &step["attempt"], &step["max_attempts"]), (&"stopped".into(), &4.into(), &4.into()));
    assert_eq!(step["attempts"].as_array().unwrap().len(), 4);
    let fault = &step["fault"];
    assert_eq!((&fault["kind"], &fault["runbook"]), (&"stop".into(), &"location-unreachable.md".into()), "{fault:#}");
    assert!(text(&fault["what"]).contains("warm") && text(&fault["next"]).contains("warm"), "{fault:#}");
    assert_eq!(step_of(&failed, "mirror.cold")["state"], "succeeded", "one mirror does not hold up another");
    let shown = site.holdfast(&["run", "show", &run]);
    for told in ["what  warm", "attempt 4 of 4", "runbooks/location-unreachable.md"] {
        assert!(shown.stdout.contains(told), "{told} is not in\n{}", shown.stdout);
    }
    assert_eq!(site.json(&["backup", "list", "acme"])[0]["state"], "verified", "the backup itself is good");

    fs::rename(&away, &warm).unwrap();
    site.json(&["run", "retry", &run[..8], "--step", "mirror.warm"]);
    let ended = site.until_over(&run);
    assert_eq!(ended["state"], "succeeded");
    for step in ["dump", "encrypt", "land_hot", "verify", "mirror.cold"] {
        assert_eq!(step_of(&ended, step)["attempts"], step_of(&failed, step)["attempts"], "{step} was not done again");
    }
    assert_eq!(
        site.rows("SELECT verb, author FROM holdfast.act"),
        [serde_json::json!({"verb": "retry", "author": "tester"})]
    );
    site.fails(1, &["run", "retry", &run]);
}

#[test]
fn a_dump_that_is_cancelled_ends_at_once_and_leaves_nothing() {
    let server = MariaDb::shared();
    let (site, schema) = site_of(server, "");
    let worker = site.worker(2);
    let _held = hold(server, &schema);
    let run = start_and_see_it_dump(&site);
    site.json(&["run", "cancel", &run]);
    wait_until("the end of the cancelled run", 10, || (site.run_state(&run) == "cancelled").then_some(()));
    let cancelled = site.run(&run);
    assert!(cancelled["steps"].as_array().unwrap().iter().all(|step| step["state"] == "cancelled"), "{cancelled:#}");
    assert!(text(&step_of(&cancelled, "encrypt")["fault"]["why"]).contains("tester"));
    let watched = site.fails(1, &["run", "retry", &run]);
    assert!(!text(&watched["why"]).is_empty());
    // The server has nothing of ours running, and whatever was written goes, at the latest with the sweep.
    let sessions =
        format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = '{schema}' AND COMMAND = 'Query'");
    wait_until("the dump's sessions are gone", 10, || (server.sql(&sessions) == "0\n").then_some(()));
    let scheduler = site.start(&["scheduler"]);
    wait_until("the scheduler", 30, || scheduler.log().contains("scheduling").then_some(()));
    wait_until("the sweep", 30, || {
        (site.objects("hot").is_empty() && site.unfinished_uploads("hot").is_empty()).then_some(())
    });
    site.assert_nothing_is_published();
    assert_eq!((scheduler.stop(10), worker.stop(40)), (Some(0), Some(0)));
}

#[test]
fn a_paused_run_starts_no_further_step_until_it_is_resumed() {
    let server = MariaDb::shared();
    let (site, schema) = site_of(server, "");
    let _worker = site.worker(2);
    let held = hold(server, &schema);
    let run = start_and_see_it_dump(&site);
    assert_eq!(site.json(&["run", "pause", &run])["state"], "paused");
    drop(held);
    let dump = site.until_step(&run, "dump", "succeeded");
    // Another store's backup goes all its way while this one waits.
    site.add_store("other", &server.url(&small_schema(server, 10)));
    site.apply();
    assert_eq!(site.back_up("other")["state"], "verified");
    let paused = site.run(&run);
    assert_eq!(
        (&paused["state"], &step_of(&paused, "encrypt")["attempts"]),
        (&"paused".into(), &serde_json::json!([]))
    );
    site.json(&["run", "resume", &run]);
    let ended = site.until_over(&run);
    assert_eq!(ended["state"], "succeeded");
    assert_eq!(step_of(&ended, "dump")["receipt"], dump["receipt"], "the dump was not made again");
}

/// Runs of the store, oldest first, once `count` of them are over.
fn runs_when_over(site: &Installation, count: usize) -> Vec<Value> {
    wait_until("all runs to be over", 120, || {
        let runs = site.rows("SELECT id, state FROM holdfast.run WHERE workflow = 'backup' ORDER BY seq");
        let over = runs.iter().filter(|run| ["failed", "succeeded"].contains(&run["state"].as_str().unwrap()));
        (over.count() == count && runs.len() == count).then_some(())
    });
    let ids = site.rows("SELECT id FROM holdfast.run WHERE workflow = 'backup' ORDER BY seq");
    ids.iter().map(|row| site.run(&text(&row["id"]))).collect()
}

#[test]
fn a_backup_that_fails_its_stores_own_check_says_which_and_one_fresh_dump_is_tried() {
    let checks = "[verify]\nkey_tables = [\"sales_order\", \"customer_entity\"]\n\
                  checks = [{ name = \"orders are fresh\", sql = \"SELECT COUNT(*) > 5000 FROM sales_order\" }]";
    let (site, _) = site_of(MariaDb::shared(), checks);
    let _worker = site.worker(2);
    let fault = site.fails(1, &["backup", "now", "acme"]);
    assert_eq!(fault["runbook"], "backup-does-not-verify.md");
    for named in ["orders are fresh", "customer_entity"] {
        assert!(text(&fault["why"]).contains(named), "{named} is not in {fault:#}");
    }
    let runs = runs_when_over(&site, 2);
    assert!(runs.iter().all(|run| run["state"] == "failed"), "the fresh dump is no better");
    assert_eq!((&runs[1]["trigger"], &runs[1]["requested_by"]), (&"catch_up".into(), &"holdfast".into()));
    let next = text(&step_of(&runs[0], "verify")["fault"]["next"]);
    assert!(next.contains(runs[1]["id"].as_str().unwrap()), "{next}");
    assert!(text(&step_of(&runs[1], "verify")["fault"]["next"]).contains("a person must look"));
    for run in &runs {
        assert_eq!(
            step_of(run, "mirror.warm")["attempts"],
            serde_json::json!([]),
            "what does not verify is not mirrored"
        );
    }
    let backups = site.json(&["backup", "list", "acme"]);
    assert!(backups.as_array().unwrap().iter().all(|backup| backup["state"] == "failed"), "{backups:#}");
    assert_eq!(backups[0]["verification"]["problems"].as_array().unwrap().len(), 2);
    site.fails(5, &["restore", "acme", "--latest", "--to", "mysql://root@127.0.0.1/x"]);
    assert_eq!(site.sandboxes(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_pack_damaged_between_landing_and_verifying_is_named_and_the_fresh_dump_is_good() {
    let (site, _) = site_of(MariaDb::shared(), "");
    let _core = site.start(&["worker", "--pools", "core"]);
    let run = site.start_backup("acme");
    let landed = site.until_step(&run, "land_hot", "succeeded");
    let damaged = format!("acme/{}/p/000000", text(&landed["receipt"]["backup"]));
    let path = site.location("hot").join(&damaged);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();

    let _verifier = site.start(&["worker", "--pools", "docker"]);
    let runs = runs_when_over(&site, 2);
    let fault = &step_of(&runs[0], "verify")["fault"];
    assert_eq!((&runs[0]["state"], &runs[1]["state"]), (&"failed".into(), &"succeeded".into()), "{fault:#}");
    let said = format!("{} {}", text(&fault["what"]), text(&fault["why"]));
    assert!(said.contains(damaged.split_once('/').unwrap().1), "{damaged} is not in {said}");
    let backups = site.json(&["backup", "list", "acme"]);
    assert_eq!((&backups[0]["state"], &backups[1]["state"]), (&"verified".into(), &"failed".into()));
}
