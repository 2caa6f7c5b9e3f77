//! `file://`: a directory of a local or mounted file system.
//!
//! An object is a file at `<root>/<key>`. An upload is written to `<root>/.partial/<id>~<key, with ~ for />`, flushed to
//! disk, and renamed to its place without overwriting. The upload holds a lock on its file, so that a left-over of a dead
//! process can be told from one still being written. `<root>/.holdfast-location` marks a prepared location.

mod listing;
#[cfg(test)]
mod tests;
mod upload;

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rustix::fs::{Advice, fadvise, statvfs};
use rustix::io::Errno;

use crate::Result;
use crate::backend::{Backend, Entry, Reading, Stat};
use crate::error::{Act, StorageError};

pub(crate) use upload::FileUpload;

const MARKER: &str = ".holdfast-location";
const PARTIAL: &str = ".partial";
const CHUNK: usize = 1 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Files {
    location: Arc<str>,
    root: Arc<Path>,
    /// False for a place that is only read and need not be a location.
    must_be_marked: bool,
}

impl Files {
    /// `path` is what follows `file://`; an error says what is wrong with it.
    pub(crate) fn parse(location: &str, path: &str) -> std::result::Result<Files, String> {
        let root = PathBuf::from(percent_decoded(path).ok_or("whose %-escapes are broken")?);
        if !root.is_absolute() {
            return Err("whose path is not absolute: write file:///path, with three slashes".to_owned());
        }
        if root.components().any(|part| part.as_os_str() == "..") {
            return Err("whose path has `..` in it".to_owned());
        }
        Ok(Files { location: location.into(), root: root.into(), must_be_marked: true })
    }

    fn act<'a>(&'a self, verb: &'static str, key: &'a str) -> Act<'a> {
        Act { location: &self.location, verb, key }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// Runs blocking file work aside and names what failed. A missing file in a location that is gone is no absence.
    async fn run<T: Send + 'static>(
        &self,
        verb: &'static str,
        key: &str,
        work: impl FnOnce(&Files) -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        let files = self.clone();
        let worked = aside(move || work(&files).map_err(|error| (error, files.marker_missing()))).await;
        worked.map_err(|(error, marker_missing)| match (error.kind(), marker_missing) {
            (io::ErrorKind::NotFound, Some(why)) => self.act(verb, key).unreachable(why),
            _ => self.act(verb, key).failed(error),
        })
    }

    /// A copy of objects on any disk, to read.
    pub(crate) fn unmarked(self) -> Files {
        Files { must_be_marked: false, ..self }
    }

    /// Why the location does not look like one; `None` when it does.
    fn marker_missing(&self) -> Option<String> {
        let root = self.root.display();
        match self.marked() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Some(format!("{root} has no {MARKER}: it is not mounted, or was never prepared for use"))
            }
            _ => None,
        }
    }

    /// Fails where there is no marker, before anything is written below an empty mount point.
    fn marked(&self) -> io::Result<()> {
        if !self.must_be_marked {
            return Ok(());
        }
        fs::metadata(self.root.join(MARKER)).map(drop)
    }

    pub(crate) async fn open(&self) -> Result<()> {
        self.run("open", MARKER, Files::marked).await
    }

    pub(crate) async fn prepare(&self) -> Result<()> {
        self.run("prepare", MARKER, Files::leave_marker).await
    }

    fn leave_marker(&self) -> io::Result<()> {
        const TEXT: &str =
            "A Holdfast location. Without this file Holdfast takes the directory for an unmounted disk.\n";
        match fs::create_dir_all(&self.root) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        fs::create_dir_all(self.root.join(PARTIAL))?;
        let marker = self.root.join(MARKER);
        if !marker.exists() {
            fs::write(&marker, TEXT)?;
            File::open(&marker)?.sync_all()?;
        }
        upload::sync_dir(&self.root)
    }
}

