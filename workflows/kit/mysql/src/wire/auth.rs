//! What proves a password to a server without sending it.

use sha1::Sha1;
use sha2::{Digest, Sha256};

pub(super) const NATIVE: &str = "mysql_native_password";
pub(super) const CACHING_SHA2: &str = "caching_sha2_password";
pub(super) const CLEAR: &str = "mysql_clear_password";

/// The answer to `nonce` for `plugin`, or `None` for a plugin we do not speak. An empty password is an empty answer.
pub(super) fn answer(plugin: &str, password: &str, nonce: &[u8]) -> Option<Vec<u8>> {
    match plugin {
        NATIVE | CACHING_SHA2 if password.is_empty() => Some(Vec::new()),
        NATIVE => Some(native(password, nonce)),
        CACHING_SHA2 => Some(caching_sha2(password, nonce)),
        _ => None,
    }
}

/// SHA1(p) XOR SHA1(nonce ‖ SHA1(SHA1(p)))
fn native(password: &str, nonce: &[u8]) -> Vec<u8> {
    let once = Sha1::digest(password.as_bytes());
    let twice = Sha1::digest(once);
    let proof = Sha1::new().chain_update(nonce).chain_update(twice).finalize();
    xor(&once, &proof)
}

/// SHA256(p) XOR SHA256(SHA256(SHA256(p)) ‖ nonce)
fn caching_sha2(password: &str, nonce: &[u8]) -> Vec<u8> {
    let once = Sha256::digest(password.as_bytes());
    let twice = Sha256::digest(once);
    let proof = Sha256::new().chain_update(twice).chain_update(nonce).finalize();
    xor(&once, &proof)
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The server stores SHA1(SHA1(p)) and must be able to undo the answer with it.
    #[test]
    fn the_server_can_check_the_native_answer() {
        let nonce = b"01234567890123456789";
        let stored = Sha1::digest(Sha1::digest(b"pass"));
        let proof = Sha1::new().chain_update(nonce).chain_update(stored).finalize();
        let once = xor(&answer(NATIVE, "pass", nonce).unwrap(), &proof);
        assert_eq!(Sha1::digest(once), stored);
    }

    #[test]
    fn an_empty_password_is_an_empty_answer_and_an_unknown_plugin_is_none() {
        assert_eq!(answer(CACHING_SHA2, "", b"n"), Some(vec![]));
        assert_eq!(answer("client_ed25519", "x", b"n"), None);
    }
}
