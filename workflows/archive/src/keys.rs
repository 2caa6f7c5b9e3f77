//! Keys: what encrypts an archive, who may open it, and who signed it.
//!
//! Private keys are wiped when dropped and print as their id alone. Every key has one line of text: a prefix that says
//! what it is, then base64 of its 32 bytes and 4 check bytes, so a mistyped key is refused instead of sealing backups
//! for nobody.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer;
use hpke::{Deserializable, Kem, Serializable};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::{ArchiveError, Result};

type X25519 = hpke::kem::X25519HkdfSha256;

const KEY_BYTES: usize = 32;
const CHECK_BYTES: usize = 4;

/// The data key: 32 random bytes that encrypt the packs of one backup and no other.
#[derive(Clone, zeroize::ZeroizeOnDrop)]
pub struct Dek([u8; KEY_BYTES]);

impl Dek {
    pub fn generate() -> Dek {
        Dek(*random_bytes())
    }

    pub(crate) fn from_bytes(bytes: [u8; KEY_BYTES]) -> Dek {
        Dek(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for Dek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dek(hidden)")
    }
}

/// Whose key it is: the store's, which restores use, or an escrow key kept offline for the day the store's is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientKind {
    Store,
    Escrow,
}

impl RecipientKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            RecipientKind::Store => "store",
            RecipientKind::Escrow => "escrow",
        }
    }
}

/// An X25519 public key an archive is sealed for. All that a worker at a store's site holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientPublic {
    pub kind: RecipientKind,
    /// Hex of the first 8 bytes of SHA-256 of the key.
    pub id: String,
    key: [u8; KEY_BYTES],
}

impl RecipientPublic {
    const PREFIX: &str = "hf-pub-1:";

    /// Reads `hf-pub-1:…`. The text does not say whose key it is; the configuration does.
    pub fn parse(kind: RecipientKind, text: &str) -> Result<RecipientPublic> {
        Ok(RecipientPublic::new(kind, *from_text(RecipientPublic::PREFIX, "a public key", text)?))
    }

    pub fn to_text(&self) -> String {
        to_text(RecipientPublic::PREFIX, &self.key).to_string()
    }

    fn new(kind: RecipientKind, key: [u8; KEY_BYTES]) -> RecipientPublic {
        RecipientPublic { kind, id: key_id(&key), key }
    }

    pub(crate) fn hpke(&self) -> Result<<X25519 as Kem>::PublicKey> {
        <X25519 as Kem>::PublicKey::from_bytes(&self.key)
            .map_err(|_| ArchiveError::BadKey { expected: "an X25519 public key".into() })
    }
}

/// The private half: it opens what was sealed for its public key, and nothing else.
#[derive(Clone)]
pub struct RecipientPrivate {
    id: String,
    public: [u8; KEY_BYTES],
    secret: Zeroizing<[u8; KEY_BYTES]>,
}

impl RecipientPrivate {
    const PREFIX: &str = "hf-key-1:";

    /// Reads `hf-key-1:…`, spaces and line ends around it allowed.
    pub fn parse(text: &str) -> Result<RecipientPrivate> {
        RecipientPrivate::new(from_text(RecipientPrivate::PREFIX, "a private key", text)?)
    }

    pub fn to_text(&self) -> Zeroizing<String> {
        to_text(RecipientPrivate::PREFIX, &self.secret)
    }

    /// The id of its public key.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn public(&self, kind: RecipientKind) -> RecipientPublic {
        RecipientPublic::new(kind, self.public)
    }

    fn new(secret: Zeroizing<[u8; KEY_BYTES]>) -> Result<RecipientPrivate> {
        let mut public = [0; KEY_BYTES];
        X25519::sk_to_pk(&hpke_private(&secret)?).write_exact(&mut public);
        Ok(RecipientPrivate { id: key_id(&public), public, secret })
    }

    pub(crate) fn hpke(&self) -> Result<<X25519 as Kem>::PrivateKey> {
        hpke_private(&self.secret)
    }
}

impl fmt::Debug for RecipientPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecipientPrivate({})", self.id)
    }
}

/// A new key pair; the public half is labelled `kind`.
pub fn generate_recipient(kind: RecipientKind) -> (RecipientPrivate, RecipientPublic) {
    let private = RecipientPrivate::new(random_bytes()).expect("any 32 bytes are an X25519 private key");
    let public = private.public(kind);
    (private, public)
}

