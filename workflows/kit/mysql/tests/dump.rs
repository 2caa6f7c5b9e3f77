//! Dumps of a real server, read back from their packs.

mod store;

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use holdfast_archive::PackDigest;
use holdfast_archive::index::{Data, ObjectKind};
use holdfast_mysql::{Connection, DatabaseUrl, DumpOptions, MysqlError, NonTransactional, Progress, Watch};
use holdfast_testkit::MariaDb;
use store::{Store, table};

fn connect(url: &str) -> Connection {
    Connection::connect(&DatabaseUrl::parse(url).unwrap()).unwrap()
}

fn run(connection: &mut Connection, statements: &[&str]) {
    for statement in statements {
        connection.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

fn text(values: &[Option<Vec<u8>>]) -> Vec<Option<String>> {
    values.iter().map(|value| value.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())).collect()
}

fn column_of(rows: &[Vec<Option<Vec<u8>>>], column: usize) -> Vec<String> {
    rows.iter().map(|row| String::from_utf8_lossy(row[column].as_ref().unwrap()).into_owned()).collect()
}

#[test]
fn an_empty_schema_is_an_archive_of_nothing() {
    let server = MariaDb::shared();
    let store = Store::new();
    let dumped = store.dump(&server.url(&server.schema())).unwrap();
    let index = store.index(&dumped);
    assert_eq!(index, dumped.index);
    assert!(index.tables.is_empty() && index.schema.character_set == "utf8mb4");
    assert_eq!((dumped.packs.len(), dumped.index_pack), (1, 0));
}

#[test]
fn names_of_every_kind_and_tables_without_rows_are_dumped() {
    let server = MariaDb::shared();
    let schema = server.schema();
    let mut connection = connect(&server.url(&schema));
    run(
        &mut connection,
        &[
            "CREATE TABLE `back``tick` (`a``b` INT PRIMARY KEY, `per%cent` INT, `spa ce` INT)",
            "INSERT INTO `back``tick` VALUES (0, 1, NULL)",
            "CREATE TABLE `żółć 日本` (`ключ` INT PRIMARY KEY) PARTITION BY HASH(`ключ`) PARTITIONS 3",
            "INSERT INTO `żółć 日本` VALUES (1),(2),(3)",
            "CREATE TABLE `select` (`from` INT, `where` TEXT)",
            "CREATE TABLE `a-b.c/d` (x INT)",
        ],
    );
    let store = Store::new();
    let index = store.dump(&server.url(&schema)).unwrap().index;
    let names: Vec<_> = index.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["a-b.c/d", "back`tick", "select", "żółć 日本"]);
    let ticks = table(&index, "back`tick");
    assert_eq!(ticks.key, ["a`b"]);
    assert_eq!(store.text(ticks), b"0\t1\t\\N\n");
    let parts = table(&index, "żółć 日本");
    assert!(parts.partitioned && parts.rows == 3);
    let mut keys = column_of(&store.rows(parts), 0);
    keys.sort();
    assert_eq!(keys, ["1", "2", "3"]);
    assert!(table(&index, "select").chunks.is_empty());
    assert!(index.snapshot.consistent && index.snapshot.ddl_seen.is_empty(), "{:?}", index.snapshot);
}

