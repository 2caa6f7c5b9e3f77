//! Wrong configurations: every mistake at once, each with its place, its reason and the way out.

use std::fs;
use std::path::Path;

use holdfast_schema::config::{self, ConfigErrors};
use tempfile::TempDir;

const INSTALLATION: &str = r#"
data_dir = "/var/lib/holdfast"
[[location]]
name = "hot"
tier = "hot"
url = "file:///srv/hot"
[[location]]
name = "warm"
tier = "warm"
url = "s3://hf-warm/agency"
"#;

const STORE: &str = r#"
name = "acme"
owner = "ops@acme.example"
[database]
url = { env = "ACME_DATABASE_URL" }
schedule = "15 2 * * *"
"#;

fn folder(installation: &str, stores: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("stores")).unwrap();
    fs::write(folder.path().join("holdfast.toml"), installation).unwrap();
    for (name, text) in stores {
        fs::write(folder.path().join("stores").join(name), text).unwrap();
    }
    folder
}

/// The mistakes of a configuration, a line each, with the test's folder cut off.
fn mistakes(installation: &str, stores: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(installation, stores);
    let errors = config::load(&folder.path().join("holdfast.toml")).expect_err("the configuration was accepted");
    lines(&errors, folder.path())
}

fn lines(errors: &ConfigErrors, folder: &Path) -> Vec<String> {
    let folder = format!("{}/", folder.display());
    errors.to_string().replace(&folder, "").lines().map(str::to_owned).collect()
}

/// The mistakes of one store's file in an installation without any.
fn store_mistakes(store: &str) -> Vec<String> {
    mistakes(INSTALLATION, &[("acme.toml", store)])
}

#[test]
fn a_right_configuration_has_no_mistake() {
    let folder = folder(INSTALLATION, &[("acme.toml", STORE)]);
    let loaded = config::load(&folder.path().join("holdfast.toml")).unwrap();
    assert_eq!(loaded.stores[0].name, "acme");
    assert_eq!(loaded.warnings, []);
}

#[test]
fn a_folder_with_a_star_in_its_name_finds_its_own_stores() {
    let folder = folder(INSTALLATION, &[("acme.toml", STORE)]);
    let starred = folder.path().join("[a]*");
    fs::create_dir_all(starred.join("stores")).unwrap();
    fs::rename(folder.path().join("holdfast.toml"), starred.join("holdfast.toml")).unwrap();
    fs::rename(folder.path().join("stores/acme.toml"), starred.join("stores/acme.toml")).unwrap();
    assert_eq!(config::load(&starred.join("holdfast.toml")).unwrap().stores.len(), 1);
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let installation = r#"
data_dri = "/var/lib/holdfast"
database_url = "postgres://holdfast:hunter2@db/holdfast"
[[location]]
name = "Hot Place"
tier = "hott"
url = "file://srv/hot"
[[location]]
name = "warm"
tier = "warm"
url = "gcs://bucket"
class = "GLACIER"
[sandbox]
memory = 4
engine = "dokker"
[mail]
from = "nobody"
"#;
    let acme = r#"
name = "acme"
timezone = "Europe/Stokholm"
parallel = 2
[objectives]
rpo = "24 hours"
[database]
url = { evn = "ACME_DATABASE_URL" }
schedule = "15 2 * *"
parallel = "two"
host_limit = 0
shedule = "x"
[retention]
cold = "30d"
[verify]
checks = [{ name = "fresh" }, "SELECT 1"]
key_tables = "sales_order"
"#;
    let beta = "name = \"beta\"\n[database\n";
    assert_eq!(
        mistakes(installation, &[("acme.toml", acme), ("beta.toml", beta)]),
        [
            "holdfast.toml:2:1: unknown key `data_dri` · this file has no such setting · did you mean `data_dir`?",
            "holdfast.toml:3:16: `database_url` is not a reference · a secret is a reference to where it is kept, never text in a file · write { env = \"NAME\" }, { file = \"/run/secrets/name\" } or { command = [\"…\"] }",
            "holdfast.toml:5:8: `location.name` is \"Hot Place\" · a name has lower-case letters, digits and inner hyphens, at most 63: it is part of object names · write for example \"hot-place\"",
            "holdfast.toml:6:8: `location.tier` is \"hott\" · it takes hot, warm or cold · did you mean \"hot\"?",
            "holdfast.toml:7:7: `location.url` is \"file://srv/hot\" · file:// takes an absolute path · write three slashes: \"file:///var/lib/holdfast/hot\"",
            "holdfast.toml:11:7: `location.url` is \"gcs://bucket\" · there is no storage for gcs://, only file://, s3:// and gs:// · did you mean \"gs://\"?",
            "holdfast.toml:14:10: `sandbox.memory` is a whole number · it takes a size such as \"1GiB\" · write for example memory = \"1GiB\"",
            "holdfast.toml:15:10: `sandbox.engine` is \"dokker\" · it takes auto, docker or process · did you mean \"docker\"?",
            "holdfast.toml:16:1: `mail.smtp` is missing · smtp://user:password@host:port or smtps://… · add smtp = { env = \"NAME\" } to [mail]",
            "holdfast.toml:17:8: `mail.from` is \"nobody\" · it is not a mail address · write for example \"ops@acme.example\"",
            "stores/acme.toml:1:1: `owner` is missing · Who answers for the store · add owner = \"ops@acme.example\" above the first section",
            "stores/acme.toml:3:12: `timezone` is \"Europe/Stokholm\" · the time zone database has no such zone · did you mean \"Europe/Stockholm\"?",
            "stores/acme.toml:4:1: unknown key `parallel` · this file has no such setting · did you mean `database.parallel`?",
            "stores/acme.toml:6:7: `objectives.rpo` is \"24 hours\" · a duration is a number and a unit: s, m, h, d, w or y · write for example \"24h\"",
            "stores/acme.toml:8:9: unknown key `evn` in `database.url` · a secret has env, file or command · did you mean `env`?",
            "stores/acme.toml:9:12: `database.schedule` is \"15 2 * *\" · a schedule has five fields, this has 4 · write five fields, for example \"15 2 * * *\" for 02:15 every day",
            "stores/acme.toml:10:12: `database.parallel` is text · it takes a whole number from 1 to 64 · write for example parallel = 1",
            "stores/acme.toml:11:14: `database.host_limit` is out of range · it takes a whole number from 1 to 64 · write for example host_limit = 1",
            "stores/acme.toml:12:1: unknown key `shedule` · [database] has no such setting · did you mean `schedule`?",
            "stores/acme.toml:14:8: `retention.cold` is \"30d\" · cold copies are kept 90 days at least · write \"90d\" or more",
            "stores/acme.toml:16:11: `verify.checks.sql` is missing · A SELECT of one value, true when all is well · add sql = \"…\" to [verify.checks]",
            "stores/acme.toml:16:31: `verify.checks` is text · it takes a section · write for example checks = { … }",
            "stores/acme.toml:17:14: `verify.key_tables` is text · it takes a list · write for example key_tables = [\"…\"]",
            "stores/beta.toml:2:10: this is not TOML · unclosed table, expected `]` · mend the syntax first",
        ]
    );
}

