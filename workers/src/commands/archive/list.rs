//! `holdfast archive list`: the backups there; with a key, the tables of one.

use std::sync::Arc;

use serde_json::{Value, json};

use super::shelf::{self, Found, Shelf, Unlocked};
use crate::cli::Place;
use crate::commands::backup::size;
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub async fn run(place: &Place, output: Output) -> Result<Exit, Failure> {
    let shelf = Shelf::open(place).await?;
    if place.key.is_some() {
        let found = shelf.choose(place.backup.as_deref()).await?;
        let unlocked = shelf::unlock(&shelf, &found, place).await?;
        output.answer(&tables(&unlocked), || tables_text(&unlocked));
        return Ok(Exit::Done);
    }
    let mut manifests = shelf.manifests().await?;
    if let Some(asked) = &place.backup {
        manifests.retain(|found| found.manifest.backup.to_string().starts_with(asked.as_str()));
    }
    manifests.reverse();
    output.answer(&manifests.iter().map(backup).collect::<Vec<_>>(), || {
        manifests.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(Exit::Done)
}

fn stored_bytes(found: &Found) -> u64 {
    found.manifest.packs.iter().map(|pack| pack.bytes).sum()
}

fn backup(found: &Found) -> Value {
    let manifest = &found.manifest;
    json!({ "id": manifest.backup, "store": manifest.store, "captured_at": manifest.captured_at, "sequence": manifest.sequence,
        "previous": manifest.previous, "tables": manifest.tables, "rows": manifest.rows, "raw_bytes": manifest.raw_bytes,
        "stored_bytes": stored_bytes(found), "packs": manifest.packs.len(), "signer": manifest.signer() })
}

fn line(found: &Found) -> String {
    let manifest = &found.manifest;
    let stored = size(i64::try_from(stored_bytes(found)).ok());
    let when = manifest.captured_at.format("%Y-%m-%d %H:%M:%S");
    format!(
        "{}  {:<16} {when}  #{:<5} {:>6} tables {:>12} rows {stored:>10}",
        manifest.backup, manifest.store, manifest.sequence, manifest.tables, manifest.rows
    )
}

fn tables(unlocked: &Arc<Unlocked>) -> Value {
    let index = &unlocked.index;
    let tables: Vec<Value> = index
        .tables
        .iter()
        .map(|table| {
            json!({ "name": table.name, "engine": table.engine, "rows": table.rows, "raw_bytes": table.raw_bytes,
            "chunks": table.chunks.len(), "sum": table.sum })
        })
        .collect();
    let names = |objects: &[holdfast_archive::index::StoredObject]| {
        objects.iter().map(|object| object.name.clone()).collect::<Vec<_>>()
    };
    json!({ "id": unlocked.manifest.backup, "store": unlocked.manifest.store, "server": index.server, "snapshot": index.snapshot,
        "schema": index.schema, "tables": tables, "views": names(&index.views), "routines": names(&index.routines),
        "triggers": names(&index.triggers), "events": names(&index.events),
        "sequences": index.sequences.iter().map(|sequence| sequence.name.clone()).collect::<Vec<_>>() })
}

fn tables_text(unlocked: &Arc<Unlocked>) -> String {
    let index = &unlocked.index;
    let mut text = format!(
        "backup {} of {}: {} {}, rung {}\n",
        unlocked.manifest.backup,
        unlocked.manifest.store,
        index.server.version_comment,
        index.server.version,
        index.snapshot.rung
    );
    for table in &index.tables {
        text +=
            &format!("{:<48} {:>12} rows {:>10}\n", table.name, table.rows, size(i64::try_from(table.raw_bytes).ok()));
    }
    let counts = [
        ("views", index.views.len()),
        ("routines", index.routines.len()),
        ("triggers", index.triggers.len()),
        ("events", index.events.len()),
        ("sequences", index.sequences.len()),
    ];
    text + &counts.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}
