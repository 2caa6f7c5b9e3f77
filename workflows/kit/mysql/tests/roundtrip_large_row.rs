//! Memory does not grow with the rows: a value of 64 MiB goes from server to server through this process, which has it to itself.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom};

use holdfast_archive::{Dek, DigestKey};
use holdfast_mysql::{CompareOptions, DatabaseUrl, DumpOptions, LoadOptions, Watch, compare, dump, load};
use holdfast_testkit::MariaDb;
use uuid::Uuid;

/// One frame holds the row: compressed and sealed it is about 64 MiB when nothing in it repeats, and a buffer may be twice that.
const ALLOWED_MIB: u64 = 300;

#[test]
fn a_value_of_64_mib_comes_back_within_bounded_memory() {
    let server = MariaDb::start(&["--innodb-log-file-size=512M"]);
    let (schema, copy) = (server.schema(), server.schema());
    server.sql_in(
        &schema,
        "CREATE TABLE big (id int PRIMARY KEY, b longblob, t longtext) ENGINE = InnoDB;
         INSERT INTO big VALUES (1, NULL, NULL);
         CREATE TABLE pieces (id int AUTO_INCREMENT PRIMARY KEY, p blob);
         INSERT INTO pieces (p) SELECT RANDOM_BYTES(1024) FROM seq_1_to_65536;
         SET SESSION group_concat_max_len = 1073741824;
         UPDATE big SET b = (SELECT GROUP_CONCAT(p ORDER BY id SEPARATOR '') FROM pieces), t = REPEAT('wide text\n', 100000);
         UPDATE big SET b = CONCAT(b, 0x00, '\n'); DROP TABLE pieces",
    );
    assert_eq!(server.sql_in(&schema, "SELECT LENGTH(b) FROM big"), format!("{}\n", (64 << 20) + 2));
    let packs = tempfile::tempdir().unwrap();
    let path = |number: u32| packs.path().join(format!("{number:06}"));
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let url = |schema: &str| DatabaseUrl::parse(&server.url(schema)).unwrap();

    let new_pack = |number| File::create(path(number));
    let dumped =
        dump(&url(&schema), &DumpOptions::for_store("acme"), &dek, backup, new_pack, |_, _| Ok(()), &Watch::new())
            .unwrap();
    let open = |number, offset| {
        let mut pack = File::open(path(number))?;
        pack.seek(SeekFrom::Start(offset))?;
        Ok(pack)
    };
    load(&url(&copy), &dumped.index, &dek, backup, open, &LoadOptions::default(), &Watch::new()).unwrap();
    let options = CompareOptions { digest_key: DigestKey::for_store("acme"), ..CompareOptions::default() };
    assert_eq!(compare(&url(&copy), &dumped.index, &options, &Watch::new()).unwrap(), []);

    let checksum = "CHECKSUM TABLE big";
    let sum = |schema: &str| server.sql_in(schema, checksum).split('\t').nth(1).map(str::to_owned);
    assert_eq!(sum(&schema), sum(&copy));
    let peak = peak_mib();
    println!("peak memory of dump, load and comparison: {peak} MiB");
    assert!(peak < ALLOWED_MIB, "{peak} MiB");
}

/// The most this process has held so far.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
