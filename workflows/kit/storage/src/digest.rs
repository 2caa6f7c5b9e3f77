//! What an object's bytes add up to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Result;
use crate::transfer::Download;

/// Size in bytes, SHA-256 and CRC-32C in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectDigest {
    pub bytes: u64,
    pub sha256: String,
    pub crc32c: String,
}

impl ObjectDigest {
    pub fn of(bytes: &[u8]) -> ObjectDigest {
        let mut running = Running::default();
        running.add(bytes);
        running.end()
    }

    pub(crate) async fn of_download(mut download: Download) -> Result<ObjectDigest> {
        let mut running = Running::default();
        while let Some(chunk) = download.chunk().await? {
            running.add(&chunk);
        }
        Ok(running.end())
    }
}

#[derive(Default)]
struct Running {
    bytes: u64,
    sha256: Sha256,
    crc32c: u32,
}

impl Running {
    fn add(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.sha256.update(chunk);
        self.crc32c = crc32c::crc32c_append(self.crc32c, chunk);
    }

    fn end(self) -> ObjectDigest {
        let (sha256, crc32c) = (hex::encode(self.sha256.finalize()), format!("{:08x}", self.crc32c));
        ObjectDigest { bytes: self.bytes, sha256, crc32c }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_published_vectors() {
        let digest = ObjectDigest::of(b"123456789");
        assert_eq!(digest.crc32c, "e3069283"); // RFC 3720, B.4
        assert_eq!(digest.sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
        assert_eq!(digest.bytes, 9);
    }
}
