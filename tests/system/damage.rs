//! Bit rot: whatever happens to an object of a backup is found by `backup verify`, by `archive verify` and by `restore`, and
//! each names the object. And keys: the wrong one says so.

use std::fs;
use std::path::{Path, PathBuf};

use holdfast_archive::RecipientKind;
use holdfast_testkit::MariaDb;
use serde_json::Value;

use crate::support::{Installation, Running, small_schema, text};

/// Two backups of one store and one of another, and a worker. Objects are damaged in hot and healed from cold.
struct Shelf {
    site: Installation,
    _worker: Running,
    backup: String,
    earlier: String,
    foreign: String,
}

impl Shelf {
    fn new() -> Shelf {
        let (server, site) = (MariaDb::shared(), Installation::new());
        let (store, other) = (small_schema(server, 5_000), small_schema(server, 50));
        // A second table gives a second pack of rows: each connection seals its own.
        server.sql_in(
            &store,
            "CREATE TABLE quote SELECT * FROM sales_order; ALTER TABLE quote ADD PRIMARY KEY (entity_id)",
        );
        site.add_store("acme", &server.url(&store));
        site.add_store("other", &server.url(&other));
        site.apply();
        let worker = site.worker(2);
        let backup = |store: &str| text(&site.back_up(store)["id"]);
        let (earlier, foreign, backup) = (backup("acme"), backup("other"), backup("acme"));
        Shelf { site, _worker: worker, backup, earlier, foreign }
    }

    fn path(&self, location: &str, object: &str) -> PathBuf {
        self.site.location(location).join("acme").join(&self.backup).join(object)
    }

    fn hot(&self, object: &str) -> PathBuf {
        self.path("hot", object)
    }

    fn heal(&self) {
        for object in self.site.objects("cold").iter().filter(|name| name.starts_with("acme/")) {
            fs::copy(self.site.location("cold").join(object), self.site.location("hot").join(object)).unwrap();
        }
    }

    /// `object` was damaged in hot: everybody who looks finds it, names it, and ends with code 1.
    fn is_found(&self, damage: &str, object: &str) {
        let named = format!("acme/{}/{object}", self.backup);
        let site = &self.site;
        let verify = site.fails(1, &["backup", "verify", &self.backup, "--from", "hot"]);
        let archive = site.holdfast(&[
            "--json",
            "archive",
            "verify",
            &site.location("hot").display().to_string(),
            "--key",
            &self.key(),
        ]);
        let target = MariaDb::shared().schema();
        let restore =
            site.fails(1, &["restore", "acme", "--backup", &self.backup, "--to", &MariaDb::shared().url(&target)]);
        assert_eq!(archive.code, 1, "{damage}: {archive:#?}");
        for (who, said) in
            [("verify", verify.to_string()), ("restore", restore.to_string()), ("archive verify", archive.stdout)]
        {
            assert!(names(&said, &named), "{who} does not name {named} when it is {damage}: {said}");
        }
        self.heal();
    }

    fn key(&self) -> String {
        self.site.keys().private_path("escrow").display().to_string()
    }
}

