//! The example files hold every setting, each at its default, and the schema describes what the loader accepts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use holdfast_schema::config::{self, EXAMPLE_INSTALLATION, EXAMPLE_STORE, Loaded};
use serde_json::Value;

/// An example with every setting behind a `#` switched on: `# key = value` and `# [section]` are TOML, prose is not.
fn uncommented(example: &str) -> String {
    let switched_on = |line: &str| match line.strip_prefix("# ") {
        Some(setting) if toml::from_str::<toml::Table>(setting).is_ok() => setting.to_owned(),
        _ => line.to_owned(),
    };
    example.lines().map(switched_on).collect::<Vec<_>>().join("\n")
}

fn load(folder: &Path, installation: &str, store: &str) -> Loaded {
    fs::create_dir_all(folder.join("stores")).unwrap();
    fs::write(folder.join("holdfast.toml"), installation).unwrap();
    fs::write(folder.join("stores/acme.toml"), store).unwrap();
    config::load(&folder.join("holdfast.toml")).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Every setting of the schema below `$defs/<file>`: dotted path → its schema.
fn settings(file: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    collect("", &config::json_schema()["$defs"][file], &mut found);
    found
}

fn collect(at: &str, section: &Value, found: &mut BTreeMap<String, Value>) {
    for (name, schema) in section["properties"].as_object().unwrap() {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        for inner in [schema, &schema["items"]] {
            if inner["properties"].is_object() {
                collect(&path, inner, found);
            }
        }
        found.insert(path, schema.clone());
    }
}

/// All values that an example gives to a dotted path; sections of a list count together.
fn values<'a>(document: &'a toml::Value, path: &str) -> Vec<&'a toml::Value> {
    path.split('.').fold(vec![document], |found, name| {
        let inner = found.into_iter().flat_map(|value| match value {
            toml::Value::Array(items) => items.iter().collect(),
            other => vec![other],
        });
        inner.filter_map(|value| value.get(name)).collect()
    })
}

#[test]
fn the_examples_parse_as_they_are_and_with_every_setting_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    let plain = load(folder.path(), EXAMPLE_INSTALLATION, EXAMPLE_STORE);
    assert_eq!(plain.warnings, []);
    let full = load(folder.path(), &uncommented(EXAMPLE_INSTALLATION), &uncommented(EXAMPLE_STORE));
    assert!(full.installation.mail.is_some() && full.stores[0].files.is_some() && full.stores[0].sanitize.is_some());
}

#[test]
fn every_setting_stands_in_the_examples_at_its_default() {
    for (file, example) in [("installation", EXAMPLE_INSTALLATION), ("store", EXAMPLE_STORE)] {
        let document: toml::Value = toml::from_str(&uncommented(example)).unwrap();
        for (path, schema) in settings(file) {
            // What a check looks like stands behind its line, since the default of `verify.checks` is none.
            if path.starts_with("verify.checks.") {
                continue;
            }
            let found = values(&document, &path);
            assert!(!found.is_empty(), "{path} does not stand in the example of the {file}");
            let Some(default) = schema.get("default") else { continue };
            let default = match default.as_str() {
                Some(text) => Value::from(text.replace("<data_dir>", "/var/lib/holdfast")),
                None => default.clone(),
            };
            for value in found {
                assert_eq!(serde_json::to_value(value).unwrap(), default, "{path} in the example of the {file}");
            }
        }
    }
}

#[test]
fn every_setting_of_the_examples_has_a_word_on_what_it_is() {
    for (path, schema) in settings("installation").into_iter().chain(settings("store")) {
        assert!(schema["description"].as_str().is_some_and(|says| says.len() > 8), "{path}: {schema}");
    }
}

#[test]
fn what_stands_in_no_file_has_the_examples_values() {
    let folder = tempfile::tempdir().unwrap();
    let bare_installation = "[[location]]\nname = \"hot\"\ntier = \"hot\"\nurl = \"file:///var/lib/holdfast/hot\"";
    let bare_store = "name = \"acme\"\nowner = \"ops@acme.example\"\n[database]\nurl = { env = \"ACME_DATABASE_URL\" }\nschedule = \"15 2 * * *\"";
    let example = load(folder.path(), EXAMPLE_INSTALLATION, EXAMPLE_STORE);
    let bare = load(folder.path(), bare_installation, bare_store);
    assert_eq!(bare.stores, example.stores);
    assert_eq!(bare.installation.sandbox, example.installation.sandbox);
    assert_eq!(bare.installation.stores, folder.path().join("stores/*.toml"));
    assert_eq!(bare.installation.keys_dir, PathBuf::from("/var/lib/holdfast/keys"));
    assert_eq!(bare.installation.sandbox.dir, PathBuf::from("/var/lib/holdfast/sandbox"));
}

#[test]
fn relative_paths_start_at_the_file_they_stand_in() {
    let folder = tempfile::tempdir().unwrap();
    let installation = EXAMPLE_INSTALLATION.replace("data_dir = \"/var/lib/holdfast\"", "data_dir = \"state\"");
    let store = EXAMPLE_STORE.replace("{ env = \"ACME_DATABASE_URL\" }", "{ file = \"acme.secret\" }");
    let loaded = load(folder.path(), &installation, &store);
    assert_eq!(loaded.installation.data_dir, folder.path().join("state"));
    assert_eq!(loaded.installation.keys_dir, folder.path().join("state/keys"));
    let secret = config::Secret::File(folder.path().join("stores/acme.secret"));
    assert_eq!(loaded.stores[0].database.url, secret);
}

#[test]
fn what_is_allowed_and_probably_not_meant_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let installation = "[[location]]\nname = \"hot\"\ntier = \"hot\"\nurl = \"file:///srv/hot\"";
    let store = EXAMPLE_STORE.replace("schedule = \"15 2 * * *\"", "");
    let loaded = load(folder.path(), installation, &store);
    let warnings: Vec<_> = loaded.warnings.iter().map(|warning| warning.what.as_str()).collect();
    assert_eq!(warnings, ["there is one location alone", "`database.schedule` is absent"]);

    let full = load(folder.path(), &uncommented(EXAMPLE_INSTALLATION), &uncommented(EXAMPLE_STORE));
    let warnings: Vec<_> = full.warnings.iter().map(|warning| warning.what.as_str()).collect();
    let unused = ["mail", "files", "sanitize", "database.ssh"].map(|setting| format!("`{setting}` has no effect yet"));
    assert_eq!(warnings, unused);
}
