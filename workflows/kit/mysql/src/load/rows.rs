//! Rows from a pack into a table: LOAD DATA LOCAL fed by the decrypting reader. No temporary file, and no more memory than one
//! frame compressed.

use std::io::{self, Read, Write};

use holdfast_archive::index::{Chunk, Product, Table};
use holdfast_archive::{ArchiveError, PackReader};

use super::refusal::refused;
use crate::error::MysqlError;
use crate::watch::Watch;
use crate::wire::{Connection, quote_name};

/// The statement that takes a table's row text.
///
/// Every field is the column's own bytes, hence CHARACTER SET binary. MySQL's JSON alone takes text in a character set only.
pub(super) fn statement(table: &Table, target: Product) -> String {
    let is_json = |type_name: &str| target == Product::MySql && type_name.eq_ignore_ascii_case("json");
    let mut fields = Vec::new();
    let mut converted = Vec::new();
    for (number, column) in table.row_columns().enumerate() {
        let name = quote_name(&column.name);
        if is_json(&column.type_name) {
            converted.push(format!("{name} = CONVERT(@json{number} USING utf8mb4)"));
            fields.push(format!("@json{number}"));
        } else {
            fields.push(name);
        }
    }
    let set = if converted.is_empty() { String::new() } else { format!(" SET {}", converted.join(", ")) };
    format!(
        "LOAD DATA LOCAL INFILE 'rows' INTO TABLE {} CHARACTER SET binary \
         FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' ({}){set}",
        quote_name(&table.name),
        fields.join(", ")
    )
}

/// Sends one chunk and sees that the server took every row of it as it is.
pub(super) fn send<R: Read>(
    connection: &mut Connection,
    statement: &str,
    table: &Table,
    chunk: &Chunk,
    mut reader: PackReader<R>,
    watch: &Watch,
) -> Result<(), MysqlError> {
    let mut failure = None;
    let sent = connection.load_local(statement, |out| {
        send_frames(&mut reader, chunk.frames, out, watch).map_err(|error| {
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
        return Err(bent(connection, &what)?);
    }
    if taken.rows != chunk.rows {
        let why = format!("a chunk of {} rows in pack {} became {} rows", chunk.rows, chunk.pack, taken.rows);
        let next = "see the server's log, then restore again into an empty schema".to_owned();
        return Err(MysqlError::Target { what: format!("{} did not take {what} whole", connection.server()), why, next });
    }
    watch.add_rows(chunk.rows);
    Ok(())
}

fn send_frames<R: Read>(reader: &mut PackReader<R>, frames: u32, mut out: &mut dyn Write, watch: &Watch) -> Result<(), MysqlError> {
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

/// LOAD DATA LOCAL turns what it cannot store into a warning and a changed value, and a duplicate key into a missing row.
/// There is none that may pass: what the archive holds was in such a column once.
fn bent(connection: &mut Connection, what: &str) -> Result<MysqlError, MysqlError> {
    let warnings = connection.query_text("SHOW WARNINGS LIMIT 3")?;
    let said = warnings.iter().map(|warning| {
        let part = |index: usize| warning.get(index).and_then(Option::as_deref).unwrap_or("?");
        let number = part(1).parse().unwrap_or_default();
        format!("{} (warning {number})", crate::wire::without_values(number, part(2)))
    });
    Ok(MysqlError::Target {
        what: format!("{} would change {what}", connection.server()),
        why: said.collect::<Vec<_>>().join("; "),
        next: "restore into a server of the source's product and version".to_owned(),
    })
}
