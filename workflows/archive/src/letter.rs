//! A short secret for one reader: whoever holds the private key of a recipient, and nobody in between.
//!
//! Not part of the format: it carries what must not stand in the ledger, such as the address of a restore's target.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use crate::keys::{RecipientPrivate, RecipientPublic};
use crate::{ArchiveError, Result};

const ENCAPPED_BYTES: usize = 32;

/// HPKE base mode in format 1's suite, `purpose` as its info: base64 of the encapsulated key and the ciphertext with its tag.
pub fn seal(key: &RecipientPublic, purpose: &str, text: &[u8]) -> Result<String> {
    let (encapped, ciphertext) = hpke::single_shot_seal::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &key.hpke()?,
        purpose.as_bytes(),
        text,
        b"",
    )
    .map_err(|_| ArchiveError::BadKey { expected: format!("an X25519 public key of full order, not {}", key.id) })?;
    let mut letter = encapped.to_bytes().to_vec();
    letter.extend(ciphertext);
    Ok(BASE64.encode(letter))
}

/// What was sealed for `key` under the same purpose.
pub fn open(key: &RecipientPrivate, purpose: &str, letter: &str) -> Result<Zeroizing<Vec<u8>>> {
    let altered = || ArchiveError::WrapInvalid { object: purpose.to_owned() };
    let letter = BASE64.decode(letter).map_err(|_| altered())?;
    let (encapped, ciphertext) = letter.split_at_checked(ENCAPPED_BYTES).ok_or_else(altered)?;
    let encapped = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapped).map_err(|_| altered())?;
    let text = hpke::single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &key.hpke()?,
        &encapped,
        purpose.as_bytes(),
        ciphertext,
        b"",
    );
    text.map(Zeroizing::new).map_err(|_| altered())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RecipientKind, generate_recipient};

    #[test]
    fn a_letter_opens_with_its_readers_key_and_purpose_only() {
        let (private, public) = generate_recipient(RecipientKind::Store);
        let (other, _) = generate_recipient(RecipientKind::Store);
        let letter = seal(&public, "a purpose", b"mysql://u:p@h/s").unwrap();
        assert_eq!(open(&private, "a purpose", &letter).unwrap().as_slice(), b"mysql://u:p@h/s");
        assert!(open(&private, "another purpose", &letter).is_err());
        assert!(open(&other, "a purpose", &letter).is_err());
        assert!(open(&private, "a purpose", "AAAA").is_err());
    }
}
