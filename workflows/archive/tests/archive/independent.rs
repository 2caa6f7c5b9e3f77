//! FORMAT.md read by someone who has not seen this crate: a second writer and reader of archives, from its words and
//! general-purpose crates alone. Salts, keys and ephemeral keys are given, so what it writes is always the same.
//! `examples/make_vectors.rs` writes `testdata/` with it, and the tests let it and the crate read each other.
#![allow(dead_code, unreachable_pub, reason = "the tests and the example each use a part")]

use std::convert::Infallible;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hkdf::Hkdf;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, Serializable};
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

type X25519 = hpke::kem::X25519HkdfSha256;

pub struct PackKeys {
    pub key: [u8; 32],
    pub base_nonce: [u8; 12],
    pub commitment: [u8; 32],
    pub label: [u8; 32],
}

pub fn pack_keys(dek: &[u8; 32], backup: Uuid, number: u32, salt: &[u8; 32]) -> PackKeys {
    let label = [b"holdfast".as_slice(), &[0, 1], &[0, 1], &number.to_be_bytes(), backup.as_bytes()].concat();
    let info = [b"holdfast 1 pack".as_slice(), &label].concat();
    let mut okm = [0; 76];
    Hkdf::<Sha512>::new(Some(salt), dek).expand(&info, &mut okm).unwrap();
    PackKeys {
        key: okm[..32].try_into().unwrap(),
        base_nonce: okm[32..44].try_into().unwrap(),
        commitment: okm[44..].try_into().unwrap(),
        label: label.try_into().unwrap(),
    }
}

pub fn prologue(keys: &PackKeys, salt: &[u8; 32]) -> Vec<u8> {
    [keys.label.as_slice(), salt, &keys.commitment].concat()
}

/// Any plaintext under any flags and any claimed length: also what a right writer never seals.
pub fn seal_frame(keys: &PackKeys, frame: u32, flags: u32, raw_bytes: u64, plaintext: &[u8]) -> Vec<u8> {
    let associated = associated(keys, frame, flags, raw_bytes);
    let sealed = Aes256Gcm::new(&Key::<Aes256Gcm>::from(keys.key))
        .encrypt(&Nonce::from(nonce(keys, frame)), Payload { msg: plaintext, aad: &associated })
        .unwrap();
    let length = plaintext.len() as u32;
    [length.to_be_bytes().as_slice(), &flags.to_be_bytes(), &raw_bytes.to_be_bytes(), &sealed].concat()
}

/// The raw bytes of every frame but the terminal one.
pub fn open_pack(dek: &[u8; 32], backup: Uuid, number: u32, object: &[u8]) -> Vec<Vec<u8>> {
    let keys = pack_keys(dek, backup, number, object[32..64].try_into().unwrap());
    assert_eq!(object[..32], keys.label);
    assert_eq!(object[64..96], keys.commitment);
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(keys.key));
    let (mut at, mut frames) = (96, Vec::new());
    loop {
        let length = u32::from_be_bytes(object[at..at + 4].try_into().unwrap()) as usize;
        let flags = u32::from_be_bytes(object[at + 4..at + 8].try_into().unwrap());
        let raw_bytes = u64::from_be_bytes(object[at + 8..at + 16].try_into().unwrap());
        let sealed = &object[at + 16..at + 16 + length + 16];
        let frame = frames.len() as u32;
        let associated = associated(&keys, frame, flags, raw_bytes);
        let text =
            cipher.decrypt(&Nonce::from(nonce(&keys, frame)), Payload { msg: sealed, aad: &associated }).unwrap();
        at += 16 + sealed.len();
        if flags == 1 {
            assert_eq!((at, text.len(), raw_bytes), (object.len(), 0, 0));
            return frames;
        }
        frames.push(zstd::decode_all(text.as_slice()).unwrap());
        assert_eq!(frames[frame as usize].len() as u64, raw_bytes);
    }
}

fn nonce(keys: &PackKeys, frame: u32) -> [u8; 12] {
    let mut nonce = keys.base_nonce;
    for (byte, number) in nonce[8..].iter_mut().zip(frame.to_be_bytes()) {
        *byte ^= number;
    }
    nonce
}

fn associated(keys: &PackKeys, frame: u32, flags: u32, raw_bytes: u64) -> Vec<u8> {
    [keys.label.as_slice(), &frame.to_be_bytes(), &flags.to_be_bytes(), &raw_bytes.to_be_bytes()].concat()
}

