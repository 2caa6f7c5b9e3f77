//! A load that cannot be whole stops, and says what stood in its way.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use holdfast_archive::index::Product;
use holdfast_archive::{ArchiveError, Dek};
use holdfast_mysql::{LoadOptions, MysqlError, Watch, load};
use holdfast_schema::Fault;
use holdfast_testkit::MariaDb;

use crate::archive::{Archive, parse};
use crate::servers::{free_name, source, store, target};

fn archive() -> Archive {
    Archive::of(&source().url(&store(
        "CREATE TABLE bulk (id int PRIMARY KEY, t varbinary(2000)); INSERT INTO bulk SELECT seq, RANDOM_BYTES(1000) FROM seq_1_to_4000",
    )))
}

fn load_into_new(archive: &Archive) -> MysqlError {
    archive.load(&target().url(&free_name()), &LoadOptions::default()).unwrap_err()
}

#[test]
fn a_damaged_pack_stops_the_load_with_its_name() {
    let mut archive = archive();
    let whole = archive.packs.clone();
    let number = *whole.keys().next().unwrap();
    let named = format!("{}/p/{number:06}", archive.backup);
    let middle = whole[&number].len() / 2;

    archive.packs.get_mut(&number).unwrap()[middle] ^= 1;
    let error = load_into_new(&archive);
    assert!(
        matches!(error, MysqlError::Archive(ArchiveError::Damaged { .. })) && error.to_string().contains(&named),
        "{error}"
    );

    archive.packs.get_mut(&number).unwrap().truncate(middle);
    let error = load_into_new(&archive);
    assert!(
        matches!(error, MysqlError::Archive(ArchiveError::Truncated { .. })) && error.to_string().contains(&named),
        "{error}"
    );

    // Behind the last rows too.
    archive.packs.insert(number, whole[&number].clone());
    *archive.packs.get_mut(&number).unwrap().last_mut().unwrap() ^= 1;
    let error = load_into_new(&archive);
    assert!(error.to_string().contains(&named) && error.to_string().contains("tag"), "{error}");

    let other = whole.keys().find(|other| **other != number).unwrap();
    archive.packs.insert(number, whole[other].clone());
    let error = load_into_new(&archive);
    assert!(
        matches!(error, MysqlError::Archive(ArchiveError::Foreign { .. })) && error.to_string().contains(&named),
        "{error}"
    );

    archive.packs.remove(&number);
    let error = load_into_new(&archive);
    assert!(error.to_string().contains(&named) && error.to_string().contains("is missing"), "{error}");
    assert_eq!(Fault::from(error).runbook.as_deref(), Some("object-damaged.md"));
}

#[test]
fn a_wrong_key_opens_nothing_and_says_so() {
    let archive = Archive { dek: Dek::generate(), ..archive() };
    let error = load_into_new(&archive);
    assert!(matches!(error, MysqlError::Archive(ArchiveError::WrongCommitment { .. })), "{error}");
}

#[test]
fn a_location_that_fails_in_the_middle_is_told_in_its_own_words() {
    let archive = archive();
    let reads = AtomicU32::new(0);
    let open = |pack, offset| match reads.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => archive.open(pack, offset),
        _ => Err(io::Error::other("the location went away")),
    };
    let url = parse(&target().url(&free_name()));
    let error = load(&url, &archive.index, &archive.dek, archive.backup, open, &LoadOptions::default(), &Watch::new())
        .unwrap_err();
    assert!(error.to_string().contains("the location went away"), "{error}");
}

#[test]
fn what_stands_in_the_target_is_never_overwritten() {
    let archive = archive();
    let schema = target().schema();
    target().sql_in(&schema, "CREATE TABLE bulk (mine int); INSERT INTO bulk VALUES (1)");
    let fault = Fault::from(archive.load(&target().url(&schema), &LoadOptions::default()).unwrap_err());
    assert!(
        fault.what.contains("table `bulk`")
            && fault.why.contains("already exists")
            && fault.next.contains("empty schema"),
        "{fault:?}"
    );
    assert_eq!(target().sql_in(&schema, "SELECT * FROM bulk"), "1\n");
}

