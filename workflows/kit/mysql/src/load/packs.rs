//! Chunks of rows, opened where they lie in the packs.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use holdfast_archive::index::{Chunk, Index};
use holdfast_archive::pack::read_prologue;
use holdfast_archive::{ArchiveError, Dek, PROLOGUE_BYTES, PackReader};
use uuid::Uuid;

use crate::error::MysqlError;

/// The packs of one backup. `open(pack, offset)` reads a pack's object from a byte to its end.
pub(super) struct Packs<'a, F> {
    dek: &'a Dek,
    backup: Uuid,
    open: F,
    /// A pack's first bytes are fetched once, however many of its chunks are.
    prologues: Mutex<HashMap<u32, [u8; PROLOGUE_BYTES]>>,
    /// The first frame of each pack's last chunk.
    last: HashMap<u32, u32>,
}

impl<'a, R: Read, F: Fn(u32, u64) -> io::Result<R> + Sync> Packs<'a, F> {
    pub(super) fn new(dek: &'a Dek, backup: Uuid, index: &Index, open: F) -> Packs<'a, F> {
        let mut last: HashMap<u32, u32> = HashMap::new();
        for chunk in index.tables.iter().flat_map(|table| &table.chunks) {
            let first_frame = last.entry(chunk.pack).or_default();
            *first_frame = chunk.first_frame.max(*first_frame);
        }
        Packs { dek, backup, open, prologues: Mutex::default(), last }
    }

    /// Whether nothing but the pack's end follows the chunk: then somebody must look at that end.
    pub(super) fn is_last(&self, chunk: &Chunk) -> bool {
        self.last.get(&chunk.pack) == Some(&chunk.first_frame)
    }

    /// A reader that stands before the chunk's first frame.
    pub(super) fn chunk(&self, chunk: &Chunk) -> Result<PackReader<R>, MysqlError> {
        let prologue = self.prologue(chunk.pack)?;
        let input = self.read(chunk.pack, chunk.offset)?;
        Ok(PackReader::open_at(self.dek, self.backup, chunk.pack, &prologue, chunk.first_frame, input)?)
    }

    fn prologue(&self, pack: u32) -> Result<[u8; PROLOGUE_BYTES], MysqlError> {
        let known = || self.prologues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prologue) = known().get(&pack) {
            return Ok(*prologue);
        }
        let prologue = read_prologue(&self.object(pack), self.read(pack, 0)?)?;
        known().insert(pack, prologue);
        Ok(prologue)
    }

    fn read(&self, pack: u32, offset: u64) -> Result<R, MysqlError> {
        (self.open)(pack, offset).map_err(|source| ArchiveError::Io { object: self.object(pack), source }.into())
    }

    fn object(&self, pack: u32) -> String {
        format!("{}/p/{pack:06}", self.backup)
    }
}
