//! What the ledger refuses or cannot do.

use holdfast_schema::Fault;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the ledger did not answer: {0}")]
    Ledger(#[from] sqlx::Error),
    #[error("the ledger could not be read: {0}")]
    Read(#[from] sea_orm::DbErr),
    #[error("the queue did not take a delivery: {0}")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("there is no run {id}")]
    NoRun { id: String },
    #[error("`{id}` is the beginning of several runs: {}", matches.join(", "))]
    Ambiguous { id: String, matches: Vec<String> },
    #[error("run {run} has no step `{step}`")]
    NoStep { run: String, step: String },
    #[error("run {run} cannot be {act}: {why}")]
    Refused { run: String, act: &'static str, why: String },
    #[error("a run of `{workflow}` cannot start: {why}")]
    InvalidRun { workflow: String, why: String },
    #[error("schedule `{schedule}`: {why}")]
    InvalidSchedule { schedule: String, why: String },
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let what = error.to_string();
        match error {
            Error::Ledger(source) => unreachable(&source.to_string()),
            Error::Read(source) => unreachable(&source.to_string()),
            Error::Queue(source) => unreachable(&source.to_string()),
            Error::NoRun { .. } | Error::Ambiguous { .. } => {
                stop(what, "an id, or the part of it that tells it apart", "`holdfast run list` shows the ids")
            }
            Error::NoStep { run, .. } => {
                stop(what, "steps have names", format!("`holdfast run show {run}` lists them"))
            }
            Error::Refused { run, .. } => {
                stop(what, "its state does not allow it", format!("`holdfast run show {run}` tells where it stands"))
            }
            Error::InvalidRun { .. } => {
                stop(what, "its steps do not fit together", "report it: the workflow is at fault")
            }
            Error::InvalidSchedule { .. } => {
                stop(what, "it names no moments", "correct the schedule in the configuration")
            }
        }
    }
}

fn unreachable(why: &str) -> Fault {
    Fault::retry("the ledger did not answer", why, "see that Postgres runs and can be reached from here")
        .with_runbook("ledger-unreachable.md")
}

fn stop(what: String, why: &str, next: impl Into<String>) -> Fault {
    Fault::stop(what, why, next, "configuration-invalid.md")
}
