//! Judging an archive from its objects. Without a key: the signature, the chain, and every stored byte against its
//! digest (L1). With one: every commitment and tag, and every chunk's rows against the index (L2).
//!
//! Nothing here reads storage: callers pass what they read, or closures that read it. Every problem names its object.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};

use serde::Serialize;

use crate::index::{Chunk, Index};
use crate::keys::{Dek, VerifyingKey};
use crate::manifest::Contents;
use crate::names::{backup_prefix, header_key, manifest_key, pack_key};
use crate::pack::PackReader;
use crate::rows::{DigestKey, RowHasher, Tally};
use crate::{ArchiveError, Header, Manifest, Result};

/// Something wrong, with the key of the object it is wrong with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub object: String,
    pub what: String,
}

impl Problem {
    fn new(object: impl Into<String>, what: impl fmt::Display) -> Problem {
        Problem { object: object.into(), what: what.to_string() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.what)
    }
}

/// What a location says an object's bytes come to, read back from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDigest {
    pub bytes: u64,
    /// Hex.
    pub sha256: String,
    /// Hex.
    pub crc32c: String,
}

/// L1: the manifest's signature, the header's hash, and every pack's size and digests. `header` is the header's object,
/// `None` when it is not there; `digest(key)` is `None` for an object that is not there.
pub fn check_objects(
    manifest: &Manifest,
    trusted: &[VerifyingKey],
    header: Option<&[u8]>,
    mut digest: impl FnMut(&str) -> io::Result<Option<ObjectDigest>>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Err(e) = manifest.verify_any(trusted) {
        problems.push(Problem::new(manifest_key(&manifest.store, &manifest.backup), e));
    }
    let header_object = header_key(&manifest.store, &manifest.backup);
    match header {
        None => problems.push(Problem::new(header_object, "it is missing")),
        Some(bytes) => problems.extend(check_header(manifest, bytes).err().map(|e| Problem::new(header_object, e))),
    }
    for pack in &manifest.packs {
        let object = pack_key(&manifest.store, &manifest.backup, pack.number);
        let expected = ObjectDigest { bytes: pack.bytes, sha256: pack.sha256.clone(), crc32c: pack.crc32c.clone() };
        match digest(&object) {
            Err(e) => problems.push(Problem::new(object, format!("it cannot be read: {e}"))),
            Ok(None) => problems.push(Problem::new(object, "it is missing")),
            Ok(Some(found)) => {
                problems.extend(digest_mismatch(&object, &expected, &found).map(|e| Problem::new(object, e)))
            }
        }
    }
    problems
}

/// Whether these are the bytes of the header this manifest was signed with, and they speak of the same backup.
pub fn check_header(manifest: &Contents, header: &[u8]) -> Result<Header> {
    let object = format!("{}/header", manifest.backup);
    let mismatch = |field, expected: &str, found: String| ArchiveError::DigestMismatch {
        object: object.clone(),
        field,
        expected: expected.to_owned(),
        found,
    };
    let found = Manifest::sha256(header);
    if found != manifest.header_sha256 {
        return Err(mismatch("SHA-256", &manifest.header_sha256, found));
    }
    let parsed = Header::parse(header)?;
    if parsed.backup != manifest.backup {
        return Err(mismatch("backup", &manifest.backup.to_string(), parsed.backup.to_string()));
    }
    if parsed.store != manifest.store {
        return Err(mismatch("store", &manifest.store, parsed.store));
    }
    Ok(parsed)
}

/// The first of size, SHA-256 and CRC-32C that differs.
pub fn digest_mismatch(object: &str, expected: &ObjectDigest, found: &ObjectDigest) -> Option<ArchiveError> {
    [
        ("size", expected.bytes.to_string(), found.bytes.to_string()),
        ("SHA-256", expected.sha256.clone(), found.sha256.clone()),
        ("CRC-32C", expected.crc32c.clone(), found.crc32c.clone()),
    ]
    .into_iter()
    .find(|(_, expected, found)| expected != found)
    .map(|(field, expected, found)| ArchiveError::DigestMismatch {
        object: object.to_owned(),
        field,
        expected,
        found,
    })
}

