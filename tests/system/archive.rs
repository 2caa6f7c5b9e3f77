//! An archive is read with nothing but its objects and a key: no configuration, no ledger, no marker of a location.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use holdfast_testkit::{MariaDb, fresh_dir, sql_at};
use serde_json::Value;

use crate::support::{HOLDFAST, Installation, assert_equal, assert_keys, describe, sample_schema, text};

/// `holdfast archive ARGS` where there is no installation.
fn archive(args: &[&str]) -> Output {
    let mut command = Command::new(HOLDFAST);
    command.args(["--json", "archive"]).args(args).current_dir("/").env_remove("HOLDFAST_CONFIG");
    command.output().unwrap()
}

fn document(args: &[&str]) -> Value {
    let output = archive(args);
    assert!(output.status.success(), "{args:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        match entry.path() {
            folder if folder.is_dir() => copy_tree(&folder, &target),
            file => _ = fs::copy(file, target).unwrap(),
        }
    }
}

#[test]
fn a_copied_backup_and_a_key_are_enough() {
    let server = MariaDb::shared();
    let schema = sample_schema(server, 5, 0);
    let (backup, elsewhere) = {
        let site = Installation::new();
        site.add_store("acme", &server.url(&schema));
        site.apply();
        let _worker = site.worker(2);
        let backup = site.back_up("acme");
        let elsewhere = fresh_dir();
        copy_tree(&site.location("cold").join("acme").join(text(&backup["id"])), &elsewhere.join("a backup"));
        copy_tree(site.keys().dir(), &elsewhere.join("keys"));
        (backup, elsewhere)
    };
    let place = elsewhere.join("a backup").display().to_string();
    let key = |name: &str| elsewhere.join("keys").join(name).display().to_string();

    let listed = document(&["list", &place]);
    assert_keys(&listed[0], "id store captured_at sequence previous tables rows raw_bytes stored_bytes packs signer");
    assert_eq!((&listed[0]["id"], &listed[0]["rows"]), (&backup["id"], &backup["rows"]));
    for opens in ["acme.key", "escrow.key"] {
        let tables = document(&["list", &place, "--key", &key(opens)]);
        assert_keys(&tables, "id store server snapshot schema tables views routines triggers events sequences");
        assert_eq!(tables["tables"].as_array().unwrap().len() as u64, backup["tables"].as_u64().unwrap());
    }
    let verified = document(&["verify", &place, "--key", &key("escrow.key"), "--signer", &key("installation.verify")]);
    assert_keys(&verified, "result level backups signature_checked problems");
    assert_eq!(
        (&verified["result"], &verified["level"], &verified["signature_checked"]),
        (&"passed".into(), &"L2".into(), &true.into())
    );

    let sql = archive(&["sql", &place, "--key", &key("escrow.key")]);
    assert!(sql.status.success(), "{}", String::from_utf8_lossy(&sql.stderr));
    let copy = server.schema();
    sql_at(&server.url(&copy), &sql.stdout).unwrap_or_else(|error| panic!("the SQL does not load: {error}"));
    assert_equal(&describe(server, &schema), &describe(server, &copy));

    let one = archive(&["sql", &place, "--key", &key("acme.key"), "--table", "core_config_data"]);
    let alone = server.schema();
    sql_at(&server.url(&alone), &one.stdout).unwrap();
    assert_eq!(server.sql_in(&alone, "SHOW TABLES"), "core_config_data\n");
    let rows = archive(&["cat", &place, "--key", &key("acme.key"), "--table", "core_config_data"]);
    let count = server.sql_in(&schema, "SELECT COUNT(*) FROM core_config_data");
    assert_eq!(format!("{}\n", String::from_utf8_lossy(&rows.stdout).lines().count()), count);
    for tool in ["cat", "sql"] {
        assert_eq!(archive(&[tool, &place, "--key", &key("acme.key"), "--table", "nosuch"]).status.code(), Some(5));
    }
    assert_eq!(
        archive(&["list", &elsewhere.join("keys").display().to_string()]).status.code(),
        Some(5),
        "no archive there"
    );
    assert_eq!(archive(&["list", "/no/such/place"]).status.code(), Some(5));
    assert_eq!(archive(&["list", "s3://bucket/prefix"]).status.code(), Some(2));
    fs::remove_dir_all(elsewhere).unwrap();
}
