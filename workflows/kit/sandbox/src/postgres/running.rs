//! What `postmaster.pid` says about a data directory: the one place where Postgres itself writes where it listens.

use std::fs;
use std::path::Path;

/// A Postgres that runs on a data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Running {
    pub pid: u32,
    pub port: u16,
    pub ready: bool,
}

/// The server running on `data`, if its process is alive and really works there: a pid file survives a crash, and its
/// pid may be another's by now.
pub(super) fn running(data: &Path) -> Option<Running> {
    let running = parse(&fs::read_to_string(data.join("postmaster.pid")).ok()?)?;
    let works_in = fs::read_link(format!("/proc/{}/cwd", running.pid)).ok()?;
    (works_in == data.canonicalize().ok()?).then_some(running)
}

/// Removes a pid file nobody stands behind; Postgres would refuse to start when its pid is another process by now.
pub(super) fn remove_stale(data: &Path) {
    if running(data).is_none() {
        let _ = fs::remove_file(data.join("postmaster.pid"));
    }
}

/// Lines: pid, data directory, start time, port, socket directory, listen address, shared memory key, status.
fn parse(text: &str) -> Option<Running> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    Some(Running {
        pid: lines.first()?.parse().ok()?,
        port: lines.get(3)?.parse().ok()?,
        ready: lines.get(7).is_some_and(|status| *status == "ready"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_whose_process_works_elsewhere_counts_as_stale() {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("postmaster.pid");
        let ours = format!(
            "{}\n{}\n1700000000\n5432\n/tmp\n127.0.0.1\n 1 2\nready   \n",
            std::process::id(),
            data.path().display()
        );
        fs::write(&file, &ours).unwrap();
        assert_eq!(parse(&ours), Some(Running { pid: std::process::id(), port: 5432, ready: true }));
        assert_eq!(running(data.path()), None);
        remove_stale(data.path());
        assert!(!file.exists());
    }
}
