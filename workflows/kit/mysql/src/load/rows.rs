//! Rows from a pack into a table: LOAD DATA LOCAL fed by the decrypting reader. No temporary file, and no more memory than one
//! frame compressed.

use std::io::{self, Read, Write};

use holdfast_archive::index::{Chunk, Product, Table};
use holdfast_archive::{ArchiveError, PackReader};

use super::refusal::refused;
use crate::error::MysqlError;
use crate::watch::Watch;
use crate::wire::{Connection, quote_name, without_values};

/// The statement that takes a table's row text.
///
/// Every field is the column's own bytes, hence CHARACTER SET binary. A few types print as text that they take back in a character
/// set only: through a variable, then.
pub(super) fn statement(table: &Table, target: Product) -> String {
    let mut fields = Vec::new();
    let mut converted = Vec::new();
    for (number, column) in table.row_columns().enumerate() {
        let name = quote_name(&column.name);
        if takes_text_only(&column.type_name, target) {
            converted.push(format!("{name} = CONVERT(@v{number} USING utf8mb4)"));
            fields.push(format!("@v{number}"));
        } else {
            fields.push(name);
        }
    }
    if fields.is_empty() {
        // Every column is generated: a row's text is one NULL that belongs nowhere.
        fields.push("@nothing".to_owned());
    }
    let set = if converted.is_empty() { String::new() } else { format!(" SET {}", converted.join(", ")) };
    format!(
        "LOAD DATA LOCAL INFILE 'rows' INTO TABLE {} CHARACTER SET binary \
         FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' ({}){set}",
        quote_name(&table.name),
        fields.join(", ")
    )
}

/// MariaDB's addresses take 16 or 4 bytes for a value in its inner form; MySQL's JSON refuses what has no character set.
fn takes_text_only(type_name: &str, target: Product) -> bool {
    let types: &[&str] = match target {
        Product::MariaDb => &["uuid", "inet6", "inet4"],
        Product::MySql => &["json"],
    };
    types.iter().any(|name| type_name.eq_ignore_ascii_case(name))
}

/// Sends one chunk and sees that the server took every row of it as it is.
pub(super) fn send<R: Read>(
    connection: &mut Connection,
    statement: &str,
    table: &Table,
    chunk: &Chunk,
    reader: &mut PackReader<R>,
    watch: &Watch,
) -> Result<(), MysqlError> {
    let mut failure = None;
    let sent = connection.load_local(statement, |out| {
        send_frames(reader, chunk.frames, out, watch).map_err(|error| {
            let told = io::Error::other(error.to_string());
            failure = Some(error);
            told
        })
    });
    let what = format!("the rows of table `{}`", table.name);
    let taken = match (sent, failure) {
        (Ok(taken), _) => taken,
        (Err(MysqlError::Feed(_)), Some(failure)) => return Err(failure),
        (Err(error), _) => return Err(refused(&what, error)),
    };
    if taken.warnings > 0 {
        see_warnings(connection, table, &what)?;
    }
    if taken.rows != chunk.rows {
        let why = format!("a chunk of {} rows in pack {} became {} rows", chunk.rows, chunk.pack, taken.rows);
        let next = "see the server's log, then restore again into an empty schema".to_owned();
        return Err(MysqlError::Target {
            what: format!("{} did not take {what} whole", connection.server()),
            why,
            next,
        });
    }
    watch.add_rows(chunk.rows);
    Ok(())
}

fn send_frames<R: Read>(
    reader: &mut PackReader<R>,
    frames: u32,
    mut out: &mut dyn Write,
    watch: &Watch,
) -> Result<(), MysqlError> {
    for _ in 0..frames {
        watch.go_on()?;
        let Some(frame) = reader.next_frame(&mut out)? else {
            let (object, what) = (reader.object().to_owned(), "before the frames that the index names");
            return Err(ArchiveError::Truncated { object, bytes: 0, what }.into());
        };
        watch.add_bytes(frame.raw_bytes);
    }
    Ok(())
}

/// Reads what follows a pack's last rows: a pack that is cut off or changed behind them is not the one that was written.
pub(super) fn see_the_end<R: Read>(reader: &mut PackReader<R>) -> Result<(), MysqlError> {
    // Rows that the dump wrote again elsewhere may lie there too.
    while reader.next_frame(&mut io::sink())?.is_some() {}
    Ok(())
}

/// LOAD DATA LOCAL turns what it cannot store into a warning and a changed value, and a duplicate key into a missing row. One
/// warning may pass, see `is_harmless`; any other means that the table would not be the one that was dumped.
fn see_warnings(connection: &mut Connection, table: &Table, what: &str) -> Result<(), MysqlError> {
    let warnings = connection.query_text("SHOW WARNINGS")?;
    let mut said = warnings.iter().filter_map(|warning| {
        let part = |index: usize| warning.get(index).and_then(Option::as_deref).unwrap_or("?");
        let (number, text) = (part(1).parse().unwrap_or_default(), part(2));
        let told = || format!("{} (warning {number})", without_values(number, text));
        (!is_harmless(table, number, text)).then(told)
    });
    let Some(first) = said.next() else { return Ok(()) };
    Err(MysqlError::Target {
        what: format!("{} would change {what}", connection.server()),
        why: said.take(2).fold(first, |all, next| format!("{all}; {next}")),
        next: "restore into a server of the source's product and version".to_owned(),
    })
}

/// An ENUM that once took a value it has no label for holds index 0, which prints as an empty text and is loaded from one: the
/// same index 0, with this warning. That a statement is unsafe for a statement-based binary log is no matter of its rows.
fn is_harmless(table: &Table, number: u16, text: &str) -> bool {
    const DATA_TRUNCATED: u16 = 1265;
    const UNSAFE_FOR_BINLOG: u16 = 1592;
    let named = |name: &str| text.contains(&format!("'{name}'"));
    let enums = table.columns.iter().filter(|column| column.type_name.starts_with("enum("));
    number == UNSAFE_FOR_BINLOG || number == DATA_TRUNCATED && enums.into_iter().any(|column| named(&column.name))
}
