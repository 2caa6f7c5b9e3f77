//! What happens: backup and restore, each a folder whose `mod.rs` is the sentence.

pub mod backup;
pub mod catalogue;
pub mod context;
pub mod download;
mod examine;
pub mod faults;
pub mod keyring;
pub mod opened;
mod planned;
pub mod proof;
pub mod restore;
mod watch;

pub use context::{Context, Scene};
pub use keyring::Keyring;

use holdfast_engine::Workflow;

/// Every workflow a worker can run. A new one is a folder, and a line here.
pub static WORKFLOWS: &[Workflow<Context>] = &[backup::STEPS, backup::VERIFY_STEPS, restore::STEPS];