/// Objects under a backup's prefix that its manifest does not speak of. `wraps/` may be added to later and is passed.
pub fn check_names<'a>(manifest: &Contents, listed: impl IntoIterator<Item = &'a str>) -> Vec<Problem> {
    let (store, backup) = (&manifest.store, &manifest.backup);
    let wraps = format!("{}wraps/", backup_prefix(store, backup));
    let known = |key: &str| {
        key == header_key(store, backup)
            || key == manifest_key(store, backup)
            || key.starts_with(&wraps)
            || manifest.packs.iter().any(|pack| key == pack_key(store, backup, pack.number))
    };
    listed.into_iter().filter(|key| !known(key)).map(|key| Problem::new(key, "no part of this backup")).collect()
}

/// The chain of one store: sequence numbers without a gap, and each manifest naming the one before it by its hash.
/// Takes the object's key and bytes of every manifest of the store that is there, in any order. The oldest may be any
/// (older ones expire); whether signatures hold is [`check_objects`]' question.
pub fn check_chain<'a>(store: &str, manifests: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut links = Vec::new();
    for (object, bytes) in manifests {
        match Manifest::parse(bytes) {
            Ok(manifest) if manifest.store == store => links.push((manifest, object, Manifest::sha256(bytes))),
            Ok(manifest) => problems.push(Problem::new(object, format!("it is of store {}", manifest.store))),
            Err(e) => problems.push(Problem::new(object, e)),
        }
    }
    links.sort_by_key(|(manifest, ..)| (manifest.sequence, manifest.captured_at));
    if let Some((first, object, _)) = links.first()
        && (first.sequence == 1) != first.previous.is_none()
    {
        problems.push(Problem::new(*object, "a store's first backup, and no other, has none before it"));
    }
    for ((before, before_object, before_hash), (manifest, object, _)) in links.iter().zip(links.iter().skip(1)) {
        let broken = broken_link(before, before_object, before_hash, manifest);
        problems.extend(broken.map(|what| Problem::new(*object, what)));
    }
    problems
}

fn broken_link(before: &Contents, before_object: &str, before_hash: &str, manifest: &Contents) -> Option<String> {
    let (was, is) = (before.sequence, manifest.sequence);
    if is == was {
        return Some(format!("its sequence number {is} is also that of {before_object}"));
    }
    if is > was + 1 {
        return Some(format!("backups {} to {} before it are gone", was + 1, is - 1));
    }
    if manifest.previous.as_deref() != Some(before_hash) {
        return Some(format!("it does not follow {before_object}: its hash of the manifest before differs"));
    }
    None
}

/// L2: opens the index and every frame of every pack, and compares each chunk's rows, bytes and `S` with the index.
/// `open(pack)` gives the pack's object from its first byte.
pub fn check_sealed<R: Read>(
    manifest: &Contents,
    dek: &Dek,
    mut open: impl FnMut(u32) -> io::Result<R>,
) -> Vec<Problem> {
    let name = |number| pack_key(&manifest.store, &manifest.backup, number);
    let mut opened = |number| open(number).map_err(|source| ArchiveError::Io { object: name(number), source });
    let index =
        opened(manifest.index_pack).and_then(|input| Index::open(dek, manifest.backup, manifest.index_pack, input));
    let (chunks, mut problems) = match &index {
        Ok(index) => (chunks_by_pack(index), check_totals(manifest, index)),
        Err(e) => (BTreeMap::new(), vec![Problem::new(name(manifest.index_pack), e)]),
    };
    // The index pack is opened already, to its terminal frame.
    for pack in manifest.packs.iter().filter(|pack| pack.number != manifest.index_pack) {
        let chunks = chunks.get(&pack.number).map_or(&[][..], Vec::as_slice);
        match opened(pack.number) {
            Ok(input) => problems.extend(check_pack(manifest, dek, pack.number, chunks, input)),
            Err(e) => problems.push(Problem::new(name(pack.number), e)),
        }
    }
    problems.extend(chunks_nowhere(manifest, &chunks));
    problems
}

/// A chunk and the name of its table.
pub type NamedChunk<'a> = (&'a str, &'a Chunk);

