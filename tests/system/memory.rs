//! Memory does not grow with rows or tables: each process is asked for the most it ever held.

use std::fs;

use holdfast_testkit::MariaDb;

use crate::support::{Installation, Running, text};

const ALLOWED_MIB: u64 = 512;

/// A row of 64 MiB that does not compress, rows of 1 MiB, a wide table of many columns, a long one of many rows.
const HEAVY: &str = "\
    CREATE TABLE blobs (id int PRIMARY KEY, b longblob);
    CREATE TABLE pieces (id int PRIMARY KEY, p blob);
    INSERT INTO pieces SELECT seq, RANDOM_BYTES(1024) FROM seq_1_to_65536;
    SET SESSION group_concat_max_len = 1073741824;
    INSERT INTO blobs SELECT 1, GROUP_CONCAT(p ORDER BY id SEPARATOR '') FROM pieces;
    INSERT INTO blobs SELECT seq, REPEAT(MD5(seq), 32768) FROM seq_2_to_20;
    DROP TABLE pieces;
    CREATE TABLE narrow (id int PRIMARY KEY, n int, KEY (n));
    INSERT INTO narrow SELECT seq, seq DIV 7 FROM seq_1_to_1000000;";

fn wide() -> String {
    let columns: Vec<String> = (0..1_000).map(|n| format!("c{n} int DEFAULT {n}")).collect();
    format!(
        "CREATE TABLE wide (id int PRIMARY KEY, {}); INSERT INTO wide (id) SELECT seq FROM seq_1_to_5000;",
        columns.join(", ")
    )
}

#[test]
fn a_dump_a_verification_and_a_restore_stay_within_512_mib() {
    let server = MariaDb::start(&["--innodb-log-file-size=1G"]);
    let (schema, copy) = (server.schema(), server.schema());
    server.sql_in(&schema, HEAVY);
    server.sql_in(&schema, &wide());
    let site = Installation::new();
    site.add_store_with("acme", &server.url(&schema), "", "parallel = 4\n");
    site.apply();
    let (dumps, verifies, restores) = (alone(&site, "core"), alone(&site, "docker"), alone(&site, "restore"));
    let backup = site.back_up("acme");
    site.json(&["restore", "acme", "--backup", &text(&backup["id"]), "--to", &server.url(&copy)]);
    let sum = |schema: &str| server.sql_in(schema, "CHECKSUM TABLE blobs, wide, narrow").replace(schema, "");
    assert_eq!(sum(&schema), sum(&copy));
    let peaks = [("dump and mirrors", &dumps), ("verify", &verifies), ("restore", &restores)]
        .map(|(what, worker)| (what, peak_mib(worker)));
    println!("peak memory, MiB, of {} raw bytes with 4 connections: {peaks:?}", backup["raw_bytes"]);
    for (what, peak) in peaks {
        assert!(peak < ALLOWED_MIB, "{what} took {peak} MiB");
    }
}

/// A worker of one pool, so that its peak is that pool's.
fn alone(site: &Installation, pool: &str) -> Running {
    site.start(&["worker", "--pools", pool, "--concurrency", "1"])
}

/// The most the process has held so far.
fn peak_mib(process: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
