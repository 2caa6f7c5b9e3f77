//! What the child processes do.

pub mod archive;
pub mod read_everything;
pub mod steps;
pub mod verify;

use std::path::Path;

use holdfast_mysql::DatabaseUrl;
use serde_json::Value;

use crate::{Outcome, plain};

/// The floor of a restore.
pub fn load_plainly(directory: &str, size: u64, target: &str, parallel: usize) -> Outcome<Value> {
    plain::load(&plain::store(size), Path::new(directory), &DatabaseUrl::parse(target)?, parallel, true)?;
    Ok(Value::Null)
}
