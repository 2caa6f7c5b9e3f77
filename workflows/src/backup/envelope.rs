//! Closing the envelope: the public manifest, made from a dump's receipt and a place in the store's chain, and signed.

use super::receipts::Dumped;
use crate::catalogue::ChainHead;
use holdfast_archive::manifest::{ArchiveKind, Contents};
use holdfast_archive::{FORMAT, Manifest, SigningKey};

/// A signed manifest, its bytes as they are published, and their digest.
pub struct Envelope {
    pub manifest: Manifest,
    pub bytes: Vec<u8>,
    pub sha256: String,
}

/// Pure: the same receipt, place and key make the same bytes (Ed25519 signatures are deterministic).
pub fn close(store: &str, dumped: &Dumped, head: Option<&ChainHead>, key: &SigningKey) -> Envelope {
    let contents = Contents {
        format: FORMAT,
        backup: dumped.backup,
        store: store.to_owned(),
        kind: ArchiveKind::Database,
        captured_at: dumped.captured_at,
        sequence: head.map_or(1, |head| head.sequence + 1),
        previous: head.map(|head| head.manifest_sha256.clone()),
        header_sha256: dumped.header_sha256.clone(),
        packs: dumped.packs.clone(),
        index_pack: dumped.index_pack,
        tables: u32::try_from(dumped.tables).unwrap_or(u32::MAX),
        rows: dumped.rows,
        raw_bytes: dumped.raw_bytes,
    };
    let manifest = Manifest::sign(contents, key);
    let bytes = manifest.to_bytes();
    let sha256 = Manifest::sha256(&bytes);
    Envelope { manifest, bytes, sha256 }
}
