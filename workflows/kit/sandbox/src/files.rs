//! Directories of servers: copied from templates, and short enough for a socket.

use std::fs;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::error::SandboxError;

/// The kernel's `sockaddr_un` takes 108 bytes with the final zero; some are left for the socket's own name.
const SOCKET_DIR_BYTES: usize = 80;

/// Copies a directory with everything in it and gives the copy to `account`.
pub fn copy_tree(from: &Path, to: &Path, account: Option<&Account>) -> Result<(), SandboxError> {
    fs::create_dir(to).map_err(SandboxError::io("create", to))?;
    for entry in fs::read_dir(from).map_err(SandboxError::io("list", from))? {
        let entry = entry.map_err(SandboxError::io("list", from))?;
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_tree(&source, &copy, account)?;
            continue;
        }
        fs::copy(&source, &copy).map_err(SandboxError::io("copy", &source))?;
        if let Some(account) = account {
            account.give(&copy)?;
        }
    }
    let mode = fs::metadata(from).map_err(SandboxError::io("look at", from))?.permissions();
    fs::set_permissions(to, mode).map_err(SandboxError::io("set the mode of", to))?;
    account.map_or(Ok(()), |account| account.give(to))
}

/// A directory for a socket: `preferred` when its path is short enough, else a fresh one in `$XDG_RUNTIME_DIR` or `/tmp`.
pub fn socket_dir(preferred: &Path) -> Result<PathBuf, SandboxError> {
    if preferred.as_os_str().len() <= SOCKET_DIR_BYTES {
        fs::create_dir_all(preferred).map_err(SandboxError::io("create", preferred))?;
        return Ok(preferred.to_owned());
    }
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let parent = runtime.filter(|dir| dir.is_dir()).unwrap_or_else(|| PathBuf::from("/tmp"));
    let id = uuid::Uuid::now_v7().simple().to_string();
    let short = parent.join(format!("hf-{}", &id[id.len() - 12..]));
    fs::create_dir(&short).map_err(SandboxError::io("create", &short))?;
    Ok(short)
}

/// Removes a directory and all in it; one that is not there is fine.
pub fn remove_tree(path: &Path) -> Result<(), SandboxError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(SandboxError::io("remove", path)(error)),
        _ => Ok(()),
    }
}
