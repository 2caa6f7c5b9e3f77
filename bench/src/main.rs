//! `make bench`: Holdfast beside the tools a user would pick instead, on the same machine, in the same run, turn by turn.
//!
//! What is compared stands in a file of its own under `measure/`; each puts its rows into one table. Whatever is timed runs in a
//! child process of this binary, so that its memory and its start are its own.

#![allow(clippy::missing_errors_doc)]

mod child;
mod figures;
mod machine;
mod measure;
mod plain;
mod rival;
mod server;
mod stage;
mod table;
mod work;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use figures::MIB;
use stage::Stage;
use table::Table;

/// What ends a bench is read by the person who started it, and by nobody else.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Parser)]
#[command(name = "holdfast-bench", about = "Holdfast beside the tools a user would pick instead")]
struct Args {
    #[command(subcommand)]
    child: Option<Child>,
    /// Row text of the generated store, in MB.
    #[arg(long, default_value_t = 200, value_name = "MB")]
    size: u64,
    /// Turns that each side takes; the table shows medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections of a dump, a load and a comparison.
    #[arg(long, default_value_t = 2)]
    parallel: usize,
    /// Only these measures.
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<Measure>,
    /// Also writes the table into this file.
    #[arg(long, value_name = "FILE")]
    write: Option<std::path::PathBuf>,
}

#[derive(Subcommand)]
enum Child {
    /// What the bench asks its own child processes to do.
    #[command(hide = true)]
    Child { task: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measure {
    /// Dump, restore, verify, size, memory.
    Transfer,
    OneTable,
    Codec,
    Engine,
    Sandbox,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.child {
        Some(Child::Child { task }) => child::main(task),
        None => bench(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the bench broke off: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(args: &Args) -> Outcome<()> {
    let wanted = |measure: Measure| args.only.is_empty() || args.only.contains(&measure);
    let before = machine::load();
    let stage = Stage::set(args.size * 1_000_000, args.parallel)?;
    let mut table = Table::default();
    if wanted(Measure::Transfer) || wanted(Measure::OneTable) {
        let archive = if wanted(Measure::Transfer) {
            measure::transfer::run(&stage, args.rounds, &mut table)?
        } else {
            stage.dump()?.archive
        };
        if wanted(Measure::OneTable) {
            measure::one_table::run(&stage, &archive, &mut table)?;
        }
    }
    if wanted(Measure::Codec) {
        measure::codec::run(&stage, args.rounds, &mut table)?;
    }
    if wanted(Measure::Engine) {
        measure::engine::run(&stage, &mut table)?;
    }
    if wanted(Measure::Sandbox) {
        measure::sandbox::run(&stage, args.rounds, &mut table)?;
    }
    let store = format!(
        "{} tables, {} MiB of row text; {} connections; median of {}",
        stage.store.tables().len(),
        stage.text_bytes / MIB,
        args.parallel,
        args.rounds
    );
    let page = format!("{}\n{}", machine::describe(&stage, &store, &before), table.markdown());
    println!("{page}");
    if let Some(file) = &args.write {
        std::fs::create_dir_all(file.parent().unwrap_or(std::path::Path::new(".")))?;
        std::fs::write(file, page)?;
    }
    Ok(())
}
