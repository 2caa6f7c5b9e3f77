//! The sealed archive: what a backup is when it lies in a bucket.
//!
//! A backup is a handful of write-once objects: a clear [`header::Header`] that wraps the data key for its recipients,
//! packs of compressed and sealed frames ([`pack`]), and a signed public [`manifest::Manifest`] that is written last and
//! commits the backup. The secret part, the [`index::Index`], is the last pack. `FORMAT.md` beside this crate describes
//! every byte well enough for a second implementation.
//!
//! This crate does no I/O of its own: it takes `std::io` readers and writers, and closures that open them.
//!
//! AES-NI, CLMUL and SHA extensions are found at run time (`cpufeatures` in `aes`, `polyval` and `sha2`; SSE 4.2 in
//! `crc32c`; SSE 2 to AVX-512 in `blake3`): no build flag is needed, and a processor without them runs the same format
//! on constant-time software.

pub mod check;
pub mod chunks;
pub mod error;
pub mod header;
pub mod index;
pub mod keys;
pub mod letter;
pub mod manifest;
pub mod names;
pub mod pack;
pub mod rows;
pub mod sql;

mod seal;

pub use chunks::ChunkReader;
pub use error::{ArchiveError, Result};
pub use header::Header;
pub use index::Index;
pub use keys::{Dek, RecipientKind, RecipientPrivate, RecipientPublic, SigningKey, VerifyingKey, generate_recipient};
pub use manifest::Manifest;
pub use names::{header_key, manifest_key, pack_key};
pub use pack::{FrameInfo, FrameWriter, PROLOGUE_BYTES, PackDigest, PackOptions, PackReader, PackWriter, looks_sealed};
pub use rows::{DigestKey, RowHasher, RowSum, Tally};

/// The version of the format this crate writes, and the newest it reads.
pub const FORMAT: u32 = 1;

/// The suite of format 1: HPKE (X25519, HKDF-SHA256, AES-256-GCM) around the data key; HKDF-SHA-512, AES-256-GCM and
/// zstd in the packs; Ed25519 under the manifest.
pub const SUITE: u32 = 1;
