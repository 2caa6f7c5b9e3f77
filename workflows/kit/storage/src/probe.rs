//! Does a location keep its contract with the credentials we have? `holdfast check` asks with a canary object.

use serde::{Deserialize, Serialize};

use crate::{Location, Result, StorageError};
use holdfast_schema::Fault;

/// What is wrong, why, and what to do: a line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub what: String,
    pub why: String,
    pub next: String,
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Problem {
        let Fault { what, why, next, .. } = error.into();
        Problem { what, why, next }
    }
}

/// Writes, reads, tries to overwrite, lists and deletes an object of 11 bytes under `canary/`.
pub(crate) async fn probe(location: &Location) -> Vec<Problem> {
    let key = format!("canary/{}", uuid::Uuid::now_v7());
    let mut problems = Vec::new();
    match exercise(location, &key).await {
        Ok(found) => problems.extend(found),
        Err(error) => problems.push(error.into()),
    }
    // Whatever happened above, no canary stays.
    match location.delete(&key).await {
        Err(error) if problems.is_empty() => problems.push(error.into()),
        _ => {}
    }
    problems
}

async fn exercise(location: &Location, key: &str) -> Result<Vec<Problem>> {
    const CANARY: &[u8] = b"holdfast ok";
    let mut problems = Vec::new();
    let mut complain = |what: String, why: &str, next: &str| {
        problems.push(Problem { what, why: why.to_owned(), next: next.to_owned() });
    };
    location.put(key, CANARY).await?;
    if location.get(key).await? != CANARY {
        let next = "look at the health of its disk or network before anything is stored there";
        complain(format!("{} returned other bytes than were written", location.name()), "the canary differs", next);
    }
    match location.put(key, b"overwritten").await {
        Err(StorageError::AlreadyExists { .. }) => {}
        Err(error) => return Err(error),
        Ok(_) => {
            let next = "use a file system or service that can create without overwriting";
            complain(format!("{} overwrites objects", location.name()), "a second write of one key succeeded", next);
        }
    }
    if !location.list("canary/", None, 1000).await?.iter().any(|entry| entry.key == key) {
        let next = "give the worker's user the right to list";
        complain(format!("{} does not list what it holds", location.name()), "the canary is not in the listing", next);
    }
    Ok(problems)
}