#[test]
fn every_type_comes_with_its_exact_value() {
    let server = MariaDb::shared();
    let schema = server.schema();
    let mut connection = connect(&server.url(&schema));
    run(
        &mut connection,
        &[
            "SET sql_mode=''",
            "SET time_zone='+00:00'",
            "CREATE TABLE numbers (id INT PRIMARY KEY, t TINYINT UNSIGNED, b BIGINT, u BIGINT UNSIGNED, z INT(8) ZEROFILL, d DECIMAL(65,30), \
             f FLOAT, fd FLOAT(7,4), g DOUBLE, bits BIT(11), y YEAR)",
            "INSERT INTO numbers VALUES (0,255,-9223372036854775808,18446744073709551615,42,'-12345678901234567890123456789012345.123456789012345678901234567891',\
             0.1,1.23456,-2.2250738585072014e-308,b'10000000001',1901),\
             (-1,0,9223372036854775807,0,0,0,3.4028234e38,999.9999,1.7976931348623157e308,0,0),\
             (2,NULL,NULL,NULL,NULL,NULL,16777217,NULL,4.9e-324,NULL,NULL)",
            "CREATE TABLE times (id INT PRIMARY KEY, d DATE, dt DATETIME(6), ts TIMESTAMP(6) NULL, t TIME(6))",
            "INSERT INTO times VALUES (1,'0000-00-00','0000-00-00 00:00:00','2038-01-19 03:14:07.999999','-838:59:59.999999'),\
             (2,'9999-12-31','9999-12-31 23:59:59.999999','1970-01-01 00:00:01','838:59:59.999999'),(3,'2024-02-00',NULL,NULL,NULL)",
            "CREATE TABLE others (id INT PRIMARY KEY, u UUID, i6 INET6, i4 INET4, j JSON, e ENUM('a','ü','''') CHARACTER SET latin1, \
             s SET('x','y','z'), p POINT)",
            "INSERT INTO others VALUES (1,'123e4567-e89b-12d3-a456-426655440000','2001:db8::ff00:42:8329','10.0.0.255','{\"a\": \"ü\\\\n\"}','ü','x,z',\
             POINT(1.5,-2)),(2,NULL,NULL,NULL,NULL,'','',NULL)",
            "CREATE TABLE texts (id INT PRIMARY KEY, l VARCHAR(50) CHARACTER SET latin1, u TEXT CHARACTER SET utf8mb4, w VARCHAR(20) CHARACTER SET ucs2, \
             k VARCHAR(20) CHARACTER SET sjis, b VARBINARY(300), c BINARY(4))",
            "INSERT INTO texts VALUES (1, CONVERT('naïve' USING latin1), 'emoji 😀 tab\\tnl\\ncr\\rbs\\\\ nul\\0 N \\\\N', 'ab', \
             CONVERT(X'835C' USING sjis), X'00090A0D5C4E27FF', 'x')",
            "INSERT INTO texts (id,l) VALUES (2, X'C3A9')",
            "UPDATE texts SET k=X'835C' WHERE id=1",
        ],
    );
    let store = Store::new();
    let index = store.dump(&server.url(&schema)).unwrap().index;
    let some = |value: &str| Some(value.to_owned());

    let numbers = store.rows(table(&index, "numbers"));
    assert_eq!(
        text(&numbers[1][..9]),
        [
            "0",
            "255",
            "-9223372036854775808",
            "18446744073709551615",
            "00000042",
            "-12345678901234567890123456789012345.123456789012345678901234567891",
            "0.10000000149011612",
            "1.2345999479293823",
            "-2.2250738585072014e-308"
        ]
        .map(some)
    );
    assert_eq!((&numbers[1][9], text(&numbers[1][10..])), (&Some(vec![0b100, 1]), vec![some("1901")]));
    assert_eq!(
        text(&numbers[0][6..9]),
        ["3.4028234663852886e38", "999.9998779296875", "1.7976931348623157e308"].map(some)
    );
    assert_eq!(text(&numbers[2][6..9]), [some("16777216"), None, some("5e-324")]);

    let times = store.rows(table(&index, "times"));
    assert_eq!(
        text(&times[0]),
        ["1", "0000-00-00", "0000-00-00 00:00:00.000000", "2038-01-19 03:14:07.999999", "-838:59:59.999999"].map(some)
    );
    assert_eq!(text(&times[2]), [some("3"), some("2024-02-00"), None, None, None]);

    let others = store.rows(table(&index, "others"));
    assert_eq!(
        text(&others[0][1..5]),
        ["123e4567-e89b-12d3-a456-426655440000", "2001:db8::ff00:42:8329", "10.0.0.255", "{\"a\": \"ü\\n\"}"].map(some)
    );
    assert_eq!(
        (&others[0][5], &others[1][5]),
        (&Some(vec![0xfc]), &Some(vec![])),
        "an enum comes in its own character set"
    );
    let point = others[0][7].as_ref().unwrap();
    assert_eq!((point.len(), &point[4..9]), (25, &[1, 1, 0, 0, 0][..]), "a geometry is its SRID and WKB");

    let texts = store.rows(table(&index, "texts"));
    assert_eq!(texts[0][1].as_deref(), Some(&b"na\xefve"[..]));
    assert_eq!(texts[0][2].as_deref(), Some("emoji 😀 tab\tnl\ncr\rbs\\ nul\0 N \\N".as_bytes()));
    assert_eq!(texts[0][3].as_deref(), Some(&b"\0a\0b"[..]));
    assert_eq!(texts[0][4].as_deref(), Some(&b"\x83\x5c"[..]));
    assert_eq!(texts[0][5].as_deref(), Some(&b"\0\t\n\r\\N'\xff"[..]));
    assert_eq!(texts[0][6].as_deref(), Some(&b"x\0\0\0"[..]));
    assert_eq!(texts[1][1].as_deref(), Some(&b"\xc3\xa9"[..]), "double-encoded text is not touched");
    assert_eq!(texts[1][2..], vec![None; 5][..]);
}

