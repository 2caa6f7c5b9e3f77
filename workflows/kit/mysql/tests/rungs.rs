//! Which rung of the ladder an account stands on, what is refused by name, and what `check` says about both.

mod store;

use std::time::{Duration, Instant};

use holdfast_mysql::{CheckOptions, Connection, DatabaseUrl, Finding, MysqlError, check};
use holdfast_schema::Fault;
use holdfast_schema::fault::Kind;
use holdfast_testkit::MariaDb;
use store::Store;

/// What every dump needs; the rest decides the rung.
const LEAST: &str = "SELECT, SHOW VIEW, TRIGGER, EVENT";

/// A schema of one row, and the URL of an account with `on_schema` on it and `global` on everything.
fn account(server: &MariaDb, on_schema: &str, global: &str) -> (String, String) {
    let schema = server.schema();
    let name = format!("acc_{schema}");
    let mut root = Connection::connect(&DatabaseUrl::parse(&server.url(&schema)).unwrap()).unwrap();
    let global = if global.is_empty() { "USAGE" } else { global };
    for sql in [
        "CREATE TABLE t (id INT PRIMARY KEY)".to_owned(),
        "INSERT INTO t VALUES (1)".to_owned(),
        format!("CREATE USER {name}@localhost IDENTIFIED BY 'p'"),
        format!("GRANT {on_schema} ON `{schema}`.* TO {name}@localhost"),
        format!("GRANT {global} ON *.* TO {name}@localhost"),
        format!("GRANT SELECT ON mysql.proc TO {name}@localhost"),
    ] {
        root.execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    (schema.clone(), server.url(&schema).replace(&format!("root:{}", server.password()), &format!("{name}:p")))
}

fn findings(url: &str, subject: &str) -> Vec<Finding> {
    let found = check(&DatabaseUrl::parse(url).unwrap(), &CheckOptions::default()).unwrap();
    found.into_iter().filter(|finding| finding.subject == subject).collect()
}

#[test]
fn each_privilege_less_is_a_rung_lower_and_the_rows_are_the_same() {
    let logging = MariaDb::shared();
    let silent = MariaDb::start(&[]);
    for (server, global, rung, connections, has_position) in [
        (logging, "RELOAD, PROCESS, BINLOG MONITOR, BINLOG ADMIN", "M1", 2, true),
        (logging, "RELOAD", "M1", 2, true),
        (logging, "BINLOG MONITOR", "M2", 2, true),
        (logging, "", "M2", 2, true),
        (&silent, "RELOAD", "M1", 2, false),
        (&silent, "", "M3", 1, false),
    ] {
        let (_, url) = account(server, LEAST, global);
        let store = Store::new();
        let index = store.dump(&url).unwrap().index;
        let snapshot = &index.snapshot;
        // Another test's schema change on the shared server leads past M1.
        let expected =
            if snapshot.notes.iter().any(|note| note.contains("schema change is running")) { "M2" } else { rung };
        assert_eq!(
            (snapshot.rung.as_str(), snapshot.connections),
            (expected, connections),
            "{global}: {:?}",
            snapshot.notes
        );
        assert_eq!(snapshot.position.is_some(), has_position, "{global}: {snapshot:?}");
        assert_eq!(store.text(&index.tables[0]), b"1\n");
        let ids = global.contains("PROCESS");
        assert_eq!(snapshot.notes.iter().any(|note| note.contains("ids need PROCESS")), !ids, "{:?}", snapshot.notes);
        let told = findings(&url, "snapshot").remove(0);
        assert!(told.what.contains(rung) && told.ok == (rung != "M3"), "{told:?}");
    }
}

#[test]
fn what_a_dump_would_lose_without_a_word_is_a_stop_with_the_grant_that_mends_it() {
    let server = MariaDb::shared();
    for missing in LEAST.split(", ") {
        let rest: Vec<&str> = LEAST.split(", ").filter(|privilege| *privilege != missing).collect();
        let (schema, url) = account(server, &rest.join(", "), "");
        let lacks = Store::new().dump(&url).unwrap_err();
        let MysqlError::Lacks { grant, .. } = &lacks else { panic!("{missing}: {lacks}") };
        assert_eq!(grant, &format!("GRANT {missing} ON `{schema}`.* TO 'acc_{schema}'@'localhost'"));
        let grant = grant.clone();
        let fault = Fault::from(lacks);
        assert_eq!((fault.kind, fault.runbook.as_deref()), (Kind::Stop, Some("source-lacks-privilege.md")));
        let told = findings(&url, "privileges");
        let told = told.iter().find(|finding| finding.what == format!("{missing} is not granted")).unwrap();
        assert_eq!((told.ok, told.next.as_ref()), (false, Some(&grant)));
        server.sql(&grant);
        Store::new().dump(&url).unwrap();
    }
}

#[test]
fn routines_that_may_not_be_read_are_a_stop() {
    let server = MariaDb::shared();
    let (schema, url) = account(server, LEAST, "");
    server.sql(&format!("REVOKE SELECT ON mysql.proc FROM acc_{schema}@localhost"));
    let lacks = Store::new().dump(&url).unwrap_err();
    assert!(
        matches!(&lacks, MysqlError::Lacks { grant, .. } if grant.starts_with("GRANT SELECT ON mysql.proc TO")),
        "{lacks}"
    );
}

#[test]
fn a_check_of_a_good_store_is_good_and_tells_of_what_holds_locks_long() {
    let server = MariaDb::shared();
    let (schema, url) = account(server, LEAST, "RELOAD, PROCESS, BINLOG MONITOR, BINLOG ADMIN");
    let found = check(&DatabaseUrl::parse(&url).unwrap(), &CheckOptions::default()).unwrap();
    let bad: Vec<_> = found.iter().filter(|finding| !finding.ok).collect();
    assert!(bad.is_empty(), "{bad:?}");
    let subjects: Vec<_> = found.iter().map(|finding| finding.subject.as_str()).collect();
    for subject in ["server", "privileges", "snapshot", "binary log", "clock", "tables"] {
        assert!(subjects.contains(&subject), "{subjects:?}");
    }
    let mut idle = Connection::connect(&DatabaseUrl::parse(&server.url(&schema)).unwrap()).unwrap();
    idle.execute("BEGIN").unwrap();
    idle.execute("INSERT INTO t VALUES (2)").unwrap();
    let options = CheckOptions { long: Duration::ZERO, ..CheckOptions::default() };
    let seen = || {
        let found = check(&DatabaseUrl::parse(&url).unwrap(), &options).unwrap();
        found.into_iter().any(|finding| finding.subject == "long work" && finding.what.contains("a transaction open"))
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    while !seen() {
        assert!(Instant::now() < deadline, "the open transaction is never told of");
        // InnoDB looks at its transactions anew only when nobody has asked for a tenth of a second.
        std::thread::sleep(Duration::from_millis(200));
    }
    let silent = MariaDb::start(&[]);
    assert!(!findings(&silent.url(&silent.schema()), "binary log")[0].ok);
}

#[test]
fn an_unknown_schema_and_a_wrong_password_are_stops_of_their_own() {
    let server = MariaDb::shared();
    let (schema, url) = account(server, LEAST, "");
    let wrong = Store::new().dump(&url.replace(":p@", ":planted-secret@")).unwrap_err();
    let fault = Fault::from(wrong);
    assert_eq!((fault.kind, fault.runbook.as_deref()), (Kind::Stop, Some("source-refuses-login.md")));
    assert!(!format!("{fault:?}").contains("planted-secret"), "{fault:?}");
    let unknown = Store::new().dump(&url.replace(&format!("/{schema}"), "/not_there")).unwrap_err();
    let fault = Fault::from(unknown);
    assert_eq!((fault.kind, fault.runbook.as_deref()), (Kind::Stop, Some("store-unknown.md")));
}
