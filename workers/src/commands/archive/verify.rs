//! `holdfast archive verify`: signatures, digests, foreign objects and the chain; with a key, every seal and row count.

use std::collections::BTreeMap;

use holdfast_archive::check::{self, Problem};
use holdfast_archive::{self as archive, VerifyingKey};
use holdfast_workflows::faults;
use serde_json::json;
use tokio::runtime::Handle;

use super::shelf::{self, Found, Shelf};
use crate::cli::Place;
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub async fn run(place: &Place, output: Output) -> Result<Exit, Failure> {
    let shelf = Shelf::open(place).await?;
    let signer = shelf::signer(place)?;
    let all = shelf.manifests().await?;
    let asked = |found: &&Found| {
        place.backup.as_ref().is_none_or(|id| found.manifest.backup.to_string().starts_with(id.as_str()))
    };
    let chosen: Vec<&Found> = all.iter().filter(asked).collect();
    if chosen.is_empty() {
        shelf.choose(place.backup.as_deref()).await?;
    }
    let mut problems = Vec::new();
    for found in &chosen {
        problems.extend(stored(&shelf, found, signer.as_ref()).await?);
        if place.key.is_some() {
            problems.extend(sealed(&shelf, found, place).await?);
        }
    }
    if place.backup.is_none() {
        problems.extend(chains(&all));
    }
    let level = if place.key.is_some() { "L2" } else { "L1" };
    let result = if problems.is_empty() { "passed" } else { "failed" };
    let document = json!({ "result": result, "level": level, "backups": chosen.len(), "signature_checked": signer.is_some(), "problems": problems });
    output.answer(&document, || text(&problems, chosen.len(), level, signer.is_some()));
    Ok(if problems.is_empty() { Exit::Done } else { Exit::Failed })
}

/// L1: what anyone can check.
async fn stored(shelf: &Shelf, found: &Found, signer: Option<&VerifyingKey>) -> Result<Vec<Problem>, Failure> {
    let (store, backup) = (&found.manifest.store, found.manifest.backup);
    let mut problems = Vec::new();
    let own_name = archive::manifest_key(store, &backup);
    if found.key != own_name {
        problems.push(problem(&found.key, format!("it is the manifest of {own_name}")));
    }
    if let Some(error) = signer.and_then(|signer| found.manifest.verify(signer).err()) {
        problems.push(problem(&found.key, error.to_string()));
    }
    let header = archive::header_key(store, &backup);
    match shelf.digest(&header).await? {
        None => problems.push(problem(&header, "it is missing".to_owned())),
        Some(_) => {
            let bytes = shelf.get(&header).await?;
            problems.extend(
                check::check_header(&found.manifest, &bytes).err().map(|error| problem(&header, error.to_string())),
            );
        }
    }
    for pack in &found.manifest.packs {
        let key = archive::pack_key(store, &backup, pack.number);
        let expected =
            check::ObjectDigest { bytes: pack.bytes, sha256: pack.sha256.clone(), crc32c: pack.crc32c.clone() };
        let Some(digest) = shelf.digest(&key).await? else {
            problems.push(problem(&key, "it is missing".to_owned()));
            continue;
        };
        let digest = check::ObjectDigest { bytes: digest.bytes, sha256: digest.sha256, crc32c: digest.crc32c };
        problems.extend(check::digest_mismatch(&key, &expected, &digest).map(|error| problem(&key, error.to_string())));
    }
    let prefix = format!("{store}/{backup}/");
    let listed = shelf.keys(&prefix).await?;
    problems.extend(check::check_names(&found.manifest, listed.iter().map(String::as_str)));
    Ok(problems)
}

/// L2: every seal, and every chunk the rows that the index lists.
async fn sealed(shelf: &Shelf, found: &Found, place: &Place) -> Result<Vec<Problem>, Failure> {
    let unlocked = match shelf::unlock(shelf, found, place).await {
        Ok(unlocked) => unlocked,
        // A wrong key is the asker's mistake; anything else is what was looked for.
        Err(failure) if failure.fault.runbook.as_deref() == Some("object-damaged.md") => {
            return Ok(vec![problem(&found.key, failure.fault.why)]);
        }
        Err(failure) => return Err(failure),
    };
    let open = shelf.reader(&unlocked.manifest.store, unlocked.manifest.backup, &Handle::current());
    let looked = tokio::task::spawn_blocking(move || {
        check::check_sealed(&unlocked.manifest, &unlocked.dek, |pack| open(pack, 0))
    });
    Ok(looked.await.map_err(|error| faults::broke_off(&error))?)
}

fn chains(manifests: &[Found]) -> Vec<Problem> {
    let mut stores: BTreeMap<&str, Vec<(&str, &[u8])>> = BTreeMap::new();
    for found in manifests {
        stores.entry(&found.manifest.store).or_default().push((&found.key, &found.bytes));
    }
    stores.into_iter().flat_map(|(store, chain)| check::check_chain(store, chain)).collect()
}

fn problem(object: &str, what: String) -> Problem {
    Problem { object: object.to_owned(), what }
}

fn text(problems: &[Problem], backups: usize, level: &str, signature_checked: bool) -> String {
    let mut text: String =
        problems.iter().map(|problem| format!("FAIL  {}: {}\n", problem.object, problem.what)).collect();
    let verdict = if problems.is_empty() { "passed" } else { "failed" };
    text += &format!("{backups} backups looked at, level {level}: {verdict}");
    if !signature_checked {
        text += "\nnote  nobody's signature was asked for: give --signer installation.verify to know who made them";
    }
    text
}
