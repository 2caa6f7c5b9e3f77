//! What becomes of a step when an execution of it ends. Pure: facts in, verdict out.

use std::time::Duration;

use holdfast_schema::{Fault, fault::Kind};
use serde_json::Value;

use crate::Timing;

/// How an execution ended, as the worker or the sweep saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ending {
    Succeeded(Value),
    Failed(Fault),
    /// It returned, or was dropped, because a person cancelled the run.
    Cancelled,
    /// Its worker is shutting down.
    Released,
    /// Its worker has not been heard of for a whole lease.
    Lost,
}

/// What the ledger knows of the step, this execution included.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Facts {
    pub(crate) name: String,
    pub(crate) worker: String,
    pub(crate) attempt: i16,
    pub(crate) max_attempts: i16,
    pub(crate) rescues: i32,
    pub(crate) waits: i32,
    /// How long it has been answering Wait, in seconds.
    pub(crate) waited_s: f64,
    pub(crate) cancel_requested: bool,
}

/// What an execution that leads to another one costs the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    Attempt,
    Wait,
    Rescue,
    Nothing,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Succeeded(Value),
    Again { after: Duration, cost: Cost, fault: Option<Fault> },
    Stopped(Fault),
    Cancelled,
}

/// `jitter` in 0..1 spreads delays, see [`crate::Backoff`].
pub(crate) fn verdict(ending: Ending, facts: &Facts, timing: &Timing, jitter: f64) -> Verdict {
    match ending {
        Ending::Succeeded(receipt) => Verdict::Succeeded(receipt),
        Ending::Cancelled => Verdict::Cancelled,
        // What a cancelled step fails with is the cancelling; and nobody wants it tried again.
        _ if facts.cancel_requested => Verdict::Cancelled,
        Ending::Released => Verdict::Again { after: Duration::ZERO, cost: Cost::Nothing, fault: None },
        Ending::Lost => lost(facts, timing),
        Ending::Failed(fault) => match fault.kind {
            Kind::Stop => Verdict::Stopped(fault),
            Kind::Retry => failed(fault, facts, timing, jitter),
            Kind::Wait => waits(fault, facts, timing, jitter),
        },
    }
}

fn failed(fault: Fault, facts: &Facts, timing: &Timing, jitter: f64) -> Verdict {
    if facts.attempt < facts.max_attempts {
        let after = timing.retry.after(facts.attempt.unsigned_abs().into(), jitter);
        return Verdict::Again { after, cost: Cost::Attempt, fault: Some(fault) };
    }
    let runbook = fault.runbook.clone().unwrap_or_else(|| "step-out-of-attempts.md".to_owned());
    Verdict::Stopped(Fault { kind: Kind::Stop, runbook: Some(runbook), ..fault })
}

fn waits(fault: Fault, facts: &Facts, timing: &Timing, jitter: f64) -> Verdict {
    if facts.waited_s < timing.wait_deadline.as_secs_f64() {
        let after = timing.wait.after(facts.waits.unsigned_abs() + 1, jitter);
        return Verdict::Again { after, cost: Cost::Wait, fault: Some(fault) };
    }
    let why = format!("{}; it has waited for {:.0} s, longer than it may", fault.why, facts.waited_s);
    let runbook = fault.runbook.clone().unwrap_or_else(|| "step-out-of-attempts.md".to_owned());
    Verdict::Stopped(Fault { kind: Kind::Stop, why, runbook: Some(runbook), ..fault })
}

// A worker that died has not tried: rescue costs no attempt. But a step that kills its worker must not run for ever.
fn lost(facts: &Facts, timing: &Timing) -> Verdict {
    let what = format!("step {} lost its worker", facts.name);
    let silence = format!("{} was not heard of for {} s", facts.worker, timing.lease.as_secs_f64());
    if facts.rescues < timing.max_rescues {
        let fault = Fault::retry(what, silence, "nothing: another worker takes it over");
        return Verdict::Again { after: Duration::ZERO, cost: Cost::Rescue, fault: Some(fault) };
    }
    Verdict::Stopped(Fault::stop(
        what,
        format!("{silence}, and {} workers before it went the same way", facts.rescues),
        "see in the workers' logs and the kernel's what ends them (memory, disk, a crash), then `holdfast run retry`",
        "step-lost-its-worker.md",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            name: "copy".into(),
            worker: "w1".into(),
            attempt: 1,
            max_attempts: 3,
            rescues: 0,
            waits: 0,
            waited_s: 0.0,
            cancel_requested: false,
        }
    }

    fn of(ending: Ending, facts: &Facts) -> Verdict {
        verdict(ending, facts, &Timing::default(), 0.5)
    }

    fn refused() -> Fault {
        Fault::retry("the server refused", "503", "wait for it")
    }

    #[test]
    fn a_failed_attempt_is_tried_again_after_a_growing_delay() {
        let second = Facts { attempt: 2, ..facts() };
        let again = |seconds| Verdict::Again {
            after: Duration::from_secs(seconds),
            cost: Cost::Attempt,
            fault: Some(refused()),
        };
        assert_eq!(of(Ending::Failed(refused()), &facts()), again(10));
        assert_eq!(of(Ending::Failed(refused()), &second), again(20));
    }

    #[test]
    fn the_last_attempt_stops_with_the_fault_it_ended_with() {
        let last = Facts { attempt: 3, ..facts() };
        let Verdict::Stopped(fault) = of(Ending::Failed(refused()), &last) else { panic!("it goes on") };
        assert_eq!((fault.kind, fault.what.as_str()), (Kind::Stop, "the server refused"));
        assert_eq!(fault.runbook.as_deref(), Some("step-out-of-attempts.md"));
    }

    #[test]
    fn waiting_has_a_deadline_and_costs_no_attempt() {
        let locked = Fault::wait("a lock is held", "by another", "nothing");
        let last = Facts { attempt: 3, waited_s: 60.0, waits: 1, ..facts() };
        let Verdict::Again { after, cost: Cost::Wait, .. } = of(Ending::Failed(locked.clone()), &last) else {
            panic!("it stopped")
        };
        assert_eq!(after, Duration::from_secs(10));
        let late = Facts { waited_s: 3.0 * 24.0 * 3600.0, ..last };
        assert!(matches!(of(Ending::Failed(locked), &late), Verdict::Stopped(fault) if fault.kind == Kind::Stop));
    }

    #[test]
    fn a_lost_worker_costs_a_rescue_and_the_last_rescue_stops() {
        let Verdict::Again { cost, after, .. } = of(Ending::Lost, &Facts { attempt: 3, ..facts() }) else {
            panic!("it stopped")
        };
        assert_eq!((cost, after), (Cost::Rescue, Duration::ZERO));
        let spent = Facts { rescues: 20, ..facts() };
        let Verdict::Stopped(fault) = of(Ending::Lost, &spent) else { panic!("it goes on") };
        assert_eq!(fault.runbook.as_deref(), Some("step-lost-its-worker.md"));
    }

    #[test]
    fn a_cancelled_step_is_never_tried_again_but_its_success_counts() {
        let cancelled = Facts { cancel_requested: true, ..facts() };
        for ending in [Ending::Failed(refused()), Ending::Released, Ending::Lost, Ending::Cancelled] {
            assert_eq!(of(ending, &cancelled), Verdict::Cancelled);
        }
        assert_eq!(of(Ending::Succeeded(Value::Null), &cancelled), Verdict::Succeeded(Value::Null));
    }
}
