//! `holdfast worker`: works on queued steps until it is told to stop.

use std::path::Path;

use crate::cli::Worker;
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::output::Output;
use crate::{signals, worker};

pub async fn run(config: Option<&Path>, asked: &Worker, output: Output) -> Result<Exit, Failure> {
    let shutdown = signals::shutdown()?;
    let home = Home::open(config).await?;
    output.say(format!("working on {} with {} steps at once in each", asked.pools.join(", "), asked.concurrency));
    worker::run(&home, asked, shutdown).await;
    output.say("stopped: every step was finished or handed back");
    home.close().await?;
    Ok(Exit::Done)
}
