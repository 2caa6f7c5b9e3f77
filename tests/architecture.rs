//! The invariants of ARCHITECTURE.md, read from the source tree. Each says which file breaks it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use holdfast_schema::config;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the binary's crate lies in the workspace").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Files below `directory` that end in `ending`, as paths from the root of the workspace.
fn files(directory: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(root().join(directory)).unwrap_or_else(|error| panic!("{directory}: {error}"));
    for entry in entries.map(Result::unwrap) {
        let path = format!("{directory}/{}", entry.file_name().to_str().expect("our file names are UTF-8"));
        match entry.file_type().unwrap().is_dir() {
            true if entry.file_name() != "target" => found.extend(files(&path, ending)),
            false if path.ends_with(ending) => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}

/// What ships: the files of a crate's `src`, without their unit tests.
fn sources(directory: &str) -> BTreeMap<String, String> {
    let shipped = |path: &String| path.contains("/src/") && !path.ends_with("/tests.rs") && !path.starts_with("tests/");
    let code = |path: &String| read(path).split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    files(directory, ".rs").into_iter().filter(shipped).map(|path| (path.clone(), code(&path))).collect()
}

fn all_sources() -> BTreeMap<String, String> {
    ["schema", "workflows", "workers"].into_iter().flat_map(sources).collect()
}

fn without_comments(code: &str) -> String {
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The files of `sources` whose code, comments aside, holds one of `words`.
fn that_name(sources: &BTreeMap<String, String>, words: &[&str]) -> Vec<String> {
    let names = |code: &str| words.iter().any(|word| code.contains(word));
    sources.iter().filter(|(_, code)| names(&without_comments(code))).map(|(path, _)| path.clone()).collect()
}

/// Our own crates that a manifest's table (`dependencies`, `dev-dependencies`) names, and all others.
fn dependencies(manifest: &str, table: &str) -> BTreeSet<String> {
    let manifest: toml::Table = read(manifest).parse().expect("a manifest is TOML");
    manifest.get(table).and_then(toml::Value::as_table).map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

/// How high a crate stands: it may depend on what stands lower, and on nothing beside it.
const HEIGHTS: [(&str, &str, u8); 9] = [
    ("holdfast-schema", "schema", 0),
    ("holdfast-archive", "workflows/archive", 1),
    ("holdfast-engine", "workflows/engine", 2),
    ("holdfast-storage", "workflows/kit/storage", 2),
    ("holdfast-mysql", "workflows/kit/mysql", 2),
    ("holdfast-sandbox", "workflows/kit/sandbox", 2),
    ("holdfast-sample", "workflows/kit/sample", 2),
    ("holdfast-workflows", "workflows", 3),
    ("holdfast", "workers", 4),
];

fn height(name: &str) -> Option<u8> {
    HEIGHTS.iter().find(|(known, ..)| *known == name).map(|(.., height)| *height)
}

#[test]
fn dependencies_go_down_only_and_the_kit_does_not_know_itself() {
    for (name, directory, height_of_it) in HEIGHTS {
        for dependency in dependencies(&format!("{directory}/Cargo.toml"), "dependencies") {
            let is_ours = dependency.starts_with("holdfast");
            assert!(dependency != "holdfast-testkit", "{name} ships with the test kit");
            let lower = height(&dependency).is_some_and(|height| height < height_of_it);
            assert!(!is_ours || lower, "{name} depends on {dependency}, which does not stand lower");
        }
    }
}

#[test]
fn every_crate_of_the_workspace_has_a_height_or_is_for_tests_and_the_bench() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap().iter().map(|member| member.as_str().unwrap());
    let known: BTreeSet<&str> =
        HEIGHTS.iter().map(|(_, directory, _)| *directory).chain(["tests/kit", "bench"]).collect();
    assert_eq!(members.collect::<BTreeSet<_>>(), known);
}

#[test]
fn the_engine_has_no_word_of_magento_backups_or_storage() {
    let words = ["magento", "backup", "restore", "sandbox", "mysql", "mariadb", "holdfast_archive", "holdfast_storage"];
    for (path, code) in sources("workflows/engine") {
        let code = without_comments(&code).to_lowercase();
        let found = words.iter().find(|word| code.contains(*word));
        assert!(found.is_none(), "{path} says {found:?}");
    }
}

#[test]
fn one_file_names_the_queue_two_may_name_a_cloud_and_only_the_sandbox_names_docker() {
    let sources = all_sources();
    assert_eq!(that_name(&sources, &["apalis"]), ["workflows/engine/src/deliver.rs"]);
    let clouds = that_name(&sources, &["aws_sdk", "aws_config", "aws_smithy", "google_cloud"]);
    let allowed = |path: &String| {
        ["s3", "gcs"].iter().any(|cloud| path.starts_with(&format!("workflows/kit/storage/src/{cloud}")))
    };
    assert!(clouds.iter().all(allowed), "{clouds:?}");
    let docker = that_name(&sources, &["bollard"]);
    assert!(docker.iter().all(|path| path.starts_with("workflows/kit/sandbox/src/")), "{docker:?}");

    for (prefixes, owner) in [
        (&["apalis"][..], "holdfast-engine"),
        (&["bollard"], "holdfast-sandbox"),
        (&["aws-", "google-"], "holdfast-storage"),
    ] {
        for (name, directory, _) in HEIGHTS.iter().filter(|(name, ..)| *name != owner) {
            let named = dependencies(&format!("{directory}/Cargo.toml"), "dependencies");
            let found = named.iter().find(|dependency| prefixes.iter().any(|prefix| dependency.starts_with(prefix)));
            assert!(found.is_none(), "{name} depends on {found:?}, which is {owner}'s");
        }
    }
}

/// The text of a call's arguments, from behind its opening parenthesis to the closing one.
fn arguments(code: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, character) in code.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &code[..at];
        }
    }
    code
}

