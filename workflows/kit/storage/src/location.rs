//! A place for archives, by its configured name and URL.

use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::backend::{Backend, Entry, Stat};
use crate::digest::ObjectDigest;
use crate::error::Act;
use crate::file::Files;
use crate::probe::{self, Problem};
use crate::transfer::{Down, Download, Up, Upload};
use crate::{Result, StorageError, key};

/// A place for archives; cloning is cheap.
#[derive(Debug, Clone)]
pub struct Location {
    name: Arc<str>,
    url: Arc<str>,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    File(Files),
}

impl Location {
    /// Opens the location at `url` (`file:///absolute/path`), which must have been prepared: a directory without
    /// Holdfast's marker may be the empty mount point of a disk that is gone, so it counts as `Unreachable`.
    pub async fn open(name: &str, url: &str) -> Result<Location> {
        let location = Location::parse(name, url)?;
        match &location.kind {
            Kind::File(files) => files.open().await?,
        }
        Ok(location)
    }

    /// First use of a location: makes its directory and leaves the marker. For one that
    /// is prepared already, the same as [`Location::open`]. To be called when a location enters the configuration, not
    /// at every start: it is what tells a new location from a lost one.
    pub async fn prepare(name: &str, url: &str) -> Result<Location> {
        let location = Location::parse(name, url)?;
        match &location.kind {
            Kind::File(files) => files.prepare().await?,
        }
        Ok(location)
    }

    /// A place to read from that need not be a location: a copy of objects on any disk, without Holdfast's marker.
    pub fn unmarked(name: &str, url: &str) -> Result<Location> {
        let location = Location::parse(name, url)?;
        let Kind::File(files) = location.kind;
        Ok(Location { kind: Kind::File(files.unmarked()), ..location })
    }

    fn parse(name: &str, url: &str) -> Result<Location> {
        let bad = |why: String| StorageError::BadUrl { location: name.to_owned(), url: url.to_owned(), why };
        let kind = match url.split_once("://") {
            Some(("file", path)) => Kind::File(Files::parse(name, path).map_err(bad)?),
            Some((scheme @ ("s3" | "gs"), _)) => return Err(bad(format!("and {scheme}:// is not built in yet"))),
            Some((scheme, _)) => return Err(bad(format!("and there is no {scheme}://; use file://"))),
            None => return Err(bad("which is no URL: it begins with file://".to_owned())),
        };
        Ok(Location { name: name.into(), url: url.into(), kind })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Begins an object. `AlreadyExists` may come now or from `finish`.
    pub async fn create(&self, key: &str) -> Result<Upload> {
        key::check(self.act("put", key))?;
        match &self.kind {
            Kind::File(files) => Ok(Upload(Up::File(files.create(key).await?))),
        }
    }

    /// Writes a small object.
    pub async fn put(&self, key: &str, bytes: &[u8]) -> Result<Stat> {
        let mut upload = self.create(key).await?;
        upload.write(Bytes::copy_from_slice(bytes)).await?;
        upload.finish().await
    }

    /// Reads a small object whole. `Absent` when it is not there.
    pub async fn get(&self, key: &str) -> Result<Bytes> {
        let mut download = self.open_read(key, ..).await?;
        let mut bytes = BytesMut::new();
        while let Some(chunk) = download.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    /// Reads bytes `range` of an object (`..`, `5..`, `5..10`), cut at its end. `Absent` when it is not there.
    pub async fn open_read(&self, key: &str, range: impl RangeBounds<u64>) -> Result<Download> {
        key::check(self.act("get", key))?;
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(start) => start.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(end) => end.saturating_add(1),
            Bound::Excluded(end) => *end,
            Bound::Unbounded => u64::MAX,
        };
        match &self.kind {
            Kind::File(files) => Ok(Download(Down::File(files.open_read(key, start..end).await?))),
        }
    }

    pub async fn stat(&self, key: &str) -> Result<Option<Stat>> {
        key::check(self.act("stat", key))?;
        match &self.kind {
            Kind::File(files) => files.stat(key).await,
        }
    }

    /// Reads the object back from the location and digests what comes. `Absent` when it is not there.
    pub async fn digest(&self, key: &str) -> Result<ObjectDigest> {
        ObjectDigest::of_download(self.open_read(key, ..).await?).await
    }

    /// At most `limit` objects whose key begins with `prefix` and comes after `after`, in the order of the keys' bytes.
    pub async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>> {
        key::check_prefix(self.act("list", prefix))?;
        match &self.kind {
            Kind::File(files) => files.list(prefix, after, limit).await,
        }
    }

    /// Whether there was something to delete: deleting twice is no error.
    pub async fn delete(&self, key: &str) -> Result<bool> {
        key::check(self.act("delete", key))?;
        match &self.kind {
            Kind::File(files) => files.delete(key).await,
        }
    }

    /// Takes away what uploads of dead processes left of keys beginning with `prefix`; how many those were.
    pub async fn discard_uploads(&self, prefix: &str) -> Result<u64> {
        key::check_prefix(self.act("discard uploads of", prefix))?;
        match &self.kind {
            Kind::File(files) => files.discard_uploads(prefix).await,
        }
    }

    /// Bytes that can still be written; `None` where nobody knows.
    pub async fn free_bytes(&self) -> Result<Option<u64>> {
        match &self.kind {
            Kind::File(files) => files.free_bytes().await,
        }
    }

    /// Writes, reads, tries to overwrite, lists and deletes a canary; what went wrong.
    pub async fn probe(&self) -> Vec<Problem> {
        probe::probe(self).await
    }

    fn act<'a>(&'a self, verb: &'static str, key: &'a str) -> Act<'a> {
        Act { location: &self.name, verb, key }
    }
}