#[test]
fn a_target_that_may_not_take_rows_is_told_before_anything_is_written() {
    let archive = archive();
    let closed = MariaDb::start(&["--local-infile=0"]);
    let fault = Fault::from(archive.load(&closed.url("shop"), &LoadOptions::default()).unwrap_err());
    assert!(fault.what.contains("refuses to load rows") && fault.next.contains("local_infile"), "{fault:?}");
    assert_eq!(closed.sql("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'shop'"), "0\n");
}

#[test]
fn a_missing_privilege_is_told_with_the_grant() {
    let archive = archive();
    let schema = target().schema();
    target().sql(&format!(
        "CREATE USER reader@localhost IDENTIFIED BY 'pw'; GRANT SELECT, ALTER ON {schema}.* TO reader@localhost"
    ));
    let url = format!("mysql://reader:pw@localhost/{schema}?socket={}", target().socket().display());
    let fault = Fault::from(archive.load(&url, &LoadOptions::default()).unwrap_err());
    assert!(
        fault.what.contains("table `bulk`")
            && fault.why.contains("CREATE command denied")
            && fault.next.contains("GRANT"),
        "{fault:?}"
    );
    assert_eq!(fault.runbook.as_deref(), Some("target-refuses.md"));
    target().sql("DROP USER reader@localhost");
}

#[test]
fn a_full_disk_is_told_as_one() {
    let archive = archive();
    // A tablespace that may not grow stands in for a disk that is full.
    let small = MariaDb::start(&["--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:12M"]);
    let fault = Fault::from(archive.load(&small.url("shop"), &LoadOptions::default()).unwrap_err());
    assert!(fault.what.contains("rows of table `bulk`") && fault.next.contains("free disk space"), "{fault:?}");
}

#[test]
fn rows_that_the_target_would_change_stop_the_load_without_being_told() {
    let schema = store(
        "CREATE TABLE t (id int PRIMARY KEY, mail varchar(60)); INSERT INTO t VALUES (1, 'planted@secret.example'), (2, 'b')",
    );
    let mut archive = Archive::of(&source().url(&schema));
    let whole = archive.index.tables[0].clone();
    archive.index.tables[0].create = whole.create.replace("varchar(60)", "varchar(5)");
    let fault = Fault::from(load_into_new(&archive));
    assert!(
        fault.what.contains("would change the rows of table `t`") && fault.why.contains("for column 'mail'"),
        "{fault:?}"
    );

    archive.index.tables[0] = whole.clone();
    archive.index.tables[0].chunks.push(whole.chunks[0].clone());
    let fault = Fault::from(load_into_new(&archive));
    assert!(fault.why.contains("Duplicate entry") && !format!("{fault:?}").contains("planted"), "{fault:?}");
}

#[test]
fn an_archive_of_another_product_is_refused_with_what_stands_in_the_way() {
    let schema = store("CREATE TABLE t (a int)");
    let mut archive = Archive::of(&source().url(&schema));
    archive.index.server.product = Product::MySql;
    archive.index.tables[0].columns[0].type_name = "json".into();
    archive.index.schema.collation = "utf8mb4_0900_ai_ci".into();
    let name = free_name();
    let fault = Fault::from(archive.load(&target().url(&name), &LoadOptions::default()).unwrap_err());
    for says in ["JSON", "utf8mb4_0900_ai_ci"] {
        assert!(fault.why.contains(says), "{says} in {fault:?}");
    }
    assert_eq!(
        target().sql(&format!("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '{name}'")),
        "0\n"
    );
}

#[test]
fn a_load_ends_soon_after_it_is_cancelled() {
    let archive = archive();
    let watch = Watch::new();
    let reads = AtomicU32::new(0);
    let open = |pack, offset| {
        if reads.fetch_add(1, Ordering::SeqCst) == 3 {
            watch.cancel();
        }
        archive.open(pack, offset)
    };
    let url = parse(&target().url(&free_name()));
    let error =
        load(&url, &archive.index, &archive.dek, archive.backup, open, &LoadOptions::default(), &watch).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    assert!(watch.progress().rows_done < 4000);
}