fn is_constant(word: &str) -> bool {
    word.chars().all(|character| character.is_ascii_uppercase() || character == '_')
}

#[test]
fn every_stop_names_a_runbook_that_exists() {
    let runbooks: BTreeSet<String> =
        files("runbooks", ".md").iter().map(|path| path.replace("runbooks/", "")).collect();
    let mut named = BTreeSet::new();
    for (path, code) in all_sources() {
        let code = without_comments(&code);
        for call in ["Fault::stop(", ".with_runbook("] {
            for (at, _) in code.match_indices(call) {
                let arguments = arguments(&code[at + call.len()..]);
                let last = arguments.trim().trim_end_matches(',').rsplit(',').next().unwrap_or_default().trim();
                let literal = last.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                let is_known = literal.map_or(is_constant(last) || last == "runbook", |name| runbooks.contains(name));
                assert!(is_known, "{path}: {call}… ends in {last}, which is no runbook");
            }
        }
        // Constants and tables that hold a runbook's name are literals somewhere.
        named.extend(runbooks.iter().filter(|runbook| code.contains(&format!("\"{runbook}\""))).cloned());
    }
    let unused: Vec<_> = runbooks.difference(&named).filter(|name| *name != "README.md").collect();
    assert!(unused.is_empty(), "no fault leads to {unused:?}");
}

#[test]
fn every_runbook_says_symptom_impact_check_act_and_confirm_and_stands_in_the_list() {
    let list = read("runbooks/README.md");
    for path in files("runbooks", ".md").iter().filter(|path| !path.ends_with("README.md")) {
        let text = read(path);
        let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["Symptom", "Impact", "Check", "Act", "Confirm"], "{path}");
        assert!(list.contains(path.trim_start_matches("runbooks/")), "{path} does not stand in the list");
    }
}

#[test]
fn a_failure_is_never_a_string_and_never_anyhow() {
    let sources: BTreeMap<_, _> = ["schema", "workflows"].into_iter().flat_map(sources).collect();
    let anyhow = that_name(&sources, &["anyhow", "Box<dyn Error>", "Box<dyn std::error::Error>"]);
    assert_eq!(anyhow, Vec::<String>::new());
    for (path, code) in &sources {
        let shown = code.lines().find(|line| line.trim_start().starts_with("pub ") && line.contains(", String> {"));
        assert!(shown.is_none(), "{path} fails with a string: {shown:?}");
    }
}

/// Name and fields (`name: type`) of every struct that is serialised.
fn serialised_structs(code: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for item in code.split("#[derive(").skip(1).filter(|item| item.split(']').next().unwrap().contains("Serialize")) {
        let Some((_, item)) = item.split_once("struct ") else { continue };
        let Some((name, body)) = item.split_once(" {\n") else { continue };
        let body = body.split("\n}").next().unwrap();
        let fields = without_comments(body).lines().map(|line| line.trim().trim_end_matches(',').to_owned()).collect();
        found.push((name.to_owned(), fields));
    }
    found
}

#[test]
fn a_receipt_holds_addresses_and_digests_never_bytes_or_secrets() {
    let secret = ["password", "secret", "token", "dek", "private", "plaintext", "credential", "url"];
    let bytes = ["Vec<u8>", "Bytes", "Zeroizing", "[u8"];
    let mut seen = 0;
    for (path, code) in ["workflows/src/backup", "workflows/src/restore"].into_iter().flat_map(sources) {
        for (name, fields) in serialised_structs(&code) {
            for field in &fields {
                let (field_name, kind) = field.trim_start_matches("pub ").split_once(": ").unwrap_or((field, ""));
                assert!(!secret.contains(&field_name), "{path}: {name} holds `{field_name}`");
                assert!(!bytes.iter().any(|of_bytes| kind.contains(of_bytes)), "{path}: {name}.{field_name} is {kind}");
            }
            seen += 1;
        }
    }
    assert!(seen > 5, "the receipts are not where this test looks");
}

