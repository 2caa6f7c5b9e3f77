//! Definitions and counters: the index beside what the restored server says of itself.

use holdfast_archive::index::{Index, ObjectKind, Sequence, StoredObject, Table};

use super::Problem;
use crate::inventory::{Inventory, without_counter};
use crate::load::{Definers, auto_increment, definition, describe};

/// The whole schema: nothing differs, nothing is missing, nothing is there that the archive has not.
pub(super) fn compare_all(index: &Index, found: &Inventory, definers: Definers) -> Vec<Problem> {
    let names: Vec<String> = index.tables.iter().map(|table| table.name.clone()).collect();
    let mut problems = compare_tables(index, found, &names);
    problems.extend(schema(index, found));
    let unknown = found.tables.iter().filter(|table| !names.contains(&table.name));
    problems.extend(unknown.map(|table| surplus(&format!("table `{}`", table.name))));
    problems.extend(sequences(&index.sequences, &found.sequences));
    let kinds = [
        (&index.views, &found.views),
        (&index.routines, &found.routines),
        (&index.triggers, &found.triggers),
        (&index.events, &found.events),
    ];
    for (archived, restored) in kinds {
        problems.extend(objects(archived, restored, &index.schema.name, &found.schema.name, definers));
    }
    problems
}

/// The digest over all definitions, which says nothing more when each was compared, and is what the archive promises. Under another
/// name, or without a view that was left out, a schema has another digest.
pub(super) fn compare_digests(index: &Index, found: &Inventory) -> Option<Problem> {
    let whole = found.schema.name == index.schema.name && found.views.len() == index.views.len();
    let differs = whole && found.schema.schema_digest != index.schema.schema_digest;
    let why = || format!("its digest is {}, in the archive {}", found.schema.schema_digest, index.schema.schema_digest);
    differs.then(|| Problem::new(format!("schema `{}`", found.schema.name), why()))
}

/// The named tables alone.
pub(super) fn compare_tables(index: &Index, found: &Inventory, names: &[String]) -> Vec<Problem> {
    let archived = index.tables.iter().filter(|table| names.contains(&table.name));
    archived.filter_map(|table| compare_table(table, index, found)).collect()
}

fn compare_table(archived: &Table, index: &Index, found: &Inventory) -> Option<Problem> {
    let what = format!("table `{}`", archived.name);
    let Some(restored) = found.tables.iter().find(|table| table.name == archived.name) else {
        return Some(missing(&what));
    };
    let expected = definition::table_in_schema(&archived.create, &index.schema.name, &found.schema.name);
    let (expected, shown) = (without_counter(&expected), without_counter(&restored.create));
    if expected != shown {
        return Some(Problem::new(what, first_difference(&expected, &shown)));
    }
    // A counter ahead of the recorded one repeats no number: rows that came in between the definition and the snapshot move it.
    let (expected, counter) = (auto_increment(&archived.create)?, auto_increment(&restored.create));
    let behind = counter.is_none_or(|counter| counter < expected);
    behind.then(|| {
        Problem::new(what, format!("its AUTO_INCREMENT is {}, in the archive {expected}", counter.unwrap_or(1)))
    })
}

fn schema(index: &Index, found: &Inventory) -> Option<Problem> {
    let (archived, restored) = (&index.schema, &found.schema);
    let differs = (&archived.character_set, &archived.collation) != (&restored.character_set, &restored.collation);
    let why = || {
        format!(
            "its defaults are {} {}, in the archive {} {}",
            restored.character_set, restored.collation, archived.character_set, archived.collation
        )
    };
    differs.then(|| Problem::new(format!("schema `{}`", restored.name), why()))
}

fn sequences(archived: &[Sequence], restored: &[Sequence]) -> Vec<Problem> {
    let compared = archived.iter().filter_map(|sequence| {
        let what = format!("sequence `{}`", sequence.name);
        let Some(found) = restored.iter().find(|found| found.name == sequence.name) else {
            return Some(missing(&what));
        };
        if found.create != sequence.create {
            return Some(Problem::new(what, first_difference(&sequence.create, &found.create)));
        }
        let differs = found.next_value != sequence.next_value;
        differs.then(|| {
            Problem::new(
                what,
                format!("its next value is {}, in the archive {}", found.next_value, sequence.next_value),
            )
        })
    });
    let unknown = restored.iter().filter(|found| !archived.iter().any(|sequence| sequence.name == found.name));
    compared.chain(unknown.map(|found| surplus(&format!("sequence `{}`", found.name)))).collect()
}

