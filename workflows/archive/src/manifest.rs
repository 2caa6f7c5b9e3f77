//! The public manifest: written last, signed, and readable by anyone without a key.
//!
//! It commits the backup, names every pack with its digests, and chains to the store's previous manifest. The object is
//! two lines of JSON: the contents, then who signed exactly those bytes. No canonical form is needed, since nobody ever
//! writes the contents again to check them.

use std::ops::Deref;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::keys::{SigningKey, VerifyingKey};
use crate::pack::PackDigest;
use crate::{ArchiveError, FORMAT, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveKind {
    Database,
}

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// [`FORMAT`].
    pub format: u32,
    pub kind: ArchiveKind,
    pub store: String,
    pub backup: Uuid,
    pub captured_at: DateTime<Utc>,
    /// 1 for a store's first backup, then counting up: a gap is an alarm.
    pub sequence: u64,
    /// SHA-256, hex, of the object of the store's manifest before this one; `None` for the first.
    pub previous: Option<String>,
    /// SHA-256, hex, of the header's object.
    pub header_sha256: String,
    /// Numbered from 0, in order.
    pub packs: Vec<PackDigest>,
    /// Which pack is the sealed [`crate::Index`].
    pub index_pack: u32,
    pub tables: u32,
    pub rows: u64,
    /// Bytes of row text.
    pub raw_bytes: u64,
}

/// Contents and the signature over them. Read-only, since a changed one would not be what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    contents: Contents,
    /// The contents' line as it stands in the object.
    line: Vec<u8>,
    signed: Signed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Signed {
    signer: String,
    signature: String,
}

impl Deref for Manifest {
    type Target = Contents;

    fn deref(&self) -> &Contents {
        &self.contents
    }
}

impl Manifest {
    pub fn sign(contents: Contents, key: &SigningKey) -> Manifest {
        let line = serde_json::to_vec(&contents).expect("contents are plain data");
        let signature = BASE64.encode(key.sign(&signed_message(&line)));
        Manifest { contents, line, signed: Signed { signer: key.id(), signature } }
    }

    /// The object's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.line.clone();
        bytes.push(b'\n');
        serde_json::to_writer(&mut bytes, &self.signed).expect("a signature is plain data");
        bytes.push(b'\n');
        bytes
    }

    /// Reads a manifest and whether it makes sense in itself; [`Manifest::verify`] says whether to believe it.
    pub fn parse(bytes: &[u8]) -> Result<Manifest> {
        let malformed = |what: String| ArchiveError::Malformed { object: "the manifest".into(), what };
        let Some((line, rest)) = bytes.iter().position(|byte| *byte == b'\n').map(|end| bytes.split_at(end)) else {
            check_format("the manifest", bytes)?;
            return Err(malformed("it has no second line with its signature".into()));
        };
        check_format("the manifest", line)?;
        let contents: Contents = serde_json::from_slice(line).map_err(|e| malformed(e.to_string()))?;
        let signature = rest[1..].strip_suffix(b"\n").filter(|line| !line.contains(&b'\n'));
        let signature = signature.ok_or_else(|| malformed("it is not two lines".into()))?;
        let signed: Signed =
            serde_json::from_slice(signature).map_err(|e| malformed(format!("its signature's line: {e}")))?;
        if !contents.packs.iter().map(|pack| pack.number).eq(0..contents.packs.len() as u32) {
            return Err(malformed("its packs are not numbered from 0".into()));
        }
        if !contents.packs.iter().any(|pack| pack.number == contents.index_pack) {
            return Err(malformed(format!("its index pack {} is not among its packs", contents.index_pack)));
        }
        Ok(Manifest { contents, line: line.to_vec(), signed })
    }

    /// Whether `key` signed these contents.
    pub fn verify(&self, key: &VerifyingKey) -> Result<()> {
        self.verify_any(std::slice::from_ref(key))
    }

    /// Whether one of the trusted keys signed these contents.
    pub fn verify_any(&self, trusted: &[VerifyingKey]) -> Result<()> {
        let signer = &self.signed.signer;
        let Some(key) = trusted.iter().find(|key| key.id() == *signer) else {
            let trusted = trusted.iter().map(VerifyingKey::id).collect();
            return Err(ArchiveError::UnknownSigner { object: self.object(), signer: signer.clone(), trusted });
        };
        let signature = BASE64.decode(&self.signed.signature).ok().and_then(|bytes| bytes.try_into().ok());
        match signature {
            Some(signature) if key.holds(&signed_message(&self.line), &signature) => Ok(()),
            _ => Err(ArchiveError::SignatureInvalid { object: self.object(), signer: signer.clone() }),
        }
    }

    /// The id of the key it says it was signed with.
    pub fn signer(&self) -> &str {
        &self.signed.signer
    }

    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Hex digest of an object's bytes, as `previous` and `header_sha256` hold it.
    pub fn sha256(object: &[u8]) -> String {
        hex::encode(Sha256::digest(object))
    }

    pub(crate) fn object(&self) -> String {
        format!("{}/manifest", self.contents.backup)
    }
}

fn signed_message(line: &[u8]) -> Vec<u8> {
    [b"holdfast 1 manifest\n", line].concat()
}

/// Looks at `format` before anything else, so a newer object says that it is newer and not what it lacks.
pub(crate) fn check_format(object: &str, json: &[u8]) -> Result<()> {
    #[derive(Deserialize)]
    struct Versioned {
        format: u32,
    }
    match serde_json::from_slice::<Versioned>(json) {
        Ok(Versioned { format: FORMAT }) => Ok(()),
        Ok(Versioned { format }) => Err(ArchiveError::TooNew { object: object.to_owned(), format }),
        Err(e) if e.is_data() => Err(ArchiveError::NotAnArchive { object: object.to_owned() }),
        Err(e) => Err(ArchiveError::Malformed { object: object.to_owned(), what: e.to_string() }),
    }
}
