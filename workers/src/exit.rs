//! Exit codes, and what a command that failed says.

use std::fmt::Display;
use std::process::ExitCode;

use holdfast_schema::Fault;

/// 0 done · 1 it failed · 2 wrong usage or configuration · 3 still running · 4 not allowed · 5 not found
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    StillRunning = 3,
    NotAllowed = 4,
    NotFound = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command ends with another code than 0.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub fault: Fault,
}

impl Failure {
    pub fn failed(what: &str, error: &dyn Display) -> Failure {
        Failure { exit: Exit::Failed, fault: Fault::retry(what, error.to_string(), "try again") }
    }

    pub fn usage(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, fault: Fault::stop(what, why, next, "configuration-invalid.md") }
    }

    pub fn not_found(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure { exit: Exit::NotFound, fault: Fault::stop(what, why, next, "store-unknown.md") }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        let exit = match fault.runbook.as_deref() {
            Some("store-unknown.md") => Exit::NotFound,
            Some("configuration-invalid.md") => Exit::Usage,
            Some("target-is-production.md") => Exit::NotAllowed,
            _ => Exit::Failed,
        };
        Failure { exit, fault }
    }
}