#[test]
fn generated_columns_are_left_out_and_invisible_ones_are_not() {
    let server = MariaDb::shared();
    let schema = server.schema();
    run(
        &mut connect(&server.url(&schema)),
        &[
            "CREATE TABLE t (id INT PRIMARY KEY, v INT AS (id*2) VIRTUAL, s INT AS (id*3) STORED, hidden INT INVISIBLE DEFAULT 7, d TIMESTAMP DEFAULT NOW())",
            "INSERT INTO t (id,d) VALUES (5,'2020-01-02 03:04:05')",
        ],
    );
    let store = Store::new();
    let index = store.dump(&server.url(&schema)).unwrap().index;
    let t = table(&index, "t");
    let loadable: Vec<_> = t.row_columns().map(|column| column.name.as_str()).collect();
    assert_eq!(loadable, ["id", "hidden", "d"]);
    assert!(t.columns[3].invisible && t.columns[1].generated && t.columns[2].generated);
    assert!(store.text(t).starts_with(b"5\t7\t20"));
}

#[test]
fn history_of_versioned_tables_and_the_next_value_of_sequences_are_kept() {
    let server = MariaDb::shared();
    let schema = server.schema();
    run(
        &mut connect(&server.url(&schema)),
        &[
            "CREATE TABLE plain (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING",
            "INSERT INTO plain VALUES (1,1)",
            "UPDATE plain SET v=2",
            "CREATE TABLE declared (id INT PRIMARY KEY, v INT, row_start TIMESTAMP(6) GENERATED ALWAYS AS ROW START, b TIMESTAMP(6) GENERATED ALWAYS AS ROW END, \
             PERIOD FOR SYSTEM_TIME(row_start,b)) WITH SYSTEM VERSIONING",
            "INSERT INTO declared (id,v) VALUES (1,1)",
            "DELETE FROM declared",
            "CREATE SEQUENCE s START WITH 5 CACHE 100",
            "DO NEXTVAL(s)",
        ],
    );
    let store = Store::new();
    let index = store.dump(&server.url(&schema)).unwrap().index;
    for (name, rows, period) in [("plain", 2, ["row_start", "row_end"]), ("declared", 1, ["row_start", "b"])] {
        let t = table(&index, name);
        assert!(t.versioned && t.rows == rows, "{t:?}");
        let loadable: Vec<_> = t.row_columns().map(|column| column.name.as_str()).collect();
        assert_eq!(loadable[2..], period);
    }
    assert_eq!((index.sequences[0].name.as_str(), index.sequences[0].next_value.as_str()), ("s", "105"));
    assert_eq!(index.tables.len(), 2);
}

