//! `holdfast scheduler`: starts runs when they are due, until it is told to stop. Any number of them start each run once.

use std::path::Path;

use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::output::Output;
use crate::{scheduler, signals};

pub async fn run(config: Option<&Path>, output: Output) -> Result<Exit, Failure> {
    let shutdown = signals::shutdown()?;
    let home = Home::open(config).await?;
    output.say("scheduling");
    scheduler::run(&home.context, shutdown).await;
    home.close().await?;
    Ok(Exit::Done)
}
