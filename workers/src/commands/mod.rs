//! The commands, a file each.

mod apply;
mod archive;
mod backup;
mod check;
mod config;
mod demo;
mod init;
mod keys;
mod manual;
mod restore;
mod run;
mod scheduler;
mod up;
mod worker;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub async fn run(cli: Cli, output: Output) -> Result<Exit, Failure> {
    let config = cli.config.as_deref();
    match cli.command {
        Command::Demo(demo) => demo::run(demo, output).await,
        Command::Init(init) => init::run(&init, output),
        Command::Check { store } => check::run(config, store.as_deref(), output).await,
        Command::Up(up) => up::run(config, &up.worker, output).await,
        Command::Worker(worker) => worker::run(config, &worker, output).await,
        Command::Scheduler => scheduler::run(config, output).await,
        Command::Apply { dry_run } => apply::run(config, dry_run, output).await,
        Command::Config(command) => config::run(config, &command, output).await,
        Command::Keys(command) => keys::run(config, command, output).await,
        Command::Run(command) => run::run(config, command, output).await,
        Command::Backup(command) => backup::run(config, command, output).await,
        Command::Restore(restore) => restore::run(config, restore, output).await,
        Command::Archive(command) => archive::run(command, output).await,
        Command::Completions { shell } => manual::completions(shell),
        Command::Man => manual::man(),
    }
}
