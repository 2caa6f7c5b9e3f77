//! Where test servers live: `/dev/shm/hf-test-<uid>/<process>/<n>`, short enough for a socket's path. In memory where there is
//! room for them, since what they flush to disk nobody will read again; else the same under `/tmp`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use holdfast_sandbox::owner::{Life, Owner};

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = parent().join(format!("hf-test-{}", rustix::process::geteuid().as_raw()));
    fs::create_dir_all(root.join("templates")).expect("the directory of test servers can be made");
    root
});

/// What all test servers of a machine may need at once.
const ROOM_IN_MEMORY: u64 = 6 << 30;

fn parent() -> &'static Path {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map(|found| found.f_bavail * found.f_frsize);
    if room.is_ok_and(|room| room >= ROOM_IN_MEMORY) { memory } else { Path::new("/tmp") }
}

static PROCESS: LazyLock<PathBuf> = LazyLock::new(|| {
    remove_leftovers(&ROOT);
    let us = Owner::us();
    let dir = ROOT.join(format!("{}-{}", us.pid, us.started));
    fs::create_dir_all(&dir).expect("the directory of this process's servers can be made");
    dir
});

/// Of initialised data directories, shared by all test processes.
pub fn templates() -> PathBuf {
    ROOT.join("templates")
}

/// A new empty directory of this test process; the next test process removes it.
pub fn fresh_dir() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let dir = PROCESS.join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
    fs::create_dir_all(&dir).expect("a directory can be made");
    dir
}

/// Directories of test processes that are gone.
fn remove_leftovers(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((pid, started)) = name.split_once('-') else { continue };
        let (Ok(pid), Ok(started)) = (pid.parse(), started.parse()) else { continue };
        if (Owner { pid, started, ..Owner::us() }).life() == Life::Dead {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
