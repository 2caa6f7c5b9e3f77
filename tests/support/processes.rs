//! Processes beside the test, which end with it whatever happens, and what runs on this machine for an installation.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use holdfast_sandbox::process::{Server, ServerCommand, ServerSignal};

use super::{HOLDFAST, Installation, RUNTIME};

/// A `holdfast` process. The kernel kills it when the test's process dies, and dropping it does.
pub struct Running {
    server: Server,
    log: PathBuf,
}

impl Running {
    pub(super) fn start(installation: &Installation, args: &[&str], log_filter: Option<&str>) -> Running {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}.log", args[0], NEXT.fetch_add(1, Ordering::Relaxed));
        let log = installation.dir.join("logs").join(name);
        let mut command = ServerCommand::new(Path::new(HOLDFAST), &log)
            .args(["--config".as_ref(), installation.config().as_os_str()])
            .args(["-v"])
            .args(args);
        command.env.push(("HOLDFAST_AUTHOR".to_owned(), "tester".to_owned()));
        command.env.extend(log_filter.map(|filter| ("HOLDFAST_LOG".to_owned(), filter.to_owned())));
        let server = RUNTIME.block_on(command.spawn()).expect("holdfast starts");
        Running { server, log }
    }

    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    pub fn is_running(&self) -> bool {
        self.server.status().is_none()
    }

    /// kill -9; it is gone when this returns.
    pub fn kill(&self) {
        self.server.kill();
        RUNTIME.block_on(self.server.exited());
    }

    /// SIGTERM, without waiting.
    pub fn terminate(&self) {
        self.server.signal(ServerSignal::TERM);
    }

    /// Its exit code, once it has ended by itself within `seconds`.
    pub fn ended(&self, seconds: u64) -> Option<i32> {
        let exited = async { tokio::time::timeout(Duration::from_secs(seconds), self.server.exited()).await };
        let status: ExitStatus = RUNTIME
            .block_on(exited)
            .unwrap_or_else(|_| panic!("holdfast does not end within {seconds} s: {}", self.server.last_words()));
        status.code()
    }

    /// SIGTERM, and the exit code.
    pub fn stop(&self, seconds: u64) -> Option<i32> {
        self.terminate();
        self.ended(seconds)
    }

    /// What it printed and logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} ended with\n{}\n", self.log.display(), self.server.last_words());
        }
        self.server.kill();
    }
}

/// Command lines of this machine's processes that name something under `dir`, or work there as Postgres' children do.
pub fn processes_naming(dir: &Path) -> Vec<String> {
    let needle = format!("{}/", dir.display());
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let command = |entry: fs::DirEntry| {
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let works_there = fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(dir));
        (works_there || line.contains(&needle)).then_some(line)
    };
    entries.filter_map(command).collect()
}
