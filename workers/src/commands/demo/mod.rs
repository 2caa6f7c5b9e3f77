//! `holdfast demo`: a sample store, backed up end to end and restored, in a directory of its own.

mod installation;
mod shop;

use std::path::{Path, PathBuf};

use holdfast_engine::Trigger;
use holdfast_mysql::DatabaseUrl;
use holdfast_schema::Fault;
use holdfast_schema::config::{Misread, Size};
use holdfast_workflows::restore::{self, SealedUrl};
use holdfast_workflows::{Scene, backup, catalogue};
use serde_json::{Value, json};

use crate::cli::Demo;
use crate::commands::backup::size;
use crate::exit::{Exit, Failure};
use crate::home::{self, Home};
use crate::output::Output;
use crate::watch_run;
use shop::SampleShop;

pub const STORE: &str = "demo";
/// Where the restored copy goes, on the sample store's server.
const RESTORED: &str = "demo_restored";

pub async fn run(demo: Demo, output: Output) -> Result<Exit, Failure> {
    let bytes = size_of(&demo.size)?;
    let dir = Directory::make(demo.dir.as_deref(), demo.keep)?;
    output.say(format!(
        "1  a sample Magento store of about {}, on a MariaDB of its own",
        size(i64::try_from(bytes).ok())
    ));
    let shop = SampleShop::open(&dir.path.join("shop"), bytes).await?;
    output.say(format!("   {} tables loaded into {}", shop.tables, shop.shown()));
    let told = show(&dir.path, &shop, output).await;
    shop.close().await;
    let told = told?;
    output.answer(&told, || closing_words(&dir));
    dir.leave()?;
    Ok(Exit::Done)
}

/// `20M` and `2G` as people type them; the units of the configuration too.
fn size_of(text: &str) -> Result<u64, Failure> {
    let whole = if text.ends_with(['K', 'M', 'G']) { format!("{text}iB") } else { text.to_owned() };
    let misread = |misread: Misread| Failure::usage(format!("--size {text} is no size"), misread.why, misread.next);
    whole.parse::<Size>().map(|size| size.bytes()).map_err(misread)
}

async fn show(dir: &Path, shop: &SampleShop, output: Output) -> Result<Value, Failure> {
    let config = installation::write(dir, &shop.url(shop::SCHEMA))?;
    let home = Home::of(home::load(Some(&config))?).await?;
    let told = tell(&home, shop, output).await;
    home.close().await?;
    told
}

async fn tell(home: &Home, shop: &SampleShop, output: Output) -> Result<Value, Failure> {
    let version = home.version_in_force().await?;
    let scene = Scene::of(version.installation, version.stores, STORE)?;
    let (ledger, db) = (&home.context.ledger, &home.context.db);

    output.say("\n2  a backup: dump, encrypt, land hot, verify, mirror warm and cold");
    let request = backup::Request::default();
    let mut run = backup::plan(&scene.installation, &scene.store, None, &request, &home::author(), Trigger::Person);
    run.config_version = Some(version.id);
    let run = ledger.start(run).await.map_err(Fault::from)?;
    watch_run::until_ended(home, run, output).await?;
    let Some(made) = catalogue::list(db, STORE, 1).await?.pop() else {
        return Err(Failure::not_found("the demo's backup is not in the catalogue", "its run succeeded", "report it"));
    };
    output.say(format!(
        "   {} tables, {} rows: {} of rows became {} sealed, in {} locations",
        made.tables.unwrap_or(0),
        made.rows.unwrap_or(0),
        size(made.raw_bytes),
        size(made.stored_bytes),
        made.copies.len()
    ));
    if let Some(proof) = &made.verification {
        output.say(format!(
            "   restored into a sandbox and compared row by row: {} in {:.1} s",
            proof.result, proof.seconds
        ));
    }

    output.say("\n3  a restore into another schema, read back");
    let target = shop.url(RESTORED);
    let request = restore::Request {
        backup: made.id,
        location: scene.hot()?.name.clone(),
        target: SealedUrl::seal(&target, &scene.keys.store_public(STORE)?)?,
        target_shown: DatabaseUrl::parse(&target).map_err(Fault::from)?.to_string(),
        tables: Vec::new(),
        replace: false,
        yes_this_is_production: None,
        parallel: None,
    };
    let mut run = restore::plan(&scene.store, &request, &home::author());
    run.config_version = Some(version.id);
    let run = ledger.start(run).await.map_err(Fault::from)?;
    let restored = watch_run::until_ended(home, run, output).await?;
    let equal = shop.compare(shop::SCHEMA, RESTORED).await?;
    output.say(format!("   CHECKSUM TABLE of {equal} tables is the same in the store and in its restored copy"));
    Ok(json!({ "backup": made, "restore": restored, "tables_equal": equal }))
}

fn closing_words(dir: &Directory) -> String {
    if !dir.keep {
        return "\ndone. To look around afterwards: holdfast demo --keep --dir DIR\n\
                to start for real:               holdfast init, then holdfast check, then holdfast up"
            .to_owned();
    }
    let here = dir.path.display();
    format!(
        "\ndone. Look around in {here}:\n  \
         holdfast --config {here}/holdfast.toml backup list {STORE}\n  \
         holdfast --config {here}/holdfast.toml run list\n  \
         holdfast archive list {here}/cold --key {here}/keys/{STORE}.key\n  \
         holdfast archive verify {here}/cold --key {here}/keys/escrow.key --signer {here}/keys/installation.verify"
    )
}

/// The demo's directory: the one that was named, or a temporary one that goes afterwards.
struct Directory {
    path: PathBuf,
    keep: bool,
}

impl Directory {
    fn make(asked: Option<&Path>, keep: bool) -> Result<Directory, Failure> {
        let failed = |error: std::io::Error| Failure::failed("the demo has no directory", &error);
        let path = match asked {
            Some(path) => std::path::absolute(path).map_err(failed)?,
            None => std::env::temp_dir().join(format!("holdfast-demo-{}", std::process::id())),
        };
        let taken = path.read_dir().is_ok_and(|mut entries| entries.next().is_some());
        if taken {
            return Err(Failure::usage(
                format!("{} is not empty", path.display()),
                "the demo makes a store, an installation and its backups there",
                "name a new directory with --dir",
            ));
        }
        std::fs::create_dir_all(&path).map_err(failed)?;
        Ok(Directory { path, keep: keep || asked.is_some() })
    }

    fn leave(self) -> Result<(), Failure> {
        if self.keep {
            return Ok(());
        }
        std::fs::remove_dir_all(&self.path)
            .map_err(|error| Failure::failed("the demo's directory was not removed", &error))
    }
}
