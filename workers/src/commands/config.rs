//! `holdfast config schema|show`.

use std::path::Path;

use holdfast_schema::config::json_schema;
use holdfast_workflows::context;
use serde_json::json;

use crate::cli::Config;
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::output::Output;

pub async fn run(config: Option<&Path>, command: &Config, output: Output) -> Result<Exit, Failure> {
    match command {
        Config::Schema => {
            let schema = json_schema();
            output.answer(&schema, || format!("{schema:#}"));
        }
        Config::Show => {
            let home = Home::open(config).await?;
            let version = context::current(&home.context.db).await?;
            let names: Vec<&str> = version.stores.iter().map(|store| store.name.as_str()).collect();
            let document = json!({ "version": version.id, "applied_at": version.created_at, "author": version.author,
                "installation": version.installation, "stores": version.stores });
            output.answer(&document, || {
                let when = version.created_at.format("%Y-%m-%d %H:%M UTC");
                format!("version {} by {} at {when}\nstores  {}", version.id, version.author, names.join(", "))
            });
            home.close().await?;
        }
    }
    Ok(Exit::Done)
}
