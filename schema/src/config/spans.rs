//! Where in which file a mistake is, and all mistakes together as a person reads them.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::Fault;

/// A byte range of a file's text.
pub(crate) type Span = Range<usize>;

/// A configuration file as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// As a person wrote it on the command line or in `stores`: what messages show.
    pub(crate) shown: PathBuf,
    /// Absolute; relative paths in the file start here.
    pub(crate) folder: PathBuf,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn mistake(&self, span: Span, what: String, why: String, next: String) -> Mistake {
        Mistake { file: self.shown.clone(), position: Some(self.position(span.start)), what, why, next }
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        Position { line, column: before[line_start..].chars().count() + 1 }
    }
}

/// Both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// One mistake in one file. `position` is absent when the file as a whole is at fault (it cannot be read).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub file: PathBuf,
    pub position: Option<Position>,
    pub what: String,
    pub why: String,
    pub next: String,
}

impl Mistake {
    pub(crate) fn of_file(file: &Path, what: String, why: String, next: String) -> Mistake {
        Mistake { file: file.to_owned(), position: None, what, why, next }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {} · {} · {}", self.what, self.why, self.next)
    }
}

/// Every mistake of every file, in the order of the files and of their lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors {
    mistakes: Vec<Mistake>,
}

impl ConfigErrors {
    pub(crate) fn new(mistakes: Vec<Mistake>) -> ConfigErrors {
        ConfigErrors { mistakes }
    }

    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{mistake}")?;
        }
        Ok(())
    }
}

impl From<ConfigErrors> for Fault {
    fn from(errors: ConfigErrors) -> Fault {
        let count = errors.mistakes.len();
        let what = format!("the configuration has {count} mistake{}", if count == 1 { "" } else { "s" });
        let why = errors.mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("; ");
        Fault::stop(what, why, "mend the files, then `holdfast apply --dry-run`", "configuration-invalid.md")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        let text = "a = 1\nblåbær = 2\n".to_owned();
        let source = Source { shown: "x.toml".into(), folder: "/".into(), text };
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(6 + "blåbær = ".len()), Position { line: 2, column: 10 });
        assert_eq!(source.position(10_000), Position { line: 3, column: 1 });
    }
}
