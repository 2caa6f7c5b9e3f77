//! The machine that a figure belongs to: without it a figure says nothing.

use std::fs;

use crate::stage::Stage;

/// The load average of the last minute, as the kernel prints it.
pub fn load() -> String {
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    loads.split(' ').next().unwrap_or("?").to_owned()
}

/// Lines of Markdown; `before` is the load when the bench began.
pub fn describe(stage: &Stage, store: &str, before: &str) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "?".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "?".to_owned());
    let command: Vec<String> = std::env::args().skip(1).collect();
    let build = if cfg!(debug_assertions) { " (a debug build: no figure of it counts)" } else { "" };
    format!(
        "- machine: {cores} cores of {processor}, {memory} memory; load average {before} at the beginning, {} at the end\n\
         - server: MariaDB {}; the target with innodb_flush_log_at_trx_commit=1, doublewrite and sync_binlog=1\n\
         - store: {store}\n\
         - command: `scripts/bench.sh {}`{build}\n",
        load(),
        stage.source.version(),
        command.join(" ").trim()
    )
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}
