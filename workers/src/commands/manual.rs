//! `holdfast completions SHELL` and `holdfast man`: made from what clap knows, so they cannot drift.

use std::io;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::exit::{Exit, Failure};

pub fn completions(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    clap_complete::generate(shell, &mut Cli::command(), "holdfast", &mut io::stdout());
    Ok(Exit::Done)
}

pub fn man() -> Result<Exit, Failure> {
    let page = clap_mangen::Man::new(Cli::command());
    page.render(&mut io::stdout()).map_err(|error| Failure::failed("the man page was not written", &error))?;
    Ok(Exit::Done)
}
