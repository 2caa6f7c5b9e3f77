//! The same dump from a MySQL server. No package of it is in Debian stable, so these are ignored unless asked for:
//! `cargo test -p holdfast-mysql --test mysql -- --ignored`, with HOLDFAST_TEST_MYSQL_URL naming a server to try on (`mysql://root@localhost/?socket=/run/mysqld/mysqld.sock`).

mod store;

use holdfast_archive::index::Product;
use holdfast_mysql::{CheckOptions, Connection, DatabaseUrl, MysqlError, check};
use store::{Store, table};

const VARIABLE: &str = "HOLDFAST_TEST_MYSQL_URL";

/// A fresh schema on the server.
fn schema(name: &str) -> (DatabaseUrl, Connection) {
    let text = std::env::var(VARIABLE).unwrap_or_else(|_| panic!("{VARIABLE} names no MySQL server"));
    let url = DatabaseUrl::parse(&text).unwrap();
    let mut root = Connection::connect(&url).unwrap();
    run(
        &mut root,
        &[&format!("DROP DATABASE IF EXISTS {name}"), &format!("CREATE DATABASE {name}"), &format!("USE {name}")],
    );
    (url.with_schema(name), root)
}

fn run(connection: &mut Connection, statements: &[&str]) {
    for statement in statements {
        connection.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

fn as_user(url: &DatabaseUrl, user: &str) -> DatabaseUrl {
    let socket = url.socket().map(|path| format!("?socket={}", path.display())).unwrap_or_default();
    let text = format!("mysql://{user}:pw@{}:{}/{}{socket}", url.host(), url.port(), url.schema());
    DatabaseUrl::parse(&text).unwrap()
}

#[test]
#[ignore = "needs the MySQL server that HOLDFAST_TEST_MYSQL_URL names; run with --ignored"]
fn each_privilege_less_is_a_rung_lower() {
    let (url, mut root) = schema("hf_rungs");
    run(&mut root, &["CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)"]);
    let least = "SELECT, SHOW VIEW, TRIGGER, EVENT";
    for (number, (on_schema, global, rung)) in [
        (format!("{least}, LOCK TABLES"), "SHOW_ROUTINE, BACKUP_ADMIN, RELOAD, PROCESS, REPLICATION CLIENT", "Y2"),
        (format!("{least}, LOCK TABLES"), "SHOW_ROUTINE, BACKUP_ADMIN, PROCESS, REPLICATION CLIENT", "Y4"),
        (format!("{least}, LOCK TABLES"), "SHOW_ROUTINE", "Y4"),
        (least.to_owned(), "SHOW_ROUTINE", "Y5"),
    ]
    .into_iter()
    .enumerate()
    {
        let user = format!("hf_{number}");
        run(
            &mut root,
            &[
                &format!("DROP USER IF EXISTS {user}@'%'"),
                &format!("CREATE USER {user}@'%' IDENTIFIED BY 'pw'"),
                &format!("GRANT {on_schema} ON hf_rungs.* TO {user}@'%'"),
                &format!("GRANT {global} ON *.* TO {user}@'%'"),
            ],
        );
        let url = as_user(&url, &user);
        let store = Store::new();
        let index = store.dump_at(&url).unwrap().index;
        assert_eq!(index.snapshot.rung, rung, "{:?}", index.snapshot);
        assert_eq!(index.server.product, Product::MySql);
        assert_eq!(store.text(table(&index, "t")), b"1\n");
        assert_eq!(index.snapshot.position.is_some(), global.contains("REPLICATION CLIENT"), "{:?}", index.snapshot);
        let told = check(&url, &CheckOptions::default()).unwrap();
        let snapshot = told.iter().find(|finding| finding.subject == "snapshot").unwrap();
        assert!(snapshot.what.contains(rung), "{snapshot:?}");
    }
}

#[test]
#[ignore = "needs the MySQL server that HOLDFAST_TEST_MYSQL_URL names; run with --ignored"]
fn its_own_types_and_hidden_columns_come_whole() {
    let (url, mut root) = schema("hf_types");
    run(
        &mut root,
        &[
            "SET sql_mode='', sql_generate_invisible_primary_key=1",
            "CREATE TABLE gipk (v INT)",
            "INSERT INTO gipk VALUES (7)",
            "CREATE TABLE t (id INT PRIMARY KEY, j JSON, f FLOAT, d DOUBLE, b BIT(9), p POINT SRID 4326, hidden INT INVISIBLE DEFAULT 3, \
             g INT AS (id+1) STORED, x INT DEFAULT (id*2), u VARCHAR(10) COLLATE utf8mb4_0900_ai_ci, v VARBINARY(3) DEFAULT X'FF00')",
            "INSERT INTO t (id,j,f,d,b,p,u) VALUES (1,'{\"a\": [1, \"ü\\\\n\"]}',0.1,-0e0,b'100000001',ST_GeomFromText('POINT(1 2)',4326),'żó😀')",
            "CREATE VIEW w AS SELECT id FROM t",
            "CREATE PROCEDURE p() SELECT 1",
        ],
    );
    let store = Store::new();
    let index = store.dump_at(&url).unwrap().index;
    assert_eq!(store.text(table(&index, "gipk")), b"1\t7\n");
    let t = table(&index, "t");
    let names: Vec<_> = t.row_columns().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "j", "f", "d", "b", "p", "hidden", "x", "u", "v"]);
    let row = store.rows(t).remove(0);
    let text = |column: usize| String::from_utf8_lossy(row[column].as_ref().unwrap()).into_owned();
    assert_eq!(
        (text(1), text(2), text(3)),
        ("{\"a\": [1, \"ü\\n\"]}".to_owned(), "0.10000000149011612".to_owned(), "-0".to_owned())
    );
    assert_eq!((row[4].as_deref(), row[5].as_ref().map(Vec::len)), (Some(&[1u8, 1][..]), Some(25)));
    assert_eq!(
        (text(6), text(7), text(8), row[9].as_deref()),
        ("3".to_owned(), "2".to_owned(), "żó😀".to_owned(), Some(&[0xff, 0][..]))
    );
    assert_eq!((index.views.len(), index.routines.len()), (1, 1));
}