impl Backend for Files {
    type Upload = FileUpload;
    type Download = FileDownload;

    async fn create(&self, key: &str) -> Result<FileUpload> {
        FileUpload::begin(self, key).await
    }

    async fn open_read(&self, key: &str, range: Range<u64>) -> Result<FileDownload> {
        let wanted = key.to_owned();
        let file = self.run("get", key, move |files| {
            let path = files.path(&wanted);
            object_stat(&path)?;
            let mut file = File::open(path)?;
            // What is still in memory from writing it is no proof that the disk has it. Some file systems cannot.
            let _ = fadvise(&file, 0, None, Advice::DontNeed);
            file.seek(SeekFrom::Start(range.start))?;
            Ok(file.take(range.end.saturating_sub(range.start)))
        });
        Ok(FileDownload { file: Some(file.await?), files: self.clone(), key: key.to_owned() })
    }

    async fn stat(&self, key: &str) -> Result<Option<Stat>> {
        let wanted = key.to_owned();
        let stat = self.run("stat", key, move |files| object_stat(&files.path(&wanted)));
        match stat.await {
            Err(StorageError::Absent { .. }) => Ok(None),
            stat => stat.map(Some),
        }
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<Entry>> {
        let (begins, after) = (prefix.to_owned(), after.unwrap_or_default().to_owned());
        self.run("list", prefix, move |files| {
            files.marked()?;
            listing::list(&files.root, &begins, &after, limit)
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<bool> {
        let wanted = key.to_owned();
        let deleted = self.run("delete", key, move |files| {
            let path = files.path(&wanted);
            object_stat(&path)?;
            fs::remove_file(&path)?;
            files.remove_empty_parents(&path);
            Ok(())
        });
        match deleted.await {
            Err(StorageError::Absent { .. }) => Ok(false),
            deleted => deleted.map(|()| true),
        }
    }

    async fn discard_uploads(&self, prefix: &str) -> Result<u64> {
        let begins = prefix.to_owned();
        self.run("discard uploads of", prefix, move |files| {
            files.marked()?;
            upload::discard(&files.root, &begins)
        })
        .await
    }

    async fn free_bytes(&self) -> Result<Option<u64>> {
        let free = self.run("measure", "", |files| {
            let stat = statvfs(&*files.root)?;
            Ok(stat.f_bavail * stat.f_frsize)
        });
        free.await.map(Some)
    }
}

impl Files {
    /// Directories are no objects: the last one in them takes them along. A racing upload makes its own again.
    fn remove_empty_parents(&self, path: &Path) {
        for dir in path.ancestors().skip(1).take_while(|dir| *dir != &*self.root) {
            if fs::remove_dir(dir).is_err() {
                break;
            }
        }
    }
}

/// A directory on the way to other objects is not an object.
fn object_stat(path: &Path) -> io::Result<Stat> {
    let meta = match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => return Err(Errno::NOENT.into()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(Errno::NOENT.into()),
        meta => meta?,
    };
    Ok(Stat { bytes: meta.len(), modified: meta.modified()?.into() })
}

#[derive(Debug)]
pub(crate) struct FileDownload {
    /// `None` after a failure: the rest cannot be told from the end any more.
    file: Option<io::Take<File>>,
    files: Files,
    key: String,
}

impl Reading for FileDownload {
    async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let file = self.file.take();
        let read = self.files.run("get", &self.key, move |_| {
            let mut file = file.ok_or_else(|| io::Error::other("an earlier read failed"))?;
            let mut chunk = Vec::with_capacity(CHUNK);
            file.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
            Ok((file, chunk))
        });
        let (file, chunk) = read.await?;
        self.file = Some(file);
        Ok((!chunk.is_empty()).then(|| chunk.into()))
    }
}

/// Blocking work on a thread for such; a panic in it goes on here.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime is shutting down and nobody waits for the answer any more.
        Err(_) => std::future::pending().await,
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
