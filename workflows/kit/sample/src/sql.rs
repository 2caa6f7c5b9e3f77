//! Row text as SQL. Its escapes are MySQL's own, so a text's literal is its field between quotes; bytes and other
//! character sets go as hex.

use std::io::{self, Write};

use crate::ddl::{Column, Table};
use crate::rows::{fields, unescape};
use crate::{SESSION, SampleStore};

pub(crate) fn insert(table: &Table, rows: &[u8]) -> Vec<u8> {
    let columns: Vec<&Column> = table.loaded_columns().collect();
    let names: Vec<String> = columns.iter().map(|column| format!("`{}`", column.name)).collect();
    let mut out = format!("INSERT INTO `{}` ({}) VALUES\n", table.name, names.join(", ")).into_bytes();
    for row in rows.split_inclusive(|&byte| byte == b'\n') {
        let row = row.strip_suffix(b"\n").unwrap_or(row);
        out.push(b'(');
        for (column, field) in columns.iter().zip(fields(row)) {
            literal(column, field, &mut out);
            out.push(b',');
        }
        out.pop();
        out.extend_from_slice(b"),\n");
    }
    out.truncate(out.len() - 2);
    out
}

fn literal(column: &Column, field: Option<&[u8]>, out: &mut Vec<u8>) {
    match (field, column.character_set) {
        (None, _) => out.extend_from_slice(b"NULL"),
        (Some(field), None) => {
            out.push(b'\'');
            for part in field.split_inclusive(|&byte| byte == b'\'') {
                out.extend_from_slice(part);
                if part.ends_with(b"'") {
                    out.push(b'\'');
                }
            }
            out.push(b'\'');
        }
        (Some(field), Some(character_set)) => {
            let mut bytes = Vec::with_capacity(field.len());
            unescape(field, &mut bytes);
            out.extend_from_slice(format!("_{character_set} x'").as_bytes());
            crate::encode::hex(&bytes, out);
            out.push(b'\'');
        }
    }
}

pub(crate) fn script(store: &SampleStore, out: &mut impl Write) -> io::Result<()> {
    statements(out, SESSION)?;
    statements(out, store.tables().iter().map(Table::create))?;
    for table in store.tables() {
        for insert in store.insert_statements(table) {
            out.write_all(&insert)?;
            out.write_all(b";\n")?;
        }
    }
    statements(out, store.keys_and_constraints())?;
    // Bodies of triggers and routines have semicolons of their own.
    writeln!(out, "DELIMITER ;;")?;
    for object in store.objects_after_data() {
        writeln!(out, "{object};;")?;
    }
    writeln!(out, "DELIMITER ;")
}

fn statements(out: &mut impl Write, statements: impl IntoIterator<Item = impl AsRef<str>>) -> io::Result<()> {
    statements.into_iter().try_for_each(|statement| writeln!(out, "{};", statement.as_ref()))
}