#[test]
fn every_kind_of_object_is_in_the_index_with_what_its_text_means_together_with() {
    let server = MariaDb::shared();
    let schema = server.schema();
    let mut connection = connect(&server.url(&schema));
    run(
        &mut connection,
        &[
            "CREATE TABLE t (id INT PRIMARY KEY, v TEXT)",
            "CREATE VIEW z_inner AS SELECT v FROM t",
            "CREATE VIEW a_outer AS SELECT v FROM z_inner",
            "SET sql_mode='ANSI_QUOTES'",
            "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
            "SET sql_mode='NO_ZERO_DATE'",
            "SET NAMES latin1",
            "CREATE PROCEDURE p() SELECT 'caf\u{e9}'",
            "SET NAMES utf8mb4",
            "CREATE TRIGGER second BEFORE INSERT ON t FOR EACH ROW SET NEW.v='2'",
            "CREATE TRIGGER first BEFORE INSERT ON t FOR EACH ROW PRECEDES second SET NEW.v='1'",
            "SET time_zone='+02:00'",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM t",
            "SET sql_mode=ORACLE",
            "CREATE PACKAGE pk AS PROCEDURE x; END",
            "CREATE PACKAGE BODY pk AS PROCEDURE x AS BEGIN NULL; END; END",
            "SET sql_mode=''",
            "CREATE USER app@'10.%' IDENTIFIED BY 'planted-password'",
            &format!("GRANT SELECT, INSERT ON `{schema}`.* TO app@'10.%'"),
            "GRANT SELECT ON mysql.user TO app@'10.%'",
        ],
    );
    let store = Store::new();
    let index = store.dump(&server.url(&schema)).unwrap().index;
    let views: Vec<_> = index.views.iter().map(|view| (view.name.as_str(), view.columns.join(","))).collect();
    assert_eq!(views, [("z_inner", "v".to_owned()), ("a_outer", "v".to_owned())]);
    let kinds: Vec<_> = index.routines.iter().map(|routine| (routine.kind, routine.name.as_str())).collect();
    assert_eq!(
        kinds,
        [
            (ObjectKind::Function, "f"),
            (ObjectKind::Package, "pk"),
            (ObjectKind::PackageBody, "pk"),
            (ObjectKind::Procedure, "p")
        ]
    );
    let p = &index.routines[3];
    assert_eq!(
        (p.character_set_client.as_str(), p.sql_mode.as_str(), p.definer.as_str()),
        ("latin1", "NO_ZERO_DATE", "root@localhost")
    );
    // What the client sent as two bytes in its latin1 are two letters.
    assert!(p.create.contains("cafÃ©"), "{}", p.create);
    assert_eq!(index.routines[0].sql_mode, "ANSI_QUOTES");
    let triggers: Vec<_> =
        index.triggers.iter().map(|trigger| (trigger.name.as_str(), trigger.table.as_deref())).collect();
    assert_eq!(triggers, [("first", Some("t")), ("second", Some("t"))]);
    assert_eq!(index.events[0].time_zone.as_deref(), Some("+02:00"));
    let app = index.grants.iter().find(|grant| grant.account == "'app'@'10.%'").unwrap();
    assert_eq!(app.grants.len(), 1, "{app:?}");
    assert!(app.create_user.as_ref().unwrap().starts_with("CREATE USER `app`@`10.%` IDENTIFIED BY PASSWORD"));
}

#[test]
fn the_schema_digest_sees_definitions_and_neither_counters_nor_definers() {
    let server = MariaDb::shared();
    let digest = |statements: &[&str]| {
        let schema = server.schema();
        run(&mut connect(&server.url(&schema)), statements);
        Store::new().dump(&server.url(&schema)).unwrap().index.schema.schema_digest
    };
    let t = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT)";
    let one = digest(&[t, "CREATE DEFINER=root@localhost VIEW w AS SELECT 1 AS a"]);
    let same = digest(&[t, "INSERT INTO t VALUES (77,0)", "CREATE DEFINER='no'@'one' VIEW w AS SELECT 1 AS a"]);
    let other = digest(&[t, "ALTER TABLE t ADD KEY (v)", "CREATE VIEW w AS SELECT 1 AS a"]);
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[test]
fn memory_tables_come_without_rows_and_tables_without_transactions_as_configured() {
    let server = MariaDb::shared();
    let schema = server.schema();
    run(
        &mut connect(&server.url(&schema)),
        &[
            "CREATE TABLE m (id INT PRIMARY KEY) ENGINE=MEMORY",
            "INSERT INTO m VALUES (1)",
            "CREATE TABLE old (id INT PRIMARY KEY) ENGINE=MyISAM",
            "INSERT INTO old VALUES (1),(2)",
            "CREATE TABLE new (id INT PRIMARY KEY)",
            "INSERT INTO new VALUES (1)",
        ],
    );
    let url = server.url(&schema);
    let refused = Store::new().dump(&url).unwrap_err();
    assert!(matches!(&refused, MysqlError::NonTransactional { tables, .. } if tables == "old"), "{refused}");
    for (choice, data, text) in
        [(NonTransactional::Lock, Data::Rows, &b"1\n2\n"[..]), (NonTransactional::SchemaOnly, Data::SchemaOnly, b"")]
    {
        let store = Store::with(|options| options.non_transactional = choice);
        let index = store.dump(&url).unwrap().index;
        assert_eq!((table(&index, "m").data, table(&index, "m").rows), (Data::SchemaOnly, 0));
        assert_eq!((table(&index, "old").data, store.text(table(&index, "old")).as_slice()), (data, text));
        assert!(index.snapshot.notes.iter().any(|note| note.contains("`old` is MyISAM")), "{:?}", index.snapshot.notes);
        assert_eq!(index.snapshot.engines["MyISAM"], 1);
    }
}

