//! The secret part of a backup: what the server was, and every object of the schema in load order.
//!
//! It is JSON in the frames of the last pack (the *index pack*), so it is sealed like the rows are, by the process that
//! read the database: the only one that holds the data key on a worker with public keys only.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::Dek;
use crate::pack::{PackDigest, PackReader, PackWriter};
use crate::rows::RowSum;
use crate::{ArchiveError, Result};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Index {
    pub server: Server,
    pub snapshot: Snapshot,
    pub schema: SchemaInfo,
    /// In the order they were dumped, which is also the order to load them in.
    pub tables: Vec<Table>,
    pub sequences: Vec<Sequence>,
    /// Views after the views they read from, as far as the server tells.
    pub views: Vec<StoredObject>,
    pub routines: Vec<StoredObject>,
    pub triggers: Vec<StoredObject>,
    pub events: Vec<StoredObject>,
    pub grants: Vec<Grant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    MariaDb,
    MySql,
}

/// The server the rows were read from. `version` is numbers only (`10.11.6`), `version_comment` the vendor's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Server {
    pub product: Product,
    pub version: String,
    pub version_comment: String,
    pub sql_mode: String,
    pub character_set_server: String,
    pub collation_server: String,
    pub lower_case_table_names: u8,
    pub time_zone: String,
}

/// How the one moment was got at, and whether it is one: `consistent` is false when a table may be of another moment,
/// and then `notes` says which and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `M1`, `M2`, `M3` on MariaDB; `Y1` to `Y5` on MySQL.
    pub rung: String,
    pub connections: u32,
    pub position: Option<Position>,
    pub taken_at: DateTime<Utc>,
    pub tables_redone: Vec<String>,
    pub ddl_seen: Vec<String>,
    /// How many tables of each storage engine, e.g. `InnoDB`: 412.
    pub engines: BTreeMap<String, u32>,
    pub consistent: bool,
    pub notes: Vec<String>,
}

/// Binlog position of the snapshot; `gtid` in the product's own form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub file: String,
    pub offset: u64,
    pub gtid: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchemaInfo {
    pub name: String,
    pub character_set: String,
    pub collation: String,
    /// SHA-256 in hex over the definitions of every object: what a restored schema is compared with.
    pub schema_digest: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub engine: String,
    /// `SHOW CREATE TABLE`, whole: keys and foreign keys included.
    pub create: String,
    /// In the table's order. Row text holds those that are not generated, see [`Table::row_columns`].
    pub columns: Vec<Column>,
    /// Columns of the key the chunks are ranges of; empty when the table is one ordered stream.
    pub key: Vec<String>,
    pub rows: u64,
    /// Bytes of row text.
    pub raw_bytes: u64,
    pub sum: RowSum,
    pub data: Data,
    /// A system-versioned table whose history rows are in the archive too.
    pub versioned: bool,
    pub partitioned: bool,
    pub chunks: Vec<Chunk>,
}

impl Table {
    /// The columns a row's fields stand for, in their order: every one that is not generated.
    pub fn row_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.generated)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    /// The full type as the server prints it: `int(10) unsigned`, `varbinary(255)`, `enum('a','b')`.
    pub type_name: String,
    /// `None` for types that have none; `Some("binary")` never stands for a blob.
    pub character_set: Option<String>,
    pub nullable: bool,
    pub generated: bool,
    pub invisible: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    Rows,
    /// The definition alone: nothing in it outlives a restart, or the configuration leaves it out.
    SchemaOnly,
}

/// A run of rows of one table: `frames` frames of pack `pack` from frame `first_frame`, which starts at byte `offset`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    pub pack: u32,
    pub offset: u64,
    pub first_frame: u32,
    pub frames: u32,
    /// Key values of the first and last row as SQL literals (`42`, `0x6162`); `None` for a table without a usable key.
    pub first_key: Option<Vec<String>>,
    pub last_key: Option<Vec<String>>,
    pub rows: u64,
    pub raw_bytes: u64,
    pub sum: RowSum,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    pub name: String,
    pub create: String,
    /// The next value the server would have handed out, as a decimal number.
    pub next_value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    View,
    Function,
    Procedure,
    /// MariaDB's `sql_mode=ORACLE` packages.
    Package,
    PackageBody,
    Trigger,
    Event,
}

/// A view, routine, trigger or event with what its text means only together with: its definer, modes and character sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredObject {
    pub kind: ObjectKind,
    pub name: String,
    /// `SHOW CREATE …`, as UTF-8.
    pub create: String,
    /// `user@host`, unquoted.
    pub definer: String,
    /// Empty for views, which have none of their own.
    pub sql_mode: String,
    pub character_set_client: String,
    pub collation_connection: String,
    /// `None` for views.
    pub database_collation: Option<String>,
    /// Events alone.
    pub time_zone: Option<String>,
    /// Views alone: column names, for the placeholder that other views may be created against.
    pub columns: Vec<String>,
    /// Triggers alone: the table they hang on.
    pub table: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// `'user'@'host'`, quoted as in a GRANT.
    pub account: String,
    /// `SHOW CREATE USER`; `None` when the dumping account may not read it.
    pub create_user: Option<String>,
    /// `SHOW GRANTS`, the lines that concern the schema.
    pub grants: Vec<String>,
}

/// Raw bytes of index JSON in a frame; the reader takes frames of any size.
const INDEX_FRAME_BYTES: usize = 4 << 20;

impl Index {
    /// Seals the index as pack `number` of `backup`: the last pack, and the one that says what the others hold.
    pub fn seal<W: Write>(&self, dek: &Dek, backup: Uuid, number: u32, out: W) -> Result<(PackDigest, W)> {
        let mut pack = PackWriter::create(dek, backup, number, out)?;
        let mut frames = IndexFrames { pack: &mut pack, text: Vec::with_capacity(INDEX_FRAME_BYTES), failure: None };
        let written = serde_json::to_writer(&mut frames, self);
        match (written, frames.failure.take()) {
            (_, Some(failure)) => return Err(failure),
            (Err(e), None) => return Err(ArchiveError::Malformed { object: "the index".into(), what: e.to_string() }),
            (Ok(()), None) => frames.seal_frame()?,
        }
        pack.finish()
    }

    /// Opens pack `number` of `backup` as its index.
    pub fn open<R: Read>(dek: &Dek, backup: Uuid, number: u32, input: R) -> Result<Index> {
        let mut pack = PackReader::open(dek, backup, number, input)?;
        let mut text = Vec::new();
        while pack.next_frame(&mut text)?.is_some() {}
        serde_json::from_slice(&text)
            .map_err(|e| ArchiveError::Malformed { object: pack.object().to_owned(), what: format!("its index: {e}") })
    }
}

/// Cuts the JSON into frames as it is written, so an index of 20,000 tables is never held twice.
struct IndexFrames<'a, W: Write> {
    pack: &'a mut PackWriter<W>,
    text: Vec<u8>,
    /// serde_json passes on an `io::Error` only: the archive's own waits here.
    failure: Option<ArchiveError>,
}

impl<W: Write> IndexFrames<'_, W> {
    fn seal_frame(&mut self) -> Result<()> {
        let mut frame = self.pack.begin_frame();
        frame.write_all(&self.text).map_err(|e| ArchiveError::Io { object: "the index".into(), source: e })?;
        frame.finish()?;
        self.text.clear();
        Ok(())
    }
}

impl<W: Write> Write for IndexFrames<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        if self.text.len() >= INDEX_FRAME_BYTES {
            self.seal_frame().map_err(|e| {
                let told = io::Error::other(e.to_string());
                self.failure = Some(e);
                told
            })?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
