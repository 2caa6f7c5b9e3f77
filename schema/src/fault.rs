//! The one shape of a failure: in the step's row, the terminal, the console and the mail.

use serde::{Deserialize, Serialize};

/// What the engine does with a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The engine tries again, with backoff, until the step's attempts are used up.
    Retry,
    /// Not a failure yet (a lock is held, a tier is thawing): asked again later, costs no attempt, has a deadline.
    Wait,
    /// A person must act; trying again changes nothing.
    Stop,
}

/// A failure as a person reads it: what happened, why, and what to do next.
///
/// `what`, `why` and `next` are one line each, without a final full stop, and never hold a secret or a row's value.
/// `runbook` is a file name under `runbooks/` without the directory, e.g. `location-refuses-writes.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Fault {
    pub kind: Kind,
    pub what: String,
    pub why: String,
    pub next: String,
    pub runbook: Option<String>,
}

impl Fault {
    pub fn retry(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Fault {
        Fault::new(Kind::Retry, what, why, next)
    }

    pub fn wait(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Fault {
        Fault::new(Kind::Wait, what, why, next)
    }

    /// Every Stop names a runbook that exists (a test in `tests/architecture.rs` looks).
    pub fn stop(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>, runbook: &str) -> Fault {
        Fault { runbook: Some(runbook.to_owned()), ..Fault::new(Kind::Stop, what, why, next) }
    }

    fn new(kind: Kind, what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Fault {
        Fault { kind, what: what.into(), why: why.into(), next: next.into(), runbook: None }
    }

    #[must_use]
    pub fn with_runbook(mut self, runbook: &str) -> Fault {
        self.runbook = Some(runbook.to_owned());
        self
    }
}
