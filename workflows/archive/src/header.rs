//! The header: in clear, who may open the backup, with the data key wrapped for each of them.
//!
//! It is written before production is read, so a key problem fails first, and it is never rewritten.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use hpke::aead::{AeadTag, AesGcm256};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::keys::{Dek, RecipientKind, RecipientPrivate, RecipientPublic};
use crate::{ArchiveError, FORMAT, Result, SUITE};

const ENCAPPED_BYTES: usize = 32;
const DEK_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
const WRAPPED_BYTES: usize = ENCAPPED_BYTES + DEK_BYTES + TAG_BYTES;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub format: u32,
    pub suite: u32,
    pub backup: Uuid,
    pub store: String,
    pub captured_at: DateTime<Utc>,
    pub recipients: Vec<Recipient>,
}

/// The data key, wrapped for one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub kind: RecipientKind,
    pub key_id: String,
    /// Base64 of HPKE's encapsulated key (32 bytes), ciphertext (32) and tag (16).
    pub wrapped: String,
}

impl Header {
    /// Wraps `dek` for every key of `to`: at least one store key and one escrow key, none twice.
    pub fn create(
        store: &str,
        backup: Uuid,
        captured_at: DateTime<Utc>,
        dek: &Dek,
        to: &[RecipientPublic],
    ) -> Result<Header> {
        for kind in [RecipientKind::Store, RecipientKind::Escrow] {
            if !to.iter().any(|key| key.kind == kind) {
                return Err(ArchiveError::MissingRecipient { missing: kind.word() });
            }
        }
        // An escrow key that is the store's key would be lost together with it.
        if let Some(twice) = to.iter().enumerate().find(|(i, key)| to[..*i].iter().any(|other| other.id == key.id)) {
            return Err(ArchiveError::DuplicateRecipient { id: twice.1.id.clone() });
        }
        let recipients = to.iter().map(|key| wrap(store, backup, dek, key)).collect::<Result<_>>()?;
        Ok(Header { format: FORMAT, suite: SUITE, backup, store: store.to_owned(), captured_at, recipients })
    }

    /// The object's bytes; the manifest holds their SHA-256.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a header is plain data");
        bytes.push(b'\n');
        bytes
    }

    pub fn parse(bytes: &[u8]) -> Result<Header> {
        crate::manifest::check_format("the header", bytes)?;
        let header: Header = serde_json::from_slice(bytes)
            .map_err(|e| ArchiveError::Malformed { object: "the header".into(), what: e.to_string() })?;
        if header.suite != SUITE {
            return Err(ArchiveError::UnknownSuite { object: header.object(), suite: header.suite });
        }
        Ok(header)
    }

    /// The data key, for one who holds the private half of a recipient's key.
    pub fn unwrap(&self, key: &RecipientPrivate) -> Result<Dek> {
        let Some(recipient) = self.recipients.iter().find(|recipient| recipient.key_id == key.id()) else {
            return Err(ArchiveError::WrongKey {
                object: self.object(),
                has: key.id().to_owned(),
                needs: self.recipients.iter().map(|recipient| recipient.key_id.clone()).collect(),
            });
        };
        let altered = || ArchiveError::WrapInvalid { object: self.object() };
        let wrapped = BASE64.decode(&recipient.wrapped).map_err(|_| altered())?;
        let wrapped: [u8; WRAPPED_BYTES] = wrapped.try_into().map_err(|_| altered())?;
        let (encapped, rest) = wrapped.split_at(ENCAPPED_BYTES);
        let (ciphertext, tag) = rest.split_at(DEK_BYTES);
        let mut dek = Zeroizing::new([0; DEK_BYTES]);
        dek.copy_from_slice(ciphertext);
        hpke::single_shot_open_inout_detached::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &key.hpke()?,
            &<X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapped).map_err(|_| altered())?,
            &wrap_context(&self.store, self.backup, recipient.kind, &recipient.key_id),
            dek.as_mut_slice().into(),
            b"",
            &AeadTag::from_bytes(tag).map_err(|_| altered())?,
        )
        .map_err(|_| altered())?;
        Ok(Dek::from_bytes(*dek))
    }

    fn object(&self) -> String {
        format!("{}/header", self.backup)
    }
}

fn wrap(store: &str, backup: Uuid, dek: &Dek, key: &RecipientPublic) -> Result<Recipient> {
    let mut sealed = Zeroizing::new(*dek.bytes());
    let (encapped, tag) = hpke::single_shot_seal_inout_detached::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &key.hpke()?,
        &wrap_context(store, backup, key.kind, &key.id),
        sealed.as_mut_slice().into(),
        b"",
    )
    .map_err(|_| ArchiveError::BadKey { expected: format!("an X25519 public key of full order, not {}", key.id) })?;
    let mut wrapped = [0; WRAPPED_BYTES];
    encapped.write_exact(&mut wrapped[..ENCAPPED_BYTES]);
    wrapped[ENCAPPED_BYTES..ENCAPPED_BYTES + DEK_BYTES].copy_from_slice(sealed.as_slice());
    tag.write_exact(&mut wrapped[ENCAPPED_BYTES + DEK_BYTES..]);
    Ok(Recipient { kind: key.kind, key_id: key.id.clone(), wrapped: BASE64.encode(wrapped) })
}

/// HPKE's `info`: a wrap moved to another backup, store or recipient does not open.
fn wrap_context(store: &str, backup: Uuid, kind: RecipientKind, key_id: &str) -> Vec<u8> {
    format!("holdfast 1 wrap\n{backup}\n{store}\n{}\n{key_id}\n", kind.word()).into_bytes()
}
