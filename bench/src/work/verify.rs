//! The proof of a backup without the run around it: every stored byte, sandbox, restore, comparison of every row, teardown.

use holdfast_mysql::{DatabaseUrl, LoadOptions};
use holdfast_sandbox::{self as sandbox, EngineChoice, Product, Request};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::archive::Opened;
use crate::Outcome;
use crate::child::Archive;

pub fn run(of: &Archive, directory: &str, parallel: usize) -> Outcome<Value> {
    let runtime = Runtime::new()?;
    let opened = Opened::open(of)?;
    opened.look_at_every_byte(of.index_pack)?;
    let raw_bytes = opened.index.tables.iter().map(|table| table.raw_bytes).sum();
    let server = &opened.index.server;
    let request = Request {
        // The same on every machine; the start in Docker has a line of its own.
        engine: EngineChoice::Process,
        data_bytes: Some(raw_bytes),
        lower_case_table_names: server.lower_case_table_names,
        character_set_server: Some(server.character_set_server.clone()),
        collation_server: Some(server.collation_server.clone()),
        ..Request::new(Product::MariaDb, &server.version, directory, "bench", &opened.index.schema.name)
    };
    let sandbox = runtime.block_on(sandbox::start(&request))?;
    let url = DatabaseUrl::parse(&sandbox.url())?;
    let loaded = opened.load(&url, &LoadOptions { parallel, durable: false, ..LoadOptions::default() })?;
    let problems = opened.compare(&url, parallel)?;
    runtime.block_on(sandbox.teardown())?;
    if let Some(problem) = problems.first() {
        return Err(format!("the archive does not verify: {} {}", problem.what, problem.why).into());
    }
    Ok(json!({ "restore_seconds": loaded.seconds() }))
}
