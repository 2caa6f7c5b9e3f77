//! Row text as INSERT statements.

use std::io::{self, Write};

use crate::index::{Column, Table};
use crate::rows::{ROW_END, fields};
use crate::sql::quoted;
use crate::{ArchiveError, Result};

/// A statement is ended once it is this large: well under the 16 MiB a client accepts as it comes.
const STATEMENT_BYTES: usize = 1 << 20;

/// How a column's values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Literal {
    /// Digits, as they are.
    Number,
    /// Raw bytes: `0x…`.
    Hex,
    /// Quoted; the bytes are of the column's own character set, and `SET NAMES binary` leaves them so.
    Text,
    /// Types that take a binary string for their inner form (`json`, `uuid`, `inet6`): quoted and marked as text.
    MarkedText,
}

/// Takes the row text of one table, in pieces of any size, and writes it as INSERT statements.
pub struct RowsToSql<W: Write> {
    out: W,
    insert: String,
    literals: Vec<Literal>,
    /// The row that earlier pieces began.
    begun: Vec<u8>,
    statement: Vec<u8>,
}

impl<W: Write> RowsToSql<W> {
    pub fn new(out: W, table: &Table) -> RowsToSql<W> {
        let columns: Vec<String> = table.row_columns().map(|column| quoted(&column.name)).collect();
        RowsToSql {
            out,
            insert: format!("INSERT INTO {} ({}) VALUES\n", quoted(&table.name), columns.join(",")),
            literals: table.row_columns().map(literal).collect(),
            begun: Vec::new(),
            statement: Vec::new(),
        }
    }

    /// Ends the last statement.
    pub fn finish(mut self) -> io::Result<()> {
        if !self.begun.is_empty() {
            return Err(io::Error::other(ArchiveError::BadRow { what: "the last row has no newline" }));
        }
        self.end_statement()
    }

    fn row(&mut self, row: &[u8]) -> io::Result<()> {
        self.statement.extend_from_slice(if self.statement.is_empty() { self.insert.as_bytes() } else { b",\n" });
        push_tuple(&mut self.statement, &self.literals, row).map_err(io::Error::other)?;
        if self.statement.len() >= STATEMENT_BYTES {
            self.end_statement()?;
        }
        Ok(())
    }

    fn end_statement(&mut self) -> io::Result<()> {
        if !self.statement.is_empty() {
            self.statement.extend_from_slice(b";\n");
            self.out.write_all(&self.statement)?;
            self.statement.clear();
            self.statement.shrink_to(2 * STATEMENT_BYTES);
        }
        Ok(())
    }
}

impl<W: Write> Write for RowsToSql<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut rest = text;
        while let Some(newline) = memchr::memchr(ROW_END, rest) {
            let (row, after) = rest.split_at(newline + 1);
            if self.begun.is_empty() {
                self.row(row)?;
            } else {
                let mut whole = std::mem::take(&mut self.begun);
                whole.extend_from_slice(row);
                self.row(&whole)?;
            }
            rest = after;
        }
        self.begun.extend_from_slice(rest);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn push_tuple(out: &mut Vec<u8>, literals: &[Literal], row: &[u8]) -> Result<()> {
    out.push(b'(');
    let mut columns = literals.iter();
    for (position, field) in fields(row).enumerate() {
        let literal = columns.next().ok_or(ArchiveError::BadRow { what: "it has more fields than columns" })?;
        if position > 0 {
            out.push(b',');
        }
        match field? {
            None => out.extend_from_slice(b"NULL"),
            Some(value) => push_literal(out, *literal, &value),
        }
    }
    if columns.next().is_some() {
        return Err(ArchiveError::BadRow { what: "it has fewer fields than columns" });
    }
    out.push(b')');
    Ok(())
}

fn push_literal(out: &mut Vec<u8>, literal: Literal, value: &[u8]) {
    match literal {
        Literal::Number if is_number(value) => out.extend_from_slice(value),
        Literal::Hex if value.is_empty() => out.extend_from_slice(b"''"),
        Literal::Hex => push_hex(out, value),
        Literal::MarkedText => {
            out.extend_from_slice(b"_utf8mb4");
            push_quoted(out, value);
        }
        // Text of another character set goes as hex, so the file is UTF-8 whatever it holds, and every client reads it.
        Literal::Text if std::str::from_utf8(value).is_err() => push_hex(out, value),
        Literal::Text | Literal::Number => push_quoted(out, value),
    }
}

fn push_hex(out: &mut Vec<u8>, value: &[u8]) {
    out.extend_from_slice(b"0x");
    let start = out.len();
    out.resize(start + value.len() * 2, 0);
    hex::encode_to_slice(value, &mut out[start..]).expect("the room is twice the value");
}

fn push_quoted(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'\'');
    for byte in value {
        match byte {
            0 => out.extend_from_slice(b"\\0"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            // A bare ^Z ends the input of some clients.
            0x1a => out.extend_from_slice(b"\\Z"),
            b'\'' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            other => out.push(*other),
        }
    }
    out.push(b'\'');
}

fn is_number(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte))
}

fn literal(column: &Column) -> Literal {
    let type_name = column.type_name.to_ascii_lowercase();
    let word = type_name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match word {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "year" => {
            Literal::Number
        }
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" | "vector" | "geometry"
        | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon"
        | "geometrycollection" | "geomcollection" => Literal::Hex,
        "json" | "uuid" | "inet4" | "inet6" => Literal::MarkedText,
        _ => Literal::Text,
    }
}