pub fn key_text(prefix: &str, key: &[u8; 32]) -> String {
    let check = Sha256::new().chain_update(prefix).chain_update(key).finalize();
    format!("{prefix}{}", BASE64.encode([key.as_slice(), &check[..4]].concat()))
}

pub fn key_bytes(prefix: &str, text: &str) -> [u8; 32] {
    BASE64.decode(text.trim().strip_prefix(prefix).unwrap()).unwrap()[..32].try_into().unwrap()
}

pub fn key_id(public: &[u8; 32]) -> String {
    hex::encode(&Sha256::digest(public)[..8])
}

pub fn public_of(private: &[u8; 32]) -> [u8; 32] {
    X25519::sk_to_pk(&<X25519 as Kem>::PrivateKey::from_bytes(private).unwrap()).to_bytes().into()
}

/// `seed` stands in for the random source of HPKE's ephemeral key.
pub fn wrap(seed: u8, dek: &[u8; 32], public: &[u8; 32], store: &str, backup: Uuid, kind: &str) -> String {
    let info = wrap_info(store, backup, kind, &key_id(public));
    let mut text = *dek;
    let (enc, tag) =
        hpke::single_shot_seal_inout_detached_with_rng::<hpke::aead::AesGcm256, hpke::kdf::HkdfSha256, X25519>(
            &hpke::OpModeS::Base,
            &<X25519 as Kem>::PublicKey::from_bytes(public).unwrap(),
            info.as_bytes(),
            text.as_mut_slice().into(),
            b"",
            &mut Fixed(seed),
        )
        .unwrap();
    BASE64.encode([enc.to_bytes().as_slice(), &text, tag.to_bytes().as_slice()].concat())
}

pub fn unwrap(wrapped: &str, private: &[u8; 32], store: &str, backup: Uuid, kind: &str) -> [u8; 32] {
    let info = wrap_info(store, backup, kind, &key_id(&public_of(private)));
    let wrapped = BASE64.decode(wrapped).unwrap();
    let mut text: [u8; 32] = wrapped[32..64].try_into().unwrap();
    hpke::single_shot_open_inout_detached::<hpke::aead::AesGcm256, hpke::kdf::HkdfSha256, X25519>(
        &hpke::OpModeR::Base,
        &<X25519 as Kem>::PrivateKey::from_bytes(private).unwrap(),
        &<X25519 as Kem>::EncappedKey::from_bytes(&wrapped[..32]).unwrap(),
        info.as_bytes(),
        text.as_mut_slice().into(),
        b"",
        &hpke::aead::AeadTag::from_bytes(&wrapped[64..]).unwrap(),
    )
    .unwrap();
    text
}

fn wrap_info(store: &str, backup: Uuid, kind: &str, key_id: &str) -> String {
    format!("holdfast 1 wrap\n{backup}\n{store}\n{kind}\n{key_id}\n")
}

/// The manifest's object around any first line.
pub fn signed(contents: &str, seed: &[u8; 32]) -> Vec<u8> {
    use ed25519_dalek::Signer;
    let key = ed25519_dalek::SigningKey::from_bytes(seed);
    let signature = key.sign(format!("holdfast 1 manifest\n{contents}").as_bytes()).to_bytes();
    let signer = key_id(key.verifying_key().as_bytes());
    let second = format!(r#"{{"signer":"{signer}","signature":"{}"}}"#, BASE64.encode(signature));
    format!("{contents}\n{second}\n").into_bytes()
}

pub fn signature_holds(object: &[u8], verifying: &[u8; 32]) -> bool {
    let mut lines = object.split(|byte| *byte == b'\n');
    let (contents, second) = (lines.next().unwrap(), lines.next().unwrap());
    let second: serde_json::Value = serde_json::from_slice(second).unwrap();
    let signature = BASE64.decode(second["signature"].as_str().unwrap()).unwrap();
    let message = [b"holdfast 1 manifest\n", contents].concat();
    ed25519_dalek::VerifyingKey::from_bytes(verifying)
        .unwrap()
        .verify_strict(&message, &ed25519_dalek::Signature::from_slice(&signature).unwrap())
        .is_ok()
}

pub fn row_sum(store: &str, text: &[u8]) -> String {
    let key = blake3::derive_key("holdfast 1 row digest", store.as_bytes());
    let digest = |row: &[u8]| u128::from_le_bytes(blake3::keyed_hash(&key, row).as_bytes()[..16].try_into().unwrap());
    let rows = text.split_inclusive(|byte| *byte == b'\n');
    format!("{:032x}", rows.map(digest).fold(0, u128::wrapping_add))
}

/// Not random at all: for vectors that must come out the same every time.
struct Fixed(u8);

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}
