//! What changed between two configurations, in lines a person reads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A configuration as it is stored: `{installation: {…}, stores: [{name, …}, …]}`.
///
/// One line a change, `store acme: database.schedule "15 2 * * *" → "0 3 * * *"`; none when nothing changed.
pub(crate) fn lines(before: Option<&Value>, after: &Value) -> Vec<String> {
    let before = before.map(subjects).unwrap_or_default();
    let after = subjects(after);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changes = names.into_iter().flat_map(|name| match (before.get(name), after.get(name)) {
        (None, Some(_)) => vec![format!("{name}: added")],
        (Some(_), None) => vec![format!("{name}: removed")],
        (Some(before), Some(after)) => changed(name, before, after),
        (None, None) => Vec::new(),
    });
    changes.collect()
}

type Settings = BTreeMap<String, String>;

/// What a change is told of: the installation, each location, each store.
fn subjects(document: &Value) -> BTreeMap<String, Settings> {
    let mut subjects = BTreeMap::new();
    let mut installation = document["installation"].clone();
    let locations = installation.as_object_mut().and_then(|map| map.remove("location"));
    subjects.insert("installation".to_owned(), settings(&installation));
    for (kind, list) in [("location", locations.as_ref()), ("store", document.get("stores"))] {
        for item in list.and_then(Value::as_array).into_iter().flatten() {
            let name = item["name"].as_str().unwrap_or_default();
            subjects.insert(format!("{kind} {name}"), settings(item));
        }
    }
    subjects
}

fn settings(subject: &Value) -> Settings {
    let mut settings = Settings::new();
    flatten("", subject, &mut settings);
    settings
}

/// Sections become dotted names, lists of named sections too; a reference to a secret is one value.
fn flatten(at: &str, value: &Value, into: &mut Settings) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Null => {}
        Value::Object(map) if !is_secret(value) => {
            map.iter().for_each(|(name, inner)| flatten(&below(name), inner, into));
        }
        Value::Array(items) if items.first().is_some_and(|item| item["name"].is_string()) => {
            for item in items {
                flatten(&below(item["name"].as_str().unwrap_or_default()), item, into);
            }
        }
        other => {
            into.insert(at.to_owned(), toml(other));
        }
    }
}

fn is_secret(value: &Value) -> bool {
    let is_form = |(name, inner): (&String, &Value)| {
        inner.is_array() && name == "command" || inner.is_string() && (name == "env" || name == "file")
    };
    value.as_object().is_some_and(|map| map.len() == 1 && map.iter().all(is_form))
}

fn changed(name: &str, before: &Settings, after: &Settings) -> Vec<String> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let line = |key: &String| match (before.get(key), after.get(key)) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) => Some(format!("{name}: {key} {old} → {new}")),
        (Some(old), None) => Some(format!("{name}: {key} {old} removed")),
        (None, Some(new)) => Some(format!("{name}: {key} {new} added")),
        (None, None) => None,
    };
    keys.into_iter().filter_map(line).collect()
}

/// A value as it is written in the file.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<_> = map.iter().map(|(name, value)| format!("{name} = {}", toml(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::lines;

    fn document() -> serde_json::Value {
        json!({
            "installation": { "data_dir": "/d", "mail": null, "location": [{ "name": "hot", "tier": "hot", "url": "file:///hot" }] },
            "stores": [{ "name": "acme", "database": { "url": { "env": "A" }, "schedule": "15 2 * * *", "parallel": 2 },
                         "verify": { "key_tables": ["a"], "checks": [{ "name": "fresh", "sql": "SELECT 1" }] } }],
        })
    }

    #[test]
    fn nothing_changed_is_no_line() {
        assert_eq!(lines(Some(&document()), &document()), Vec::<String>::new());
    }

    #[test]
    fn the_first_version_adds_everything() {
        assert_eq!(lines(None, &document()), ["installation: added", "location hot: added", "store acme: added"]);
    }

    #[test]
    fn each_change_is_told_of_its_subject() {
        let mut after = document();
        after["installation"]["location"][0]["url"] = json!("file:///srv/hot");
        after["stores"][0]["database"] =
            json!({ "url": { "command": ["vault", "read"] }, "schedule": "0 3 * * *", "ssh": "db", "parallel": 2 });
        after["stores"][0]["verify"] =
            json!({ "key_tables": ["a", "b"], "checks": [{ "name": "fresh", "sql": "SELECT 2" }] });
        after["stores"].as_array_mut().unwrap().push(json!({ "name": "beta" }));
        assert_eq!(
            lines(Some(&document()), &after),
            [
                r#"location hot: url "file:///hot" → "file:///srv/hot""#,
                r#"store acme: database.schedule "15 2 * * *" → "0 3 * * *""#,
                r#"store acme: database.ssh "db" added"#,
                r#"store acme: database.url { env = "A" } → { command = ["vault", "read"] }"#,
                r#"store acme: verify.checks.fresh.sql "SELECT 1" → "SELECT 2""#,
                r#"store acme: verify.key_tables ["a"] → ["a", "b"]"#,
                "store beta: added",
            ]
        );
    }
}
