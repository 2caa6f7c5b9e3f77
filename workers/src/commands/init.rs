//! `holdfast init`: the example files, and the installation's keys.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use holdfast_archive::RecipientKind;
use holdfast_schema::config;
use holdfast_workflows::Keyring;
use serde_json::json;

use crate::cli::Init;
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub fn run(init: &Init, output: Output) -> Result<Exit, Failure> {
    let (main, store) = (init.dir.join("holdfast.toml"), init.dir.join("stores/acme.toml"));
    let keys = init.dir.join("keys");
    let written = [write_new(&main, &installation_text(&init.dir)?)?, write_new(&store, config::EXAMPLE_STORE)?];
    let made = make_keys(&Keyring::at(keys.clone()))?;
    let document = json!({ "written": written.iter().flatten().collect::<Vec<_>>(), "keys_dir": keys, "keys": made });
    output.answer(&document, || text(&written, &keys, &made));
    Ok(Exit::Done)
}

/// The example, with its data under the directory it is written to.
fn installation_text(dir: &Path) -> Result<String, Failure> {
    let dir = std::path::absolute(dir).map_err(|error| Failure::failed("the directory cannot be named", &error))?;
    let here = dir.display().to_string();
    Ok(config::EXAMPLE_INSTALLATION.replace("/var/lib/holdfast", &here))
}

/// None when the file is there already: what somebody wrote is never overwritten.
fn write_new(path: &Path, text: &str) -> Result<Option<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::failed(&format!("{} was not written", path.display()), &error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map_err(failed).map(|()| Some(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn make_keys(keys: &Keyring) -> Result<Vec<String>, Failure> {
    let mut made = Vec::new();
    if !keys.has_installation() {
        keys.create_installation()?;
        made.push("installation".to_owned());
    }
    if !keys.public_path("escrow").exists() {
        keys.create_recipient("escrow", RecipientKind::Escrow)?;
        made.push("escrow".to_owned());
    }
    if !keys.public_path("acme").exists() {
        keys.create_recipient("acme", RecipientKind::Store)?;
        made.push("acme".to_owned());
    }
    Ok(made)
}

fn text(written: &[Option<PathBuf>], keys: &Path, made: &[String]) -> String {
    let mut text = String::new();
    for path in written.iter().flatten() {
        text += &format!("wrote {}\n", path.display());
    }
    if !made.is_empty() {
        text += &format!("made the keys of {} in {}\n", made.join(", "), keys.display());
    }
    text += &format!(
        "next  move {0}/escrow.key to a safe offline and delete it here: it opens every backup\n      \
         edit stores/acme.toml, `holdfast keys new STORE` for each store, then `holdfast check` and `holdfast up`",
        keys.display()
    );
    text
}
