//! A piece of work in a process of its own, with its own seconds and its own memory.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::work;
use crate::{Outcome, figures};

/// An archive, and the private key that opens it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Archive {
    /// `file:///…`
    pub location: String,
    pub key_file: String,
    pub backup: Uuid,
    pub index_pack: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub enum Task {
    Dump {
        source: String,
        location: String,
        key_file: String,
        parallel: usize,
    },
    ReadEverything {
        source: String,
        parallel: usize,
    },
    Load {
        archive: Archive,
        target: String,
        parallel: usize,
        tables: Option<Vec<String>>,
    },
    LoadPlainFiles {
        directory: String,
        size: u64,
        target: String,
        parallel: usize,
    },
    Verify {
        archive: Archive,
        directory: String,
        parallel: usize,
    },
    /// Serves steps until its input ends.
    Work {
        ledger: String,
        concurrency: usize,
    },
}

/// What became of a task.
pub struct Ran {
    /// By the parent's clock, the process's start and end included.
    pub seconds: f64,
    pub peak_mib: f64,
    pub told: Value,
}

#[derive(Serialize, Deserialize)]
struct Report {
    peak_bytes: u64,
    told: Value,
}

/// Runs the task and waits for its end.
pub fn run(task: &Task) -> Outcome<Ran> {
    let began = Instant::now();
    let output = spawn(task)?.wait_with_output()?;
    let seconds = began.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!("{task:?} failed").into());
    }
    let report: Report = serde_json::from_slice(&output.stdout)?;
    Ok(Ran { seconds, peak_mib: report.peak_bytes as f64 / figures::MIB as f64, told: report.told })
}

/// Starts the task; it has a pipe as its input.
pub fn spawn(task: &Task) -> Outcome<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("child").arg(serde_json::to_string(task)?);
    Ok(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?)
}

/// In the child.
pub fn main(task: &str) -> Outcome<()> {
    let told = match serde_json::from_str(task)? {
        Task::Dump { source, location, key_file, parallel } => {
            work::archive::dump(&source, &location, &key_file, parallel)?
        }
        Task::ReadEverything { source, parallel } => work::read_everything::run(&source, parallel)?,
        Task::Load { archive, target, parallel, tables } => work::archive::load(&archive, &target, parallel, tables)?,
        Task::LoadPlainFiles { directory, size, target, parallel } => {
            work::load_plainly(&directory, size, &target, parallel)?
        }
        Task::Verify { archive, directory, parallel } => work::verify::run(&archive, &directory, parallel)?,
        Task::Work { ledger, concurrency } => work::steps::serve(&ledger, concurrency)?,
    };
    println!("{}", serde_json::to_string(&Report { peak_bytes: peak_bytes()?, told })?);
    Ok(())
}

/// The most memory this process has held at once (VmHWM).
fn peak_bytes() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    let kib: u64 = line.split_whitespace().nth(1).ok_or("no number after VmHWM")?.parse()?;
    Ok(kib * 1024)
}
