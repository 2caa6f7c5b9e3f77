//! What a person does with an installation, and what he reads.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Ended, Installation, wait_until};

/// Longer than any run of a test takes on a busy machine.
const RUN_SECONDS: u64 = 120;

impl Ended {
    /// The fault of a command that failed, as `--json` tells it: what, why and next are said.
    pub fn fault(&self) -> Value {
        let fault = self.json()["error"].clone();
        for part in ["what", "why", "next"] {
            assert!(fault[part].as_str().is_some_and(|text| !text.is_empty()), "no {part}: {self:#?}");
        }
        assert!(self.stderr.contains("what  ") && self.stderr.contains("next  "), "{self:#?}");
        fault
    }
}

impl Installation {
    /// Runs `holdfast --json ARGS`, which must end with `code`; answers its fault.
    pub fn fails(&self, code: i32, args: &[&str]) -> Value {
        let ended = self.holdfast(&[&["--json"], args].concat());
        assert_eq!(ended.code, code, "holdfast {args:?}: {ended:#?}");
        ended.fault()
    }

    /// Backs `store` up to the end; answers the backup.
    pub fn back_up(&self, store: &str) -> Value {
        self.json(&["backup", "now", store])
    }

    /// Starts a restore of a backup and does not wait for it; answers the run's id.
    pub fn start_restore(&self, store: &str, backup: &str, to: &str) -> String {
        let ended = self.holdfast(&["--json", "restore", store, "--backup", backup, "--to", to, "--no-wait"]);
        assert_eq!(ended.code, 3, "{ended:#?}");
        ended.json()["run"].as_str().expect("the run's id").to_owned()
    }

    /// What waits to be tried again is due now: the engine looks every second.
    pub fn hasten(&self) {
        self.execute("UPDATE holdfast.step SET run_at = clock_timestamp() WHERE state = 'ready' AND attempt > 0");
    }

    pub fn run_state(&self, run: &str) -> String {
        text(&self.rows(&format!("SELECT state FROM holdfast.run WHERE id = '{run}'"))[0]["state"])
    }

    /// Waits until the run is over, and answers it as `run show` tells it. What it tries again it tries at once.
    pub fn until_over(&self, run: &str) -> Value {
        self.until_over_within(run, RUN_SECONDS)
    }

    pub fn until_over_within(&self, run: &str, seconds: u64) -> Value {
        wait_until(&format!("the end of run {run}"), seconds, || {
            self.hasten();
            ["succeeded", "failed", "cancelled"].contains(&self.run_state(run).as_str()).then_some(())
        });
        self.run(run)
    }

    /// Waits until a step of the run is in `state`; answers the step as `run show` tells it.
    pub fn until_step(&self, run: &str, step: &str, state: &str) -> Value {
        let sql = format!("SELECT state FROM holdfast.step WHERE run_id = '{run}' AND name = '{step}'");
        wait_until(&format!("step {step} {state}"), RUN_SECONDS, || {
            (text(&self.rows(&sql)[0]["state"]) == state).then_some(())
        });
        step_of(&self.run(run), step)
    }

    /// Waits until a step has failed for the first time and waits for its next attempt.
    pub fn until_tried_again(&self, run: &str, step: &str) -> Value {
        let sql = format!(
            "SELECT fault IS NOT NULL AND state = 'ready' AS failed FROM holdfast.step WHERE run_id = '{run}' AND name = '{step}'"
        );
        wait_until(&format!("a failure of {step}"), RUN_SECONDS, || {
            (self.rows(&sql)[0]["failed"] == true).then_some(())
        });
        step_of(&self.run(run), step)
    }

    /// Nothing is published, and nothing half: no manifest anywhere, and not even a pack after the sweep.
    pub fn assert_nothing_is_published(&self) {
        for location in ["hot", "warm", "cold"] {
            let objects = self.objects(location);
            assert!(!objects.iter().any(|name| name.ends_with("/manifest")), "{location} holds {objects:?}");
        }
        assert_eq!(self.count("SELECT count(*) FROM holdfast.copy WHERE state = 'present'"), 0);
    }
}

pub fn step_of(run: &Value, name: &str) -> Value {
    let steps = run["steps"].as_array().expect("a run has steps");
    steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no step {name} in {run:#}")).clone()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The keys of a JSON object.
fn keys_of(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap_or_else(|| panic!("{object} is no object")).keys().map(String::as_str).collect()
}

/// Panics unless the object has exactly these keys, told as `a b c`.
pub fn assert_keys(object: &Value, keys: &str) {
    assert_eq!(keys_of(object), keys.split_whitespace().collect(), "{object:#}");
}