#[test]
fn what_holds_a_secret_does_not_print_itself() {
    let secrets = ["struct Dek", "struct RecipientPrivate", "struct SigningKey", "struct DatabaseUrl", "enum Secret"];
    let sources = all_sources();
    for secret in secrets {
        let definition = format!("pub {secret}");
        let is_it =
            |code: &&String| code.contains(&format!("{definition} ")) || code.contains(&format!("{definition}("));
        let code = sources.values().find(is_it).unwrap_or_else(|| panic!("{secret} is defined nowhere"));
        let before = code.split(&definition).next().unwrap();
        let attributes = before.rsplit("\n\n").next().unwrap();
        let derives_debug = attributes.lines().any(|line| line.starts_with("#[derive(") && line.contains("Debug"));
        assert!(!derives_debug, "{secret} derives Debug");
    }
}

/// Decisions that are functions of their arguments: file, and the functions in it (all of them where none is named).
const PURE: &[(&str, &[&str])] = &[
    ("workflows/engine/src/backoff.rs", &[]),
    ("workflows/engine/src/verdict.rs", &[]),
    ("workflows/engine/src/schedule.rs", &["due"]),
    ("workflows/src/backup/mod.rs", &[]),
    ("workflows/src/restore/production.rs", &["same_address"]),
];

#[test]
fn a_decision_takes_the_time_and_asks_nobody() {
    let asks =
        ["Utc::now", "SystemTime::now", "Instant::now", "Local::now", ".await", "std::fs", "tokio::fs", "rand::"];
    for (path, functions) in PURE {
        let code = without_comments(&sources(path.rsplit_once('/').unwrap().0)[*path]);
        let parts = match functions {
            [] => vec![code],
            named => named.iter().map(|function| body_of(&code, function)).collect(),
        };
        for part in parts {
            let found = asks.iter().find(|ask| part.contains(*ask));
            assert!(found.is_none(), "{path} {functions:?} asks {found:?}");
        }
    }
}

fn body_of(code: &str, function: &str) -> String {
    let at = code.find(&format!("fn {function}(")).unwrap_or_else(|| panic!("there is no fn {function}"));
    code[at..].split("\n}").next().unwrap().to_owned()
}

#[test]
fn a_production_databases_rows_meet_no_disk_and_no_terminal() {
    let writes = ["File::create", "OpenOptions", "fs::write", "tempfile", "temp_dir", "println!", "eprintln!", "dbg!"];
    for directory in ["workflows/archive", "workflows/kit/mysql", "workflows/src/backup", "workflows/src/restore"] {
        let found = that_name(&sources(directory), &writes);
        let found: Vec<_> = found.into_iter().filter(|path| !path.contains("/examples/")).collect();
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn every_setting_stands_in_an_example() {
    let schema = config::json_schema();
    for (file, example) in [("installation", config::EXAMPLE_INSTALLATION), ("store", config::EXAMPLE_STORE)] {
        let section = &schema["$defs"][file];
        let names = section["properties"].as_object().unwrap_or_else(|| panic!("the schema has no {file}")).keys();
        let missing: Vec<_> = names.filter(|name| !example.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?} stand in no example of the {file}");
    }
}

#[test]
fn the_file_to_open_first_reads_like_the_sentence() {
    let code = read("workflows/src/backup/mod.rs");
    let steps = code.split("pub const STEPS").nth(1).and_then(|rest| rest.split("};").next()).unwrap();
    let places: Vec<_> =
        ["\"dump\"", "\"encrypt\"", "\"land_hot\"", "\"verify\"", "\"mirror\""].map(|step| steps.find(step)).to_vec();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
}

#[test]
fn nothing_is_named_for_being_something() {
    let nothing = ["util", "utils", "helper", "helpers", "common", "misc"];
    for (path, code) in all_sources() {
        let name = path.rsplit('/').next().unwrap().trim_end_matches(".rs");
        assert!(!nothing.contains(&name), "{path} is named for nothing");
        for suffix in ["Manager", "Factory", "Strategy", "Helper"] {
            let definition = code.lines().find(|line| line.contains("struct ") && line.contains(&format!("{suffix} ")));
            assert!(definition.is_none(), "{path}: {definition:?}");
        }
    }
}
