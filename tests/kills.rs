//! Workers are killed with SIGKILL in every step of backups, again and again, and everything comes out right: every run ends
//! verified and mirrored, with one backup at each location, and nothing is left of what the dead were in the middle of.
//!
//! `HOLDFAST_KILLS=100` kills more often than the tests of every day do.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;
use std::time::{Duration, Instant};

use holdfast_testkit::MariaDb;
use support::{Installation, Running, small_schema, wait_until};

const KILLS: usize = 30;
const WORKERS: usize = 3;
const STORES: usize = 24;
/// Runs under way on living workers: enough for every step to be going on somewhere.
const BUSY: i64 = 10;

/// The steps, and how long after its beginning one is killed, at most: about what it takes.
const STEPS: [(&str, Duration); 5] = [
    ("dump", Duration::from_millis(200)),
    ("encrypt", Duration::from_millis(5)),
    ("land_hot", Duration::from_millis(15)),
    ("verify", Duration::from_millis(800)),
    ("mirror", Duration::from_millis(15)),
];

#[test]
fn every_run_ends_verified_however_often_its_workers_are_killed() {
    let kills = std::env::var("HOLDFAST_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number of kills"));
    let began = Instant::now();
    let site = site();
    let mut fleet = Fleet::new(&site);
    let mut hit: BTreeMap<&str, usize> = BTreeMap::new();
    for kill in 0..kills {
        let (aim, duration) = STEPS[kill % STEPS.len()];
        let died = fleet.kill_one_in(aim, duration);
        println!("{:>4.0} s  kill {}, aimed at {aim}: {died:?}", began.elapsed().as_secs_f64(), kill + 1);
        for step in died {
            *hit.entry(step).or_default() += 1;
        }
    }
    println!("{kills} kills in {:.0} s; steps that ended with their worker: {hit:?}", began.elapsed().as_secs_f64());
    for (step, _) in STEPS {
        assert!(hit.get(step).is_some_and(|times| *times >= kills / 20), "{step} was hardly hit: {hit:?}");
    }

    let unfinished = "SELECT count(*) FROM holdfast.run WHERE state = 'running'";
    wait_until("every run is over", 300, || (site.count(unfinished) == 0).then_some(()));
    println!("{} runs over after {:.0} s", fleet.started, began.elapsed().as_secs_f64());
    assert_one_backup_of_each_run_everywhere(&site, fleet.started);
    assert_nothing_is_left(&site);
    println!("nothing left behind after {:.0} s", began.elapsed().as_secs_f64());
}

fn site() -> Installation {
    let server = MariaDb::shared();
    let schemas: Vec<String> = (0..4).map(|_| small_schema(server, 2_000)).collect();
    let site = Installation::new();
    for store in 0..STORES {
        let url = server.tcp_url(&schemas[store % schemas.len()]);
        site.add_store_with(&name(store), &url, "", "host_limit = 64");
    }
    site.apply();
    site
}

fn name(store: usize) -> String {
    format!("store-{store:02}")
}

/// Workers, each with the names the ledger knows it by.
struct Fleet<'a> {
    site: &'a Installation,
    workers: Vec<(Running, BTreeSet<String>)>,
    seen: BTreeSet<String>,
    started: usize,
}