#[test]
fn a_big_table_is_read_in_ranges_and_cut_where_its_key_says() {
    let server = MariaDb::shared();
    let schema = server.schema();
    run(
        &mut connect(&server.url(&schema)),
        &[
            "CREATE TABLE big (id INT AUTO_INCREMENT PRIMARY KEY, pad VARCHAR(500))",
            "INSERT INTO big SELECT seq*3, REPEAT(CHAR(65+seq%26),400) FROM seq_1_to_200000",
            "CREATE TABLE named (name VARCHAR(40) PRIMARY KEY, pad VARCHAR(500))",
            "INSERT INTO named SELECT MD5(seq), REPEAT(CHAR(65+seq%26),400) FROM seq_1_to_60000",
            "ANALYZE TABLE big, named",
        ],
    );
    let url = server.url(&schema);
    let store = Store::new();
    let watch = Watch::new();
    let index = store.dump_watched(&url, &watch).unwrap().index;
    let big = table(&index, "big");
    assert_eq!(big.rows, 200_000);
    let keys: Vec<u32> = column_of(&store.rows(big), 0).iter().map(|key| key.parse().unwrap()).collect();
    assert!(keys.iter().copied().eq((1..=200_000).map(|row| row * 3)), "every row once, in order");
    assert!(big.chunks.len() > 4, "{}", big.chunks.len());
    let first: u32 = big.chunks[1].first_key.as_ref().unwrap()[0].parse().unwrap();
    let last: u32 = big.chunks[0].last_key.as_ref().unwrap()[0].parse().unwrap();
    assert_eq!(first, last + 3);
    let step = 1 << (first ^ last).ilog2();
    assert!(step >= 1024 && first % step < 3, "{last} | {first} is a boundary of a coarse grid");
    let named = table(&index, "named");
    assert!(named.rows == 60_000 && named.chunks.len() > 1, "{}", named.chunks.len());
    assert!(named.chunks[1].first_key.as_ref().unwrap()[0].starts_with("0x"));
    let Progress { tables_done, rows_done, bytes_done, .. } = watch.progress();
    assert_eq!((tables_done, rows_done, bytes_done), (2, 260_000, big.raw_bytes + named.raw_bytes));

    // A few rows more or less move no other boundary.
    run(
        &mut connect(&url),
        &["DELETE FROM named WHERE name=(SELECT name FROM named LIMIT 1)", "DELETE FROM big WHERE id=3"],
    );
    let again = Store::new().dump(&url).unwrap().index;
    for name in ["big", "named"] {
        let (before, after) = (table(&index, name), table(&again, name));
        let moved = after.chunks.iter().filter(|chunk| before.chunks.iter().all(|old| old.sum != chunk.sum)).count();
        assert_eq!((before.chunks.len(), moved), (after.chunks.len(), 1), "{name}");
    }
}

