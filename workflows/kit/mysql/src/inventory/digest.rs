//! One digest over the definitions of a schema, equal for a schema and its restored copy.

use holdfast_archive::index::{Sequence, StoredObject, Table};
use sha2::{Digest, Sha256};

/// SHA-256 in hex over every definition by kind and name, whatever their order here. Left out: AUTO_INCREMENT counters,
/// which move with the rows, and definers, which a restore may rewrite.
pub fn schema_digest(tables: &[Table], sequences: &[Sequence], objects: [&[StoredObject]; 4]) -> String {
    let mut parts: Vec<[String; 3]> = Vec::new();
    for table in tables {
        parts.push(["table".to_owned(), table.name.clone(), without_counter(&table.create)]);
    }
    for sequence in sequences {
        parts.push(["sequence".to_owned(), sequence.name.clone(), sequence.create.clone()]);
    }
    for object in objects.into_iter().flatten() {
        let meaning = [&object.sql_mode, &object.character_set_client, &object.collation_connection];
        let text = meaning.iter().fold(without_definer(object), |text, part| format!("{text}\n{part}"));
        parts.push([format!("{:?}", object.kind), object.name.clone(), text]);
    }
    parts.sort();
    let mut digest = Sha256::new();
    for part in parts.iter().flatten() {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

/// SHOW CREATE TABLE without the option `AUTO_INCREMENT=n`.
pub(crate) fn without_counter(create: &str) -> String {
    // A line break within a text is printed as `\n`, so this is the end of the columns.
    let Some(options) = create.rfind("\n) ENGINE=") else { return create.to_owned() };
    let mark = " AUTO_INCREMENT=";
    let Some(at) = create[options..].find(mark).map(|at| options + at) else { return create.to_owned() };
    // The counter stands before anything that could hold a text of the same look.
    if create[options..at].contains('\'') {
        return create.to_owned();
    }
    let rest = create[at + mark.len()..].trim_start_matches(|digit: char| digit.is_ascii_digit());
    format!("{}{rest}", &create[..at])
}

fn without_definer(object: &StoredObject) -> String {
    let (user, host) = object.definer.rsplit_once('@').unwrap_or((&object.definer, ""));
    let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
    let account = if host.is_empty() { quoted(user) } else { format!("{}@{}", quoted(user), quoted(host)) };
    object.create.replacen(&format!("DEFINER={account} "), "", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_goes_and_texts_stay() {
        let create = |counter: &str| {
            format!(
                "CREATE TABLE `t` (\n  `a` int COMMENT ' AUTO_INCREMENT=3 '\n) ENGINE=InnoDB{counter} DEFAULT CHARSET=utf8mb4 COMMENT=' AUTO_INCREMENT=9 '"
            )
        };
        assert_eq!(without_counter(&create(" AUTO_INCREMENT=42")), create(""));
        assert_eq!(without_counter(&create("")), create(""));
    }
}
