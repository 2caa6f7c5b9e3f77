//! Archives wherever they lie: a whole location, one store's directory, or one backup's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use holdfast_archive::{self as archive, ArchiveError, Dek, Header, Index, Manifest, RecipientPrivate, VerifyingKey};
use holdfast_storage::{Location, StorageError};
use holdfast_workflows::download::BlockingDownload;
use holdfast_workflows::{faults, opened};
use tokio::runtime::Handle;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cli::Place;
use crate::exit::{Exit, Failure};

const PAGE: usize = 1000;

/// A place with archives in it. Keys are the archive's own (`<store>/<id>/…`); the place may lie further down.
#[derive(Clone)]
pub struct Shelf {
    pub location: Location,
    /// The part of every key that the place itself stands for: empty, `<store>/`, or `<store>/<id>/`.
    above: String,
}

/// A manifest as it lies there.
#[derive(Clone)]
pub struct Found {
    pub key: String,
    pub bytes: bytes::Bytes,
    pub manifest: Manifest,
}

impl Shelf {
    pub async fn open(place: &Place) -> Result<Shelf, Failure> {
        let url = url_of(&place.place)?;
        let location = Location::unmarked("the archive", &url).map_err(holdfast_schema::Fault::from)?;
        let mut shelf = Shelf { location, above: String::new() };
        shelf.above = shelf.find_above().await?;
        Ok(shelf)
    }

    /// What a manifest says of itself tells how far down the place lies.
    async fn find_above(&self) -> Result<String, Failure> {
        let keys = self.keys("").await?;
        let Some(key) = keys.iter().find(|key| is_manifest(key)) else {
            return Err(Failure::not_found(
                format!("no backup lies at {}", self.location.url()),
                "nothing there is a manifest, and without one there is no backup",
                "name a location, a store's directory in it, or a backup's",
            ));
        };
        let bytes = self.location.get(key).await.map_err(holdfast_schema::Fault::from)?;
        let manifest = Manifest::parse(&bytes).map_err(|error| faults::damaged(self.location.url(), key, &error))?;
        let whole = archive::manifest_key(&manifest.store, &manifest.backup);
        // A manifest that lies under a name that is not its own is told by `verify`; the place is taken as the root then.
        Ok(whole.strip_suffix(key.as_str()).unwrap_or("").to_owned())
    }

    /// Every key below `prefix`, as the archive names them.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, Failure> {
        let mut keys: Vec<String> = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self
                .location
                .list(self.inside(prefix), after.as_deref(), PAGE)
                .await
                .map_err(holdfast_schema::Fault::from)?;
            let Some(last) = page.last() else { return Ok(keys) };
            after = Some(last.key.clone());
            keys.extend(page.into_iter().map(|entry| format!("{}{}", self.above, entry.key)));
        }
    }

    /// Every manifest there, oldest first; one that cannot be parsed is the failure.
    pub async fn manifests(&self) -> Result<Vec<Found>, Failure> {
        let mut found = Vec::new();
        for key in self.keys("").await?.into_iter().filter(|key| is_manifest(key)) {
            let bytes = self.get(&key).await?;
            let manifest =
                Manifest::parse(&bytes).map_err(|error| faults::damaged(self.location.url(), &key, &error))?;
            found.push(Found { key, bytes, manifest });
        }
        found.sort_by_key(|found| (found.manifest.captured_at, found.manifest.backup));
        Ok(found)
    }

    /// The backup asked for, or the newest.
    pub async fn choose(&self, asked: Option<&str>) -> Result<Found, Failure> {
        let mut manifests = self.manifests().await?;
        if let Some(asked) = asked {
            manifests.retain(|found| found.manifest.backup.to_string().starts_with(&asked.to_lowercase()));
        }
        manifests.pop().ok_or_else(|| {
            let asked = asked.unwrap_or_default();
            Failure::not_found(
                format!("no backup {asked} lies here"),
                "no manifest there names it",
                "`holdfast archive list` shows what does",
            )
        })
    }

    pub async fn get(&self, key: &str) -> Result<bytes::Bytes, Failure> {
        Ok(opened::get(&self.location, self.inside(key)).await?)
    }

    pub async fn digest(&self, key: &str) -> Result<Option<holdfast_storage::ObjectDigest>, Failure> {
        match self.location.digest(self.inside(key)).await {
            Ok(digest) => Ok(Some(digest)),
            Err(StorageError::Absent { .. }) => Ok(None),
            Err(error) => Err(holdfast_schema::Fault::from(error).into()),
        }
    }

    /// Reads a pack of a backup from byte `offset`; for threads of their own.
    pub fn reader(
        &self,
        store: &str,
        backup: Uuid,
        runtime: &Handle,
    ) -> impl Fn(u32, u64) -> io::Result<BlockingDownload> + use<> {
        let (shelf, store, runtime) = (self.clone(), store.to_owned(), runtime.clone());
        move |pack, offset| {
            let key = archive::pack_key(&store, &backup, pack);
            BlockingDownload::open(&runtime, &shelf.location, shelf.inside(&key), offset)
        }
    }

    fn inside<'a>(&self, key: &'a str) -> &'a str {
        key.strip_prefix(self.above.as_str()).unwrap_or(key)
    }
}