/// Dumps with `act` run once, when the first table's definition has been read and its rows have not.
fn dump_with(url: &str, store: &Store, act: impl Fn() + Sync) -> Result<holdfast_mysql::Dumped, MysqlError> {
    let acted = AtomicBool::new(false);
    let new_pack = |_| {
        if !acted.swap(true, Ordering::SeqCst) {
            act();
        }
        Ok(Vec::new())
    };
    let finish = |digest: PackDigest, bytes| {
        store.packs.lock().unwrap().insert(digest.number, bytes);
        Ok(())
    };
    let url = DatabaseUrl::parse(url).unwrap();
    holdfast_mysql::dump(&url, &store.options, &store.dek, store.backup, new_pack, finish, &Watch::new())
}

fn swap_schema(server: &MariaDb) -> (String, Mutex<Connection>) {
    let schema = server.schema();
    let mut connection = connect(&server.url(&schema));
    run(
        &mut connection,
        &[
            "CREATE TABLE price (id INT PRIMARY KEY, v VARCHAR(20))",
            "CREATE TABLE price_replica LIKE price",
            "INSERT INTO price VALUES (1,'old')",
            "INSERT INTO price_replica VALUES (1,'new'),(2,'new')",
        ],
    );
    (server.url(&schema), Mutex::new(connection))
}

fn one_reader(options: &mut DumpOptions) {
    options.parallel = 1;
}

#[test]
fn tables_swapped_by_name_keep_the_rows_they_had_in_the_snapshot() {
    let server = MariaDb::shared();
    let (url, other) = swap_schema(server);
    let store = Store::with(one_reader);
    let swap = "RENAME TABLE price TO x, price_replica TO price, x TO price_replica";
    let index = dump_with(&url, &store, || run(&mut other.lock().unwrap(), &[swap])).unwrap().index;
    assert_eq!(store.text(table(&index, "price")), b"1\told\n");
    assert_eq!(store.text(table(&index, "price_replica")), b"1\tnew\n2\tnew\n");
    assert!(table(&index, "price").create.starts_with("CREATE TABLE `price` ("));
    assert_eq!(index.snapshot.tables_redone, ["price", "price_replica"], "{:?}", index.snapshot);
    assert!(index.snapshot.ddl_seen.iter().any(|seen| seen.contains("renamed")));
}

#[test]
fn a_swap_is_seen_without_the_process_privilege_too() {
    let server = MariaDb::shared();
    let (url, other) = swap_schema(server);
    let schema = url.split('/').nth(3).unwrap().split('?').next().unwrap().to_owned();
    server.sql(&format!(
        "CREATE USER plain@localhost IDENTIFIED BY 'p'; GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `{schema}`.* TO plain@localhost; \
         GRANT SELECT ON mysql.proc TO plain@localhost"
    ));
    let url = url.replace(&format!("root:{}", server.password()), "plain:p");
    // Times of creation are whole seconds.
    while server
        .sql(&format!("SELECT MAX(CREATE_TIME)<NOW() FROM information_schema.TABLES WHERE TABLE_SCHEMA='{schema}'"))
        .trim()
        != "1"
    {}
    let store = Store::with(one_reader);
    let swap = "RENAME TABLE price TO x, price_replica TO price, x TO price_replica";
    let changed = dump_with(&url, &store, || run(&mut other.lock().unwrap(), &[swap])).unwrap_err();
    assert!(matches!(&changed, MysqlError::TableChanged { table, .. } if table.starts_with("price")), "{changed}");
}

#[test]
fn a_column_added_under_the_dump_is_dumped_with_its_definition() {
    let server = MariaDb::shared();
    let (url, other) = swap_schema(server);
    let store = Store::with(one_reader);
    let add = "ALTER TABLE price ADD COLUMN extra INT DEFAULT 9, ALGORITHM=INSTANT";
    let add_too = "ALTER TABLE price_replica ADD COLUMN extra INT DEFAULT 9, ALGORITHM=INSTANT";
    let index = dump_with(&url, &store, || run(&mut other.lock().unwrap(), &[add, add_too])).unwrap().index;
    let price = table(&index, "price");
    assert_eq!(store.text(price), b"1\told\t9\n");
    assert!(price.create.contains("`extra`") && price.columns.len() == 3);
    assert!(index.snapshot.tables_redone.contains(&"price".to_owned()), "{:?}", index.snapshot);
}

