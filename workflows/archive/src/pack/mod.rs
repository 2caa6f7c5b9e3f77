//! Packs: a prologue, then frames of compressed and sealed row text, then a terminal frame that says it is the last.
//!
//! A frame is compressed and sealed in one buffer that the writer keeps, and goes out in one write. Memory is the
//! compressed frame, whatever its raw size.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::seal::{COMMITMENT_BYTES, LABEL_BYTES, MAGIC, SALT_BYTES};
use crate::{ArchiveError, FORMAT, Result, SUITE};

mod reader;
mod writer;

pub use reader::PackReader;
pub use writer::{FrameWriter, PackWriter};

/// Bytes before the first frame: label, salt, commitment.
pub const PROLOGUE_BYTES: usize = LABEL_BYTES + SALT_BYTES + COMMITMENT_BYTES;

/// The most ciphertext a frame may hold. A row of a server is at most 1 GiB, and escaping random bytes adds 2 percent.
pub const MAX_FRAME_BYTES: u32 = 1280 << 20;

/// Buffers larger than this are given back after the frame that needed them.
const KEPT_BUFFER_BYTES: usize = 16 << 20;
const STEP_BYTES: usize = 256 << 10;

/// What was written, as it was written: anyone can check the stored object against it with `sha256sum`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackDigest {
    pub number: u32,
    pub bytes: u64,
    /// Hex.
    pub sha256: String,
    /// Hex, of the Castagnoli CRC that object stores keep.
    pub crc32c: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameInfo {
    pub frame: u32,
    pub raw_bytes: u64,
    /// With the 16 bytes before and the 16 bytes after the ciphertext.
    pub stored_bytes: u64,
    /// Where the frame starts in the pack.
    pub offset: u64,
}

#[derive(Debug, Clone)]
pub struct PackOptions {
    /// zstd's level, 1 to 19. 3 keeps up with a database; 9 and more halve the speed for a few percent.
    pub level: i32,
}

impl Default for PackOptions {
    fn default() -> PackOptions {
        PackOptions { level: 3 }
    }
}

/// What a pack's errors call it: its name within the store.
pub(crate) fn object_name(backup: Uuid, number: u32) -> String {
    format!("{backup}/p/{number:06}")
}

/// What a pack says it is, in clear. Not proof: only the data key gives that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackLabel {
    pub backup: Uuid,
    pub number: u32,
}

impl PackLabel {
    /// Reads the label of a pack from its first [`PROLOGUE_BYTES`] bytes.
    pub fn read(object: &str, first_bytes: &[u8]) -> Result<PackLabel> {
        let object = || object.to_owned();
        if !first_bytes.starts_with(&MAGIC[..MAGIC.len().min(first_bytes.len())]) {
            return Err(ArchiveError::NotAnArchive { object: object() });
        }
        let Some(prologue) = first_bytes.first_chunk::<PROLOGUE_BYTES>() else {
            let bytes = first_bytes.len() as u64;
            return Err(ArchiveError::Truncated { object: object(), bytes, what: "within its prologue" });
        };
        let [_, _, _, _, _, _, _, _, f0, f1, s0, s1, n0, n1, n2, n3, ..] = *prologue;
        let format = u32::from(u16::from_be_bytes([f0, f1]));
        let suite = u32::from(u16::from_be_bytes([s0, s1]));
        if format != FORMAT {
            return Err(ArchiveError::TooNew { object: object(), format });
        }
        if suite != SUITE {
            return Err(ArchiveError::UnknownSuite { object: object(), suite });
        }
        let mut backup = [0; 16];
        backup.copy_from_slice(&prologue[16..LABEL_BYTES]);
        Ok(PackLabel { backup: Uuid::from_bytes(backup), number: u32::from_be_bytes([n0, n1, n2, n3]) })
    }
}

/// Whether these first bytes are those of a sealed pack, as far as one without a key can see.
pub fn looks_sealed(first_bytes: &[u8]) -> Result<()> {
    PackLabel::read("the pack", first_bytes)?;
    let commitment = &first_bytes[LABEL_BYTES + SALT_BYTES..PROLOGUE_BYTES];
    if commitment.iter().all(|byte| *byte == 0) {
        return Err(ArchiveError::WrongCommitment { object: "the pack".into() });
    }
    Ok(())
}

/// Reads the first [`PROLOGUE_BYTES`] bytes of a pack, for [`PackReader::open_at`].
pub fn read_prologue(object: &str, mut input: impl Read) -> Result<[u8; PROLOGUE_BYTES]> {
    let mut prologue = [0; PROLOGUE_BYTES];
    let read = read_up_to(&mut input, &mut prologue)
        .map_err(|source| ArchiveError::Io { object: object.to_owned(), source })?;
    PackLabel::read(object, &prologue[..read])?;
    Ok(prologue)
}

/// Fills `bytes` as far as the input goes, in bytes read.
fn read_up_to(input: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < bytes.len() {
        match input.read(&mut bytes[read..]) {
            Ok(0) => break,
            Ok(some) => read += some,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(read)
}