fn objects(
    archived: &[StoredObject],
    restored: &[StoredObject],
    from: &str,
    to: &str,
    definers: Definers,
) -> Vec<Problem> {
    let same = |one: &StoredObject, other: &StoredObject| one.name == other.name && one.kind == other.kind;
    let compared = archived.iter().filter_map(|object| match restored.iter().find(|found| same(object, found)) {
        Some(found) => compare_object(object, found, from, to, definers),
        None if definition::may_be_left_out(object, from) => None,
        None => Some(missing(&describe(object))),
    });
    let unknown = restored.iter().filter(|found| !archived.iter().any(|object| same(object, found)));
    let order = trigger_order(archived, restored);
    compared.chain(unknown.map(|found| surplus(&describe(found)))).chain(order).collect()
}

fn compare_object(
    archived: &StoredObject,
    restored: &StoredObject,
    from: &str,
    to: &str,
    definers: Definers,
) -> Option<Problem> {
    let expected = match archived.kind {
        ObjectKind::View => definition::view_in_schema(&archived.create, from, to),
        ObjectKind::Trigger => definition::trigger_in_schema(&archived.create, from, to),
        _ => archived.create.clone(),
    };
    let (expected, shown) = (definition::without_definer(&expected), definition::without_definer(&restored.create));
    if expected != shown {
        return Some(Problem::new(describe(archived), first_difference(&expected, &shown)));
    }
    let parts = |object: &StoredObject| {
        let optional = |part: &Option<String>| part.clone().unwrap_or_default();
        [
            ("definer", if definers == Definers::Keep { object.definer.clone() } else { String::new() }),
            ("sql_mode", object.sql_mode.clone()),
            ("character_set_client", object.character_set_client.clone()),
            ("collation_connection", object.collation_connection.clone()),
            ("database collation", optional(&object.database_collation)),
            ("time zone", optional(&object.time_zone)),
            ("table", optional(&object.table)),
        ]
    };
    let differing = parts(archived).into_iter().zip(parts(restored)).find(|(expected, found)| expected != found);
    differing.map(|((name, expected), (_, found))| {
        Problem::new(describe(archived), format!("its {name} is `{found}`, in the archive `{expected}`"))
    })
}

/// Triggers of one table and event fire in the order they are listed in.
fn trigger_order(archived: &[StoredObject], restored: &[StoredObject]) -> Option<Problem> {
    let names = |objects: &[StoredObject]| -> Vec<String> {
        objects.iter().filter(|object| object.kind == ObjectKind::Trigger).map(|object| object.name.clone()).collect()
    };
    let (expected, found) = (names(archived), names(restored));
    let same_set = expected.len() == found.len() && expected.iter().all(|name| found.contains(name));
    let at = expected.iter().zip(&found).position(|(expected, found)| expected != found)?;
    same_set.then(|| {
        Problem::new(
            format!("trigger `{}`", expected[at]),
            format!("trigger `{}` fires before it, in the archive after it", found[at]),
        )
    })
}

fn missing(what: &str) -> Problem {
    Problem::new(what, "the archive has it, the restored schema has not")
}

fn surplus(what: &str) -> Problem {
    Problem::new(what, "the restored schema has it, the archive has not")
}

/// The first line in which two definitions differ. Definitions hold no rows.
fn first_difference(expected: &str, found: &str) -> String {
    let (mut expected, mut found) = (expected.lines(), found.lines());
    loop {
        match (expected.next(), found.next()) {
            (Some(one), Some(other)) if one == other => {}
            (None, None) => return "its definition differs in how lines end".to_owned(),
            (one, other) => {
                let line = |line: Option<&str>| line.map_or("nothing".to_owned(), |line| format!("`{}`", line.trim()));
                return format!("its definition has {}, in the archive {}", line(other), line(one));
            }
        }
    }
}
