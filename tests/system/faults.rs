//! What goes wrong is told as what · why · next, with an exit code, and leaves nothing half published.

use std::fs;
use std::path::Path;
use std::process::Command;

use holdfast_mysql::{Connection, DatabaseUrl};
use holdfast_testkit::MariaDb;
use serde_json::Value;

use crate::support::{Installation, Running, small_schema, step_of, text, wait_until};

fn site_of(url: &str) -> (Installation, Running) {
    let site = Installation::new();
    site.add_store("acme", url);
    site.apply();
    let worker = site.worker(2);
    (site, worker)
}

/// `backup now` fails with this runbook, and nothing is published; answers the fault.
fn backup_fails(site: &Installation, code: i32, runbook: &str) -> Value {
    let fault = site.fails(code, &["backup", "now", "acme"]);
    assert_eq!(fault["runbook"], runbook, "{fault:#}");
    site.assert_nothing_is_published();
    fault
}

/// The only run of the store that failed goes on, and ends verified.
fn retry_succeeds(site: &Installation) {
    let run = text(&site.json(&["run", "list", "--state", "failed"])[0]["id"]);
    site.json(&["run", "retry", &run]);
    let ended = site.until_over(&run);
    assert_eq!(ended["state"], "succeeded", "{ended:#}");
    assert_eq!(site.json(&["backup", "list", "acme"])[0]["state"], "verified");
}

/// A file system of its own, as large as it is told to be; gone when dropped.
struct SmallDisk<'a>(&'a Path);

