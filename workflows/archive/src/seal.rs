//! The keys of a pack and the sealing of one frame: AES-256-GCM under keys derived for this pack alone.

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use hkdf::Hkdf;
use sha2::Sha512;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::keys::Dek;

pub(crate) const MAGIC: [u8; 8] = *b"holdfast";
/// Magic, format, suite, pack number, backup id: what the pack says it is, and what every key and frame is bound to.
pub(crate) const LABEL_BYTES: usize = 32;
pub(crate) const SALT_BYTES: usize = 32;
pub(crate) const COMMITMENT_BYTES: usize = 32;
pub(crate) const TAG_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;
const KEY_BYTES: usize = 32;

pub(crate) type Label = [u8; LABEL_BYTES];

pub(crate) fn label(backup: Uuid, number: u32) -> Label {
    let mut label = [0; LABEL_BYTES];
    label[..8].copy_from_slice(&MAGIC);
    label[8..10].copy_from_slice(&(crate::FORMAT as u16).to_be_bytes());
    label[10..12].copy_from_slice(&(crate::SUITE as u16).to_be_bytes());
    label[12..16].copy_from_slice(&number.to_be_bytes());
    label[16..].copy_from_slice(backup.as_bytes());
    label
}

/// What stands in clear before a sealed frame, and is authenticated with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    /// Ciphertext without its tag, in bytes.
    pub(crate) length: u32,
    pub(crate) last: bool,
    /// What the ciphertext decrypts and decompresses to, in bytes.
    pub(crate) raw_bytes: u64,
}

pub(crate) const FRAME_HEADER_BYTES: usize = 16;
const LAST: u32 = 1;

impl FrameHeader {
    pub(crate) fn to_bytes(self) -> [u8; FRAME_HEADER_BYTES] {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        bytes[..4].copy_from_slice(&self.length.to_be_bytes());
        bytes[4..].copy_from_slice(&self.authenticated());
        bytes
    }

    /// `None` for a flag this format does not have.
    pub(crate) fn parse(bytes: [u8; FRAME_HEADER_BYTES]) -> Option<FrameHeader> {
        let [a, b, c, d, e, f, g, h, raw @ ..] = bytes;
        let flags = u32::from_be_bytes([e, f, g, h]);
        let length = u32::from_be_bytes([a, b, c, d]);
        (flags <= LAST).then_some(FrameHeader { length, last: flags == LAST, raw_bytes: u64::from_be_bytes(raw) })
    }

    fn authenticated(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&(if self.last { LAST } else { 0 }).to_be_bytes());
        bytes[4..].copy_from_slice(&self.raw_bytes.to_be_bytes());
        bytes
    }
}

pub(crate) struct PackSeal {
    cipher: Aes256Gcm,
    base_nonce: [u8; NONCE_BYTES],
    commitment: [u8; COMMITMENT_BYTES],
    label: Label,
}

impl PackSeal {
    /// Key, base nonce and commitment of one pack; `salt` is fresh for every pack ever written.
    pub(crate) fn derive(dek: &Dek, label: Label, salt: &[u8; SALT_BYTES]) -> PackSeal {
        let mut okm = Zeroizing::new([0; KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES]);
        Hkdf::<Sha512>::new(Some(salt), dek.bytes())
            .expand_multi_info(&[b"holdfast 1 pack", &label], okm.as_mut())
            .expect("76 bytes are within HKDF's 255 blocks");
        let (key, rest) = okm.split_at(KEY_BYTES);
        let (nonce, commitment) = rest.split_at(NONCE_BYTES);
        PackSeal {
            cipher: Aes256Gcm::new(<&Key<Aes256Gcm>>::try_from(key).expect("32 bytes")),
            base_nonce: nonce.try_into().expect("12 bytes"),
            commitment: commitment.try_into().expect("32 bytes"),
            label,
        }
    }

    pub(crate) fn commitment(&self) -> &[u8; COMMITMENT_BYTES] {
        &self.commitment
    }

    /// AES-GCM alone would open under many keys: the commitment is compared, in constant time, before any frame is.
    pub(crate) fn commits_to(&self, commitment: &[u8]) -> bool {
        bool::from(self.commitment.ct_eq(commitment))
    }

    /// Encrypts `text` where it lies. A frame number is sealed once in a pack's life.
    pub(crate) fn seal(&self, frame: u32, header: FrameHeader, text: &mut [u8]) -> [u8; TAG_BYTES] {
        self.cipher
            .encrypt_inout_detached(&self.nonce(frame), &self.associated(frame, header), text.into())
            .expect("a frame is far below AES-GCM's 64 GiB")
            .into()
    }

    /// Decrypts `text` where it lies; false, and nothing decrypted, when the tag does not hold.
    pub(crate) fn open(&self, frame: u32, header: FrameHeader, text: &mut [u8], tag: [u8; TAG_BYTES]) -> bool {
        self.cipher
            .decrypt_inout_detached(&self.nonce(frame), &self.associated(frame, header), text.into(), &Tag::from(tag))
            .is_ok()
    }

    fn nonce(&self, frame: u32) -> Nonce<aes_gcm::aead::consts::U12> {
        let mut nonce = self.base_nonce;
        for (byte, number) in nonce[NONCE_BYTES - 4..].iter_mut().zip(frame.to_be_bytes()) {
            *byte ^= number;
        }
        nonce.into()
    }

    fn associated(&self, frame: u32, header: FrameHeader) -> [u8; LABEL_BYTES + 16] {
        let mut data = [0; LABEL_BYTES + 16];
        data[..LABEL_BYTES].copy_from_slice(&self.label);
        data[LABEL_BYTES..LABEL_BYTES + 4].copy_from_slice(&frame.to_be_bytes());
        data[LABEL_BYTES + 4..].copy_from_slice(&header.authenticated());
        data
    }
}
