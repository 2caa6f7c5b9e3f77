//! `holdfast up`: scheduler and workers in one process, on a Postgres of their own unless one is named.

use std::path::Path;

use crate::cli::Worker;
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::output::Output;
use crate::{scheduler, signals, worker};

pub async fn run(config: Option<&Path>, asked: &Worker, output: Output) -> Result<Exit, Failure> {
    let shutdown = signals::shutdown()?;
    let home = Home::open(config).await?;
    let applied = home.apply().await?;
    for warning in &home.loaded.warnings {
        output.say(format!("note  {warning}"));
    }
    for line in &applied.diff {
        output.say(line);
    }
    output.say(format!("up: configuration version {}, {} stores", applied.version, home.loaded.stores.len()));
    let schedule = tokio::spawn({
        let (context, shutdown) = (home.context.clone(), shutdown.clone());
        async move { scheduler::run(&context, shutdown).await }
    });
    worker::run(&home, asked, shutdown.clone()).await;
    shutdown.cancel();
    schedule.await.map_err(|error| Failure::failed("the scheduler broke off", &error))?;
    output.say("stopped: every step was finished or handed back");
    home.close().await?;
    Ok(Exit::Done)
}
