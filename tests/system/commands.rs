//! What people type and programs read: exit codes, `--json`, the first steps of a new installation, keys.

use std::fs;
use std::process::Command;

use holdfast_testkit::{MariaDb, fresh_dir};
use serde_json::Value;

use crate::support::{HOLDFAST, Installation, assert_keys, small_schema, text};

#[test]
fn a_new_installation_is_written_checked_and_never_overwritten() {
    let dir = fresh_dir();
    let holdfast = |args: &[&str]| {
        let output =
            Command::new(HOLDFAST).args(args).current_dir(&dir).env_remove("HOLDFAST_CONFIG").output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, _, told) = holdfast(&["run", "list"]);
    assert!(code == 2 && told.contains("holdfast init"), "{told}");
    let (code, written, _) = holdfast(&["--json", "init"]);
    let written: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(code, 0);
    assert_keys(&written, "written keys_dir keys");
    assert_eq!(written["keys"], serde_json::json!(["installation", "escrow", "acme"]));
    let config = fs::read_to_string(dir.join("holdfast.toml")).unwrap();
    assert!(config.contains(&format!("data_dir = \"{}\"", dir.display())), "{config}");

    let (code, again, _) = holdfast(&["--json", "init"]);
    assert_eq!((code, serde_json::from_str::<Value>(&again).unwrap()["written"].clone()), (0, serde_json::json!([])));
    let (_, keys, _) = holdfast(&["--json", "keys", "list"]);
    let keys: Vec<Value> = serde_json::from_str(&keys).unwrap();
    for key in &keys {
        assert_keys(key, "name id public private");
    }
    assert_eq!(keys.iter().map(|key| text(&key["name"])).collect::<Vec<_>>(), ["acme", "escrow"]);
    let mode = |name: &str| {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(dir.join("keys").join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode("acme.key"), mode("escrow.key"), mode("installation.sign")), (0o600, 0o600, 0o600));

    let (code, schema, _) = holdfast(&["config", "schema"]);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(code == 0 && schema.to_string().contains("\"retention\""));
    fs::remove_dir_all(dir).unwrap();
}

#[test]
fn check_finds_nothing_wrong_with_a_good_installation_and_names_what_is_missing_in_another() {
    let server = MariaDb::start(&["--log-bin", "--server-id=5"]);
    let schema = small_schema(&server, 10);
    let site = Installation::new();
    site.add_store("acme", &server.tcp_url(&schema));
    let findings = site.json(&["check"]);
    for finding in findings.as_array().unwrap() {
        assert_keys(finding, "subject ok what why next");
        assert_eq!(finding["ok"], true, "{finding:#}");
    }
    let subjects: Vec<String> = findings.as_array().unwrap().iter().map(|finding| text(&finding["subject"])).collect();
    for subject in
        ["ledger", "clock", "location hot", "location warm", "location cold", "sandbox", "store acme: snapshot"]
    {
        assert!(subjects.contains(&subject.to_owned()), "{subject} is not among {subjects:?}");
    }
    server.sql("CREATE USER poor@'127.0.0.1' IDENTIFIED BY 'pw'; GRANT SELECT ON *.* TO poor@'127.0.0.1'");
    site.set_store_url("acme", &format!("mysql://poor:pw@127.0.0.1:{}/{schema}", server.port()));
    let mut rounds = 0;
    // Each GRANT it names is given as it stands there, until it has nothing more to say.
    loop {
        let checked = site.holdfast(&["--json", "check", "acme"]);
        let findings = checked.json();
        let grants: Vec<String> = findings
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["ok"] == false)
            .map(|finding| text(&finding["next"]))
            .collect();
        if grants.is_empty() {
            assert_eq!(checked.code, 0);
            break;
        }
        assert_eq!(checked.code, 1);
        assert!(grants.iter().all(|grant| grant.starts_with("GRANT ")), "{findings:#}");
        server.sql(&grants.join(";\n"));
        rounds += 1;
        assert!(rounds < 3, "{findings:#}");
    }
    assert!(rounds > 0, "an account with SELECT alone lacks something");
}

#[test]
fn apply_keeps_versions_and_tells_what_changed() {
    let site = Installation::new();
    site.add_store("acme", "mysql://u:p@127.0.0.1/s");
    let dry = site.json(&["apply", "--dry-run"]);
    assert_keys(&dry, "changed diff");
    let first = site.json(&["apply"]);
    let again = site.json(&["apply"]);
    assert_eq!(
        (&first["changed"], &again["changed"], &first["version"]),
        (&true.into(), &false.into(), &again["version"])
    );
    site.add_store("other", "mysql://u:p@127.0.0.1/t");
    assert_eq!(site.json(&["apply", "--dry-run"])["changed"], true);
    assert_eq!(site.json(&["config", "show"])["stores"].as_array().unwrap().len(), 1, "a dry run changes nothing");
    site.apply();
    let shown = site.json(&["config", "show"]);
    assert_eq!((shown["stores"].as_array().unwrap().len(), &shown["author"]), (2, &"tester".into()));
    assert_ne!(shown["version"], first["version"]);
}

