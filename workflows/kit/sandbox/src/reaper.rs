//! What dead workers left: containers, and the directories of sandboxes. Never a live one's; any number of times.

use std::path::Path;

use serde::Serialize;

use crate::docker;
use crate::error::SandboxError;
use crate::files::remove_tree;
use crate::owner::Life;
use crate::place::{self, Record};

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reaped {
    pub containers: u64,
    pub directories: u64,
}

/// Removes the sandboxes of workers that are dead: of this machine, when their process is gone; of other machines that
/// share `disk_dir` or the engine, when `is_alive` denies their step. `docker_host` as in [`crate::Request`].
pub async fn reap(
    disk_dir: &Path,
    docker_host: Option<&str>,
    is_alive: impl Fn(&str) -> bool,
) -> Result<Reaped, SandboxError> {
    let mut reaped = Reaped::default();
    let left = |record: &Record| match record.worker.life() {
        Life::Alive => false,
        Life::Dead => true,
        Life::Elsewhere => !is_alive(&record.step),
    };
    // Containers first: they write into the directories.
    if let Ok(engine) = docker::connect(docker_host).await {
        for (name, _) in docker::sandboxes(&engine).await?.into_iter().filter(|(_, record)| left(record)) {
            reaped.containers += noted(docker::remove(&engine, &name).await);
        }
    }
    for (dir, record) in place::all(disk_dir) {
        if record.as_ref().is_none_or(&left) {
            let sockets = record.map_or(Ok(()), |record| remove_tree(&record.socket_dir));
            reaped.directories += noted(sockets.and_then(|()| remove_tree(&dir)));
        }
    }
    Ok(reaped)
}

/// 1 for what was removed. What resists does not keep the rest from going, and is tried again next time.
fn noted(removed: Result<(), SandboxError>) -> u64 {
    match removed {
        Ok(()) => 1,
        Err(error) => {
            tracing::warn!("a dead worker's sandbox stays for now: {error}");
            0
        }
    }
}
