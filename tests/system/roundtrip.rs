//! What was backed up comes back as it was, through `backup now` and `restore`.

use std::fmt::Write;

use holdfast_testkit::MariaDb;
use serde_json::Value;

use crate::support::{Installation, Running, assert_equal, assert_keys, describe, sample_schema, step_of, text};

/// An installation with a store `acme` on `schema`, and a worker.
fn site_of(schema: &str) -> (Installation, Running) {
    let site = Installation::new();
    site.add_store("acme", &MariaDb::shared().url(schema));
    site.apply();
    let worker = site.worker(2);
    (site, worker)
}

fn restore(site: &Installation, backup: &Value, to: &str) -> Value {
    let restored = site.json(&["restore", "acme", "--backup", &text(&backup["id"]), "--to", to]);
    assert_eq!(restored["verified"], true, "{restored:#}");
    restored
}

#[test]
fn a_sample_store_comes_back_equal_on_another_server_and_in_another_schema() {
    let (source, other) = (MariaDb::shared(), MariaDb::start(&["--collation-server=latin1_german1_ci"]));
    let schema = sample_schema(source, 1, 2_000_000);
    let (site, _worker) = site_of(&schema);
    let backup = site.back_up("acme");
    assert_backup(&backup);
    let was = describe(source, &schema);
    assert!(was.len() > 200, "{} objects", was.len());

    let restored = restore(&site, &backup, &other.tcp_url(&schema));
    assert_keys(&restored, "backup run target tables rows seconds phases verified");
    assert_keys(&restored["phases"], "fetch_s load_s index_s objects_s");
    assert_eq!((&restored["tables"], &restored["rows"]), (&backup["tables"], &backup["rows"]));
    assert_equal(&was, &describe(&other, &schema));

    let moved = format!("{schema}_moved");
    let latest = site.json(&["restore", "acme", "--latest", "--to", &source.url(&moved)]);
    assert_eq!(latest["backup"], backup["id"]);
    assert_equal(&was, &describe(source, &moved));
    assert_equal(&was, &describe(source, &schema));
}

/// The document that `backup now`, `list` and `show` have in common, absent facts null.
fn assert_backup(backup: &Value) {
    assert_keys(
        backup,
        "id store kind state run captured_at finished_at server rung position tables rows raw_bytes stored_bytes packs \
         policy_version sequence manifest_sha256 copies verification timing",
    );
    assert_eq!((&backup["kind"], &backup["state"]), (&"database".into(), &"verified".into()), "{backup:#}");
    assert_eq!(backup["server"]["product"], "mariadb");
    assert_keys(&backup["position"], "file offset gtid");
    assert_keys(&backup["verification"], "level result at seconds restore_seconds tables rows problems");
    assert_eq!(backup["verification"]["result"], "passed");
    assert_eq!(backup["verification"]["tables"], backup["tables"]);
    assert_keys(&backup["timing"], "queued_s dump_s encrypt_s land_s verify_s mirror_s");
    let copies = backup["copies"].as_array().unwrap();
    for copy in copies {
        assert_keys(
            copy,
            "location tier url region class state bytes objects placed_at checked_at locked_until expires_at",
        );
        assert_eq!(copy["state"], "present");
        assert_eq!(copy["objects"], backup["packs"].as_i64().unwrap() + 2, "packs, header and manifest");
    }
    let mut tiers: Vec<String> = copies.iter().map(|copy| text(&copy["tier"])).collect();
    tiers.sort();
    assert_eq!(tiers, ["cold", "hot", "warm"]);
}

#[test]
fn backups_are_listed_newest_first_and_shown_by_the_start_of_their_id() {
    let server = MariaDb::shared();
    let schema = server.schema();
    server.sql_in(&schema, "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1)");
    let (site, _worker) = site_of(&schema);
    assert_eq!(site.json(&["backup", "list", "acme"]), serde_json::json!([]));
    let (first, second) = (site.back_up("acme"), site.back_up("acme"));
    assert_eq!(site.json(&["backup", "list", "acme"]), serde_json::json!([second, first]));
    assert_eq!(site.json(&["backup", "list", "acme", "--limit", "1"]), serde_json::json!([second]));
    assert_eq!((first["sequence"].as_i64(), second["sequence"].as_i64()), (Some(1), Some(2)));
    assert_eq!(site.json(&["backup", "show", &text(&second["id"])[..18]]), second);
    assert_backup(&first);
    let proven = site.json(&["backup", "verify", &text(&first["id"]), "--from", "cold", "--level", "L5"]);
    assert_eq!((&proven["verification"]["level"], &proven["state"]), (&"L5".into(), &"verified".into()));
}

