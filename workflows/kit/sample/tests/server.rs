//! The store in a real MariaDB.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use holdfast_sample::{Column, SESSION, SampleStore, Shop, Table, invariants};
use holdfast_testkit::{MariaDb, fresh_dir};

fn load_by_script(store: &SampleStore) -> String {
    let schema = MariaDb::shared().schema();
    let mut script = format!("USE {schema};\n").into_bytes();
    store.to_sql(&mut script).unwrap();
    MariaDb::shared().try_sql(&script).unwrap();
    schema
}

/// Bare tables, LOAD DATA LOCAL, then keys and objects.
fn load_by_row_text(store: &SampleStore) -> String {
    let schema = MariaDb::shared().schema();
    let dir = fresh_dir();
    let mut script = format!("USE {schema};\n{};\n", SESSION.join(";\n"));
    for table in store.tables() {
        std::fs::write(dir.join(table.name), store.rows(table).collect::<Vec<_>>().concat()).unwrap();
        script += &format!("{};\n{};\n", table.create(), store.load_statement(table));
    }
    script += &format!(
        "{};\nDELIMITER ;;\n{};;\n",
        store.keys_and_constraints().join(";\n"),
        store.objects_after_data().join(";;\n")
    );
    std::fs::write(dir.join("script.sql"), script).unwrap();
    let server = MariaDb::shared();
    let output = Command::new("mariadb")
        .args([
            "--no-defaults",
            "--user=root",
            "--batch",
            "--show-warnings",
            "--local-infile=1",
            "--default-character-set=utf8mb4",
        ])
        .arg(format!("--socket={}", server.socket().display()))
        .env("MYSQL_PWD", server.password())
        .current_dir(&dir)
        .stdin(std::fs::File::open(dir.join("script.sql")).unwrap())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let warnings: Vec<&str> =
        said.lines().filter(|line| !line.is_empty() && !line.contains("Event scheduler is switched off")).collect();
    assert!(output.status.success() && warnings.is_empty(), "{said}");
    schema
}

fn broken(schema: &str) -> Vec<String> {
    let script: Vec<String> =
        invariants().iter().map(|(name, sql)| format!("SELECT '{}', ({sql})", name.replace('\'', "''"))).collect();
    let answer = MariaDb::shared().sql_in(schema, &script.join(";\n"));
    assert_eq!(answer.lines().count(), invariants().len());
    answer.lines().filter(|line| !line.ends_with("\t0")).map(str::to_owned).collect()
}

fn checksums(schema: &str, store: &SampleStore) -> Vec<String> {
    let tables: Vec<String> = store.tables().iter().map(|table| format!("`{}`", table.name)).collect();
    let answer = MariaDb::shared().sql_in(schema, &format!("CHECKSUM TABLE {}", tables.join(", ")));
    answer.lines().map(|line| line.trim_start_matches(schema).to_owned()).collect()
}

#[test]
fn both_ways_to_load_give_the_same_consistent_store() {
    let store = SampleStore::new(1, 5_000_000);
    let (script, row_text) = (load_by_script(&store), load_by_row_text(&store));
    assert_eq!(checksums(&script, &store), checksums(&row_text, &store));
    assert_eq!(broken(&script), Vec::<String>::new());
    assert_eq!(broken(&row_text), Vec::<String>::new());

    let count = |what: &str, table: &str, schema: &str| {
        let sql = format!("SELECT COUNT(*) FROM information_schema.{table} WHERE {what} = DATABASE()");
        MariaDb::shared().sql_in(schema, &sql).trim().parse::<usize>().unwrap()
    };
    for schema in [&script, &row_text] {
        assert!(count("trigger_schema", "triggers", schema) >= 90);
        assert_eq!(count("routine_schema", "routines", schema), 3);
        assert_eq!(count("event_schema", "events", schema), 1);
        assert_eq!(count("table_schema", "views", schema), 2);
        assert!(count("constraint_schema", "referential_constraints", schema) > 70);
        assert!(count("table_schema", "tables", schema) > 100);
    }
    let called = MariaDb::shared().sql_in(
        &script,
        "SELECT acme_full_name('Åsa', 'Öst'), acme_points_text(7), NEXTVAL(acme_ticket_number) > 1000",
    );
    assert_eq!(called, "Åsa Öst\t7 poäng 🏅\t1\n");
}

