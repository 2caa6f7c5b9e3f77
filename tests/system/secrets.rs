//! No secret and no row's value is seen anywhere it does not belong: not in a log at its most talkative, not on a terminal, not
//! in the ledger, not in a location.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_sample::SampleStore;
use holdfast_testkit::MariaDb;
use zeroize::Zeroizing;

use crate::support::{Installation, sample_schema, text};

const PASSWORD: &str = "s3cretOfTheDatabase!4711";
const TARGET_PASSWORD: &str = "s3cretOfTheTarget!4712";

/// What must not be seen, and what it is.
struct Planted(Vec<(String, Vec<u8>)>);

impl Planted {
    fn of(site: &Installation) -> Planted {
        let mut planted: Vec<(String, Vec<u8>)> =
            SampleStore::new(1, 0).planted().iter().map(|value| (value.what.to_owned(), value.value.into())).collect();
        for (what, password) in [("the database's password", PASSWORD), ("the target's password", TARGET_PASSWORD)] {
            planted.push((what.to_owned(), password.into()));
            planted.push((format!("{what}, percent-encoded"), password.replace('!', "%21").into()));
        }
        for name in ["acme.key", "escrow.key", "installation.sign"] {
            let key = Zeroizing::new(fs::read_to_string(site.keys().dir().join(name)).unwrap());
            let (_, secret) = key.trim().split_once(':').expect("hf-key-1:…");
            planted.push((format!("the key {name}"), secret.into()));
        }
        Planted(planted)
    }

    fn in_hexadecimal(&self) -> Planted {
        Planted(self.0.iter().map(|(what, value)| (what.clone(), hex::encode(value).into_bytes())).collect())
    }

    fn assert_absent(&self, place: &str, bytes: &[u8]) {
        for (what, value) in &self.0 {
            let found = bytes.windows(value.len()).position(|window| window == value.as_slice());
            let around = found.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(200)..at]).into_owned());
            assert!(around.is_none(), "{place} shows {what}, after {around:?}");
        }
    }
}

#[test]
fn no_secret_and_no_row_is_seen_in_logs_answers_the_ledger_or_a_location() {
    let server = MariaDb::start(&["--log-bin", "--server-id=3"]);
    let schema = sample_schema(&server, 1, 0);
    server.sql(&format!(
        "CREATE USER keeper@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO keeper@'127.0.0.1';
         CREATE USER target@'127.0.0.1' IDENTIFIED BY '{TARGET_PASSWORD}'; GRANT ALL ON *.* TO target@'127.0.0.1'"
    ));
    let url = |user: &str, password: &str, schema: &str| {
        format!("mysql://{user}:{}@127.0.0.1:{}/{schema}", password.replace('!', "%21"), server.port())
    };
    let site = Installation::new();
    let checks = "[verify]\nchecks = [{ name = \"it sells\", sql = \"SELECT COUNT(*) > 0 FROM sales_order\" }]";
    site.add_store_with("acme", &url("keeper", PASSWORD, &schema), "", checks);
    let planted = Planted::of(&site);
    let worker = site.start_saying("trace", &["worker"]);
    let mut said = Vec::new();
    let mut run = |args: &[&str]| {
        let ended = site.holdfast(&[&["-vv"], args].concat());
        said.push((format!("holdfast {args:?}"), format!("{}{}", ended.stdout, ended.stderr)));
        ended
    };

    run(&["apply"]);
    run(&["config", "show", "--json"]);
    run(&["check", "acme"]);
    assert_eq!(run(&["backup", "now", "acme"]).code, 0);
    let to = site.dir.join("secrets/target");
    fs::write(&to, url("target", TARGET_PASSWORD, "restored")).unwrap();
    let to = format!("file:{}", to.display());
    assert_eq!(run(&["restore", "acme", "--latest", "--to", &to]).code, 0);
    run(&["keys", "list"]);
    run(&["keys", "escrow-test"]);

    // And when things go wrong.
    assert_eq!(run(&["restore", "acme", "--latest", "--to", &to]).code, 1, "the target is not empty");
    run(&["restore", "acme", "--latest", "--to", &url("target", TARGET_PASSWORD, &schema)]);
    run(&["restore", "acme", "--latest", "--to", &url("target", TARGET_PASSWORD, "")]);
    let backup = text(&site.json(&["backup", "list", "acme"])[0]["id"]);
    run(&["backup", "verify", &backup, "--level", "L2"]);
    damage(&site.location("hot").join("acme").join(&backup).join("p/000000"));
    assert_eq!(run(&["backup", "verify", &backup]).code, 1);
    site.set_store_url("acme", &url("keeper", &format!("{PASSWORD}x"), &schema));
    assert_eq!(run(&["backup", "now", "acme"]).code, 1, "a wrong password");
    site.set_store_url("acme", &format!("mysql:/keeper:{PASSWORD}@127.0.0.1/x"));
    assert_ne!(run(&["backup", "now", "acme"]).code, 0, "a URL that is none");
    run(&["run", "list", "--json"]);
    run(&["archive", "list", &site.location("cold").display().to_string()]);
    worker.stop(40);

    for (what, text) in &said {
        planted.assert_absent(what, text.as_bytes());
    }
    let log = worker.log();
    assert!(log.len() > 10_000 && log.contains("DEBUG"), "the log is talkative: {} bytes", log.len());
    planted.assert_absent("the worker's log", log.as_bytes());
    for (table, rows) in ledger(&site) {
        planted.assert_absent(&format!("the ledger's table {table}"), rows.as_bytes());
        planted.in_hexadecimal().assert_absent(&format!("the ledger's table {table}"), rows.as_bytes());
    }
    for location in ["hot", "warm", "cold"] {
        for object in site.objects(location) {
            planted.assert_absent(
                &format!("{location}: {object}"),
                &fs::read(site.location(location).join(&object)).unwrap(),
            );
        }
    }
    let rest = files_but(&site.dir, &["secrets", "keys", "hot", "warm", "cold", "logs"]);
    for path in rest {
        planted.assert_absent(&path.display().to_string(), &fs::read(&path).unwrap());
    }
}

fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Every row of every table of the ledger, as text; bytes are shown in hexadecimal.
fn ledger(site: &Installation) -> Vec<(String, String)> {
    let tables = site.rows(
        "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables \
         WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')",
    );
    assert!(tables.len() > 8, "{tables:?}");
    let rows = |name: String| {
        let rows = site.rows(&format!("SELECT t::text AS row FROM {name} t"));
        let text: String = rows.iter().map(|row| row["row"].as_str().unwrap_or_default()).collect();
        (name, text)
    };
    tables.iter().map(|table| rows(text(&table["name"]))).collect()
}

/// Files under `dir`, but for those in the folders named.
fn files_but(dir: &Path, folders: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let skipped = folders.iter().any(|folder| entry.file_name() == *folder);
            match entry.path() {
                path if path.is_dir() && !skipped => open.push(path),
                path if path.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found
}
