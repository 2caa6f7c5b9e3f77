//! The installation's keys, a file each under `keys_dir`.
//!
//! | file | holds | who needs it |
//! |---|---|---|
//! | `<store>.pub` | the store's X25519 public key | whoever backs the store up |
//! | `<store>.key` | its private key | whoever verifies or restores |
//! | `escrow*.pub` | public keys of the offline escrow | whoever backs anything up |
//! | `installation.sign` / `installation.verify` | the Ed25519 pair that signs manifests | who closes envelopes / who checks them |
//!
//! A worker at a store's site gets the `.pub` files and `installation.sign`: it can back up, and cannot read what it wrote.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use holdfast_archive::{Header, RecipientKind, RecipientPrivate, RecipientPublic, SigningKey, VerifyingKey};
use holdfast_schema::Fault;
use zeroize::Zeroizing;

#[derive(Debug, Clone)]
pub struct Keyring {
    dir: PathBuf,
}

impl Keyring {
    pub fn at(dir: PathBuf) -> Keyring {
        Keyring { dir }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whom a backup of `store` is sealed for: the store's key, and every escrow key.
    pub fn recipients(&self, store: &str) -> Result<Vec<RecipientPublic>, Fault> {
        let mut recipients = vec![self.store_public(store)?];
        recipients.extend(self.escrow_public()?);
        if recipients.len() < 2 {
            return Err(missing(
                &self.dir.join("escrow.pub"),
                "at least one escrow key must be able to open every backup",
                "`holdfast keys new --escrow`",
            ));
        }
        Ok(recipients)
    }

    pub fn store_public(&self, store: &str) -> Result<RecipientPublic, Fault> {
        let path = self.public_path(store);
        let text = read(&path, &format!("`holdfast keys new {store}`"))?;
        RecipientPublic::parse(RecipientKind::Store, &text).map_err(|error| unreadable(&path, &error))
    }

    pub fn escrow_public(&self) -> Result<Vec<RecipientPublic>, Fault> {
        let mut keys = Vec::new();
        for path in self.files("pub")?.into_iter().filter(|path| is_escrow(path)) {
            let text = read(&path, "`holdfast keys new --escrow`")?;
            keys.push(RecipientPublic::parse(RecipientKind::Escrow, &text).map_err(|error| unreadable(&path, &error))?);
        }
        Ok(keys)
    }

    /// The private key of `store`: `$HOLDFAST_KEY_<STORE>` when it is set, else its file.
    pub fn private(&self, store: &str) -> Result<RecipientPrivate, Fault> {
        let variable = format!("HOLDFAST_KEY_{}", store.to_uppercase().replace('-', "_"));
        if let Ok(text) = std::env::var(&variable) {
            let text = Zeroizing::new(text);
            return RecipientPrivate::parse(&text).map_err(|error| unreadable(Path::new(&variable), &error));
        }
        let path = self.private_path(store);
        let text =
            read(&path, "verify and restore on a worker that holds the store's private key, or put the key there")?;
        RecipientPrivate::parse(&text).map_err(|error| unreadable(&path, &error))
    }

    /// The key among `store`'s own, the current and the retired ones, that opens `header`; failing that, an escrow key that is here.
    /// When none fits, the current one: what it says then names both.
    pub fn private_for(&self, store: &str, header: &Header) -> Result<RecipientPrivate, Fault> {
        let current = self.private(store);
        let opens = |key: &RecipientPrivate| header.recipients.iter().any(|recipient| recipient.key_id == key.id());
        if current.as_ref().is_ok_and(opens) {
            return current;
        }
        let others = self.files("key")?.into_iter().filter(|path| is_of(path, store) || is_escrow(path));
        for path in others {
            let text = read(&path, "put the key there")?;
            let key = RecipientPrivate::parse(&text).map_err(|error| unreadable(&path, &error))?;
            if opens(&key) {
                return Ok(key);
            }
        }
        current
    }

    pub fn signing(&self) -> Result<SigningKey, Fault> {
        let path = self.dir.join("installation.sign");
        SigningKey::parse(&read(&path, "`holdfast init` makes the installation's keys")?)
            .map_err(|error| unreadable(&path, &error))
    }

    pub fn verifying(&self) -> Result<VerifyingKey, Fault> {
        let path = self.dir.join("installation.verify");
        VerifyingKey::parse(&read(&path, "`holdfast init` makes the installation's keys")?)
            .map_err(|error| unreadable(&path, &error))
    }

    pub fn public_path(&self, store: &str) -> PathBuf {
        self.dir.join(format!("{store}.pub"))
    }

    pub fn private_path(&self, store: &str) -> PathBuf {
        self.dir.join(format!("{store}.key"))
    }

    /// Names of the key pairs of which a half is here, sorted: stores, their retired keys, and escrow keys.
    pub fn names(&self) -> Result<Vec<String>, Fault> {
        let mut paths = self.files("pub")?;
        paths.extend(self.files("key")?);
        let mut names: Vec<String> =
            paths.iter().filter_map(|path| path.file_stem()?.to_str().map(str::to_owned)).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Makes the pair `name`, unless it exists: a key is never overwritten, since the backups sealed for it would be lost.
    pub fn create_recipient(&self, name: &str, kind: RecipientKind) -> Result<RecipientPublic, Fault> {
        let (private, public) = holdfast_archive::generate_recipient(kind);
        write_new(&self.private_path(name), &private.to_text(), 0o600)?;
        write_new(&self.public_path(name), &public.to_text(), 0o644)?;
        Ok(public)
    }

    pub fn create_installation(&self) -> Result<(), Fault> {
        let signing = SigningKey::generate();
        write_new(&self.dir.join("installation.sign"), &signing.to_text(), 0o600)?;
        write_new(&self.dir.join("installation.verify"), &signing.verifying_key().to_text(), 0o644)
    }

    pub fn has_installation(&self) -> bool {
        self.dir.join("installation.sign").exists()
    }

    /// Where a retired half of `store`'s key with this id is kept.
    pub fn retired_path(&self, store: &str, id: &str, half: &Path) -> PathBuf {
        let extension = half.extension().and_then(|extension| extension.to_str()).unwrap_or("key");
        self.dir.join(format!("{store}.{id}.{extension}"))
    }

    /// The id of the pair `name`, from whichever half is here; none when neither can be read.
    pub fn public_id(&self, name: &str) -> Option<String> {
        let public = fs::read_to_string(self.public_path(name)).ok();
        let from_public =
            public.and_then(|text| RecipientPublic::parse(RecipientKind::Store, &text).ok().map(|key| key.id));
        let from_private = || {
            let text = Zeroizing::new(fs::read_to_string(self.private_path(name)).ok()?);
            RecipientPrivate::parse(&text).ok().map(|key| key.id().to_owned())
        };
        from_public.or_else(from_private)
    }

    /// Sorted.
    fn files(&self, extension: &str) -> Result<Vec<PathBuf>, Fault> {
        let entries = fs::read_dir(&self.dir).map_err(|error| unreadable(&self.dir, &error))?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&self.dir, &error))?.path();
            if path.extension().is_some_and(|found| found == extension) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

fn is_escrow(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("escrow"))
}

/// `<store>.key`, or a retired `<store>.<id>.key`.
fn is_of(path: &Path, store: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix(store)).is_some_and(|rest| rest.starts_with('.'))
}

fn read(path: &Path, next: &str) -> Result<Zeroizing<String>, Fault> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(path, "no such key here", next)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), Fault> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(parent).and_then(|()| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|error| {
        Fault::stop(
            format!("the key {} was not made", path.display()),
            error.to_string(),
            "a key is never overwritten: move the old one away only when no backup needs it",
            "key-missing.md",
        )
    })
}

fn missing(path: &Path, why: &str, next: &str) -> Fault {
    Fault::stop(format!("the key {} is missing", path.display()), why, next, "key-missing.md")
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    Fault::stop(
        format!("the key {} cannot be used", path.display()),
        error.to_string(),
        "put the right key there, readable by the user that Holdfast runs as",
        "key-missing.md",
    )
}