#[test]
fn what_checks_a_restored_magento_finds_nothing_wrong() {
    let store = SampleStore::new(2, 0);
    let schema = load_by_row_text(&store);
    let nothing = [
        "SELECT 1 - COUNT(*) FROM store WHERE store_id = 0 AND code = 'admin'",
        "SELECT 1 - COUNT(*) FROM store_website WHERE website_id = 0",
        "SELECT 1 - COUNT(*) FROM customer_group WHERE customer_group_id = 0",
        "SELECT COUNT(*) <= 200 FROM setup_module",
        "SELECT COUNT(*) FROM catalog_category_entity c JOIN catalog_category_entity p ON p.entity_id = c.parent_id \
        WHERE c.path <> CONCAT(p.path, '/', c.entity_id)",
        "SELECT COUNT(*) FROM catalog_product_entity e LEFT JOIN catalog_product_entity_varchar v ON v.entity_id = \
        e.entity_id AND v.attribute_id = 73 AND v.store_id = 0 WHERE v.value_id IS NULL",
        "SELECT COUNT(*) FROM mview_state m LEFT JOIN information_schema.tables t ON t.table_schema = DATABASE() AND \
        t.table_name = CONCAT(m.view_id, '_cl') WHERE t.table_name IS NULL",
        "SELECT COUNT(*) FROM sales_sequence_meta m LEFT JOIN information_schema.tables t ON t.table_schema = \
        DATABASE() AND t.table_name = m.sequence_table WHERE t.table_name IS NULL",
        "SELECT COUNT(*) FROM customer_entity c JOIN customer_address_entity a ON a.entity_id = c.default_billing \
        WHERE a.parent_id <> c.entity_id",
        "SELECT COUNT(*) FROM url_rewrite u LEFT JOIN catalog_product_entity p ON p.entity_id = u.entity_id WHERE \
        u.entity_type = 'product' AND p.entity_id IS NULL",
        "SELECT MAX(created_at) < FROM_UNIXTIME(1748736000) - INTERVAL 1 HOUR FROM sales_order",
    ];
    for sql in nothing {
        assert_eq!(MariaDb::shared().sql_in(&schema, sql), "0\n", "{sql}");
    }
    assert_eq!(orphans(&schema), Vec::<String>::new());
}

/// A load with foreign_key_checks off never looks; so this does, for each foreign key there is.
fn orphans(schema: &str) -> Vec<String> {
    let keys = MariaDb::shared().sql_in(
        schema,
        "SELECT CONCAT('SELECT ''', table_name, '.', column_name, ''', COUNT(*) FROM `', table_name, '` c LEFT JOIN \
        `', referenced_table_name, '` p ON p.`', \
         referenced_column_name, '` = c.`', column_name, '` WHERE c.`', column_name, '` IS NOT NULL AND p.`', \
         referenced_column_name, '` IS NULL;') \
         FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name IS NOT \
         NULL",
    );
    MariaDb::shared().sql_in(schema, &keys).lines().filter(|line| !line.ends_with("\t0")).map(str::to_owned).collect()
}

#[test]
fn every_text_and_blob_comes_back_byte_for_byte() {
    let store = SampleStore::new(4, 1_000_000);
    let schema = load_by_row_text(&store);
    for table in store.tables() {
        let columns: Vec<(usize, &Column)> =
            table.loaded_columns().enumerate().filter(|(_, column)| is_text_or_bytes(column)).collect();
        if !columns.is_empty() {
            assert!(made(&store, table, &columns) == kept(&schema, table, &columns), "{} differs", table.name);
        }
    }
}

fn is_text_or_bytes(column: &Column) -> bool {
    ["varchar", "text", "tinytext", "mediumtext", "longtext", "blob", "mediumblob", "varbinary", "binary"]
        .iter()
        .any(|kind| column.definition.strip_prefix(kind).is_some_and(|rest| rest.starts_with([' ', '('])))
}

