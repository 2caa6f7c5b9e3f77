//! MariaDB's sequences.

use holdfast_archive::index::Sequence;

use super::text::definition;
use crate::error::MysqlError;
use crate::wire::{Connection, quote_name};

/// Each sequence with the first value no session can have been given yet. What the server holds in its cache below that
/// value cannot be seen, so a restored sequence may skip up to one cache of numbers and repeats none.
pub(crate) fn read_sequences(connection: &mut Connection, names: &[String]) -> Result<Vec<Sequence>, MysqlError> {
    names.iter().map(|name| read_sequence(connection, name)).collect()
}

fn read_sequence(connection: &mut Connection, name: &str) -> Result<Sequence, MysqlError> {
    let quoted = quote_name(name);
    let shown = connection.query_all(&format!("SHOW CREATE SEQUENCE {quoted}"))?.into_iter().next();
    let create = shown.and_then(|row| row.into_iter().nth(1)).flatten().unwrap_or_default();
    let next = connection.query_value(&format!("SELECT next_not_cached_value FROM {quoted}"))?;
    Ok(Sequence {
        name: name.to_owned(),
        create: definition(create, &format!("the definition of `{name}`"))?,
        next_value: next.unwrap_or_default(),
    })
}