/// Whether the object is named, with or without its store.
fn names(said: &str, object: &str) -> bool {
    said.contains(object) || said.contains(object.split_once('/').unwrap().1)
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn truncate(path: &Path, by: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(file.metadata().unwrap().len() - by).unwrap();
}

fn swap(one: &Path, other: &Path) {
    let (first, second) = (fs::read(one).unwrap(), fs::read(other).unwrap());
    fs::write(one, second).unwrap();
    fs::write(other, first).unwrap();
}

#[test]
fn a_damaged_object_is_found_by_whoever_looks_and_named() {
    let shelf = Shelf::new();
    let packs = fs::read_dir(shelf.hot("p")).unwrap().count();
    assert!(packs >= 3, "two packs of rows and the index: {packs}");
    let (first, index) = ("p/000000", format!("p/{:06}", packs - 1));
    let middle = |object: &str| fs::metadata(shelf.hot(object)).unwrap().len() as usize / 2;

    flip(&shelf.hot(first), middle(first));
    shelf.is_found("flipped", first);
    flip(&shelf.hot(&index), middle(&index));
    shelf.is_found("flipped", &index);
    let end = fs::metadata(shelf.hot(first)).unwrap().len() as usize - 1;
    flip(&shelf.hot(first), end);
    shelf.is_found("flipped behind its last row", first);
    truncate(&shelf.hot(first), 1);
    shelf.is_found("truncated", first);
    swap(&shelf.hot(first), &shelf.hot("p/000001"));
    shelf.is_found("swapped", first);
    fs::remove_file(shelf.hot(first)).unwrap();
    shelf.is_found("missing", first);
    fs::copy(shelf.site.location("cold").join("acme").join(&shelf.earlier).join(first), shelf.hot(first)).unwrap();
    shelf.is_found("another backup's", first);

    let place = fs::read_to_string(shelf.hot("manifest")).unwrap().find("\"rows\":").expect("rows stand in it") + 8;
    flip(&shelf.hot("manifest"), place);
    shelf.is_found("flipped", "manifest");
    truncate(&shelf.hot("manifest"), 10);
    shelf.is_found("truncated", "manifest");
    fs::copy(shelf.site.location("cold").join("other").join(&shelf.foreign).join("manifest"), shelf.hot("manifest"))
        .unwrap();
    shelf.is_found("another store's", "manifest");
    flip(&shelf.hot("header"), 20);
    shelf.is_found("flipped", "header");

    let healed = shelf.site.json(&["backup", "verify", &shelf.backup]);
    assert_eq!(healed["state"], "verified");
}

#[test]
fn a_missing_manifest_is_no_backup_and_its_gap_in_the_chain_is_seen() {
    let shelf = Shelf::new();
    fs::remove_file(shelf.path("hot", "manifest")).unwrap();
    let fault = shelf.site.fails(1, &["backup", "verify", &shelf.backup, "--level", "L1"]);
    assert!(names(&text(&fault["what"]), &format!("acme/{}/manifest", shelf.backup)), "{fault:#}");
    let fault = shelf
        .site
        .fails(1, &["restore", "acme", "--backup", &shelf.backup, "--to", &MariaDb::shared().url("not_to_be_made")]);
    assert!(names(&text(&fault["what"]), &format!("acme/{}/manifest", shelf.backup)), "{fault:#}");
    shelf.heal();

    // The chain tells of a backup between two others that vanished whole.
    let later = text(&shelf.site.back_up("acme")["id"]);
    fs::remove_dir_all(shelf.site.location("hot").join("acme").join(&shelf.backup)).unwrap();
    let looked =
        shelf.site.holdfast(&["--json", "archive", "verify", &shelf.site.location("hot").display().to_string()]);
    assert_eq!(looked.code, 1, "{looked:#?}");
    assert!(looked.stdout.contains(&later), "{looked:#?}");
}

#[test]
fn a_shallow_look_finds_what_changed_without_a_key() {
    let shelf = Shelf::new();
    flip(&shelf.hot("p/000000"), 100);
    fs::remove_file(shelf.site.keys().private_path("acme")).unwrap();
    let fault = shelf.site.fails(1, &["backup", "verify", &shelf.backup, "--level", "L1"]);
    assert!(fault["why"].as_str().unwrap().contains(&format!("acme/{}/p/000000", shelf.backup)), "{fault:#}");
    assert_eq!(fault["runbook"], "backup-does-not-verify.md");
    let shown = shelf.site.json(&["backup", "show", &shelf.backup]);
    assert_eq!((&shown["state"], &shown["verification"]["level"]), (&"failed".into(), &"L1".into()));
}

#[test]
fn a_wrong_key_says_which_it_is_and_which_it_needs() {
    let shelf = Shelf::new();
    let hot = shelf.site.location("hot").join("acme").display().to_string();
    let keys = shelf.site.keys();
    let (right, wrong) = (keys.public_id("acme").unwrap(), keys.public_id("other").unwrap());
    let wrong_key = keys.private_path("other").display().to_string();
    for look in ["list", "verify"] {
        says_both(&shelf.site.fails(1, &["archive", look, &hot, "--key", &wrong_key]), &wrong, &right);
    }
    says_both(&shelf.site.fails(1, &["archive", "sql", &hot, "--key", &wrong_key]), &wrong, &right);

    fs::remove_file(keys.private_path("acme")).unwrap();
    fs::remove_file(keys.public_path("acme")).unwrap();
    fs::remove_file(keys.private_path("escrow")).unwrap();
    let replaced = keys.create_recipient("acme", RecipientKind::Store).unwrap();
    let target = MariaDb::shared().schema();
    let url = MariaDb::shared().url(&target);
    says_both(
        &shelf.site.fails(1, &["restore", "acme", "--backup", &shelf.backup, "--to", &url]),
        &replaced.id,
        &right,
    );
    says_both(&shelf.site.fails(1, &["backup", "verify", &shelf.backup]), &replaced.id, &right);
}

fn says_both(fault: &Value, has: &str, needs: &str) {
    let why = text(&fault["why"]);
    assert!(why.contains(has) && why.contains(needs), "{fault:#}");
    assert_eq!(fault["runbook"], "wrong-key.md");
}
