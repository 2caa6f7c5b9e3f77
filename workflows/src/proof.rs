//! The proof of a backup: it is restored into a sandbox, and everything is compared.

use std::sync::Arc;
use std::time::Instant;

use holdfast_archive::index::Product;
use holdfast_archive::{self as archive, DigestKey};
use holdfast_engine::StepContext;
use holdfast_mysql::{self as mysql, CompareOptions, DatabaseUrl, LoadOptions, Loaded, MysqlError, Problem, Watch};
use holdfast_sandbox::{self as sandbox, EngineChoice, Kind, Request, Sandbox};
use holdfast_schema::Fault;
use holdfast_schema::config::SandboxEngine;
use holdfast_storage::Location;
use tokio::runtime::Handle;

use crate::backup::Level;
use crate::download::BlockingDownload;
use crate::opened::Opened;
use crate::{Scene, faults, watch};

/// What was found out, and how long it took.
pub struct Proof {
    pub problems: Vec<Problem>,
    pub tables: u64,
    pub rows: u64,
    /// Which kind of sandbox it was, `docker` or `process`; none when the level needs none.
    pub sandbox: Option<String>,
    /// Wall seconds, sandbox start and teardown included.
    pub seconds: f64,
    /// From the first byte fetched to the last object created: the measured RTO.
    pub restore_seconds: Option<f64>,
}

/// Restores `opened` from `location` into a sandbox, compares schema, rows and `S` of every table, calls every view and routine,
/// runs the key-table check and the store's own. The sandbox is torn down whatever happened.
pub async fn prove(
    scene: &Scene,
    location: &Location,
    opened: Arc<Opened>,
    step: &StepContext,
    level: Level,
) -> Result<Proof, Fault> {
    let began = Instant::now();
    let sandbox = sandbox::start(&request(scene, &opened, step)).await.map_err(Fault::from)?;
    let kind = match sandbox.kind() {
        Kind::Docker => "docker",
        Kind::Process => "process",
    };
    let found = restore_and_compare(scene, location, &opened, &sandbox, step, level).await;
    let torn_down = sandbox.teardown().await.map_err(Fault::from);
    let (loaded, problems) = found?;
    torn_down?;
    Ok(Proof {
        problems,
        tables: loaded.tables,
        rows: loaded.rows,
        sandbox: Some(kind.to_owned()),
        seconds: began.elapsed().as_secs_f64(),
        restore_seconds: Some(loaded.seconds()),
    })
}

async fn restore_and_compare(
    scene: &Scene,
    location: &Location,
    opened: &Arc<Opened>,
    sandbox: &Sandbox,
    step: &StepContext,
    level: Level,
) -> Result<(Loaded, Vec<Problem>), Fault> {
    let url = DatabaseUrl::parse(&sandbox.url()).map_err(Fault::from)?;
    let options = LoadOptions { parallel: scene.store.database.parallel, durable: false, ..LoadOptions::default() };
    let loaded = load(location, opened, url.clone(), options, step).await?;
    let problems = compare(scene, opened, url, step, level).await?;
    Ok((loaded, problems))
}

/// Loads the archive into `target`, straight from the location: what is fetched is decrypted into the server's socket.
pub async fn load(
    location: &Location,
    opened: &Arc<Opened>,
    target: DatabaseUrl,
    options: LoadOptions,
    step: &StepContext,
) -> Result<Loaded, Fault> {
    let (source, opened, runtime) = (location.clone(), opened.clone(), Handle::current());
    let blocking = move |watch: Arc<Watch>| {
        let (store, backup) = (&opened.manifest.contents().store, opened.manifest.contents().backup);
        let open = |pack: u32, offset: u64| {
            BlockingDownload::open(&runtime, &source, &archive::pack_key(store, &backup, pack), offset)
        };
        mysql::load(&target, &opened.index, &opened.dek, backup, open, &options, &watch)
    };
    watch::blocking(step, blocking).await?.map_err(|error| faults::mysql(location.name(), error))
}

async fn compare(
    scene: &Scene,
    opened: &Arc<Opened>,
    url: DatabaseUrl,
    step: &StepContext,
    level: Level,
) -> Result<Vec<Problem>, Fault> {
    let options = compare_options(scene, None);
    let opened = opened.clone();
    let key_tables = scene.store.verify.key_tables.clone();
    let checks: Vec<(String, String)> =
        scene.store.verify.checks.iter().map(|check| (check.name.clone(), check.sql.clone())).collect();
    let blocking = move |watch: Arc<Watch>| -> Result<Vec<Problem>, MysqlError> {
        let mut problems = mysql::compare(&url, &opened.index, &options, &watch)?;
        problems.extend(mysql::exercise(&url, &opened.index)?);
        if level >= Level::L4 {
            problems.extend(mysql::assert_checks(&url, &opened.index, &key_tables, &checks)?);
        }
        Ok(problems)
    };
    watch::blocking(step, blocking).await?.map_err(|error| faults::mysql("the sandbox", error))
}

pub fn compare_options(scene: &Scene, tables: Option<Vec<String>>) -> CompareOptions {
    CompareOptions {
        parallel: scene.store.database.parallel,
        digest_key: DigestKey::for_store(&scene.store.name),
        tables,
        ..CompareOptions::default()
    }
}

fn request(scene: &Scene, opened: &Opened, step: &StepContext) -> Request {
    let server = &opened.index.server;
    let product = match server.product {
        Product::MariaDb => sandbox::Product::MariaDb,
        Product::MySql => sandbox::Product::MySql,
    };
    let settings = &scene.installation.sandbox;
    Request {
        memory_bytes: settings.memory.bytes(),
        engine: engine(settings.engine),
        data_bytes: Some(opened.manifest.raw_bytes),
        lower_case_table_names: server.lower_case_table_names,
        character_set_server: Some(server.character_set_server.clone()),
        collation_server: Some(server.collation_server.clone()),
        ..Request::new(product, &server.version, &settings.dir, &step.step.to_string(), &opened.index.schema.name)
    }
}

pub fn engine(choice: SandboxEngine) -> EngineChoice {
    match choice {
        SandboxEngine::Auto => EngineChoice::Auto,
        SandboxEngine::Docker => EngineChoice::Docker,
        SandboxEngine::Process => EngineChoice::Process,
    }
}