#[test]
fn an_empty_store_and_empty_tables_come_back() {
    let server = MariaDb::shared();
    let schema = server.schema();
    let (site, _worker) = site_of(&schema);
    let nothing = site.back_up("acme");
    assert_eq!((nothing["tables"].as_i64(), nothing["rows"].as_i64()), (Some(0), Some(0)));
    let copy = format!("{schema}_copy");
    restore(&site, &nothing, &server.url(&copy));
    assert_eq!(describe(server, &copy).len(), 0);

    server.sql_in(
        &schema,
        "CREATE TABLE empty_one (a int AUTO_INCREMENT PRIMARY KEY, b longtext, KEY (b(10))) AUTO_INCREMENT = 77;
         CREATE TABLE keyless (a int); CREATE VIEW v AS SELECT a FROM empty_one",
    );
    let empty = site.back_up("acme");
    assert_eq!((empty["tables"].as_i64(), empty["rows"].as_i64()), (Some(2), Some(0)));
    restore(&site, &empty, &server.url(&copy));
    assert_equal(&describe(server, &schema), &describe(server, &copy));
}

#[test]
fn every_column_type_of_mariadb_comes_back_with_its_extremes() {
    let server = MariaDb::shared();
    let schema = server.schema();
    server.sql_in(&schema, include_str!("../../workflows/kit/mysql/tests/roundtrip/every_type.sql"));
    // What is in memory only is kept as a definition.
    server.sql_in(&schema, "DELETE FROM in_memory");
    let (site, _worker) = site_of(&schema);
    let backup = site.back_up("acme");
    let other = MariaDb::start(&[]);
    restore(&site, &backup, &other.url(&schema));
    assert_equal(&describe(server, &schema), &describe(&other, &schema));
}

#[test]
fn some_tables_are_restored_beside_what_is_there() {
    let server = MariaDb::shared();
    let schema = sample_schema(server, 3, 0);
    let (site, _worker) = site_of(&schema);
    let backup = site.back_up("acme");
    let copy = server.schema();
    server.sql_in(&copy, "CREATE TABLE mine (a int PRIMARY KEY); INSERT INTO mine VALUES (1)");
    let url = server.url(&copy);
    let tables = ["--table", "sales_order", "--table", "core_config_data"];
    let restored =
        site.json(&[&["restore", "acme", "--backup", &text(&backup["id"]), "--to", &url][..], &tables].concat());
    assert_eq!((&restored["tables"], &restored["verified"]), (&2.into(), &true.into()));
    let (was, is) = (describe(server, &schema), describe(server, &copy));
    for table in ["TABLE sales_order", "TABLE core_config_data"] {
        assert_eq!(was[table].split("CONSTRAINT").next(), is[table].split("CONSTRAINT").next());
        assert_eq!(was[table].lines().last(), is[table].lines().last(), "the checksum of {table}");
    }
    assert_eq!(is.keys().filter(|name| name.starts_with("TABLE")).count(), 3, "{:?}", is.keys());
    assert_eq!(server.sql_in(&copy, "SELECT * FROM mine"), "1\n");
}

/// `HOLDFAST_TABLES` raises the number: 20000 takes minutes.
#[test]
fn thousands_of_tables_come_back() {
    let tables: usize = std::env::var("HOLDFAST_TABLES").map_or(2_000, |count| count.parse().unwrap());
    let server = MariaDb::start(&["--table-open-cache=4000", "--innodb-file-per-table=0"]);
    let schema = server.schema();
    let mut script = String::new();
    for n in 0..tables {
        writeln!(
            script,
            "CREATE TABLE t{n} (id int PRIMARY KEY, v varchar(20), KEY (v)); INSERT INTO t{n} VALUES ({n}, 'x');"
        )
        .unwrap();
    }
    server.sql_in(&schema, &script);
    let site = Installation::new();
    site.add_store("acme", &server.tcp_url(&schema));
    site.apply();
    let _worker = site.worker(2);
    let run = site.start_backup("acme");
    let ended = site.until_over_within(&run, 60 + tables as u64 / 8);
    assert_eq!(ended["state"], "succeeded", "{ended:#}");
    let backup = &site.json(&["backup", "list", "acme"])[0];
    assert_eq!((backup["tables"].as_u64(), backup["rows"].as_u64()), (Some(tables as u64), Some(tables as u64)));
    assert_eq!(backup["verification"]["result"], "passed");
    let restore = site.start_restore("acme", &text(&backup["id"]), &server.tcp_url("restored"));
    let restored = site.until_over_within(&restore, 60 + tables as u64 / 8);
    assert_eq!(restored["state"], "succeeded", "{restored:#}");
    println!(
        "{tables} tables: {}, restored in {} s",
        backup["timing"],
        step_of(&restored, "load")["receipt"]["seconds"]
    );
}
