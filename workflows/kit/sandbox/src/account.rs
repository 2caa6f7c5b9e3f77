//! Who a server runs as: database servers refuse to be root, so root hands them to an account of their own.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::error::SandboxError;

/// A line of `/etc/passwd`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// The account a server runs as: the first of `names` that exists, when we are root;
    /// `None` when we are not, and the server runs as ourselves.
    pub fn for_server(names: &[&str]) -> Result<Option<Account>, SandboxError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let found =
            names.iter().find_map(|name| passwd.lines().find_map(|line| parse(line).filter(|a| a.name == *name)));
        found.map(Some).ok_or_else(|| SandboxError::NoAccount { names: names.join(", ") })
    }

    /// Gives `path` to this account; what is below it stays as it is.
    pub fn give(&self, path: &Path) -> Result<(), SandboxError> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(SandboxError::io("give away", path))
    }
}

fn parse(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { name, uid, gid })
}

fn home_of_someone(path: &Path) -> bool {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    passwd.lines().filter_map(|line| line.split(':').nth(5)).any(|home| Path::new(home) == path)
}

/// Makes a directory for `account` (0700, its own); existing ones are kept.
pub fn own_dir(path: &Path, account: Option<&Account>) -> Result<(), SandboxError> {
    fs::create_dir_all(path).map_err(SandboxError::io("create", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(SandboxError::io("set the mode of", path))?;
    account.map_or(Ok(()), |account| account.give(path))
}

/// Lets `account` enter every directory above `path`: those closed to others get `o+x` (enter, not list).
/// A home directory is never opened: that is its owner's choice, and the error says so.
pub fn make_reachable(path: &Path, account: Option<&Account>) -> Result<(), SandboxError> {
    let Some(account) = account else { return Ok(()) };
    let closed = path.ancestors().skip(1).filter(|dir| !dir.as_os_str().is_empty());
    for dir in closed {
        let meta = fs::metadata(dir).map_err(SandboxError::io("look at", dir))?;
        if can_enter(&meta, account) {
            continue;
        }
        if home_of_someone(dir) {
            return Err(SandboxError::Unreachable {
                path: PathBuf::from(path),
                closed: PathBuf::from(dir),
                account: account.name.clone(),
            });
        }
        let opened = fs::Permissions::from_mode(meta.mode() & 0o7777 | 0o001);
        fs::set_permissions(dir, opened).map_err(SandboxError::io("open", dir))?;
    }
    Ok(())
}

fn can_enter(meta: &fs::Metadata, account: &Account) -> bool {
    let bit = if meta.uid() == account.uid {
        0o100
    } else if meta.gid() == account.gid {
        0o010
    } else {
        0o001
    };
    meta.mode() & bit != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passwd_line_names_the_account_and_its_numbers() {
        let account = parse("mysql:x:102:105:MySQL Server,,,:/nonexistent:/bin/false").unwrap();
        assert_eq!(account, Account { name: "mysql".into(), uid: 102, gid: 105 });
        assert_eq!(parse("broken:x"), None);
    }

    #[test]
    fn closed_parents_are_opened_for_entering_only() {
        let account = Account { name: "someone".into(), uid: 4242, gid: 4242 };
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let inner = dir.path().join("data");
        fs::create_dir(&inner).unwrap();
        make_reachable(&inner, Some(&account)).unwrap();
        assert_eq!(fs::metadata(dir.path()).unwrap().mode() & 0o777, 0o701);
    }
}
