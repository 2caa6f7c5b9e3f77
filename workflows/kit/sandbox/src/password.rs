//! Passwords of the servers we start: random, and on disk only where their owner alone reads them.

use std::fs::{OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::error::SandboxError;

/// 192 random bits in hexadecimal: it stands in URLs and in SQL as it is.
pub fn new_password() -> String {
    let mut bits = [0_u8; 24];
    getrandom::fill(&mut bits).expect("the kernel's random source never fails once the machine is up");
    hex::encode(bits)
}

/// Writes a file of mode 0600.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), SandboxError> {
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())
    };
    write().map_err(SandboxError::io("write", path))
}