#[test]
fn a_run_is_told_as_programs_expect_it() {
    let server = MariaDb::shared();
    let site = Installation::new();
    site.add_store("acme", &server.url(&small_schema(server, 10)));
    site.apply();
    let run = site.start_backup("acme");
    let _worker = site.worker(1);
    let watched = site.holdfast(&["--json", "run", "watch", &run]);
    assert_eq!(watched.code, 0, "{watched:#?}");
    let lines: Vec<Value> = watched.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lines.last().unwrap();
    assert_eq!(last, &site.run(&run));
    assert_keys(last, "id workflow store state priority requested_by trigger created_at started_at finished_at steps");
    for step in last["steps"].as_array().unwrap() {
        assert_keys(
            step,
            "name pool state attempt max_attempts worker started_at finished_at progress receipt fault attempts",
        );
        assert_keys(&step["attempts"][0], "n worker started_at finished_at outcome fault");
    }
    assert_eq!((&last["trigger"], &last["requested_by"]), (&"person".into(), &"tester".into()));
    assert_eq!(site.json(&["run", "list", "--store", "acme", "--state", "succeeded"])[0], *last);
    assert_eq!(site.json(&["run", "list", "--state", "failed"]), serde_json::json!([]));
    assert_eq!(site.holdfast(&["run", "watch", &run]).code, 0);
}

#[test]
fn without_a_terminal_there_is_no_colour_and_a_bad_word_ends_with_code_2() {
    let site = Installation::new();
    let ended = site.holdfast(&["backup", "now", "nosuch"]);
    assert!(!ended.stderr.contains('\x1b') && !ended.stdout.contains('\x1b'), "{ended:#?}");
    for wrong in [&["backup", "nwo"][..], &["run", "list", "--state", "odd"], &["worker", "--concurrency", "0"], &[]] {
        let ended = site.holdfast(wrong);
        assert!(ended.code == 2 && ended.stderr.contains("--help"), "{wrong:?}: {ended:#?}");
    }
    // On a terminal too, when NO_COLOR asks for none.
    let terminal = |colour: Option<&str>| {
        let mut script = Command::new("script");
        script.args([
            "-qec",
            &format!("{HOLDFAST} --config {} backup list nosuch", site.config().display()),
            "/dev/null",
        ]);
        script.env_remove("NO_COLOR").envs(colour.map(|value| ("NO_COLOR", value)));
        String::from_utf8_lossy(&script.output().unwrap().stdout).into_owned()
    };
    assert!(terminal(None).contains("\x1b[1;31mwhat"), "{:?}", terminal(None));
    assert!(!terminal(Some("1")).contains('\x1b'), "{:?}", terminal(Some("1")));
}

#[test]
fn completions_and_the_man_page_know_every_command() {
    let site = Installation::new();
    let (bash, man) = (site.holdfast(&["completions", "bash"]), site.holdfast(&["man"]));
    assert_eq!((bash.code, man.code), (0, 0));
    for command in [
        "demo",
        "init",
        "check",
        "up",
        "worker",
        "scheduler",
        "apply",
        "config",
        "keys",
        "run",
        "backup",
        "restore",
        "archive",
    ] {
        assert!(bash.stdout.contains(command) && man.stdout.contains(command), "{command}");
    }
    let path = site.dir.join("completions.bash");
    fs::write(&path, bash.stdout).unwrap();
    let parsed = Command::new("bash").arg("-n").arg(path).status().unwrap();
    assert!(parsed.success(), "bash reads it");
}

