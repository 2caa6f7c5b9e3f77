//! The test servers themselves.

use std::time::Instant;

use holdfast_testkit::{MariaDb, Planted, Postgres};
use sqlx::{Connection, PgConnection};

#[test]
fn mariadb_answers_on_its_socket_and_keeps_its_data_over_a_restart_and_a_kill() {
    let mut server = MariaDb::start(&["--sql-mode=ANSI"]);
    let schema = server.schema();
    server.sql_in(
        &schema,
        "CREATE TABLE t (id INT PRIMARY KEY, name TEXT) ENGINE=InnoDB; INSERT INTO t VALUES (1, 'żółć')",
    );
    assert_eq!(server.sql("SELECT @@sql_mode REGEXP 'ANSI_QUOTES'"), "1\n");
    let url = server.url(&schema);
    server.restart();
    assert_eq!(server.url(&schema), url);
    server.sql("FLUSH LOGS");
    server.kill();
    server.restart();
    assert_eq!(server.sql_in(&schema, "SELECT name FROM t"), "żółć\n");
}

#[test]
fn mariadb_starts_in_well_under_a_second_once_its_template_is_made() {
    drop(MariaDb::start(&[]));
    let begun = Instant::now();
    let server = MariaDb::start(&[]);
    eprintln!("MariaDB started in {:?}", begun.elapsed());
    assert!(server.version().contains("MariaDB"));
    std::net::TcpStream::connect(("127.0.0.1", server.port())).unwrap();
}

#[tokio::test]
async fn every_database_of_the_shared_postgres_is_empty_and_ones_own() {
    let (one, other) = (Postgres::shared().database(), Postgres::shared().database());
    assert_ne!(one, other);
    let mut connection = PgConnection::connect(&one).await.unwrap();
    sqlx::raw_sql("CREATE TABLE t (id INT)").execute(&mut connection).await.unwrap();
    let mut connection = PgConnection::connect(&other).await.unwrap();
    assert!(sqlx::raw_sql("SELECT * FROM t").execute(&mut connection).await.is_err());
}

#[tokio::test]
async fn postgres_keeps_its_url_and_data_over_a_restart_and_a_kill() {
    let begun = Instant::now();
    let mut server = Postgres::start();
    eprintln!("Postgres started in {:?}", begun.elapsed());
    let url = server.database();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE t (id INT)").execute(&mut connection).await.unwrap();
    server.restart();
    server.kill();
    server.restart();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("SELECT * FROM t").execute(&mut connection).await.unwrap();
}

#[test]
#[should_panic(expected = "a log holds the planted value")]
fn planted_values_are_found_where_they_stand() {
    let planted = Planted::new();
    planted.assert_absent("an empty log", b"nothing here");
    planted.assert_absent("a log", format!("connected with {}", planted.secret).as_bytes());
}
