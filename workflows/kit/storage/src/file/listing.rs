//! A directory tree in the order of the keys' bytes, a page at a time, entering only what a page can need.

use std::fs;
use std::io;
use std::path::Path;

use crate::backend::Entry;

/// At most `limit` objects below `root` whose key begins with `prefix` and is greater than `after`.
pub(super) fn list(root: &Path, prefix: &str, after: &str, limit: usize) -> io::Result<Vec<Entry>> {
    let mut page = Page { prefix, after, limit, entries: Vec::new() };
    page.walk(root, "")?;
    Ok(page.entries)
}

struct Page<'a> {
    prefix: &'a str,
    after: &'a str,
    limit: usize,
    entries: Vec<Entry>,
}

impl Page<'_> {
    /// `path` is empty or ends with `/`.
    fn walk(&mut self, dir: &Path, path: &str) -> io::Result<()> {
        for (name, is_dir) in sorted(dir)? {
            let key = format!("{path}{name}");
            if self.entries.len() >= self.limit {
                return Ok(());
            }
            if is_dir && self.needs(&key) {
                self.walk(&dir.join(name.trim_end_matches('/')), &key)?;
            } else if !is_dir && key.starts_with(self.prefix) && *key > *self.after {
                self.entries.extend(entry(&dir.join(&name), key)?);
            }
        }
        Ok(())
    }

    /// Whether keys beginning with `path` can be on this page.
    fn needs(&self, path: &str) -> bool {
        let in_prefix = path.starts_with(self.prefix) || self.prefix.starts_with(path);
        let past_after = path > self.after || self.after.starts_with(path);
        in_prefix && past_after
    }
}

/// Names in the order their keys have: a directory counts as its name with the `/`, which sorts after `-` and `.`.
fn sorted(dir: &Path) -> io::Result<Vec<(String, bool)>> {
    let mut names = Vec::new();
    let entries = match fs::read_dir(dir) {
        // Deleted while we walk.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_dir = entry.file_type()?.is_dir();
        if !name.starts_with('.') {
            names.push((if is_dir { name + "/" } else { name }, is_dir));
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// `None` when it was deleted while we walk.
fn entry(path: &Path, key: String) -> io::Result<Option<Entry>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        meta => {
            let meta = meta?;
            Ok(Some(Entry { key, bytes: meta.len(), modified: meta.modified()?.into() }))
        }
    }
}
