//! What is not as it was is found and named, and nothing that a row holds is told.

use holdfast_mysql::{Definers, LoadOptions, assert_checks, exercise};

use crate::archive::{Archive, parse, told};
use crate::servers::{source, store, target};

const STORE: &str = "
CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, mail varchar(100), qty int, KEY qty (qty));
INSERT INTO orders (mail, qty) SELECT CONCAT('planted-', seq, '@secret.example'), seq FROM seq_1_to_20000;
CREATE TABLE items (id int PRIMARY KEY, o int, CONSTRAINT fk FOREIGN KEY (o) REFERENCES orders (id));
INSERT INTO items VALUES (1, 1), (2, 1);
CREATE TABLE log (t varchar(20)); INSERT INTO log VALUES ('twice'), ('twice'), ('once');
CREATE TABLE empty (a int);
CREATE SEQUENCE numbers;
CREATE VIEW totals AS SELECT SUM(qty) AS s FROM orders;
CREATE FUNCTION double_it(n int) RETURNS int DETERMINISTIC RETURN n * 2;
CREATE VIEW doubled AS SELECT double_it(qty) AS d FROM orders;
CREATE PROCEDURE refuses(n int) SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'never with NULL';
CREATE PROCEDURE reads_totals() SELECT * FROM totals;
CREATE PROCEDURE needs_a_table_of_its_caller() SELECT * FROM made_by_caller;
CREATE TRIGGER first BEFORE INSERT ON items FOR EACH ROW SET @a = 1;
CREATE TRIGGER second BEFORE INSERT ON items FOR EACH ROW SET @a = 2;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM log;";

fn restored() -> (Archive, String) {
    source().sql("SET GLOBAL log_bin_trust_function_creators = 1");
    let schema = store(STORE);
    let archive = Archive::of(&source().url(&schema));
    archive.load(&target().url(&schema), &LoadOptions { durable: false, ..LoadOptions::default() }).unwrap();
    (archive, schema)
}

#[test]
fn each_change_of_rows_is_found_and_no_value_is_told() {
    let (archive, schema) = restored();
    let url = target().url(&schema);
    assert_eq!(told(&archive.compare(&url, Definers::Keep)), "");
    for (change, undo, table, says) in [
        (
            "UPDATE orders SET qty = 7 WHERE id = 19999",
            "UPDATE orders SET qty = 19999 WHERE id = 19999",
            "orders",
            "digest",
        ),
        (
            "UPDATE orders SET mail = CONCAT(mail, ' ') WHERE id = 1",
            "UPDATE orders SET mail = TRIM(mail) WHERE id = 1",
            "orders",
            "digest",
        ),
        (
            "DELETE FROM log WHERE t = 'twice' LIMIT 1",
            "INSERT INTO log VALUES ('twice')",
            "log",
            "the archive has 3 rows of it, the restored table 2",
        ),
        ("UPDATE log SET t = 'x' WHERE t = 'twice'", "UPDATE log SET t = 'twice' WHERE t = 'x'", "log", "digest"),
        (
            "INSERT INTO empty VALUES (1)",
            "DELETE FROM empty",
            "empty",
            "the archive has 0 rows of it, the restored table 1",
        ),
        (
            "INSERT INTO orders VALUES (-5, 'planted@secret.example', 0)",
            "DELETE FROM orders WHERE id = -5",
            "orders",
            "20001",
        ),
    ] {
        target().sql_in(&schema, change);
        let problems = archive.compare(&url, Definers::Keep);
        let text = told(&problems);
        assert_eq!(problems.len(), 1, "{change}: {text}");
        assert!(problems[0].what == format!("table `{table}`") && problems[0].why.contains(says), "{change}: {text}");
        assert!(!format!("{problems:?}").contains("planted"), "{text}");
        target().sql_in(&schema, undo);
    }
    assert_eq!(told(&archive.compare(&url, Definers::Keep)), "");
}

