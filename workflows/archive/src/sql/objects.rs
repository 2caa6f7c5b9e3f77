//! Views, routines, triggers, events, sequences and grants as SQL, each under the modes it was made under.

use std::io::{self, Write};

use crate::index::{Grant, Index, SchemaInfo, Sequence, StoredObject};
use crate::sql::quoted;

pub(super) fn write_sequences(out: &mut impl Write, sequences: &[Sequence]) -> io::Result<()> {
    for sequence in sequences {
        write!(out, "\n{};\n", sequence.create)?;
        writeln!(out, "DO SETVAL({}, {}, 0);", quoted(&sequence.name), sequence.next_value)?;
    }
    Ok(())
}

/// Everything that comes after the rows. A view may call a function and a function may read a view, hence the
/// placeholders; triggers come after the rows so that they do not fire for them.
pub(super) fn write_stored(out: &mut impl Write, index: &Index) -> io::Result<()> {
    for view in &index.views {
        write_placeholder(out, view)?;
    }
    for routine in &index.routines {
        write_object(out, &index.schema, routine)?;
    }
    for view in &index.views {
        write!(out, "\nDROP VIEW IF EXISTS {};", quoted(&view.name))?;
        write_object(out, &index.schema, view)?;
    }
    for object in index.triggers.iter().chain(&index.events) {
        write_object(out, &index.schema, object)?;
    }
    for grant in &index.grants {
        write_grant(out, grant)?;
    }
    Ok(())
}

fn write_placeholder(out: &mut impl Write, view: &StoredObject) -> io::Result<()> {
    let columns: Vec<String> = view.columns.iter().map(|column| format!("1 AS {}", quoted(column))).collect();
    if columns.is_empty() {
        return Ok(());
    }
    write!(out, "\nCREATE VIEW {} AS SELECT {};\n", quoted(&view.name), columns.join(", "))
}

fn write_object(out: &mut impl Write, schema: &SchemaInfo, object: &StoredObject) -> io::Result<()> {
    // The text is UTF-8 by now: the client's character set it was typed in can be named only where both agree.
    let client = match object.character_set_client.as_str() {
        named if object.create.is_ascii() || named.starts_with("utf8") => named,
        _ => "utf8mb4",
    };
    write!(out, "\nSET character_set_client = {client}, collation_connection = {}, ", object.collation_connection)?;
    writeln!(out, "SESSION sql_mode = {};", text(&object.sql_mode))?;
    if let Some(zone) = &object.time_zone {
        writeln!(out, "SET SESSION time_zone = {};", text(zone))?;
    }
    let other_collation = object.database_collation.as_ref().filter(|collation| **collation != schema.collation);
    if let Some(collation) = other_collation {
        writeln!(out, "ALTER DATABASE COLLATE {collation};")?;
    }
    let delimiter = delimiter_for(&object.create);
    writeln!(out, "DELIMITER {delimiter}\n{}\n{delimiter}\nDELIMITER ;", object.create)?;
    if other_collation.is_some() {
        writeln!(out, "ALTER DATABASE CHARACTER SET {} COLLATE {};", schema.character_set, schema.collation)?;
    }
    out.write_all(b"SET NAMES utf8mb4;\nSET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00';\n")
}

fn write_grant(out: &mut impl Write, grant: &Grant) -> io::Result<()> {
    if let Some(create) = &grant.create_user {
        let unless_there = create.replacen("CREATE USER ", "CREATE USER IF NOT EXISTS ", 1);
        write!(out, "\n{unless_there};\n")?;
    }
    for line in &grant.grants {
        writeln!(out, "{line};")?;
    }
    Ok(())
}

/// `;;`, or as many more as keep it apart from the text.
fn delimiter_for(create: &str) -> String {
    let mut delimiter = ";;".to_owned();
    while create.contains(&delimiter) {
        delimiter.push(';');
    }
    delimiter
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}