impl<'a> Fleet<'a> {
    /// Every store has a backup to make before the first worker comes.
    fn new(site: &'a Installation) -> Fleet<'a> {
        let mut fleet = Fleet { site, workers: Vec::new(), seen: BTreeSet::new(), started: 0 };
        for _ in 0..STORES {
            fleet.start_next();
        }
        for _ in 0..WORKERS {
            fleet.join();
        }
        fleet
    }

    fn join(&mut self) {
        let worker = self.site.worker(3);
        let names = wait_until("the ledger knows the new worker", 60, || {
            let known = names(&self.site.rows("SELECT name FROM holdfast.worker"));
            let new: BTreeSet<String> = known.difference(&self.seen).cloned().collect();
            (!new.is_empty()).then_some(new)
        });
        self.seen.extend(names.iter().cloned());
        self.workers.push((worker, names));
    }

    fn start_next(&mut self) {
        self.site.start_backup(&name(self.started % STORES));
        self.started += 1;
    }

    /// Starts another backup when few runs are under way that do not wait for a dead worker's lease to end.
    fn keep_busy(&mut self) {
        let moving = format!(
            "SELECT count(*) FROM holdfast.run r WHERE r.state = 'running' AND NOT EXISTS
             (SELECT FROM holdfast.step s WHERE s.run_id = r.id AND s.state = 'running' AND s.worker NOT IN ({}))",
            self.living()
        );
        if self.site.count(&moving) < BUSY {
            self.start_next();
        }
    }

    /// Kills the worker that runs a step of this name, some moment after the step was seen; another worker joins.
    /// Answers every step the worker was in the middle of.
    fn kill_one_in(&mut self, step: &str, duration: Duration) -> Vec<&'static str> {
        let running = format!(
            "SELECT worker AS name FROM holdfast.step
             WHERE state = 'running' AND split_part(name, '.', 1) = '{step}' AND worker IN ({})",
            self.living()
        );
        let at_work = wait_until(&format!("{step} runs somewhere"), 120, || {
            let found = names(&self.site.rows(&running)).pop_first();
            // What is under way may all be past this step.
            if found.is_none() {
                self.keep_busy();
            }
            found
        });
        sleep(duration.mul_f64(rand::random()));
        let place = self.workers.iter().position(|(_, names)| names.contains(&at_work)).expect("it is one of ours");
        let (worker, its) = self.workers.remove(place);
        worker.kill();
        let died = format!(
            "SELECT split_part(name, '.', 1) AS name FROM holdfast.step WHERE state = 'running' AND worker IN ({})",
            quoted(&its)
        );
        let died: Vec<String> = self.site.rows(&died).iter().map(|row| support::text(&row["name"])).collect();
        self.join();
        STEPS.map(|(step, _)| step).into_iter().filter(|step| died.iter().any(|name| name == step)).collect()
    }

    fn living(&self) -> String {
        quoted(&self.workers.iter().flat_map(|(_, names)| names.clone()).collect())
    }
}

fn names(rows: &[serde_json::Value]) -> BTreeSet<String> {
    rows.iter().map(|row| support::text(&row["name"])).collect()
}

fn quoted(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

fn assert_one_backup_of_each_run_everywhere(site: &Installation, runs: usize) {
    let ended = site.rows("SELECT state, count(*) FROM holdfast.run GROUP BY state");
    assert_eq!(ended, [serde_json::json!({ "state": "succeeded", "count": runs })]);
    let verified = site.rows("SELECT store || '/' || id AS name, run_id FROM holdfast.backup WHERE state = 'verified'");
    let of_runs: BTreeSet<String> = verified.iter().map(|row| support::text(&row["run_id"])).collect();
    assert_eq!((verified.len(), of_runs.len()), (runs, runs), "one backup a run");
    let verified: Vec<String> = names(&verified).into_iter().collect();
    for location in ["hot", "warm", "cold"] {
        assert_eq!(site.backups(location), verified, "{location}");
    }
    assert_eq!(site.count("SELECT count(*) FROM holdfast.copy WHERE state <> 'present'"), 0);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.slot"), 0, "no limit is held by a dead step");
    // Every signature, every digest, and every store's chain without a gap.
    let keys = site.dir.join("keys");
    let (escrow, signer) = (keys.join("escrow.key"), keys.join("installation.verify"));
    for location in ["hot", "cold"] {
        let place = site.location(location);
        let args = ["archive", "verify", text(&place), "--key", text(&escrow), "--signer", text(&signer)];
        let checked = site.holdfast(&args);
        assert_eq!(checked.code, 0, "{checked:#?}");
    }
}

fn text(path: &std::path::Path) -> &str {
    path.to_str().expect("the test's paths are UTF-8")
}

/// Workers reap sandboxes, the scheduler sweeps hot; both do when they start, and now and then.
fn assert_nothing_is_left(site: &Installation) {
    let _scheduler = site.start(&["scheduler"]);
    wait_until("no sandbox is left", 60, || site.sandboxes().is_empty().then_some(()));
    let servers = || site.processes().into_iter().filter(|line| line.contains("mariadbd")).collect::<Vec<_>>();
    wait_until("no server is left", 10, || servers().is_empty().then_some(()));
    for location in ["hot", "warm", "cold"] {
        let left = || [site.orphans(location), paths(&site.unfinished_uploads(location))].concat();
        wait_until(&format!("{location} holds backups and nothing else, but {:?}", left()), 90, || {
            left().is_empty().then_some(())
        });
    }
}

fn paths(paths: &[std::path::PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}
