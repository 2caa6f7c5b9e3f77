//! `holdfast`: backups of Magento stores that are restored every night, and the proof.

mod cli;
mod commands;
mod exit;
mod home;
mod output;
mod scheduler;
mod signals;
mod watch_run;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::output::Output;

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::log(cli.verbose);
    let output = Output::new(cli.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.fail(&exit::Failure::failed("the runtime did not start", &error)),
    };
    let ended = runtime.block_on(Box::pin(commands::run(cli, output)));
    // Whatever a command left behind has nothing more to do; a blocked read must not hold the process.
    runtime.shutdown_background();
    match ended {
        Ok(code) => code.into(),
        Err(failure) => output.fail(&failure),
    }
}