/// Each row's fields in hexadecimal, in no order.
fn made(store: &SampleStore, table: &Table, columns: &[(usize, &Column)]) -> Vec<String> {
    let text = store.rows(table).collect::<Vec<_>>().concat();
    let mut rows: Vec<String> = text
        .split_inclusive(|&byte| byte == b'\n')
        .map(|row| {
            let fields: Vec<&[u8]> = row.strip_suffix(b"\n").unwrap().split(|&byte| byte == b'\t').collect();
            columns.iter().map(|&(at, _)| hex(fields[at])).collect::<Vec<_>>().join("\t")
        })
        .collect();
    rows.sort_unstable();
    rows
}

fn hex(field: &[u8]) -> String {
    if field == b"\\N" {
        return "NULL".to_owned();
    }
    let mut out = String::new();
    let mut bytes = field.iter();
    while let Some(&byte) = bytes.next() {
        let byte = match byte {
            b'\\' => match bytes.next().unwrap() {
                b'0' => 0,
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                &other => other,
            },
            other => other,
        };
        out += &format!("{byte:02X}");
    }
    out
}

fn kept(schema: &str, table: &Table, columns: &[(usize, &Column)]) -> Vec<String> {
    let columns: Vec<String> = columns.iter().map(|(_, column)| format!("HEX(`{}`)", column.name)).collect();
    let answer = MariaDb::shared().sql_in(schema, &format!("SELECT {} FROM `{}`", columns.join(", "), table.name));
    let mut rows: Vec<String> = answer.lines().map(str::to_owned).collect();
    rows.sort_unstable();
    rows
}

#[test]
fn a_live_shop_leaves_the_store_consistent_at_every_moment() {
    let store = SampleStore::new(6, 0);
    let schema = load_by_script(&store);
    let open = AtomicBool::new(true);
    let writers = 3;
    thread::scope(|scope| {
        let looks = scope.spawn(|| {
            let mut looks = 0;
            while open.load(Ordering::Relaxed) {
                assert_eq!(broken_in_a_snapshot(&schema), Vec::<String>::new());
                looks += 1;
            }
            looks
        });
        let shop = |writer| Shop::new(&store, writer);
        let shops: Vec<_> = (0..writers).map(shop).map(|shop| scope.spawn(|| trade(&schema, shop))).collect();
        let ends: Vec<_> = shops.into_iter().map(|shop| shop.join()).collect();
        open.store(false, Ordering::Relaxed);
        assert!(looks.join().unwrap() > 0);
        assert!(ends.iter().all(Result::is_ok), "a shop failed");
    });
    assert_eq!(broken(&schema), Vec::<String>::new());
    let count = |sql: &str| MariaDb::shared().sql_in(&schema, sql).trim().parse::<u64>().unwrap();
    assert_eq!(count("SELECT COUNT(*) FROM sales_order"), store.scale().orders + writers * 24);
    assert!(count("SELECT COUNT(*) FROM sales_invoice WHERE created_at >= FROM_UNIXTIME(1748736000)") == writers * 12);
    assert!(count("SELECT COUNT(*) FROM sales_order_data_exporter_cl") > store.scale().orders, "the triggers fire");
}

/// The client ends at the first error, so a shop that fails fails the test.
fn trade(schema: &str, mut shop: Shop) {
    let business: Vec<String> = (0..60).flat_map(|_| shop.next_transaction()).collect();
    MariaDb::shared().sql_in(schema, &business.join(";\n"));
}

fn broken_in_a_snapshot(schema: &str) -> Vec<String> {
    let script: Vec<String> =
        invariants().iter().map(|(name, sql)| format!("SELECT '{}', ({sql})", name.replace('\'', "''"))).collect();
    let snapshot = format!(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT; {};",
        script.join(";\n")
    );
    MariaDb::shared()
        .sql_in(schema, &snapshot)
        .lines()
        .filter(|line| !line.ends_with("\t0"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn planted_names_are_whole() {
    let store = SampleStore::new(9, 0);
    let schema = load_by_script(&store);
    let distinct: BTreeSet<&str> = store.planted().iter().map(|planted| planted.value).collect();
    assert_eq!(distinct.len(), store.planted().len());
    for planted in store.planted() {
        let sql = format!(
            "SELECT COUNT(*) > 0 FROM `{}` WHERE LOCATE('{}', `{}`) > 0",
            planted.table, planted.value, planted.column
        );
        assert_eq!(MariaDb::shared().sql_in(&schema, &sql), "1\n", "{}", planted.what);
    }
}
