//! What comes back is what went in.

use holdfast_mysql::{Definers, LoadOptions, exercise};
use holdfast_sample::SampleStore;

use crate::archive::{Archive, parse, told};
use crate::servers::{source, store, target};

const EVERY_TYPE: &str = include_str!("every_type.sql");

/// All a server says of a schema that is not in SHOW CREATE TABLE.
const OBJECTS: &str = "
SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE();
SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, IS_UPDATABLE, DEFINER, SECURITY_TYPE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, ALGORITHM
  FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1;
SELECT ROUTINE_NAME, ROUTINE_TYPE, DTD_IDENTIFIER, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, SQL_MODE, ROUTINE_COMMENT,
  DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 1, 2;
SELECT TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_ORDER, ACTION_STATEMENT, ACTION_TIMING, SQL_MODE, DEFINER, CHARACTER_SET_CLIENT,
  COLLATION_CONNECTION, DATABASE_COLLATION FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY 1;
SELECT EVENT_NAME, DEFINER, TIME_ZONE, EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, STARTS, ENDS, STATUS, ON_COMPLETION,
  EVENT_COMMENT, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY 1;";

fn both_say_the_same(schema: &str, sql: &str, what: &str) {
    assert_eq!(source().sql_in(schema, sql), target().sql_in(schema, sql), "{what}");
}

#[test]
fn every_type_and_every_object_comes_back_as_it_was() {
    let schema = store(EVERY_TYPE);
    source().sql(&format!("ALTER DATABASE {schema} COLLATE utf8mb4_czech_ci"));
    let archive = Archive::of(&source().url(&schema));
    assert!(archive.packs.len() > 3, "the large tables lie in several packs");
    let loaded = archive.load(&target().url(&schema), &LoadOptions { parallel: 3, ..LoadOptions::default() }).unwrap();
    assert!(loaded.left_out.is_empty());

    for table in &archive.index.tables {
        let name = format!("`{}`", table.name.replace('`', "``"));
        both_say_the_same(&schema, &format!("SHOW CREATE TABLE {name}"), &table.name);
        if table.name != "in_memory" {
            both_say_the_same(&schema, &format!("CHECKSUM TABLE {name}"), &table.name);
        }
    }
    assert_eq!(target().sql_in(&schema, "SELECT COUNT(*) FROM in_memory"), "0\n");
    assert_eq!(target().sql_in(&schema, "SELECT COUNT(*) FROM versioned FOR SYSTEM_TIME ALL"), "4\n");
    for sequence in &archive.index.sequences {
        both_say_the_same(
            &schema,
            &format!("SHOW CREATE SEQUENCE `{0}`; SELECT next_not_cached_value FROM `{0}`", sequence.name),
            &sequence.name,
        );
    }
    both_say_the_same(&schema, OBJECTS, "objects");
    both_say_the_same(&schema, "SELECT in_latin1(), in_czech('x'), HEX(in_latin1())", "text in routines");
    assert_eq!(told(&archive.compare(&target().url(&schema), Definers::Keep)), "");
    assert_eq!(told(&exercise(&parse(&target().url(&schema)), &archive.index).unwrap()), "");
}

#[test]
fn a_sample_store_comes_back_whole() {
    let schema = source().schema();
    let mut script = Vec::new();
    SampleStore::new(7, 8 << 20).to_sql(&mut script).unwrap();
    source().sql_in(&schema, &String::from_utf8_lossy(&script));
    let archive = Archive::of(&source().url(&schema));
    archive.load(&target().url(&schema), &LoadOptions::default()).unwrap();
    let names: Vec<String> = archive.index.tables.iter().map(|table| format!("`{}`", table.name)).collect();
    both_say_the_same(&schema, &format!("CHECKSUM TABLE {}", names.join(",")), "rows");
    let create: Vec<String> = names.iter().map(|name| format!("SHOW CREATE TABLE {name};")).collect();
    both_say_the_same(&schema, &create.concat(), "definitions");
    both_say_the_same(&schema, OBJECTS, "objects");
    assert_eq!(told(&archive.compare(&target().url(&schema), Definers::Keep)), "");
    assert_eq!(told(&exercise(&parse(&target().url(&schema)), &archive.index).unwrap()), "");

    // A server with a binary log and MariaDB's own way with counters, as a customer's is.
    let copy = source().url(&format!("{schema}_copy"));
    archive.load(&copy, &LoadOptions { parallel: 3, ..LoadOptions::default() }).unwrap();
    assert_eq!(told(&archive.compare(&copy, Definers::Keep)), "");
}