#[test]
fn what_no_key_is_wrong_about_alone_is_told_too() {
    let installation = r#"
location = [
  { name = "a", tier = "hot", url = "file:///srv/a", lock = "governance" },
  { name = "a", tier = "hot", url = "file:///srv/b" },
  { name = "c", tier = "cold", url = "file:///srv/a" },
  { name = "d", tier = "cold", url = "s3://bucket/d", class = "ARCHIVE" },
  { name = "e", tier = "cold", url = "gs://bucket/e", class = "GLACIER" },
]
"#;
    let acme = format!(
        "{STORE}\n[retention]\nhot = \"60d\"\n[files]\nroot = \"magento\"\n[verify]\nkey_tables = [\"shop.sales_order\"]\nchecks = [{{ name = \"a\", sql = \"SELECT 1\" }}, {{ name = \"a\", sql = \"SELECT 2\" }}]\n"
    );
    let beta = format!("{STORE}\n[retention]\ncold = \"90d\"\nwarm = \"91d\"");
    assert_eq!(
        mistakes(installation, &[("acme.toml", &acme), ("beta.toml", &beta)]),
        [
            "holdfast.toml:3:61: `location.lock` is set on a file:// location · a file system has none · remove it",
            "holdfast.toml:4:12: two locations have the name \"a\" · a copy is known by its location's name · give each location a name of its own",
            "holdfast.toml:4:24: a second location is hot · a backup lands in one hot location and is mirrored from there · make this one warm or cold",
            "holdfast.toml:5:38: two locations have the url \"file:///srv/a\" · two copies in one place are one copy · give each location a place of its own",
            "holdfast.toml:6:63: s3:// has no class \"ARCHIVE\" · classes differ by cloud · write one of STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER or DEEP_ARCHIVE",
            "holdfast.toml:7:63: gs:// has no class \"GLACIER\" · classes differ by cloud · write one of STANDARD, NEARLINE, COLDLINE or ARCHIVE",
            "stores/acme.toml:9:7: `retention.hot` is \"60d\", longer than `retention.warm` with \"30d\" · the farther tier is the one that remembers · make warm at least as long as hot",
            "stores/acme.toml:11:8: `files.root` is \"magento\" · it is a folder on the store's own host · write an absolute path",
            "stores/acme.toml:13:15: a key table has a dot or a quote · it is looked for in the store's schema · write the table's bare name, for example \"sales_order\"",
            "stores/acme.toml:14:54: two checks have the name \"a\" · a failure names its check · give each check a name of its own",
            "stores/beta.toml:2:8: two stores have the name \"acme\" · stores/acme.toml has it too · give each store a name of its own",
            "stores/beta.toml:10:8: `retention.warm` is \"91d\", longer than `retention.cold` with \"90d\" · the farther tier is the one that remembers · make cold at least as long as warm",
        ]
    );
}