/// The installation's Ed25519 key: it signs manifests.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    const PREFIX: &str = "hf-sign-1:";

    pub fn generate() -> SigningKey {
        SigningKey(ed25519_dalek::SigningKey::from_bytes(&random_bytes()))
    }

    /// Reads `hf-sign-1:…`.
    pub fn parse(text: &str) -> Result<SigningKey> {
        let seed = from_text(SigningKey::PREFIX, "a signing key", text)?;
        Ok(SigningKey(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    pub fn to_text(&self) -> Zeroizing<String> {
        to_text(SigningKey::PREFIX, self.0.as_bytes())
    }

    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// The id of its verifying key.
    pub fn id(&self) -> String {
        self.verifying_key().id()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id())
    }
}

/// What anyone needs to know that a manifest is this installation's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    const PREFIX: &str = "hf-verify-1:";

    /// Reads `hf-verify-1:…`.
    pub fn parse(text: &str) -> Result<VerifyingKey> {
        let bytes = from_text(VerifyingKey::PREFIX, "a verifying key", text)?;
        match ed25519_dalek::VerifyingKey::from_bytes(&bytes) {
            Ok(key) if !key.is_weak() => Ok(VerifyingKey(key)),
            _ => Err(ArchiveError::BadKey { expected: "an Ed25519 public key of full order".into() }),
        }
    }

    pub fn to_text(&self) -> String {
        to_text(VerifyingKey::PREFIX, self.0.as_bytes()).to_string()
    }

    /// Hex of the first 8 bytes of SHA-256 of the key.
    pub fn id(&self) -> String {
        key_id(self.0.as_bytes())
    }

    pub(crate) fn holds(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

fn hpke_private(secret: &[u8; KEY_BYTES]) -> Result<<X25519 as Kem>::PrivateKey> {
    <X25519 as Kem>::PrivateKey::from_bytes(secret)
        .map_err(|_| ArchiveError::BadKey { expected: "an X25519 private key".into() })
}

fn key_id(public: &[u8; KEY_BYTES]) -> String {
    hex::encode(&Sha256::digest(public)[..8])
}

pub(crate) fn random_bytes<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).expect("the system's random source answers from boot on");
    bytes
}

/// Guards against typing mistakes, not against malice; bound to the prefix so a key cannot pass for another kind.
fn check_bytes(prefix: &str, key: &[u8]) -> [u8; CHECK_BYTES] {
    let digest = Sha256::new().chain_update(prefix).chain_update(key).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

fn to_text(prefix: &str, key: &[u8; KEY_BYTES]) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES + CHECK_BYTES]);
    bytes[..KEY_BYTES].copy_from_slice(key);
    bytes[KEY_BYTES..].copy_from_slice(&check_bytes(prefix, key));
    let mut text = Zeroizing::new(String::with_capacity(64));
    text.push_str(prefix);
    BASE64.encode_string(bytes.as_ref(), &mut text);
    text
}

fn from_text(prefix: &str, what: &str, text: &str) -> Result<Zeroizing<[u8; KEY_BYTES]>> {
    let unreadable = |why: &str| ArchiveError::BadKey { expected: format!("{what}, one line `{prefix}…`{why}") };
    let encoded = text.trim().strip_prefix(prefix).ok_or_else(|| unreadable(&found_prefix(text)))?;
    let mut bytes = BASE64.decode(encoded).map_err(|_| unreadable(" in base64"))?;
    let key: Option<[u8; KEY_BYTES]> = bytes
        .split_first_chunk::<KEY_BYTES>()
        .filter(|(key, check)| *check == check_bytes(prefix, key.as_slice()))
        .map(|(key, _)| *key);
    bytes.zeroize();
    key.map(Zeroizing::new).ok_or_else(|| unreadable(", whole: a character is missing or mistyped"))
}

/// Says which of our keys was given instead, never what it holds.
fn found_prefix(text: &str) -> String {
    let known = [RecipientPublic::PREFIX, RecipientPrivate::PREFIX, SigningKey::PREFIX, VerifyingKey::PREFIX];
    match known.iter().find(|prefix| text.trim().starts_with(**prefix)) {
        Some(prefix) => format!(", found `{prefix}…`"),
        None => String::new(),
    }
}