impl SmallDisk<'_> {
    fn mount(at: &Path, megabytes: u32) -> Option<SmallDisk<'_>> {
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(SmallDisk(at))
    }

    fn grow(&self, megabytes: u32) {
        let mut remount = Command::new("mount");
        remount.args(["-o", &format!("remount,size={megabytes}m")]).arg(self.0);
        assert!(remount.status().unwrap().success());
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_under_hot_stops_the_dump_and_a_larger_one_lets_it_go_on() {
    let server = MariaDb::shared();
    let schema = server.schema();
    server.sql_in(
        &schema,
        "CREATE TABLE noise (id int PRIMARY KEY, b blob); INSERT INTO noise SELECT seq, RANDOM_BYTES(1024) FROM seq_1_to_6000",
    );
    let site = Installation::new();
    let hot = site.location("hot");
    let Some(disk) = SmallDisk::mount(&hot, 2) else {
        eprintln!("not looked at: this user may not mount a small disk");
        return;
    };
    site.add_store("acme", &server.url(&schema));
    site.apply();
    let _worker = site.worker(2);
    let fault = backup_fails(&site, 1, "location-full.md");
    assert!(text(&fault["what"]).contains("hot is full"), "{fault:#}");
    disk.grow(64);
    retry_succeeds(&site);
    let backup = &site.json(&["backup", "list", "acme"])[0];
    let left: Vec<String> =
        site.objects("hot").into_iter().filter(|name| !name.contains(backup["id"].as_str().unwrap())).collect();
    assert_eq!(left, Vec::<String>::new(), "what the first attempt wrote is gone");
}

#[test]
fn a_source_that_goes_away_in_mid_dump_is_told_and_dumped_anew_when_it_is_back() {
    let mut server = MariaDb::start(&["--log-bin", "--server-id=7"]);
    let schema = small_schema(&server, 1_000);
    let (site, _worker) = site_of(&server.tcp_url(&schema));
    // The dump reads this table last and waits for its lock: it is in the middle of its work.
    server.sql_in(&schema, "CREATE TABLE held (a int PRIMARY KEY); INSERT INTO held VALUES (1)");
    let mut holder = Connection::connect(&DatabaseUrl::parse(&server.url(&schema)).unwrap()).unwrap();
    holder.execute("LOCK TABLES held WRITE").unwrap();
    let run = site.start_backup("acme");
    site.until_step(&run, "dump", "running");
    wait_until("the dump's first objects in hot", 30, || (!site.objects("hot").is_empty()).then_some(()));
    server.kill();
    let step = site.until_tried_again(&run, "dump");
    assert_eq!(step["fault"]["kind"], "retry", "{step:#}");
    assert_eq!(step["fault"]["runbook"], "source-unreachable.md", "{step:#}");
    site.assert_nothing_is_published();
    server.restart();
    let ended = site.until_over(&run);
    assert_eq!(ended["state"], "succeeded", "{ended:#}");
    assert!(step_of(&ended, "dump")["attempts"].as_array().unwrap().len() >= 2);
    let backup = text(&site.json(&["backup", "list", "acme"])[0]["id"]);
    assert!(site.objects("hot").iter().all(|name| name.contains(&backup)), "{:?}", site.objects("hot"));
}

#[test]
fn a_missing_privilege_comes_with_the_grant_that_mends_it() {
    let server = MariaDb::shared();
    let schema = small_schema(server, 10);
    server.sql(&format!(
        "CREATE USER 'keeper'@'127.0.0.1' IDENTIFIED BY 'pw'; GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `{schema}`.* TO 'keeper'@'127.0.0.1';
         GRANT SELECT ON mysql.proc TO 'keeper'@'127.0.0.1'; REVOKE TRIGGER ON `{schema}`.* FROM 'keeper'@'127.0.0.1'"
    ));
    let url = format!("mysql://keeper:pw@127.0.0.1:{}/{schema}", server.port());
    let (site, _worker) = site_of(&url);
    let fault = backup_fails(&site, 1, "source-lacks-privilege.md");
    assert!(text(&fault["what"]).contains("TRIGGER"), "{fault:#}");
    let (grant, _) =
        text(&fault["next"]).split_once("; then").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a GRANT");
    let checked = site.holdfast(&["--json", "check", "acme"]);
    assert_eq!(checked.code, 1);
    let findings = checked.json();
    let missing = findings.as_array().unwrap().iter().find(|finding| finding["next"] == grant.as_str());
    assert!(missing.is_some_and(|finding| finding["ok"] == false), "`check` names {grant}: {findings:#}");
    server.sql(&grant);
    retry_succeeds(&site);
    server.sql("DROP USER 'keeper'@'127.0.0.1'");
}

#[test]
fn a_wrong_password_an_unknown_schema_and_a_silent_host_are_told_apart() {
    let server = MariaDb::shared();
    let schema = small_schema(server, 10);
    let right = server.tcp_url(&schema);
    let (site, _worker) = site_of(&right.replace(server.password(), "not-the-password"));
    let fault = backup_fails(&site, 1, "source-refuses-login.md");
    assert!(!fault.to_string().contains("not-the-password"), "{fault:#}");
    site.set_store_url("acme", &server.tcp_url("no_such_schema"));
    let fault = backup_fails(&site, 5, "store-unknown.md");
    assert!(text(&fault["what"]).contains("no_such_schema"), "{fault:#}");

    site.set_store_url("acme", &format!("mysql://root:pw@127.0.0.1:1/{schema}"));
    let run = site.start_backup("acme");
    let step = site.until_tried_again(&run, "dump");
    assert_eq!(step["fault"]["runbook"], "source-unreachable.md", "{step:#}");
    assert!(text(&step["fault"]["what"]).contains("127.0.0.1:1"), "{step:#}");
    site.set_store_url("acme", &right);
    assert_eq!(site.until_over(&run)["state"], "succeeded");
}

#[test]
fn mistakes_in_the_configuration_are_told_at_once_with_file_and_line_and_what_was_meant() {
    let site = Installation::new();
    site.add_store_with("acme", "mysql://u:p@h/s", "ownr = \"x\"\n", "paralel = 4\nschedule = \"61 2 * * *\"\n");
    let ended = site.holdfast(&["apply"]);
    assert_eq!(ended.code, 2, "{ended:#?}");
    for told in ["stores/acme.toml:3:", "did you mean `owner`?", "did you mean `parallel`?", "schedule"] {
        assert!(ended.stderr.contains(told), "{told} is not in {}", ended.stderr);
    }
    let fault = site.fails(2, &["backup", "list", "acme"]);
    assert_eq!(fault["runbook"], "configuration-invalid.md");
}

#[test]
fn what_is_not_there_ends_with_code_5_and_says_where_to_look() {
    let server = MariaDb::shared();
    let (site, _worker) = site_of(&server.url(&small_schema(server, 10)));
    let backup = text(&site.back_up("acme")["id"]);
    let to = server.url("never_made");
    let unknown = [
        &["backup", "now", "nosuch"][..],
        &["backup", "list", "nosuch"],
        &["backup", "show", "0190"],
        &["backup", "verify", "01900000-0000-7000-8000-000000000000"],
        &["check", "nosuch"],
        &["keys", "new", "nosuch"],
        &["run", "show", "0190"],
        &["run", "retry", "01900000-0000-7000-8000-000000000000"],
        &["restore", "nosuch", "--latest", "--to", &to],
        &["restore", "acme", "--backup", "0190", "--to", &to],
    ];
    for args in unknown {
        site.fails(5, args);
    }
    let fault = site.fails(5, &["restore", "acme", "--backup", &backup, "--to", &to, "--table", "no_such_table"]);
    assert!(text(&fault["what"]).contains("no_such_table"), "{fault:#}");
    assert_eq!(server.sql("SHOW DATABASES LIKE 'never_made'"), "", "nothing was begun");
    let fault = site.fails(2, &["backup", "verify", &backup, "--from", "nosuch"]);
    assert!(text(&fault["what"]).contains("nosuch"), "{fault:#}");
    assert_eq!(site.holdfast(&["restore", "acme", "--to", &to]).code, 2, "neither --latest nor --backup");
}

#[test]
fn a_location_that_vanished_is_waited_for_and_not_made_again() {
    let server = MariaDb::shared();
    let (site, _worker) = site_of(&server.url(&small_schema(server, 10)));
    let (hot, away) = (site.location("hot"), site.dir.join("unmounted"));
    fs::rename(&hot, &away).unwrap();
    fs::create_dir(&hot).unwrap();
    let run = site.start_backup("acme");
    let step = site.until_tried_again(&run, "dump");
    assert_eq!(step["fault"]["runbook"], "location-unreachable.md", "{step:#}");
    assert_eq!(site.objects("hot"), Vec::<String>::new(), "nothing is written below an empty mount point");
    let checked = site.holdfast(&["--json", "check"]);
    assert_eq!(checked.code, 1);
    let findings = checked.json();
    let hot_finding = findings.as_array().unwrap().iter().find(|finding| finding["subject"] == "location hot").unwrap();
    assert_eq!(hot_finding["ok"], false);
    fs::remove_dir(&hot).unwrap();
    fs::rename(&away, &hot).unwrap();
    assert_eq!(site.until_over(&run)["state"], "succeeded");
}

#[test]
fn a_missing_key_stops_the_dump_before_production_is_read() {
    let server = MariaDb::shared();
    let (site, _worker) = site_of(&server.url(&small_schema(server, 10)));
    for half in ["acme.pub", "escrow.pub"] {
        let path = site.keys().dir().join(half);
        let text_of_key = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let fault = backup_fails(&site, 1, "key-missing.md");
        assert!(text(&fault["what"]).contains(half), "{fault:#}");
        assert_eq!(site.objects("hot"), Vec::<String>::new());
        fs::write(&path, text_of_key).unwrap();
    }
    fs::remove_file(site.keys().dir().join("installation.sign")).unwrap();
    let fault = backup_fails(&site, 1, "key-missing.md");
    assert!(text(&fault["what"]).contains("installation.sign"), "{fault:#}");
}

#[test]
fn a_restore_refuses_production_and_a_target_that_is_not_empty() {
    let server = MariaDb::shared();
    let schema = small_schema(server, 10);
    let (site, _worker) = site_of(&server.url(&schema));
    let backup = text(&site.back_up("acme")["id"]);
    let restore = |to: &str, more: &[&str]| {
        [&["restore", "acme", "--backup", &backup, "--to", to], more]
            .concat()
            .iter()
            .map(|arg| (*arg).to_owned())
            .collect::<Vec<_>>()
    };
    let fails = |code: i32, args: Vec<String>| site.fails(code, &args.iter().map(String::as_str).collect::<Vec<_>>());
    let before = server.sql_in(&schema, "CHECKSUM TABLE sales_order");

    for production in
        [server.url(&schema), server.tcp_url(&schema), server.tcp_url(&schema).replace("127.0.0.1", "localhost")]
    {
        let fault = fails(4, restore(&production, &["--replace"]));
        assert_eq!(fault["runbook"], "target-is-production.md");
        fails(4, restore(&production, &["--replace", "--yes-this-is-production", "another"]));
    }
    let full = server.schema();
    server.sql_in(&full, "CREATE TABLE kept (a int PRIMARY KEY)");
    let fault = fails(1, restore(&server.url(&full), &[]));
    assert_eq!(fault["runbook"], "target-not-empty.md");
    assert!(text(&fault["why"]).contains("kept"), "{fault:#}");
    fails(1, restore(&server.url(&full), &["--into-empty-only"]));
    assert_eq!(server.sql_in(&full, "SHOW TABLES"), "kept\n", "it was not touched");
    assert_eq!(server.sql_in(&schema, "CHECKSUM TABLE sales_order"), before);

    let replaced =
        site.holdfast(&restore(&server.url(&full), &["--replace"]).iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(replaced.code, 0, "{replaced:#?}");
    assert_eq!(server.sql_in(&full, "SHOW TABLES"), "sales_order\n");
    server.sql_in(&schema, "DELETE FROM sales_order");
    let typed = restore(&server.url(&schema), &["--replace", "--yes-this-is-production", "acme"]);
    assert_eq!(site.holdfast(&typed.iter().map(String::as_str).collect::<Vec<_>>()).code, 0);
    assert_eq!(server.sql_in(&schema, "CHECKSUM TABLE sales_order"), before, "production is back");
}

#[test]
fn a_ledger_that_does_not_answer_is_told() {
    let site = Installation::on(Some("postgres://nobody:pw@127.0.0.1:1/holdfast".to_owned()));
    let fault = site.fails(1, &["run", "list"]);
    assert_eq!(fault["runbook"], "ledger-unreachable.md");
    assert!(!fault.to_string().contains("pw@"), "{fault:#}");
}
