//! Dump and load through the bridges that the workflows use, with nothing but the archive around them.

use std::collections::BTreeMap;
use std::fs;

use holdfast_archive::{
    self as archive, Dek, DigestKey, Header, Index, RecipientKind, RecipientPrivate, generate_recipient,
};
use holdfast_mysql::{self as mysql, CompareOptions, DatabaseUrl, DumpOptions, LoadOptions, Problem, Watch};
use holdfast_storage::Location;
use holdfast_workflows::backup::pack_upload::PackUpload;
use holdfast_workflows::download::BlockingDownload;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::Outcome;
use crate::child::Archive;

const STORE: &str = "bench";

/// Header, packs and index pack of a new backup.
pub fn dump(source: &str, location: &str, key_file: &str, parallel: usize) -> Outcome<Value> {
    let runtime = Runtime::new()?;
    let hot = runtime.block_on(Location::prepare("hot", location))?;
    let store_key = RecipientPrivate::parse(fs::read_to_string(key_file)?.trim())?.public(RecipientKind::Store);
    let escrow_key = generate_recipient(RecipientKind::Escrow).1;
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let header = Header::create(STORE, backup, chrono::Utc::now(), &dek, &[store_key, escrow_key])?.to_bytes();
    runtime.block_on(hot.put(&archive::header_key(STORE, &backup), &header))?;

    let options = DumpOptions { parallel, ..DumpOptions::for_store(STORE) };
    let new_pack = |number: u32| PackUpload::create(runtime.handle(), &hot, &archive::pack_key(STORE, &backup, number));
    let finish_pack = |_, pack: PackUpload| pack.finish();
    let url = DatabaseUrl::parse(source)?;
    let dumped = mysql::dump(&url, &options, &dek, backup, new_pack, finish_pack, &Watch::new())?;
    let stored_bytes = header.len() as u64 + dumped.packs.iter().map(|pack| pack.bytes).sum::<u64>();
    Ok(
        json!({ "backup": backup, "index_pack": dumped.index_pack, "stored_bytes": stored_bytes, "rung": dumped.index.snapshot.rung }),
    )
}

/// Tells the bytes it read from the location for the load itself, and the stored bytes of every table.
pub fn load(of: &Archive, target: &str, parallel: usize, tables: Option<Vec<String>>) -> Outcome<Value> {
    let opened = Opened::open(of)?;
    let options = LoadOptions { parallel, tables, ..LoadOptions::default() };
    let before = bytes_read()?;
    let loaded = opened.load(&DatabaseUrl::parse(target)?, &options)?;
    let read_bytes = bytes_read()? - before;
    Ok(json!({
        "read_bytes": read_bytes, "stored": opened.stored_bytes()?, "rows": loaded.rows,
        "load_seconds": loaded.load_seconds, "index_seconds": loaded.index_seconds, "objects_seconds": loaded.objects_seconds
    }))
}

/// An archive whose data key is unwrapped and whose index is read.
pub struct Opened {
    runtime: Runtime,
    location: Location,
    backup: Uuid,
    dek: Dek,
    pub index: Index,
}

impl Opened {
    pub fn open(of: &Archive) -> Outcome<Opened> {
        let runtime = Runtime::new()?;
        let location = runtime.block_on(Location::open("hot", &of.location))?;
        let key = RecipientPrivate::parse(fs::read_to_string(&of.key_file)?.trim())?;
        let header = runtime.block_on(location.get(&archive::header_key(STORE, &of.backup)))?;
        let dek = Header::parse(&header)?.unwrap(&key)?;
        let index_key = archive::pack_key(STORE, &of.backup, of.index_pack);
        let input = BlockingDownload::open(runtime.handle(), &location, &index_key, 0)?;
        let index = Index::open(&dek, of.backup, of.index_pack, input)?;
        Ok(Opened { runtime, location, backup: of.backup, dek, index })
    }

    pub fn load(&self, target: &DatabaseUrl, options: &LoadOptions) -> Outcome<mysql::Loaded> {
        let open = |pack: u32, offset: u64| {
            let key = archive::pack_key(STORE, &self.backup, pack);
            BlockingDownload::open(self.runtime.handle(), &self.location, &key, offset)
        };
        Ok(mysql::load(target, &self.index, &self.dek, self.backup, open, options, &Watch::new())?)
    }

    /// Size and digest of every pack, read back from the location.
    pub fn look_at_every_byte(&self, index_pack: u32) -> Outcome<()> {
        for pack in 0..=index_pack {
            self.runtime.block_on(self.location.digest(&archive::pack_key(STORE, &self.backup, pack)))?;
        }
        Ok(())
    }

    /// As `verify` does it: everything compared, every view and routine called.
    pub fn compare(&self, target: &DatabaseUrl, parallel: usize) -> Outcome<Vec<Problem>> {
        let options = CompareOptions { parallel, digest_key: DigestKey::for_store(STORE), ..CompareOptions::default() };
        let mut problems = mysql::compare(target, &self.index, &options, &Watch::new())?;
        problems.extend(mysql::exercise(target, &self.index)?);
        Ok(problems)
    }

    /// Of each table's chunks: from where a chunk begins to where the next one in its pack does, or the pack ends.
    fn stored_bytes(&self) -> Outcome<Vec<(u64, String)>> {
        let mut ends: BTreeMap<(u32, u64), u64> = BTreeMap::new();
        let chunks = || self.index.tables.iter().flat_map(|table| &table.chunks);
        let mut places: Vec<(u32, u64)> = chunks().map(|chunk| (chunk.pack, chunk.offset)).collect();
        places.sort_unstable();
        for (at, (pack, offset)) in places.iter().enumerate() {
            let next = places.get(at + 1).filter(|(next_pack, _)| next_pack == pack);
            let end = match next {
                Some((_, next)) => *next,
                None => self.pack_bytes(*pack)?,
            };
            ends.insert((*pack, *offset), end);
        }
        let stored = |table: &archive::index::Table| {
            table.chunks.iter().map(|chunk| ends[&(chunk.pack, chunk.offset)] - chunk.offset).sum()
        };
        Ok(self.index.tables.iter().map(|table| (stored(table), table.name.clone())).collect())
    }

    fn pack_bytes(&self, pack: u32) -> Outcome<u64> {
        let key = archive::pack_key(STORE, &self.backup, pack);
        let stat = self.runtime.block_on(self.location.stat(&key))?;
        Ok(stat.ok_or("a pack is not there")?.bytes)
    }
}

/// Bytes that this process has read from files: sockets are read by other calls, which the kernel does not count here.
fn bytes_read() -> Outcome<u64> {
    let io = fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|line| line.strip_prefix("rchar:")).ok_or("no rchar in /proc/self/io")?;
    Ok(line.trim().parse()?)
}