#[test]
fn a_new_key_of_a_store_leaves_its_older_backups_readable() {
    let server = MariaDb::shared();
    let schema = small_schema(server, 100);
    let site = Installation::new();
    site.add_store("acme", &server.url(&schema));
    site.apply();
    let _worker = site.worker(2);
    let old = text(&site.back_up("acme")["id"]);
    let before = site.keys().public_id("acme").unwrap();
    let rotated = site.json(&["keys", "rotate", "acme"]);
    assert_keys(&rotated, "name id public private");
    assert_ne!(text(&rotated["id"]), before);
    let new = text(&site.back_up("acme")["id"]);
    for backup in [&old, &new] {
        let target = server.schema();
        let restored = site.json(&["restore", "acme", "--backup", backup, "--to", &server.url(&target)]);
        assert_eq!(restored["verified"], true);
        assert_eq!(site.json(&["backup", "verify", backup])["state"], "verified");
    }
    let header =
        |backup: &str| fs::read_to_string(site.location("hot").join("acme").join(backup).join("header")).unwrap();
    assert!(header(&old).contains(&before) && !header(&new).contains(&before), "sealed for the new key only");
    let listed = site.json(&["keys", "list"]);
    assert_eq!(listed.as_array().unwrap().iter().filter(|key| text(&key["name"]).starts_with("acme")).count(), 2);
    site.fails(1, &["keys", "new", "acme"]);

    let opened = site.json(&["keys", "escrow-test"]);
    assert_keys(&opened[0], "store backup opens why");
    assert_eq!((&opened[0]["opens"], &opened[0]["backup"]), (&true.into(), &new.clone().into()));
    let escrow = site.dir.join("offline.key");
    fs::rename(site.keys().private_path("escrow"), &escrow).unwrap();
    assert_eq!(site.holdfast(&["keys", "escrow-test"]).code, 1, "it is offline");
    assert_eq!(site.json(&["keys", "escrow-test", "--key", &escrow.display().to_string()])[0]["opens"], true);
    let wrong = site.holdfast(&[
        "--json",
        "keys",
        "escrow-test",
        "--key",
        &site.keys().private_path("acme").display().to_string(),
    ]);
    assert_eq!((wrong.code, &wrong.json()[0]["opens"]), (0, &true.into()), "the store's own key opens it as well");
}

#[test]
fn a_worker_with_public_keys_only_backs_up_and_cannot_read_what_it_wrote() {
    let server = MariaDb::shared();
    let site = Installation::new();
    site.add_store("acme", &server.url(&small_schema(server, 100)));
    site.apply();
    let (private, kept) = (site.keys().private_path("acme"), site.dir.join("acme.key"));
    fs::rename(&private, &kept).unwrap();
    fs::remove_file(site.keys().private_path("escrow")).unwrap();
    let _worker = site.worker(2);
    let run = site.start_backup("acme");
    let stopped = site.until_step(&run, "verify", "stopped");
    assert_eq!(stopped["fault"]["runbook"], "key-missing.md", "{stopped:#}");
    assert!(text(&stopped["fault"]["what"]).contains("acme.key"));
    let backup = site.json(&["backup", "list", "acme"])[0].clone();
    assert_eq!(backup["state"], "landed", "it exists, and nobody here has proved it");
    let hot = site.location("hot").display().to_string();
    assert_eq!(site.json(&["archive", "list", &hot]).as_array().unwrap().len(), 1, "what is public can be listed");
    assert_eq!(site.json(&["archive", "verify", &hot])["result"], "passed");
    for tool in ["cat", "sql"] {
        let more: &[&str] = if tool == "cat" { &["--table", "sales_order"] } else { &[] };
        let fault = site.fails(2, &[&["archive", tool, &hot], more].concat());
        assert!(text(&fault["what"]).contains("private key"), "{fault:#}");
    }
    for public in ["acme.pub", "installation.sign"] {
        let path = site.keys().dir().join(public).display().to_string();
        site.fails(2, &["archive", "list", &hot, "--key", &path]);
    }
    // Where the private key is, the run goes on.
    fs::rename(&kept, &private).unwrap();
    site.json(&["run", "retry", &run]);
    assert_eq!(site.until_over(&run)["state"], "succeeded");
}

#[test]
fn up_alone_keeps_its_own_postgres_and_does_a_backup() {
    let server = MariaDb::shared();
    let site = Installation::on(None);
    site.add_store("acme", &server.url(&small_schema(server, 10)));
    let up = site.start(&["up"]);
    crate::support::wait_until("up", 60, || up.log().contains("up: configuration version").then_some(()));
    assert_eq!(site.back_up("acme")["state"], "verified");
    assert_eq!(up.stop(40), Some(0));
    assert_eq!(site.processes(), Vec::<String>::new(), "nothing of it runs on");
    // A command alone starts that Postgres for itself, works without any worker, and tells nothing but its steps.
    let alone = site.holdfast(&["backup", "now", "acme"]);
    assert!(alone.code == 0 && alone.stdout.contains("passed at level L4"), "{alone:#?}");
    assert!(alone.stderr.contains("mirror.warm") && !alone.stderr.contains("WARN"), "{alone:#?}");
    assert_eq!(site.json(&["backup", "list", "acme"]).as_array().unwrap().len(), 2);
    assert_eq!(site.processes(), Vec::<String>::new());
}
