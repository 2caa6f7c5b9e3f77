//! What a server says of a schema, to compare two.

use std::collections::BTreeMap;

use holdfast_testkit::MariaDb;

/// Every object that SHOW CREATE knows.
const OBJECTS: &str = "\
    SELECT IF(TABLE_TYPE IN ('VIEW', 'SEQUENCE'), TABLE_TYPE, 'TABLE'), TABLE_NAME FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = DATABASE()
    UNION ALL SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()
    UNION ALL SELECT 'TRIGGER', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
    UNION ALL SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()
    ORDER BY 1, 2";

/// The definition of every table, view, sequence, routine, trigger and event, and the checksum of every table, each by its
/// name. The schema's own name is left out, so that a copy under another name can be compared.
pub fn describe(server: &MariaDb, schema: &str) -> BTreeMap<String, String> {
    let listed = server.sql_in(schema, OBJECTS);
    let objects: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once('\t')).collect();
    let script: Vec<String> = objects.iter().flat_map(|(kind, name)| questions(kind, name)).collect();
    let answers = server.sql_in(schema, &script.join(";\n"));
    let mut answers = answers.lines();
    let mut described = BTreeMap::new();
    for (kind, name) in objects {
        let said: Vec<&str> = questions(kind, name).iter().filter_map(|_| answers.next()).collect();
        // When a trigger was created is no part of it.
        let said = match kind {
            "TRIGGER" => said[0].rsplit_once('\t').map_or(said[0], |(all, _created)| all).to_owned(),
            _ => said.join("\n"),
        };
        described.insert(format!("{kind} {name}"), said.replace(schema, "SCHEMA"));
    }
    assert_eq!(answers.next(), None, "each question has one line of answer");
    described
}

fn questions(kind: &str, name: &str) -> Vec<String> {
    let name = format!("`{}`", name.replace('`', "``"));
    let create = format!("SHOW CREATE {kind} {name}");
    match kind {
        "TABLE" => vec![create, format!("CHECKSUM TABLE {name}")],
        "SEQUENCE" => vec![create, format!("SELECT next_not_cached_value FROM {name}")],
        _ => vec![create],
    }
}

/// Panics with what differs, and with that alone.
pub fn assert_equal(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) {
    let differs = |name: &&String| one.get(*name) != other.get(*name);
    let names: Vec<&String> = one.keys().chain(other.keys()).filter(differs).collect();
    let told: Vec<String> =
        names.iter().map(|name| format!("{name}:\n  {:?}\n  {:?}", one.get(*name), other.get(*name))).collect();
    assert!(told.is_empty(), "{} objects differ:\n{}", told.len(), told.join("\n"));
}
