//! A sandbox from nothing to its first answer, and its end.

use std::path::PathBuf;
use std::time::Instant;

use holdfast_sandbox::{self as sandbox, EngineChoice, Product, Request, SandboxError};

use crate::Outcome;
use crate::figures::{Turns, seconds};
use crate::stage::{SCHEMA, Stage};
use crate::table::Table;

pub fn run(stage: &Stage, rounds: usize, table: &mut Table) -> Outcome<()> {
    stage.runtime.block_on(async {
        for (name, engine) in [("as a local process", EngineChoice::Process), ("in Docker", EngineChoice::Docker)] {
            match measure(stage, rounds, engine).await {
                Ok((first, start, end)) => {
                    let told = format!("{} ({} the first time), {}", seconds(start), seconds(first), seconds(end));
                    table.figure(&format!("sandbox {name}: start, teardown"), told);
                }
                Err(error) if engine == EngineChoice::Docker => {
                    eprintln!("no sandbox in Docker here: {error}");
                    table.figure(&format!("sandbox {name}: start, teardown"), "not here".to_owned());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    })
}

/// Seconds of the first start (the template or the image is made), and medians of later starts and ends.
async fn measure(stage: &Stage, rounds: usize, engine: EngineChoice) -> Result<(f64, f64, f64), SandboxError> {
    let request = request(stage, engine, stage.directory.join("cold"));
    let began = Instant::now();
    sandbox::start(&request).await?.teardown().await?;
    let first = began.elapsed().as_secs_f64();
    let (mut starts, mut ends) = (Turns::default(), Turns::default());
    for _ in 0..rounds.max(1) {
        let began = Instant::now();
        let sandbox = sandbox::start(&request).await?;
        starts.add(began.elapsed().as_secs_f64());
        let began = Instant::now();
        sandbox.teardown().await?;
        ends.add(began.elapsed().as_secs_f64());
    }
    Ok((first, starts.median(), ends.median()))
}

/// Starts a sandbox where `verify` will, and throws it away.
pub fn make_template(stage: &Stage) -> Outcome<()> {
    let request = request(stage, EngineChoice::Process, stage.sandboxes());
    Ok(stage.runtime.block_on(async { sandbox::start(&request).await?.teardown().await })?)
}

fn request(stage: &Stage, engine: EngineChoice, directory: PathBuf) -> Request {
    Request { engine, ..Request::new(Product::MariaDb, stage.source.version(), directory, "bench", SCHEMA) }
}