/// A backup with its data key and its index.
pub struct Unlocked {
    pub manifest: Manifest,
    pub dek: Dek,
    pub index: Index,
}

/// Opens `found` with the private key that was given.
pub async fn unlock(shelf: &Shelf, found: &Found, place: &Place) -> Result<Arc<Unlocked>, Failure> {
    let key = private_key(place)?;
    let header = shelf.get(&archive::header_key(&found.manifest.store, &found.manifest.backup)).await?;
    let dek = Header::parse(&header).and_then(|header| header.unwrap(&key)).map_err(faults::archive)?;
    let open = shelf.reader(&found.manifest.store, found.manifest.backup, &Handle::current());
    let (manifest, data_key) = (found.manifest.clone(), dek.clone());
    let read = tokio::task::spawn_blocking(move || {
        let (backup, number) = (manifest.backup, manifest.index_pack);
        let object = archive::pack_key(&manifest.store, &backup, number);
        let input = open(number, 0).map_err(|source| ArchiveError::Io { object, source })?;
        Index::open(&data_key, backup, number, input)
    });
    let index = read.await.map_err(|error| faults::broke_off(&error))?;
    let index = index.map_err(|error| faults::archive_at(shelf.location.url(), error))?;
    Ok(Arc::new(Unlocked { manifest: found.manifest.clone(), dek, index }))
}

fn private_key(place: &Place) -> Result<RecipientPrivate, Failure> {
    let Some(path) = &place.key else {
        return Err(Failure::usage(
            "this needs a private key",
            "rows and table names are sealed for the store's key and the escrow's",
            "give --key FILE (or $HOLDFAST_KEY_FILE)",
        ));
    };
    let text = Zeroizing::new(read(path)?);
    let parsed = RecipientPrivate::parse(&text);
    parsed.map_err(|error| {
        Failure::usage(
            format!("{} is not a private key", path.display()),
            error.to_string(),
            "give the file that ends in .key",
        )
    })
}

pub fn signer(place: &Place) -> Result<Option<VerifyingKey>, Failure> {
    let Some(path) = &place.signer else { return Ok(None) };
    let parsed = VerifyingKey::parse(&read(path)?);
    let wrong = |error: ArchiveError| {
        Failure::usage(
            format!("{} is not a verifying key", path.display()),
            error.to_string(),
            "give the installation's installation.verify",
        )
    };
    parsed.map(Some).map_err(wrong)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::usage(
            format!("{} cannot be read", path.display()),
            error.to_string(),
            "name a file that is there and readable",
        )
    })
}

fn is_manifest(key: &str) -> bool {
    key == "manifest" || key.ends_with("/manifest")
}

fn url_of(place: &str) -> Result<String, Failure> {
    if place.contains("://") {
        return Ok(place.to_owned());
    }
    let path: PathBuf = fs::canonicalize(place).map_err(|error| Failure {
        exit: Exit::NotFound,
        ..Failure::not_found(
            format!("{place} cannot be opened"),
            error.to_string(),
            "name a directory or a location's URL",
        )
    })?;
    Ok(format!("file://{}", path.display()))
}
