//! A dump kept in memory, and what stands in it.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::sync::Mutex;

use holdfast_archive::index::{Index, Table};
use holdfast_archive::rows::{RowHasher, fields};
use holdfast_archive::{ChunkReader, Dek};
use holdfast_mysql::{DatabaseUrl, DumpOptions, Dumped, MysqlError, Watch};
use uuid::Uuid;

/// Packs in memory, as a location would hold them.
pub struct Store {
    pub dek: Dek,
    pub backup: Uuid,
    pub packs: Mutex<BTreeMap<u32, Vec<u8>>>,
    pub options: DumpOptions,
}

impl Store {
    pub fn new() -> Store {
        let options = DumpOptions::for_store("test");
        Store { dek: Dek::generate(), backup: Uuid::now_v7(), packs: Mutex::default(), options }
    }

    pub fn with(change: impl FnOnce(&mut DumpOptions)) -> Store {
        let mut store = Store::new();
        change(&mut store.options);
        store
    }

    pub fn dump(&self, url: &str) -> Result<Dumped, MysqlError> {
        self.dump_watched(url, &Watch::new())
    }

    pub fn dump_watched(&self, url: &str, watch: &Watch) -> Result<Dumped, MysqlError> {
        self.dump_into(&DatabaseUrl::parse(url)?, watch)
    }

    pub fn dump_at(&self, url: &DatabaseUrl) -> Result<Dumped, MysqlError> {
        self.dump_into(url, &Watch::new())
    }

    fn dump_into(&self, url: &DatabaseUrl, watch: &Watch) -> Result<Dumped, MysqlError> {
        let finish = |digest: holdfast_archive::PackDigest, bytes: Vec<u8>| {
            assert_eq!(digest.bytes, bytes.len() as u64);
            self.packs.lock().unwrap().insert(digest.number, bytes);
            Ok(())
        };
        holdfast_mysql::dump(url, &self.options, &self.dek, self.backup, |_| Ok(Vec::new()), finish, watch)
    }

    /// The index as one reads it from its pack.
    pub fn index(&self, dumped: &Dumped) -> Index {
        let packs = self.packs.lock().unwrap();
        Index::open(&self.dek, self.backup, dumped.index_pack, packs[&dumped.index_pack].as_slice()).unwrap()
    }

    /// The row text of a table, from its packs; sums and counts of every chunk are checked on the way.
    pub fn text(&self, table: &Table) -> Vec<u8> {
        let packs = self.packs.lock().unwrap();
        let open = |pack: u32, offset: u64| Ok::<_, io::Error>(Cursor::new(packs[&pack][offset as usize..].to_vec()));
        let mut reader = ChunkReader::new(&self.dek, self.backup, open);
        let mut all = Vec::new();
        for chunk in &table.chunks {
            let mut text = Vec::new();
            reader.copy(chunk, &mut text).unwrap();
            let mut hasher = RowHasher::new(&self.options.digest_key);
            hasher.update(&text);
            let tally = hasher.tally().unwrap();
            assert_eq!(
                (tally.rows, tally.raw_bytes, tally.sum),
                (chunk.rows, chunk.raw_bytes, chunk.sum),
                "{}",
                table.name
            );
            all.extend_from_slice(&text);
        }
        all
    }

    /// The rows of a table, unescaped.
    pub fn rows(&self, table: &Table) -> Vec<Vec<Option<Vec<u8>>>> {
        let text = self.text(table);
        let rows = text.split_inclusive(|byte| *byte == b'\n');
        rows.map(|row| fields(row).map(|field| field.unwrap().map(|value| value.into_owned())).collect()).collect()
    }
}

pub fn table<'i>(index: &'i Index, name: &str) -> &'i Table {
    index.tables.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name}"))
}