/// The chunks of each pack, in the order of their frames.
pub fn chunks_by_pack(index: &Index) -> BTreeMap<u32, Vec<NamedChunk<'_>>> {
    let mut packs: BTreeMap<u32, Vec<NamedChunk<'_>>> = BTreeMap::new();
    for table in &index.tables {
        for chunk in &table.chunks {
            packs.entry(chunk.pack).or_default().push((&table.name, chunk));
        }
    }
    for chunks in packs.values_mut() {
        chunks.sort_by_key(|(_, chunk)| chunk.first_frame);
    }
    packs
}

/// L2 for one pack, so that packs can be checked in parallel. `chunks` are those of [`chunks_by_pack`].
pub fn check_pack(
    manifest: &Contents,
    dek: &Dek,
    number: u32,
    chunks: &[NamedChunk<'_>],
    input: impl Read,
) -> Vec<Problem> {
    let object = pack_key(&manifest.store, &manifest.backup, number);
    let mut problems = Vec::new();
    let frames = match tally_frames(manifest, dek, number, input) {
        Ok(frames) => frames,
        Err(e) => return vec![Problem::new(object, e)],
    };
    for (table, chunk) in chunks {
        let range = chunk.first_frame as usize..chunk.first_frame as usize + chunk.frames as usize;
        let Some(of_chunk) = frames.get(range) else {
            problems.push(Problem::new(&object, format!("a chunk of table {table} lies past its last frame")));
            continue;
        };
        let mut found = Tally::default();
        of_chunk.iter().for_each(|frame| found += frame.tally);
        let starts_there = of_chunk.first().is_none_or(|frame| frame.offset == chunk.offset);
        if found != (Tally { rows: chunk.rows, raw_bytes: chunk.raw_bytes, sum: chunk.sum }) || !starts_there {
            let what =
                format!("frames from {} on are not the rows of table {table} its index lists", chunk.first_frame);
            problems.push(Problem::new(&object, what));
        }
    }
    problems
}

struct FrameTally {
    offset: u64,
    tally: Tally,
}

fn tally_frames(manifest: &Contents, dek: &Dek, number: u32, input: impl Read) -> Result<Vec<FrameTally>> {
    let mut pack = PackReader::open(dek, manifest.backup, number, input)?;
    let mut rows = RowHasher::new(&DigestKey::for_store(&manifest.store));
    let mut frames = Vec::new();
    while let Some(frame) = pack.next_frame(&mut rows)? {
        frames.push(FrameTally { offset: frame.offset, tally: rows.take()? });
    }
    Ok(frames)
}

/// What the manifest says in public against what the index says under seal.
fn check_totals(manifest: &Contents, index: &Index) -> Vec<Problem> {
    let object = manifest_key(&manifest.store, &manifest.backup);
    let rows = index.tables.iter().map(|table| table.rows).sum::<u64>();
    let raw_bytes = index.tables.iter().map(|table| table.raw_bytes).sum::<u64>();
    let mut problems: Vec<Problem> = [
        ("tables", u64::from(manifest.tables), index.tables.len() as u64),
        ("rows", manifest.rows, rows),
        ("raw bytes", manifest.raw_bytes, raw_bytes),
    ]
    .into_iter()
    .filter(|(_, public, sealed)| public != sealed)
    .map(|(what, public, sealed)| Problem::new(&object, format!("it says {public} {what}, its index {sealed}")))
    .collect();
    for table in &index.tables {
        let mut chunks = Tally::default();
        for chunk in &table.chunks {
            chunks += Tally { rows: chunk.rows, raw_bytes: chunk.raw_bytes, sum: chunk.sum };
        }
        if chunks != (Tally { rows: table.rows, raw_bytes: table.raw_bytes, sum: table.sum }) {
            let what = format!("its index does not add up: chunks of table {} are not its rows", table.name);
            problems.push(Problem::new(pack_key(&manifest.store, &manifest.backup, manifest.index_pack), what));
        }
    }
    problems
}

fn chunks_nowhere(manifest: &Contents, chunks: &BTreeMap<u32, Vec<NamedChunk<'_>>>) -> Vec<Problem> {
    let known = |number: &u32| manifest.packs.iter().any(|pack| pack.number == *number);
    chunks
        .keys()
        .filter(|number| !known(number))
        .map(|number| {
            let object = pack_key(&manifest.store, &manifest.backup, *number);
            Problem::new(object, "the index lists rows in it and the manifest does not list it")
        })
        .collect()
}
