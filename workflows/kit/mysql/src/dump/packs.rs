//! The packs of one dump: numbered from one counter, each written by one connection at a time.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use holdfast_archive::index::Index;
use holdfast_archive::pack::{PackDigest, PackWriter};
use holdfast_archive::{ArchiveError, Dek};
use uuid::Uuid;

use crate::error::MysqlError;

pub(super) struct Packs<'a, F, G> {
    dek: &'a Dek,
    backup: Uuid,
    pack_bytes: u64,
    new_pack: &'a F,
    finish_pack: &'a G,
    next: AtomicU32,
    done: Mutex<Vec<PackDigest>>,
}

impl<'a, W, F, G> Packs<'a, F, G>
where
    W: Write,
    F: Fn(u32) -> io::Result<W>,
    G: Fn(PackDigest, W) -> io::Result<()>,
{
    pub(super) fn new(
        dek: &'a Dek,
        backup: Uuid,
        pack_bytes: u64,
        new_pack: &'a F,
        finish_pack: &'a G,
    ) -> Packs<'a, F, G> {
        Packs { dek, backup, pack_bytes, new_pack, finish_pack, next: AtomicU32::new(0), done: Mutex::default() }
    }

    pub(super) fn open(&self) -> Result<PackWriter<W>, MysqlError> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let out = (self.new_pack)(number).map_err(MysqlError::Pack)?;
        PackWriter::create(self.dek, self.backup, number, out).map_err(pack_error)
    }

    pub(super) fn is_full(&self, pack: &PackWriter<W>) -> bool {
        pack.stored_bytes() >= self.pack_bytes
    }

    pub(super) fn close(&self, pack: PackWriter<W>) -> Result<(), MysqlError> {
        let (digest, out) = pack.finish().map_err(pack_error)?;
        self.hand_over(digest, out)
    }

    /// Writes the index as the last pack; all packs in order, and the index's number.
    pub(super) fn seal_index(&self, index: &Index) -> Result<(Vec<PackDigest>, u32), MysqlError> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let out = (self.new_pack)(number).map_err(MysqlError::Pack)?;
        let (digest, out) = index.seal(self.dek, self.backup, number, out).map_err(pack_error)?;
        self.hand_over(digest, out)?;
        let mut packs = std::mem::take(&mut *self.done.lock().unwrap_or_else(PoisonError::into_inner));
        packs.sort_by_key(|pack| pack.number);
        Ok((packs, number))
    }

    fn hand_over(&self, digest: PackDigest, out: W) -> Result<(), MysqlError> {
        (self.finish_pack)(digest.clone(), out).map_err(MysqlError::Pack)?;
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(digest);
        Ok(())
    }
}

/// What the destination said, in its own words.
pub(super) fn pack_error(error: ArchiveError) -> MysqlError {
    match error {
        ArchiveError::Io { source, .. } => MysqlError::Pack(source),
        other => MysqlError::Archive(other),
    }
}
