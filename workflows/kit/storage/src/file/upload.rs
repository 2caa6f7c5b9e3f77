//! From a hidden file to an object: written, flushed, renamed without overwriting, its directories flushed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use rustix::io::Errno;
use uuid::Uuid;

use super::{CHUNK, Files, PARTIAL, object_stat};
use crate::Result;
use crate::backend::{Stat, Writing};

#[derive(Debug)]
pub(crate) struct FileUpload {
    files: Files,
    key: String,
    partial: PathBuf,
    /// Locked for as long as it is open. `None` after a failure.
    file: Option<File>,
    /// Small writes wait here until there is a chunk of them.
    pending: Vec<Bytes>,
    pending_bytes: usize,
}

impl FileUpload {
    pub(super) async fn begin(files: &Files, key: &str) -> Result<FileUpload> {
        let name = format!("{}~{}", Uuid::now_v7().simple(), key.replace('/', "~"));
        let partial = files.root.join(PARTIAL).join(name);
        let path = partial.clone();
        let opened = files.run("put", key, move |files| {
            files.marked()?;
            fs::create_dir_all(files.root.join(PARTIAL))?;
            let file = OpenOptions::new().create_new(true).write(true).open(&path)?;
            flock(&file, FlockOperation::NonBlockingLockExclusive)?;
            Ok(file)
        });
        let file = Some(opened.await?);
        Ok(FileUpload {
            files: files.clone(),
            key: key.to_owned(),
            partial,
            file,
            pending: Vec::new(),
            pending_bytes: 0,
        })
    }

    async fn flush(&mut self) -> Result<()> {
        let (pending, file) = (std::mem::take(&mut self.pending), self.file.take());
        self.pending_bytes = 0;
        let written = self.files.run("put", &self.key, move |_| {
            let mut file = file.ok_or_else(|| io::Error::other("an earlier write failed"))?;
            for bytes in &pending {
                file.write_all(bytes)?;
            }
            Ok(file)
        });
        self.file = Some(written.await?);
        Ok(())
    }
}

impl Writing for FileUpload {
    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.pending_bytes += bytes.len();
        self.pending.push(bytes);
        if self.pending_bytes < CHUNK { Ok(()) } else { self.flush().await }
    }

    async fn finish(mut self) -> Result<Stat> {
        self.flush().await?;
        let (file, partial, key) = (self.file.take(), self.partial.clone(), self.key.clone());
        let published = self.files.run("put", &self.key, move |files| {
            let file = file.ok_or_else(|| io::Error::other("an earlier write failed"))?;
            file.sync_all()?;
            let path = files.path(&key);
            publish(&partial, &path)?;
            for dir in path.ancestors().skip(1).take_while(|dir| dir.starts_with(&files.root)) {
                sync_dir(dir)?;
            }
            object_stat(&path)
        });
        published.await
    }

    async fn abort(self) -> Result<()> {
        let partial = self.partial.clone();
        self.files.run("abort", &self.key, move |_| remove(&partial)).await
    }
}

impl Drop for FileUpload {
    fn drop(&mut self) {
        // After `finish` it has been renamed; a failure leaves it to `discard_uploads`.
        let _ = remove(&self.partial);
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Gives `partial` its final name unless that is taken. A racing `delete` may remove the directory in between.
fn publish(partial: &Path, path: &Path) -> io::Result<()> {
    let parent = path.parent().expect("an object lies below the root");
    for _ in 0..100 {
        fs::create_dir_all(parent)?;
        match rename_new(partial, path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && partial.exists() => {}
            done => return done,
        }
    }
    Err(io::Error::other("the object's directory is deleted again and again"))
}

fn rename_new(partial: &Path, path: &Path) -> io::Result<()> {
    match renameat_with(CWD, partial, CWD, path, RenameFlags::NOREPLACE) {
        // File systems without that flag (NFS, some FUSE) have hard links, which do not overwrite either.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs::hard_link(partial, path)?;
            fs::remove_file(partial)
        }
        renamed => Ok(renamed?),
    }
}

pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Removes partial files of keys beginning with `prefix` that nobody holds a lock on.
pub(super) fn discard(root: &Path, prefix: &str) -> io::Result<u64> {
    let prefix = prefix.replace('/', "~");
    let mut discarded = 0;
    let entries = match fs::read_dir(root.join(PARTIAL)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = name.split_once('~').is_some_and(|(_, key)| key.starts_with(&prefix));
        if ours && is_dead(&entry.path())? {
            remove(&entry.path())?;
            discarded += 1;
        }
    }
    Ok(discarded)
}

/// A live upload holds the lock from the moment after it made the file; one made just now is given that moment.
fn is_dead(partial: &Path) -> io::Result<bool> {
    // Over NFS an exclusive lock needs a file open for writing.
    let file = match OpenOptions::new().write(true).open(partial) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    let age = file.metadata()?.modified()?.elapsed().unwrap_or_default();
    let locked = flock(&file, FlockOperation::NonBlockingLockExclusive).is_err();
    Ok(!locked && (file.metadata()?.len() > 0 || age.as_secs() >= 1))
}
