//! Faults that several steps tell in the same words.

use std::error::Error;
use std::io;

use holdfast_archive::ArchiveError;
use holdfast_engine::StepContext;
use holdfast_mysql::MysqlError;
use holdfast_schema::Fault;
use holdfast_storage::StorageError;
use serde::de::DeserializeOwned;

/// The receipt that step `name` of this run left behind.
pub fn receipt<T: DeserializeOwned>(step: &StepContext, name: &str) -> Result<T, Fault> {
    let receipt = step.receipts.get(name).cloned().unwrap_or_default();
    serde_json::from_value(receipt).map_err(|error| {
        Fault::stop(
            format!("step {} of run {} cannot go on", step.name, step.run),
            format!("the receipt of step {name} is not one this version reads: {error}"),
            "start a new run; this one was made by another version of Holdfast",
            "step-out-of-attempts.md",
        )
    })
}

pub fn cancelled(step: &StepContext) -> Fault {
    Fault::retry(
        format!("step {} was cancelled", step.name),
        "an operator or a shutdown asked for it",
        "nothing, or `holdfast run retry`",
    )
}

pub fn archive(error: ArchiveError) -> Fault {
    match error {
        ArchiveError::WrongKey { .. } => Fault::stop(
            "the archive does not open with this key",
            error.to_string(),
            "give the private key of one of the recipients; `holdfast keys list` shows which are here",
            "wrong-key.md",
        ),
        ArchiveError::Io { .. } => {
            Fault::retry("the archive could not be read or written", error.to_string(), "the engine tries again")
        }
        error => Fault::stop(
            "the archive is not as it was written",
            error.to_string(),
            "take another copy (`holdfast backup show ID` lists them) and find out what changed this one",
            "object-damaged.md",
        ),
    }
}

pub fn damaged(location: &str, key: &str, error: &dyn std::fmt::Display) -> Fault {
    Fault::stop(
        format!("object `{key}` in {location} is damaged"),
        error.to_string(),
        "take another copy, or a fresh backup; find out what changed the object",
        "object-damaged.md",
    )
}

pub fn missing_object(location: &str, key: &str) -> Fault {
    Fault::stop(
        format!("object `{key}` is missing in {location}"),
        "the manifest names it and the location does not have it",
        "take another copy, or a fresh backup; find out who deleted the object",
        "object-damaged.md",
    )
}

pub fn wrong_size(location: &str, key: &str, expected: u64, found: u64) -> Fault {
    damaged(location, key, &format!("it was written with {expected} bytes and has {found}"))
}

pub fn must_equal(location: &str, key: &str, expected: &str, found: &str) -> Result<(), Fault> {
    if expected == found {
        return Ok(());
    }
    Err(damaged(location, key, &format!("its SHA-256 was {expected} and is {found}")))
}

pub fn ledger(error: &dyn std::fmt::Display) -> Fault {
    Fault::retry("the ledger did not answer", error.to_string(), "the engine tries again; see that Postgres is up")
        .with_runbook("ledger-unreachable.md")
}

/// An archive error met while reading `location`: a storage error inside it keeps its own fault.
pub fn archive_at(location: &str, error: ArchiveError) -> Fault {
    if let Some(fault) = storage_within(&error) {
        return fault;
    }
    match archive(error) {
        fault if fault.runbook.as_deref() == Some("object-damaged.md") => {
            Fault { what: format!("{} in {location}", fault.what), ..fault }
        }
        fault => fault,
    }
}

/// A database error, unless what broke was the location that fed it.
pub fn mysql(location: &str, error: MysqlError) -> Fault {
    if let Some(fault) = storage_within(&error) {
        return fault;
    }
    match error {
        MysqlError::Archive(error) => archive_at(location, error),
        error => Fault::from(error),
    }
}

/// The storage error that an `io::Error` somewhere in the chain carried across a blocking boundary.
fn storage_within(error: &(dyn Error + 'static)) -> Option<Fault> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(storage) = error.downcast_ref::<StorageError>() {
            return Some(Fault::from(storage));
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

pub fn broke_off(error: &tokio::task::JoinError) -> Fault {
    Fault::retry(
        "the work broke off",
        format!("a defect in Holdfast: {error}"),
        "the engine tries again; report it with the worker's log",
    )
}

pub fn input(step: &StepContext, error: &serde_json::Error) -> Fault {
    Fault::stop(
        format!("run {} cannot start", step.run),
        format!("its input is not one this version reads: {error}"),
        "start a new run; this one was made by another version of Holdfast",
        "step-out-of-attempts.md",
    )
}
