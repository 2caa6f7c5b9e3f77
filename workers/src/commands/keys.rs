//! `holdfast keys new|list|rotate|escrow-test`.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_archive::{self as archive, Header, RecipientKind, RecipientPrivate};
use holdfast_schema::Fault;
use holdfast_workflows::{Keyring, Scene, catalogue, context, faults, opened};
use serde::Serialize;
use serde_json::json;

use crate::cli::Keys;
use crate::exit::{Exit, Failure};
use crate::home::{self, Home};
use crate::output::Output;

pub async fn run(config: Option<&Path>, command: Keys, output: Output) -> Result<Exit, Failure> {
    if let Keys::EscrowTest { key } = command {
        return escrow_test(config, key, output).await;
    }
    let loaded = home::load(config)?;
    let keys = Keyring::at(loaded.installation.keys_dir.clone());
    match command {
        Keys::New { escrow: true, store } => {
            new(&keys, &store.unwrap_or_else(|| "escrow".to_owned()), RecipientKind::Escrow, output)
        }
        Keys::New { store, .. } => {
            let store = store.unwrap_or_default();
            if loaded.store(&store).is_none() {
                return Err(context::store_unknown(&store).into());
            }
            new(&keys, &store, RecipientKind::Store, output)
        }
        Keys::Rotate { store } => rotate(&keys, &store, output),
        Keys::List | Keys::EscrowTest { .. } => list(&keys, output),
    }
}

fn new(keys: &Keyring, name: &str, kind: RecipientKind, output: Output) -> Result<Exit, Failure> {
    let public = keys.create_recipient(name, kind)?;
    let (private_path, public_path) = (keys.private_path(name), keys.public_path(name));
    output.answer(&json!({ "name": name, "id": public.id, "public": public_path, "private": private_path }), || {
        format!(
            "key {} of {name}\n{} may be anywhere\n{} opens the backups: guard it",
            public.id,
            public_path.display(),
            private_path.display()
        )
    });
    Ok(Exit::Done)
}

/// The old pair moves aside under its id: the backups sealed for it still open with it.
fn rotate(keys: &Keyring, store: &str, output: Output) -> Result<Exit, Failure> {
    let old = keys.store_public(store)?;
    let failed = |error: std::io::Error| Failure::failed("the old key could not be moved aside", &error);
    for path in [keys.private_path(store), keys.public_path(store)] {
        let kept = keys.retired_path(store, &old.id, &path);
        if path.exists() {
            fs::rename(&path, &kept).map_err(failed)?;
        }
    }
    new(keys, store, RecipientKind::Store, output)
}

#[derive(Serialize)]
struct KeyRow {
    name: String,
    id: Option<String>,
    public: bool,
    private: bool,
}

fn list(keys: &Keyring, output: Output) -> Result<Exit, Failure> {
    let rows: Vec<KeyRow> = keys
        .names()?
        .into_iter()
        .map(|name| KeyRow {
            id: keys.public_id(&name),
            public: keys.public_path(&name).exists(),
            private: keys.private_path(&name).exists(),
            name,
        })
        .collect();
    output.answer(&rows, || {
        let half = |here: bool, name: &str| if here { name.to_owned() } else { " ".repeat(name.len()) };
        let line = |row: &KeyRow| {
            let id = row.id.as_deref().unwrap_or("unreadable");
            format!("{:<24} {id:<18} {} {}", row.name, half(row.public, "public"), half(row.private, "private"))
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct EscrowProof {
    store: String,
    backup: Option<uuid::Uuid>,
    opens: bool,
    why: Option<String>,
}

/// Opens the header and the index of every store's newest backup with the escrow key and nothing else.
async fn escrow_test(config: Option<&Path>, key: Option<PathBuf>, output: Output) -> Result<Exit, Failure> {
    let home = Home::open(config).await?;
    let path = key.unwrap_or_else(|| home.loaded.installation.keys_dir.join("escrow.key"));
    let text = fs::read_to_string(&path)
        .map_err(|error| Failure::failed(&format!("{} cannot be read", path.display()), &error))?;
    let escrow = RecipientPrivate::parse(&text).map_err(faults::archive)?;
    let mut proofs = Vec::new();
    for store in &home.loaded.stores {
        let scene = Scene::of(home.loaded.installation.clone(), home.loaded.stores.clone(), &store.name)?;
        proofs.push(prove_escrow(&home, &scene, &escrow).await);
    }
    home.close().await?;
    let good = proofs.iter().all(|proof| proof.opens);
    output.answer(&proofs, || proofs.iter().map(escrow_line).collect::<Vec<_>>().join("\n"));
    Ok(if good { Exit::Done } else { Exit::Failed })
}

async fn prove_escrow(home: &Home, scene: &Scene, escrow: &RecipientPrivate) -> EscrowProof {
    let store = scene.store.name.clone();
    match try_escrow(home, scene, escrow).await {
        Ok(backup) => {
            EscrowProof { store, backup, opens: true, why: backup.is_none().then(|| "no backup yet".to_owned()) }
        }
        Err(fault) => EscrowProof { store, backup: None, opens: false, why: Some(fault.to_string()) },
    }
}

async fn try_escrow(home: &Home, scene: &Scene, escrow: &RecipientPrivate) -> Result<Option<uuid::Uuid>, Fault> {
    let store = &scene.store.name;
    let Some(backup) = catalogue::latest_verified(&home.context.db, store).await? else { return Ok(None) };
    let hot = scene.open_location(&backup.hot).await?;
    let (manifest, _) = opened::manifest(&hot, store, backup.id, &scene.keys).await?;
    let header = opened::get(&hot, &archive::header_key(store, &backup.id)).await?;
    let dek = Header::parse(&header).and_then(|header| header.unwrap(escrow)).map_err(faults::archive)?;
    opened::index(&hot, &manifest, &dek).await?;
    Ok(Some(backup.id))
}

fn escrow_line(proof: &EscrowProof) -> String {
    let backup = proof.backup.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let verdict = if proof.opens { "opens" } else { "DOES NOT OPEN" };
    format!("{:<24} {backup:<36} {verdict}  {}", proof.store, proof.why.as_deref().unwrap_or(""))
}
