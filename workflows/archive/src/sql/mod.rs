//! An archive as SQL text that `mariadb SCHEMA < file` or `mysql SCHEMA < file` loads, for the day when nothing else of
//! Holdfast is at hand.
//!
//! Everything goes in load order: sequences, tables and their rows, placeholders of views, routines, views, triggers,
//! events, grants. Rows are written under `SET NAMES binary`, so no byte is transcoded.

use std::io::{self, Read, Write};

use crate::index::{Index, Product, Table};
use crate::{ArchiveError, ChunkReader, Result};

mod objects;
mod rows;

pub use rows::RowsToSql;

/// Writes the whole backup, or with `only` the definitions and rows of those tables and nothing else.
pub fn write_sql<R: Read, F: FnMut(u32, u64) -> io::Result<R>>(
    out: &mut impl Write,
    index: &Index,
    only: Option<&[String]>,
    chunks: &mut ChunkReader<F>,
) -> Result<()> {
    write_opening(out, index).map_err(sql_io)?;
    if let Some(names) = only {
        for name in names {
            let table = index.tables.iter().find(|table| table.name == *name);
            let table = table.ok_or_else(|| ArchiveError::NoSuchTable { table: name.clone() })?;
            write_table(out, table, chunks)?;
        }
        return write_closing(out).map_err(sql_io);
    }
    objects::write_sequences(out, &index.sequences).map_err(sql_io)?;
    for table in &index.tables {
        write_table(out, table, chunks)?;
    }
    objects::write_stored(out, index).map_err(sql_io)?;
    write_closing(out).map_err(sql_io)
}

fn write_table<R: Read, F: FnMut(u32, u64) -> io::Result<R>>(
    out: &mut impl Write,
    table: &Table,
    chunks: &mut ChunkReader<F>,
) -> Result<()> {
    write!(out, "\n{};\n", table.create).map_err(sql_io)?;
    if table.rows == 0 {
        return Ok(());
    }
    out.write_all(b"SET NAMES binary;\n").map_err(sql_io)?;
    if table.versioned {
        out.write_all(b"SET SESSION system_versioning_insert_history = 1;\n").map_err(sql_io)?;
    }
    let mut rows = RowsToSql::new(&mut *out, table);
    for chunk in &table.chunks {
        chunks.copy(chunk, &mut rows)?;
    }
    rows.finish().map_err(sql_io)?;
    out.write_all(b"SET NAMES utf8mb4;\n").map_err(sql_io)
}

fn write_opening(out: &mut impl Write, index: &Index) -> io::Result<()> {
    let client = match index.server.product {
        Product::MariaDb => "mariadb",
        Product::MySql => "mysql",
    };
    let (schema, version) = (&index.schema, &index.server.version);
    writeln!(out, "-- Schema {} of {client} {version}, at {}.", one_line(&schema.name), index.snapshot.taken_at)?;
    writeln!(
        out,
        "-- Load it into an empty schema made with CHARACTER SET {} COLLATE {}:",
        schema.character_set, schema.collation
    )?;
    writeln!(out, "--   {client} --default-character-set=utf8mb4 --max-allowed-packet=1G SCHEMA < this-file")?;
    out.write_all(b"SET NAMES utf8mb4;\n")?;
    // Row 0 keeps its 0, moments keep their hour, and rows come before the rows they refer to.
    out.write_all(b"SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00';\n")?;
    out.write_all(b"SET SESSION foreign_key_checks = 0, unique_checks = 0;\n")
}

fn write_closing(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"\nSET SESSION foreign_key_checks = 1, unique_checks = 1;\n-- End of the backup.\n")?;
    out.flush()
}

/// Keeps a name within the comment it is written in.
fn one_line(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}

/// An identifier in backquotes.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn sql_io(source: io::Error) -> ArchiveError {
    ArchiveError::Io { object: "the SQL output".into(), source }
}