#[test]
fn each_change_of_a_definition_is_found_by_name() {
    let (archive, schema) = restored();
    let url = target().url(&schema);
    let moved = "DROP TRIGGER first; CREATE TRIGGER first BEFORE INSERT ON items FOR EACH ROW SET @a = 1";
    let back = "DROP TRIGGER second; CREATE TRIGGER second BEFORE INSERT ON items FOR EACH ROW SET @a = 2";
    for (change, undo, what) in [
        ("ALTER TABLE orders DROP KEY qty", "ALTER TABLE orders ADD KEY qty (qty)", "table `orders`"),
        (
            "ALTER TABLE items DROP FOREIGN KEY fk",
            "ALTER TABLE items ADD CONSTRAINT fk FOREIGN KEY (o) REFERENCES orders (id)",
            "table `items`",
        ),
        ("CREATE TABLE surplus (a int)", "DROP TABLE surplus", "table `surplus`"),
        ("SELECT NEXTVAL(numbers)", "ALTER SEQUENCE numbers RESTART WITH 1", "sequence `numbers`"),
        (moved, back, "trigger `first`"),
        ("ALTER EVENT nightly DISABLE", "ALTER EVENT nightly ENABLE", "event `nightly`"),
        ("ALTER DATABASE COLLATE utf8mb4_bin", "ALTER DATABASE COLLATE utf8mb4_general_ci", "schema"),
        (
            "CREATE OR REPLACE VIEW totals AS SELECT 1 AS s",
            "CREATE OR REPLACE VIEW totals AS SELECT SUM(qty) AS s FROM orders",
            "view `totals`",
        ),
        ("DROP PROCEDURE refuses", "DO 1", "procedure `refuses`"),
    ] {
        target().sql_in(&schema, change);
        let problems = archive.compare(&url, Definers::Keep);
        assert!(problems.iter().any(|problem| problem.what.starts_with(what)), "{change}: {}", told(&problems));
        target().sql_in(&schema, undo);
    }
    target().sql_in(&schema, "DELETE FROM orders WHERE id > 10; ALTER TABLE orders AUTO_INCREMENT = 11");
    assert!(told(&archive.compare(&url, Definers::Keep)).contains("its AUTO_INCREMENT is 11, in the archive "));
}

#[test]
fn a_view_or_routine_that_no_longer_runs_is_named_and_one_that_refuses_a_null_is_not() {
    let (archive, schema) = restored();
    let url = parse(&target().url(&schema));
    assert_eq!(told(&exercise(&url, &archive.index).unwrap()), "");
    target().sql_in(&schema, "DROP FUNCTION double_it; DROP VIEW totals");
    let text = told(&exercise(&url, &archive.index).unwrap());
    for named in ["view `doubled`", "view `totals`", "procedure `reads_totals`"] {
        assert!(text.contains(named), "{named} in {text}");
    }
    assert!(!text.contains("refuses") && !text.contains("caller"), "{text}");
}

#[test]
fn what_a_store_asserts_of_itself_is_asked() {
    let (archive, schema) = restored();
    let url = parse(&target().url(&schema));
    let checks = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(name, sql)| ((*name).into(), (*sql).into())).collect()
    };
    let good = checks(&[("orders", "SELECT COUNT(*) = 20000 FROM orders"), ("number", "SELECT 0.5")]);
    let tables = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).into()).collect() };
    assert_eq!(told(&assert_checks(&url, &archive.index, &tables(&["orders", "empty"]), &good).unwrap()), "");

    target().sql_in(&schema, "DELETE FROM log");
    let bad = checks(&[
        ("false", "SELECT 0"),
        ("null", "SELECT MAX(id) FROM items WHERE id > 100"),
        ("two rows", "SELECT 1 FROM items"),
        ("two values", "SELECT 1, 2"),
        ("none", "SELECT 1 FROM empty"),
        ("wrong", "SELECT nothing FROM items"),
        ("writes", "DELETE FROM items"),
    ]);
    let text = told(&assert_checks(&url, &archive.index, &tables(&["log", "absent"]), &bad).unwrap());
    for says in [
        "key table `log`: it is empty",
        "key table `absent`: Table",
        "check \"false\": it is false",
        "check \"null\": it is NULL",
        "check \"two rows\": it gives 2 rows",
        "check \"two values\": it gives 2 values",
        "check \"none\": it gives 0 rows",
        "check \"wrong\": Unknown column",
        "check \"writes\": Cannot execute statement in a READ ONLY transaction",
    ] {
        assert!(text.contains(says), "{says} in {text}");
    }
    assert_eq!(target().sql_in(&schema, "SELECT COUNT(*) FROM items"), "2\n");
}
