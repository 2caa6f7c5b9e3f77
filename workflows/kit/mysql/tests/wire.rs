//! The client against a real server.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use holdfast_mysql::wire::{Next, Piece};
use holdfast_mysql::{Connection, DatabaseUrl, MysqlError, code};
use holdfast_testkit::MariaDb;

fn connect(url: &str) -> Connection {
    Connection::connect(&DatabaseUrl::parse(url).unwrap()).unwrap()
}

#[test]
fn it_logs_in_over_tcp_and_over_a_socket() {
    let server = MariaDb::shared();
    for url in [server.url("mysql"), server.tcp_url("mysql")] {
        let mut connection = connect(&url);
        assert!(connection.is_mariadb() && connection.version().starts_with("10."), "{}", connection.version());
        assert_eq!(connection.query_value("SELECT DATABASE()").unwrap().as_deref(), Some("mysql"));
    }
}

#[test]
fn a_refused_login_says_so_without_the_password() {
    let server = MariaDb::shared();
    let wrong = server.url("mysql").replace(server.password(), "not-the-password");
    let error = Connection::connect(&DatabaseUrl::parse(&wrong).unwrap()).err().unwrap();
    assert!(matches!(error, MysqlError::Login { code: code::ACCESS_DENIED, .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("not-the-password"));
    let error = Connection::connect(&DatabaseUrl::parse(&server.url("no_such_schema")).unwrap()).err().unwrap();
    assert!(matches!(&error, MysqlError::UnknownSchema { schema, .. } if schema == "no_such_schema"), "{error}");
}

#[test]
fn nobody_listening_is_unreachable() {
    let error = Connection::connect(&DatabaseUrl::parse("mysql://u:p@127.0.0.1:1/s").unwrap()).err().unwrap();
    assert!(matches!(error, MysqlError::Unreachable { .. }), "{error}");
}

#[test]
fn every_account_plugin_we_speak_logs_in_and_others_say_what_to_do() {
    let server = MariaDb::shared();
    server.sql("CREATE USER empty@'%'; CREATE USER native@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('pässword');");
    connect(&format!("mysql://empty@127.0.0.1:{}/", server.port()));
    connect(&format!("mysql://native:p%C3%A4ssword@127.0.0.1:{}/", server.port()));
}

/// A CA and a certificate for `db.test` signed by it, as files in `dir`.
fn certificates(dir: &std::path::Path) {
    let openssl = |args: &str| {
        let done =
            Command::new("openssl").args(args.split(' ')).current_dir(dir).output().expect("openssl is installed");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca -addext basicConstraints=critical,CA:TRUE",
    );
    openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=db.test");
    std::fs::write(
        dir.join("names"),
        "subjectAltName=DNS:db.test\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n",
    )
    .unwrap();
    openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names");
    for file in std::fs::read_dir(dir).unwrap() {
        std::fs::set_permissions(file.unwrap().path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn tls_is_as_strict_as_the_url_says() {
    let dir = tempfile::tempdir().unwrap();
    certificates(dir.path());
    let file = |name: &str| dir.path().join(name).display().to_string();
    let args = [
        format!("--ssl-ca={}", file("ca.pem")),
        format!("--ssl-cert={}", file("server.pem")),
        format!("--ssl-key={}", file("server.key")),
    ];
    let server = MariaDb::start(&args.each_ref().map(String::as_str));
    let cipher = |mode: &str| {
        let url = DatabaseUrl::parse(&format!("{}?{mode}", server.tcp_url("mysql"))).unwrap();
        let mut connection = Connection::connect(&url)?;
        let rows = connection.query_text("SHOW STATUS LIKE 'Ssl_cipher'")?;
        let big = connection.query_value("SELECT REPEAT('x', 3000000)")?;
        assert_eq!(big.map(|text| text.len()), Some(3_000_000));
        Ok::<_, MysqlError>(rows[0][1].clone().unwrap_or_default())
    };
    assert_eq!(cipher("ssl-mode=disabled").unwrap(), "");
    for mode in ["ssl-mode=preferred", "ssl-mode=required", &format!("ssl-mode=verify_ca&ssl-ca={}", file("ca.pem"))] {
        assert!(!cipher(mode).unwrap().is_empty(), "{mode}");
    }
    for mode in [format!("ssl-mode=verify_identity&ssl-ca={}", file("ca.pem")), "ssl-mode=verify_ca".to_owned()] {
        let refused = cipher(&mode).unwrap_err();
        assert!(matches!(refused, MysqlError::Tls { .. }), "{mode}: {refused}");
    }
    let plain = MariaDb::shared();
    let url = DatabaseUrl::parse(&format!("{}?ssl-mode=required", plain.tcp_url("mysql"))).unwrap();
    assert!(matches!(Connection::connect(&url), Err(MysqlError::Tls { .. })));
}

#[test]
fn an_error_carries_code_and_text_and_the_connection_goes_on() {
    let server = MariaDb::shared();
    let mut connection = connect(&server.url(&server.schema()));
    let error = connection.execute("SELECT * FROM missing").unwrap_err();
    assert_eq!(error.code(), Some(code::NO_SUCH_TABLE));
    assert!(error.to_string().contains("42S02"), "{error}");
    connection.execute("CREATE TABLE t (a INT PRIMARY KEY, secret VARCHAR(20) UNIQUE)").unwrap();
    connection.execute("INSERT INTO t VALUES (1,'planted-value')").unwrap();
    let error = connection.execute("INSERT INTO t VALUES (2,'planted-value')").unwrap_err();
    assert!(!error.to_string().contains("planted-value"), "{error}");
    assert_eq!(connection.query_value("SELECT COUNT(*) FROM t").unwrap().as_deref(), Some("1"));
}

#[test]
fn results_of_a_call_and_rows_left_unread_do_not_confuse_the_next_statement() {
    let server = MariaDb::shared();
    let schema = server.schema();
    let mut connection = connect(&server.url(&schema));
    connection.execute("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2,3; END").unwrap();
    connection.execute("CALL p()").unwrap();
    assert_eq!(connection.query_all("CALL p()").unwrap().len(), 1);
    let mut rows = connection.stream("SELECT seq, REPEAT('x',1000) FROM seq_1_to_10000").unwrap();
    assert!(matches!(rows.next_row().unwrap(), Next::Row(_)));
    let mut rows = connection.stream("SELECT REPEAT('y', 40*1024*1024)").unwrap();
    assert!(matches!(rows.next_row().unwrap(), Next::Wide));
    assert!(matches!(rows.next_piece().unwrap(), Some(Piece::Bytes { .. })));
    assert_eq!(connection.query_value("SELECT 7").unwrap().as_deref(), Some("7"));
}

#[test]
fn values_of_every_size_around_the_limits_come_whole() {
    let server = MariaDb::shared();
    let mut connection = connect(&server.url("mysql"));
    connection.execute("SET SESSION max_statement_time=0").unwrap();
    for size in [0, 1, 250, 251, 65_535, 65_536, 512 << 10, (16 << 20) - 20, (16 << 20) - 1, 16 << 20, 33 << 20] {
        let rows = connection.query_all(&format!("SELECT 'before', REPEAT('z',{size}), NULL, ''")).unwrap();
        let row = &rows[0];
        assert_eq!(row[0].as_deref(), Some(&b"before"[..]));
        let value = row[1].as_ref().unwrap();
        assert!(value.len() == size && value.iter().all(|byte| *byte == b'z'), "{size}");
        assert_eq!((&row[2], row[3].as_deref()), (&None, Some(&b""[..])));
    }
}

#[test]
fn statements_longer_than_a_packet_are_sent_whole() {
    let server = MariaDb::shared();
    let mut connection = connect(&server.url("mysql"));
    for size in [(16 << 20) - 30, (16 << 20) - 20, 17 << 20] {
        let sql = format!("SELECT LENGTH('{}')", "w".repeat(size));
        assert_eq!(connection.query_value(&sql).unwrap(), Some(size.to_string()));
    }
}

#[test]
fn rows_are_loaded_from_a_closure_and_a_failing_one_loads_nothing() {
    let server = MariaDb::shared();
    let url = server.tcp_url(&server.schema());
    let mut connection = connect(&url);
    connection.execute("CREATE TABLE t (a INT, b LONGTEXT)").unwrap();
    let sql = "LOAD DATA LOCAL INFILE 'rows' INTO TABLE t";
    let loaded = connection.load_local(sql, |out| {
        for row in 0..50_000 {
            writeln!(out, "{row}\tsome text that makes the row longer than a number")?;
        }
        writeln!(out, "-1\t{}", "b".repeat(20 << 20))
    });
    assert_eq!(loaded.unwrap().rows, 50_001);
    let failed = connection.load_local(sql, |out| {
        writeln!(out, "1\tx")?;
        Err(std::io::Error::other("the pack is damaged"))
    });
    assert!(
        matches!(&failed, Err(MysqlError::Feed(error)) if error.to_string() == "the pack is damaged"),
        "{failed:?}"
    );
    let mut connection = connect(&url);
    assert_eq!(connection.query_value("SELECT COUNT(*) FROM t").unwrap().as_deref(), Some("50001"));
}

#[test]
fn a_server_that_asks_for_a_file_nobody_offered_gets_none() {
    let server = MariaDb::shared();
    let mut connection = connect(&server.url(&server.schema()));
    connection.execute("CREATE TABLE t (a TEXT)").unwrap();
    let asked = connection.execute("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t");
    assert!(matches!(asked, Err(MysqlError::Protocol { .. })), "{asked:?}");
    assert_eq!(connection.query_value("SELECT COUNT(*) FROM t").unwrap().as_deref(), Some("0"));
}

#[test]
fn a_canceller_ends_a_blocked_read_at_once() {
    let server = MariaDb::shared();
    for url in [server.url("mysql"), server.tcp_url("mysql")] {
        let mut connection = connect(&url);
        let canceller = connection.canceller().unwrap();
        let began = Instant::now();
        let cancelled = thread::scope(|scope| {
            let blocked = scope.spawn(move || connection.execute("SELECT SLEEP(30)"));
            canceller.cancel();
            blocked.join().unwrap()
        });
        assert!(matches!(cancelled, Err(MysqlError::Cancelled)), "{cancelled:?}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_read_that_takes_too_long_is_told_from_a_lost_server() {
    let server = MariaDb::shared();
    let mut connection = connect(&server.tcp_url("mysql"));
    connection.set_timeouts(Some(Duration::from_millis(50)), None).unwrap();
    let silent = connection.execute("SELECT SLEEP(5)");
    assert!(matches!(silent, Err(MysqlError::Silent { .. })), "{silent:?}");
    let mut connection = connect(&server.tcp_url("mysql"));
    server.sql(&format!("KILL {}", connection.thread_id()));
    let gone = connection.execute("SELECT 1");
    let told = gone.as_ref().err().and_then(MysqlError::code);
    assert!(told == Some(code::CONNECTION_KILLED) || matches!(gone, Err(MysqlError::Gone { .. })), "{gone:?}");
}