#[test]
fn an_index_added_under_the_dump_is_dumped_or_ends_the_attempt() {
    let server = MariaDb::shared();
    let (url, other) = swap_schema(server);
    let store = Store::with(one_reader);
    match dump_with(&url, &store, || run(&mut other.lock().unwrap(), &["ALTER TABLE price ADD INDEX (v)"])) {
        Ok(dumped) => {
            let price = table(&dumped.index, "price");
            assert!(price.create.contains("KEY `v`") && store.text(price) == b"1\told\n");
        }
        Err(error) => assert!(matches!(error, MysqlError::TableChanged { .. }), "{error}"),
    }
}

#[test]
fn a_table_rebuilt_emptied_or_dropped_under_the_dump_ends_the_attempt_by_name() {
    let server = MariaDb::shared();
    for ddl in ["TRUNCATE price", "DROP TABLE price", "ALTER TABLE price FORCE"] {
        let (url, other) = swap_schema(server);
        let store = Store::with(one_reader);
        let too = ddl.replace("price", "price_replica");
        let changed = dump_with(&url, &store, || run(&mut other.lock().unwrap(), &[ddl, &too])).unwrap_err();
        assert!(
            matches!(&changed, MysqlError::TableChanged { table, .. } if table.starts_with("price")),
            "{ddl}: {changed}"
        );
        let fault = holdfast_schema::Fault::from(changed);
        assert_eq!(
            (fault.kind, fault.runbook.as_deref()),
            (holdfast_schema::fault::Kind::Retry, Some("source-changed-during-dump.md"))
        );
    }
}

#[test]
fn what_writers_commit_together_is_dumped_together() {
    let server = MariaDb::shared();
    let schema = server.schema();
    let url = server.url(&schema);
    run(
        &mut connect(&url),
        &[
            "CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, total INT)",
            "CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, order_id INT)",
            "CREATE TABLE grid (order_id INT PRIMARY KEY, state INT)",
        ],
    );
    let rounds = std::env::var("HOLDFAST_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut writer = connect(&url);
                while !stop.load(Ordering::SeqCst) {
                    run(&mut writer, &["BEGIN", "INSERT INTO orders (total) VALUES (2)", "SET @o=LAST_INSERT_ID()"]);
                    run(
                        &mut writer,
                        &["INSERT INTO items (order_id) VALUES (@o),(@o)", "INSERT INTO grid VALUES (@o,0)", "COMMIT"],
                    );
                }
            });
        }
        let mut rungs = Vec::new();
        for round in 0..rounds {
            let store = Store::with(|options| options.parallel = 2 + round % 3);
            let index = store.dump(&url).unwrap().index;
            let ids = |name: &str, column| {
                let mut ids = column_of(&store.rows(table(&index, name)), column);
                ids.sort();
                ids
            };
            let orders = ids("orders", 0);
            let twice: Vec<_> = orders.iter().flat_map(|id| [id.clone(), id.clone()]).collect();
            assert_eq!((ids("grid", 0), ids("items", 1)), (orders, twice), "round {round}");
            assert!(
                index.snapshot.position.as_ref().is_some_and(|position| position.gtid.is_some()),
                "{:?}",
                index.snapshot
            );
            rungs.push(index.snapshot.rung.clone());
        }
        stop.store(true, Ordering::SeqCst);
        // A schema change anywhere on the server, which other tests make, leads from M1 to M2.
        assert!(rungs.iter().all(|rung| rung == "M1" || rung == "M2"), "{rungs:?}");
    });
}

/// A pack that takes its prologue, and nothing more before `open` is set.
struct Held<'a> {
    open: &'a AtomicBool,
    begun: bool,
}