#[test]
#[ignore = "needs the MySQL server that HOLDFAST_TEST_MYSQL_URL names; run with --ignored"]
fn passwords_go_over_tls_or_a_socket_and_never_in_clear() {
    let (url, mut root) = schema("hf_login");
    run(&mut root, &["DROP USER IF EXISTS hf_login@'%'", "CREATE USER hf_login@'%' IDENTIFIED BY 'pw'"]);
    run(&mut root, &["GRANT SELECT ON hf_login.* TO hf_login@'%'"]);
    let port = root.query_value("SELECT @@port").unwrap().unwrap();
    let connect = |mode: &str| {
        let text = format!("mysql://hf_login:pw@127.0.0.1:{port}/hf_login?ssl-mode={mode}");
        Connection::connect(&DatabaseUrl::parse(&text).unwrap())
    };
    let refused = connect("disabled").err().unwrap();
    assert!(matches!(&refused, MysqlError::Login { text, .. } if text.contains("ssl-mode=required")), "{refused}");
    let mut secure = connect("required").unwrap();
    let cipher = secure.query_text("SHOW STATUS LIKE 'Ssl_cipher'").unwrap();
    assert!(cipher[0][1].as_ref().is_some_and(|cipher| !cipher.is_empty()));
    // The server has seen the password: now the fast way works without encryption too.
    connect("disabled").unwrap();
    Connection::connect(&as_user(&url, "hf_login")).unwrap();
    let unknown = connect("verify_ca").err().unwrap();
    assert!(matches!(&unknown, MysqlError::Tls { .. }), "{unknown}");
}
