//! What each step of a backup leaves behind: addresses and digests, never bytes or secrets.

use chrono::{DateTime, Utc};
use holdfast_archive::PackDigest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `dump`: packs lie in hot, sealed, and nobody but this receipt knows of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dumped {
    pub backup: Uuid,
    pub location: String,
    pub captured_at: DateTime<Utc>,
    pub header_sha256: String,
    pub packs: Vec<PackDigest>,
    /// The number of the pack that holds the sealed index.
    pub index_pack: u32,
    pub tables: u64,
    pub rows: u64,
    pub raw_bytes: u64,
    pub stored_bytes: u64,
    pub rung: String,
    pub seconds: f64,
}

/// `encrypt`: the envelope is closed. The manifest itself can be made again from this and the dump's receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub backup: Uuid,
    pub sequence: u64,
    pub previous: Option<String>,
    pub manifest_sha256: String,
    pub signer: String,
}

/// `land_hot`: every pack was read back, and the manifest is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    pub backup: Uuid,
    pub location: String,
    pub manifest: String,
    pub manifest_sha256: String,
    pub sequence: u64,
    pub objects: u64,
    pub bytes: u64,
}

/// `verify`: the backup was restored, and every row compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    pub backup: Uuid,
    pub location: String,
    pub level: String,
    pub tables: u64,
    pub rows: u64,
    pub sandbox: String,
    pub seconds: f64,
    pub restore_seconds: f64,
}

/// `mirror.<location>`: a complete copy, each object read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirrored {
    pub backup: Uuid,
    pub location: String,
    pub objects: u64,
    pub bytes: u64,
    /// Objects that an earlier attempt had already placed.
    pub resumed: u64,
}