impl Write for Held<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while self.begun && !self.open.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        self.begun = true;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_dump_that_holds_up_a_schema_change_gives_way_and_says_to_whom() {
    let server = MariaDb::shared();
    let schema = server.schema();
    let url = DatabaseUrl::parse(&server.url(&schema)).unwrap();
    run(
        &mut connect(&server.url(&schema)),
        &[
            "CREATE TABLE wide (id INT PRIMARY KEY, v TEXT)",
            "INSERT INTO wide SELECT seq, REPEAT(MD5(seq),8) FROM seq_1_to_50000",
        ],
    );
    let altered = AtomicBool::new(false);
    let store = Store::with(|options| (options.give_way_seconds, options.frame_bytes) = (1, 4096));
    let new_pack = |_| Ok(Held { open: &altered, begun: false });
    let read =
        || holdfast_mysql::dump(&url, &store.options, &store.dek, store.backup, new_pack, |_, _| Ok(()), &Watch::new());
    let gave_way = thread::scope(|scope| {
        let dump = scope.spawn(read);
        let mut other = connect(&server.url(&schema));
        let reads = format!(
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB='{schema}' AND INFO LIKE 'SELECT `id`%'"
        );
        while other.query_value(&reads).unwrap().as_deref() == Some("0") && !dump.is_finished() {}
        run(&mut other, &["ALTER TABLE wide ADD KEY (id)"]);
        altered.store(true, Ordering::SeqCst);
        dump.join().unwrap()
    });
    let Err(MysqlError::GaveWay { who, .. }) = &gave_way else { panic!("{gave_way:?}") };
    assert!(who.contains("root@localhost, ALTER TABLE"), "{who}");
}

#[test]
fn a_cancelled_dump_returns_at_once() {
    let server = MariaDb::shared();
    let (url, other) = swap_schema(server);
    // The dump waits for a table that another session holds.
    run(&mut other.lock().unwrap(), &["LOCK TABLES price WRITE, price_replica WRITE"]);
    let watch = Watch::new();
    let store = Store::new();
    let cancelled = thread::scope(|scope| {
        let dump = scope.spawn(|| store.dump_watched(&url, &watch));
        let mut looker = connect(&server.url("mysql"));
        let waits =
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata lock%'";
        while looker.query_value(waits).unwrap().as_deref() == Some("0") {}
        watch.cancel();
        dump.join().unwrap()
    });
    assert!(matches!(cancelled, Err(MysqlError::Cancelled)), "{cancelled:?}");
}

#[test]
fn a_server_that_dies_under_the_dump_is_a_retry() {
    let server = Mutex::new(MariaDb::start(&[]));
    let (url, _other) = swap_schema(&server.lock().unwrap());
    let gone = dump_with(&url, &Store::with(one_reader), || server.lock().unwrap().kill()).unwrap_err();
    assert!(matches!(gone, MysqlError::Gone { .. }), "{gone}");
    let fault = holdfast_schema::Fault::from(gone);
    assert_eq!(fault.kind, holdfast_schema::fault::Kind::Retry);
}

/// HOLDFAST_TEST_TABLES raises the number of tables.
#[test]
fn thousands_of_tables_are_a_matter_of_seconds() {
    let server = MariaDb::shared();
    let schema = server.schema();
    let count: usize = std::env::var("HOLDFAST_TEST_TABLES").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let mut connection = connect(&server.url(&schema));
    for table in 0..count {
        run(
            &mut connection,
            &[&format!(
                "CREATE TABLE t{table:05} (id INT PRIMARY KEY, a VARCHAR(50), b DATETIME, KEY (a)) ENGINE=InnoDB"
            )],
        );
    }
    run(&mut connection, &["INSERT INTO t00007 VALUES (1,'x',NULL)"]);
    let began = Instant::now();
    let index = Store::new().dump(&server.url(&schema)).unwrap().index;
    println!("{count} tables dumped in {:.2} s", began.elapsed().as_secs_f64());
    assert_eq!((index.tables.len(), table(&index, "t00007").rows), (count, 1));
    assert!(index.tables.iter().all(|table| table.create.contains("PRIMARY KEY") && table.key == ["id"]));
}

#[test]
fn a_destination_that_fails_ends_the_dump_in_its_own_words() {
    let server = MariaDb::shared();
    let (url, _other) = swap_schema(server);
    let store = Store::new();
    let url = DatabaseUrl::parse(&url).unwrap();
    let refuse = |_| Err::<Vec<u8>, _>(std::io::Error::other("hot is full"));
    let refused =
        holdfast_mysql::dump(&url, &store.options, &store.dek, store.backup, refuse, |_, _| Ok(()), &Watch::new());
    assert!(matches!(&refused, Err(MysqlError::Pack(error)) if error.to_string() == "hot is full"), "{refused:?}");
}