#[test]
fn an_installation_needs_a_hot_location() {
    let cold = "[[location]]\nname = \"cold\"\ntier = \"cold\"\nurl = \"file:///srv/cold\"\n";
    let told = "a backup lands in the hot location first · give the location nearest to the stores tier = \"hot\"";
    assert_eq!(mistakes(cold, &[]), [format!("holdfast.toml:1:1: no location is hot · {told}")]);
    assert_eq!(mistakes("location = []", &[]), [format!("holdfast.toml:1:12: no location is hot · {told}")]);
    assert_eq!(
        mistakes("", &[]),
        [
            "holdfast.toml:1:1: `location` is missing · Where backups are kept: one hot, any number of warm and cold · add a section [[location]]"
        ]
    );
}

#[test]
fn a_store_needs_a_name_an_owner_and_a_database() {
    assert_eq!(
        store_mistakes("priority = 1"),
        [
            "stores/acme.toml:1:1: `name` is missing · Lower-case letters, digits and hyphens: it is part of every object's name · add name = \"acme\" above the first section",
            "stores/acme.toml:1:1: `owner` is missing · Who answers for the store · add owner = \"ops@acme.example\" above the first section",
            "stores/acme.toml:1:1: `database` is missing · The store's database · add a section [database]",
        ]
    );
}

#[test]
fn every_error_of_syntax_has_its_place_and_hides_what_follows_from_it() {
    let broken = "name = acme\nowner = \"ops@acme.example\"\nowner = \"twice\"\n[database]\nurl = { env = \"X\" }\nschedule = \"never closed\n";
    assert_eq!(
        store_mistakes(broken),
        [
            "stores/acme.toml:1:8: this is not TOML · string values must be quoted, expected literal string · mend the syntax first",
            "stores/acme.toml:3:1: this is not TOML · duplicate key · mend the syntax first",
            "stores/acme.toml:6:25: this is not TOML · invalid basic string, expected `\"` · mend the syntax first",
        ]
    );
}

#[test]
fn a_secret_is_a_reference_and_its_text_is_never_shown() {
    let planted = "hunter2-planted";
    let url = format!("mysql://backup:{planted}@db/shop");
    for secret in [
        format!("\"{url}\""),
        format!("{{ env = \"{url}\" }}"),
        format!("{{ value = \"{url}\" }}"),
        format!("{{ env = \"A\", file = \"{url}\" }}"),
        format!("{{ command = \"vault {url}\" }}"),
        format!("[\"{url}\"]"),
        "{ }".to_owned(),
        "{ command = [] }".to_owned(),
        "true".to_owned(),
    ] {
        let told = store_mistakes(&STORE.replace("{ env = \"ACME_DATABASE_URL\" }", &secret)).join("\n");
        assert!(told.contains("write { env = \"NAME\" }"), "{secret}: {told}");
        assert!(!told.contains(planted), "{told}");
    }
    let elsewhere = STORE.replace("schedule = \"15 2 * * *\"", &format!("schedule = \"{url}\""));
    assert!(!store_mistakes(&elsewhere).join("\n").contains(planted));
}

#[test]
fn a_setting_of_the_other_file_is_sent_there() {
    assert_eq!(
        store_mistakes(&format!("data_dir = \"/d\"\n{STORE}")),
        [
            "stores/acme.toml:1:1: unknown key `data_dir` · this file has no such setting · it stands in holdfast.toml, as `data_dir`"
        ]
    );
    assert_eq!(
        store_mistakes(&format!("{STORE}\ncompression = 3")),
        [
            "stores/acme.toml:8:1: unknown key `compression` · [database] has no such setting · remove it; what may stand here: url, ssh, schedule, parallel, host_limit, non_transactional"
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = folder(INSTALLATION, &[]);
    let absent = config::load(&folder.path().join("absent.toml")).unwrap_err();
    assert_eq!(
        lines(&absent, folder.path()),
        [
            "absent.toml: the file cannot be read · there is no such file · write one with `holdfast init`, or name another with --config"
        ]
    );
    fs::write(folder.path().join("stores/latin1.toml"), b"name = \"\xe5\"").unwrap();
    fs::create_dir(folder.path().join("stores/folder.toml")).unwrap();
    let errors = config::load(&folder.path().join("holdfast.toml")).unwrap_err();
    assert_eq!(
        lines(&errors, folder.path()),
        [
            "stores/folder.toml: the file cannot be read · Is a directory (os error 21) · name a file that can be read",
            "stores/latin1.toml: the file cannot be read · it is not UTF-8 text · save it as UTF-8",
        ]
    );
}

#[test]
fn the_fault_of_a_wrong_configuration_names_its_runbook_and_every_mistake() {
    let folder = folder("a = 1\nb = 2\n", &[]);
    let errors = config::load(&folder.path().join("holdfast.toml")).unwrap_err();
    let fault = holdfast_schema::Fault::from(errors);
    assert_eq!(fault.what, "the configuration has 3 mistakes");
    assert_eq!(fault.runbook.as_deref(), Some("configuration-invalid.md"));
    assert!(fault.why.contains("unknown key `a`") && fault.why.contains("unknown key `b`"), "{}", fault.why);
}