#[test]
fn a_store_moves_to_another_schema_with_all_that_names_it() {
    let schema = store("CREATE SEQUENCE s; CREATE TABLE t (id bigint PRIMARY KEY DEFAULT NEXTVAL(s), n int); INSERT INTO t (n) VALUES (1);
        CREATE VIEW v AS SELECT NEXTVAL(s) AS s, n FROM t;
        SET @sql = CONCAT('CREATE TRIGGER ', DATABASE(), '.qualified BEFORE INSERT ON ', DATABASE(), '.t FOR EACH ROW SET NEW.n = 5'); EXECUTE IMMEDIATE @sql");
    let archive = Archive::of(&source().url(&schema));
    let elsewhere = format!("{schema}_moved");
    archive.load(&target().url(&elsewhere), &LoadOptions::default()).unwrap();
    assert_eq!(told(&archive.compare(&target().url(&elsewhere), Definers::Keep)), "");
    assert_eq!(
        target()
            .sql_in(&elsewhere, "INSERT INTO t (n) VALUES (2); SELECT n FROM t ORDER BY id; SELECT COUNT(*) FROM v"),
        "1\n5\n2\n"
    );
}

#[test]
fn one_table_is_restored_from_its_own_packs_alone() {
    let schema = store(
        "CREATE SEQUENCE s; CREATE TABLE wanted (id bigint PRIMARY KEY DEFAULT NEXTVAL(s), t longtext, p int, KEY (p));
        CREATE TABLE bulk (id int PRIMARY KEY, t longblob);
        ALTER TABLE wanted ADD FOREIGN KEY (p) REFERENCES bulk (id);
        INSERT INTO bulk SELECT seq, RANDOM_BYTES(1000) FROM seq_1_to_5000; INSERT INTO wanted VALUES (1, 'x', 1);
        CREATE VIEW v AS SELECT * FROM wanted",
    );
    let mut archive = Archive::of(&source().url(&schema));
    let table = archive.index.tables.iter().find(|table| table.name == "wanted").unwrap();
    let needed: Vec<u32> = table.chunks.iter().map(|chunk| chunk.pack).collect();
    archive.packs.retain(|number, _| needed.contains(number));
    let options = LoadOptions { tables: Some(vec!["wanted".into()]), ..LoadOptions::default() };
    let loaded = archive.load(&target().url(&schema), &options).unwrap();
    assert_eq!((loaded.tables, loaded.rows), (1, 1));
    assert_eq!(target().sql_in(&schema, "SHOW FULL TABLES"), "s\tSEQUENCE\nwanted\tBASE TABLE\n");
    both_say_the_same(&schema, "SHOW CREATE TABLE wanted; CHECKSUM TABLE wanted", "wanted");
}

#[test]
fn the_schemas_own_users_come_back_with_what_they_may_do() {
    let schema = store(
        "CREATE TABLE t (a int, b int); CREATE PROCEDURE p() SELECT 1;
        CREATE USER `shop`@`%` IDENTIFIED BY 'a secret', `o'ther`@`localhost` IDENTIFIED BY 'x';
        CREATE ROLE shop_role;
        CREATE DEFINER = `shop`@`%` VIEW v AS SELECT a FROM t;",
    );
    source().sql(&format!(
        "GRANT ALL ON {schema}.* TO `shop`@`%` WITH GRANT OPTION; GRANT SELECT (a) ON {schema}.t TO `o'ther`@`localhost`;
         GRANT EXECUTE ON PROCEDURE {schema}.p TO shop_role; GRANT SELECT ON mysql.* TO `shop`@`%`"
    ));
    let archive = Archive::of(&source().url(&schema));
    source().sql("REVOKE SELECT ON mysql.* FROM `shop`@`%`");
    archive.load(&target().url(&schema), &LoadOptions { grants: true, ..LoadOptions::default() }).unwrap();
    for account in ["`shop`@`%`", "`o'ther`@`localhost`", "shop_role"] {
        let sql = format!("SHOW GRANTS FOR {account}");
        assert_eq!(source().sql(&sql), target().sql(&sql));
    }
    assert_eq!(told(&archive.compare(&target().url(&schema), Definers::Keep)), "");
    for server in [source(), target()] {
        server.sql("DROP USER `shop`@`%`, `o'ther`@`localhost`; DROP ROLE shop_role");
    }
}

#[test]
fn an_account_without_rights_over_others_restores_with_itself_as_definer() {
    let schema = store("CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE PROCEDURE p() SELECT 'DEFINER=`root`@`localhost`';
        CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1");
    let archive = Archive::of(&source().url(&schema));
    target().sql(&format!("CREATE USER limited@localhost IDENTIFIED BY 'pw'; GRANT ALL ON {schema}.* TO limited@localhost; CREATE DATABASE {schema}"));
    let url = format!("mysql://limited:pw@localhost/{schema}?socket={}", target().socket().display());

    let kept = archive.load(&url, &LoadOptions::default()).unwrap_err().to_string();
    assert!(kept.contains("refused") && kept.contains("`"), "{kept}");

    target().sql(&format!("DROP DATABASE {schema}; CREATE DATABASE {schema}"));
    archive.load(&url, &LoadOptions { definers: Definers::Current, ..LoadOptions::default() }).unwrap();
    assert_eq!(told(&archive.compare(&url, Definers::Current)), "");
    assert_eq!(archive.compare(&url, Definers::Keep).len(), 4);
    assert_eq!(
        target().sql_in(
            &schema,
            "SELECT DISTINCT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE(); CALL p()"
        ),
        "limited@localhost\nDEFINER=`root`@`localhost`\n"
    );
    target().sql("DROP USER limited@localhost");
}

#[test]
fn an_empty_store_is_a_store() {
    let schema = store("");
    let archive = Archive::of(&source().url(&schema));
    let loaded = archive.load(&target().url(&schema), &LoadOptions::default()).unwrap();
    assert_eq!((loaded.tables, loaded.rows), (0, 0));
    assert_eq!(told(&archive.compare(&target().url(&schema), Definers::Keep)), "");
}

#[test]
fn a_view_that_names_what_no_archive_of_the_store_holds_is_left_out() {
    let schema = store("CREATE TABLE t (a int); CREATE TABLE gone (b int); CREATE VIEW broken AS SELECT b FROM gone; CREATE VIEW on_broken AS SELECT b FROM broken;
        CREATE VIEW fine AS SELECT a FROM t; DROP TABLE gone; CREATE DATABASE IF NOT EXISTS another; CREATE TABLE another.x (c int);
        CREATE VIEW abroad AS SELECT t.a FROM t JOIN another.x");
    let archive = Archive::of(&source().url(&schema));
    let url = target().url(&schema);
    let loaded = archive.load(&url, &LoadOptions::default()).unwrap();
    let mut left_out = loaded.left_out;
    left_out.sort();
    assert_eq!(left_out, ["abroad", "broken", "on_broken"]);
    assert_eq!(told(&archive.compare(&url, Definers::Keep)), "");
    assert_eq!(told(&exercise(&parse(&url), &archive.index).unwrap()), "");
}
