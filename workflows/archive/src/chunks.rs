//! Reading chunks: a range of a pack is enough to get at a range of a table.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use uuid::Uuid;

use crate::index::Chunk;
use crate::keys::Dek;
use crate::pack::{PROLOGUE_BYTES, PackReader, read_prologue};
use crate::{ArchiveError, Result};

/// Reads chunks of one backup in any order. `open(pack, offset)` gives the pack's bytes from `offset` on; what it gives
/// is read no further than the chunk goes.
pub struct ChunkReader<F> {
    dek: Dek,
    backup: Uuid,
    open: F,
    prologues: BTreeMap<u32, [u8; PROLOGUE_BYTES]>,
}

impl<R: Read, F: FnMut(u32, u64) -> io::Result<R>> ChunkReader<F> {
    pub fn new(dek: &Dek, backup: Uuid, open: F) -> ChunkReader<F> {
        ChunkReader { dek: dek.clone(), backup, open, prologues: BTreeMap::new() }
    }

    /// Writes the row text of `chunk` to `out`, frame by frame as each opens.
    pub fn copy(&mut self, chunk: &Chunk, out: &mut impl Write) -> Result<()> {
        let prologue = self.prologue(chunk.pack)?;
        let input = self.open(chunk.pack, chunk.offset)?;
        let mut pack = PackReader::open_at(&self.dek, self.backup, chunk.pack, &prologue, chunk.first_frame, input)?;
        for frame in chunk.first_frame..chunk.first_frame.saturating_add(chunk.frames) {
            if pack.next_frame(out)?.is_none() {
                let what = "the pack ends before the chunk does";
                return Err(ArchiveError::Damaged { object: pack.object().to_owned(), frame, what });
            }
        }
        Ok(())
    }

    fn prologue(&mut self, pack: u32) -> Result<[u8; PROLOGUE_BYTES]> {
        if let Some(prologue) = self.prologues.get(&pack) {
            return Ok(*prologue);
        }
        let prologue = read_prologue(&self.object(pack), self.open(pack, 0)?)?;
        self.prologues.insert(pack, prologue);
        Ok(prologue)
    }

    fn open(&mut self, pack: u32, offset: u64) -> Result<R> {
        (self.open)(pack, offset).map_err(|source| ArchiveError::Io { object: self.object(pack), source })
    }

    fn object(&self, pack: u32) -> String {
        crate::pack::object_name(self.backup, pack)
    }
}
