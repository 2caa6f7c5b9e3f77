//! The contract of a kind of location. A backend that passes the conformance suite can be trusted with archives.

use std::ops::Range;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Result;

/// An object's size in bytes and when it appeared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    pub bytes: u64,
    pub modified: DateTime<Utc>,
}

/// A line of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub key: String,
    pub bytes: u64,
    pub modified: DateTime<Utc>,
}

/// What a kind of location can do. Keys and prefixes are checked before they come here.
///
/// - **Write-once.** Of any number of uploads of one key, finished in whatever order by whatever processes, exactly one
///   succeeds; the others get `AlreadyExists` and leave nothing.
/// - **Whole or not at all.** Before `finish` returns nothing is visible under the key; after it, the object survives a
///   power cut. An upload that is dropped or whose process dies is never listed.
/// - **No clean-up races.** `discard_uploads` takes away what dead uploads left, and never what a live one writes.
/// - **Bounded memory**, whatever the size of the object.
pub(crate) trait Backend {
    type Upload: Writing;
    type Download: Reading;

    fn create(&self, key: &str) -> impl Future<Output = Result<Self::Upload>> + Send;
    /// Bytes `range` of the object, cut at its end; a range that begins there or later is empty.
    fn open_read(&self, key: &str, range: Range<u64>) -> impl Future<Output = Result<Self::Download>> + Send;
    fn stat(&self, key: &str) -> impl Future<Output = Result<Option<Stat>>> + Send;
    /// At most `limit` entries whose key begins with `prefix` and comes after `after`, in the order of the keys' bytes.
    fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> impl Future<Output = Result<Vec<Entry>>> + Send;
    /// Whether there was something to delete.
    fn delete(&self, key: &str) -> impl Future<Output = Result<bool>> + Send;
    /// How many left-over uploads of keys beginning with `prefix` were taken away.
    fn discard_uploads(&self, prefix: &str) -> impl Future<Output = Result<u64>> + Send;
    /// `None` where space is not bounded.
    fn free_bytes(&self) -> impl Future<Output = Result<Option<u64>>> + Send;
}

pub(crate) trait Writing {
    fn write(&mut self, bytes: Bytes) -> impl Future<Output = Result<()>> + Send;
    fn finish(self) -> impl Future<Output = Result<Stat>> + Send;
    fn abort(self) -> impl Future<Output = Result<()>> + Send;
}

pub(crate) trait Reading {
    /// The next bytes, one MiB at most; `None` at the end of the range.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>>> + Send;
}
