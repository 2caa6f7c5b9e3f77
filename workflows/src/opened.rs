//! An archive at a location, opened: its manifest is checked, its data key unwrapped, its index read.

use std::collections::BTreeSet;

use holdfast_archive::{self as archive, ArchiveError, Dek, Header, Index, Manifest};
use holdfast_schema::Fault;
use holdfast_storage::{Location, StorageError};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::download::BlockingDownload;
use crate::{Keyring, faults};

pub struct Opened {
    pub manifest: Manifest,
    pub manifest_sha256: String,
    pub dek: Dek,
    pub index: Index,
}

/// Opens backup `backup` of `store` as it lies at `location`. Faults name the object that is missing, foreign or damaged.
pub async fn open(location: &Location, store: &str, backup: Uuid, keys: &Keyring) -> Result<Opened, Fault> {
    let (manifest, manifest_sha256) = manifest(location, store, backup, keys).await?;
    let key = archive::header_key(store, &backup);
    let header = get(location, &key).await?;
    faults::must_equal(location.name(), &key, &manifest.contents().header_sha256, &Manifest::sha256(&header))?;
    let header = Header::parse(&header).map_err(|error| faults::damaged(location.name(), &key, &error))?;
    let dek = header.unwrap(&keys.private_for(store, &header)?).map_err(faults::archive)?;
    let index = index(location, &manifest, &dek).await?;
    Ok(Opened { manifest, manifest_sha256, dek, index })
}

/// The manifest alone: signed by this installation, of this store and this backup.
pub async fn manifest(
    location: &Location,
    store: &str,
    backup: Uuid,
    keys: &Keyring,
) -> Result<(Manifest, String), Fault> {
    let key = archive::manifest_key(store, &backup);
    let bytes = get(location, &key).await?;
    let manifest = Manifest::parse(&bytes).map_err(|error| faults::damaged(location.name(), &key, &error))?;
    manifest.verify(&keys.verifying()?).map_err(|error| faults::damaged(location.name(), &key, &error))?;
    let found = manifest.contents();
    if found.store != store || found.backup != backup {
        let why = format!("it is the manifest of backup {} of store {}", found.backup, found.store);
        return Err(faults::damaged(location.name(), &key, &why));
    }
    Ok((manifest, Manifest::sha256(&bytes)))
}

pub async fn index(location: &Location, manifest: &Manifest, dek: &Dek) -> Result<Index, Fault> {
    let key =
        archive::pack_key(&manifest.contents().store, &manifest.contents().backup, manifest.contents().index_pack);
    let name = location.name().to_owned();
    let (location, dek, runtime) = (location.clone(), dek.clone(), Handle::current());
    let (backup, number) = (manifest.contents().backup, manifest.contents().index_pack);
    let read = move || {
        let input = BlockingDownload::open(&runtime, &location, &key, 0);
        let input = input.map_err(|source| ArchiveError::Io { object: key, source })?;
        Index::open(&dek, backup, number, input)
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|error| faults::broke_off(&error))?.map_err(|error| faults::archive_at(&name, error))
}

/// The packs with rows of `tables` (of every table when none is named) are there, and as long as the manifest says: a look
/// that costs nothing, before anything is made of them.
pub async fn packs_are_there(location: &Location, opened: &Opened, tables: &[String]) -> Result<(), Fault> {
    let manifest = opened.manifest.contents();
    let asked = |name: &String| tables.is_empty() || tables.contains(name);
    let chunks = opened.index.tables.iter().filter(|table| asked(&table.name)).flat_map(|table| &table.chunks);
    let needed: BTreeSet<u32> = chunks.map(|chunk| chunk.pack).collect();
    for pack in manifest.packs.iter().filter(|pack| needed.contains(&pack.number)) {
        let key = archive::pack_key(&manifest.store, &manifest.backup, pack.number);
        match location.stat(&key).await? {
            None => return Err(faults::missing_object(location.name(), &key)),
            Some(found) if found.bytes != pack.bytes => {
                return Err(faults::wrong_size(location.name(), &key, pack.bytes, found.bytes));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

pub async fn get(location: &Location, key: &str) -> Result<bytes::Bytes, Fault> {
    match location.get(key).await {
        Err(StorageError::Absent { .. }) => Err(faults::missing_object(location.name(), key)),
        other => Ok(other?),
    }
}
