//! A restored schema beside the archive's index: every definition, every counter, and every row by its digest, all read again
//! from the server.

mod assertions;
mod definitions;
mod rows;

use holdfast_archive::DigestKey;
use holdfast_archive::index::Index;
use serde::{Deserialize, Serialize};

use crate::error::MysqlError;
use crate::inventory::Inventory;
use crate::load::Definers;
use crate::url::DatabaseUrl;
use crate::watch::Watch;
use crate::wire::Connection;

pub use assertions::assert_checks;

#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// Connections that read at once.
    pub parallel: usize,
    /// The key the dump took its digests with, see `DigestKey::for_store`.
    pub digest_key: DigestKey,
    /// Only these tables and nothing else; `None` is the whole schema.
    pub tables: Option<Vec<String>>,
    /// `Keep`: an object with another definer than the source's is a problem.
    pub definers: Definers,
}

impl Default for CompareOptions {
    fn default() -> CompareOptions {
        CompareOptions { parallel: 2, digest_key: DigestKey::for_store(""), tables: None, definers: Definers::Keep }
    }
}

/// One thing that is not as the archive has it. Names objects and counts; never holds a row's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub what: String,
    pub why: String,
    pub next: String,
}

impl Problem {
    pub(crate) fn new(what: impl Into<String>, why: impl Into<String>) -> Problem {
        let next = "keep the sandbox's log; a fresh dump shows whether it was this archive alone";
        Problem { what: what.into(), why: why.into(), next: next.to_owned() }
    }
}

/// Everything in the schema of `url` that differs from `index`; empty when nothing does.
///
/// Rows are read back exactly as the dump read them and compared by count and `S`: every row of every table.
///
/// # Errors
/// When the server cannot be read, or `watch` is cancelled: then nothing is known.
pub fn compare(
    url: &DatabaseUrl,
    index: &Index,
    options: &CompareOptions,
    watch: &Watch,
) -> Result<Vec<Problem>, MysqlError> {
    let found = Inventory::read(&mut Connection::connect(url)?)?;
    let mut problems = match &options.tables {
        None => definitions::compare_all(index, &found, options.definers),
        Some(tables) => definitions::compare_tables(index, &found, tables),
    };
    let is_there = |name: &str| found.tables.iter().any(|table| table.name == name);
    let is_asked = |name: &String| options.tables.as_ref().is_none_or(|tables| tables.contains(name));
    let tables = index.tables.iter().filter(|table| is_there(&table.name) && is_asked(&table.name)).collect();
    problems.extend(rows::compare(url, tables, options, watch)?);
    if problems.is_empty() && options.tables.is_none() {
        problems.extend(definitions::compare_digests(index, &found));
    }
    Ok(problems)
}
