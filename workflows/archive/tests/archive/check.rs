//! What the checks find, each with the object's name.

use std::io::{self, Cursor, Write};

use chrono::{DateTime, Utc};
use holdfast_archive::check::{check_chain, check_names, check_objects, check_sealed};
use holdfast_archive::index::{Chunk, Index};
use holdfast_archive::manifest::{ArchiveKind, Contents};
use holdfast_archive::{Dek, DigestKey, Manifest, PackDigest, PackWriter, RowSum, SigningKey};
use uuid::Uuid;

use crate::sample::index;

fn contents(sequence: u64, previous: Option<&[u8]>) -> Contents {
    let pack = |number| PackDigest { number, bytes: 1, sha256: "00".into(), crc32c: "00".into() };
    Contents {
        format: 1,
        kind: ArchiveKind::Database,
        store: "acme".into(),
        backup: Uuid::from_u128(u128::from(sequence)),
        captured_at: DateTime::<Utc>::UNIX_EPOCH,
        sequence,
        previous: previous.map(Manifest::sha256),
        header_sha256: "00".into(),
        packs: vec![pack(0), pack(1)],
        index_pack: 1,
        tables: 0,
        rows: 0,
        raw_bytes: 0,
    }
}

/// Manifests 1 to 5 of one store, each naming the one before.
fn chain(key: &SigningKey) -> Vec<(String, Vec<u8>)> {
    let mut chain: Vec<(String, Vec<u8>)> = Vec::new();
    for sequence in 1..=5 {
        let previous = chain.last().map(|(_, bytes)| bytes.as_slice());
        chain.push((format!("m{sequence}"), Manifest::sign(contents(sequence, previous), key).to_bytes()));
    }
    chain
}

fn problems(chain: &[(String, Vec<u8>)]) -> Vec<String> {
    let links = chain.iter().map(|(object, bytes)| (object.as_str(), bytes.as_slice()));
    check_chain("acme", links).iter().map(ToString::to_string).collect()
}

#[test]
fn a_whole_chain_and_one_whose_oldest_expired_are_good() {
    let mut chain = chain(&SigningKey::generate());
    assert_eq!(problems(&chain), [""; 0]);
    chain.reverse();
    assert_eq!(problems(&chain), [""; 0]);
    assert_eq!(problems(&chain[..3]), [""; 0]);
}

#[test]
fn a_deleted_backup_leaves_a_gap_that_is_named() {
    let mut chain = chain(&SigningKey::generate());
    chain.remove(2);
    assert_eq!(problems(&chain), ["m4: backups 3 to 3 before it are gone"]);
}

#[test]
fn a_replaced_backup_breaks_the_chain_after_it() {
    let key = SigningKey::generate();
    let mut chain = chain(&key);
    let mut other = contents(3, Some(&chain[1].1));
    other.rows = 1;
    chain[2].1 = Manifest::sign(other, &key).to_bytes();
    assert_eq!(problems(&chain), ["m4: it does not follow m3: its hash of the manifest before differs"]);
}

#[test]
fn a_fork_a_foreign_manifest_and_an_unreadable_one_are_named() {
    let key = SigningKey::generate();
    let mut chain = chain(&key);
    let mut of_other_store = contents(6, None);
    of_other_store.store = "umbrella".into();
    chain.push(("fork".into(), Manifest::sign(contents(5, Some(&chain[3].1)), &key).to_bytes()));
    chain.push(("foreign".into(), Manifest::sign(of_other_store, &key).to_bytes()));
    chain.push(("broken".into(), b"{".to_vec()));
    let problems = problems(&chain);
    assert_eq!(problems[0], "foreign: it is of store umbrella");
    assert!(problems[1].starts_with("broken: the manifest cannot be read"), "{}", problems[1]);
    assert_eq!(problems[2], "fork: its sequence number 5 is also that of m5");
    assert_eq!(problems.len(), 3);
}

#[test]
fn missing_unreadable_and_altered_objects_are_named() {
    let key = SigningKey::generate();
    let manifest = Manifest::sign(contents(1, None), &key);
    let found = check_objects(&manifest, &[SigningKey::generate().verifying_key()], None, |object| {
        if object.ends_with("000000") { Ok(None) } else { Err(io::Error::from(io::ErrorKind::PermissionDenied)) }
    });
    let prefix = format!("acme/{}", manifest.backup);
    let objects: Vec<&str> = found.iter().map(|problem| problem.object.as_str()).collect();
    let [a, b, c, d] = ["manifest", "header", "p/000000", "p/000001"].map(|name| format!("{prefix}/{name}"));
    assert_eq!(objects, [&a, &b, &c, &d]);
    assert!(found[0].what.contains("is signed by"), "{}", found[0]);
    assert_eq!((found[1].what.as_str(), found[2].what.as_str()), ("it is missing", "it is missing"));
    assert_eq!(found[3].what, "it cannot be read: permission denied");
}

#[test]
fn an_object_the_manifest_does_not_speak_of_is_named() {
    let contents = contents(1, None);
    let prefix = format!("acme/{}", contents.backup);
    let keys = ["header", "manifest", "p/000000", "p/000001", "wraps/1", "p/000002", "p/00000", "x"]
        .map(|name| format!("{prefix}/{name}"));
    let strangers = check_names(&contents, keys.iter().map(String::as_str));
    let objects: Vec<&String> = strangers.iter().map(|problem| &problem.object).collect();
    assert_eq!(objects, [&keys[5], &keys[6], &keys[7]]);
}

/// One row in pack 0, the index in pack 1, after `alter` had its way with an index that was right.
fn sealed_problems(alter: impl Fn(&mut Index, &mut Contents)) -> Vec<String> {
    let dek = Dek::generate();
    let mut contents = contents(1, None);
    let mut pack = PackWriter::create(&dek, contents.backup, 0, Vec::new()).unwrap();
    let mut frame = pack.begin_frame();
    frame.write_all(b"7\n").unwrap();
    let frame = frame.finish().unwrap();
    let (_, rows) = pack.finish().unwrap();
    let sum = RowSum::of_row(&DigestKey::for_store("acme"), b"7\n");
    let mut index = index(vec![Chunk {
        pack: 0,
        offset: frame.offset,
        first_frame: 0,
        frames: 1,
        first_key: None,
        last_key: None,
        rows: 1,
        raw_bytes: 2,
        sum,
    }]);
    (index.tables[0].raw_bytes, index.tables[0].sum) = (2, sum);
    (contents.tables, contents.rows, contents.raw_bytes) = (1, 1, 2);
    alter(&mut index, &mut contents);
    let (_, sealed) = index.seal(&dek, contents.backup, 1, Vec::new()).unwrap();
    let open = |number| Ok(Cursor::new(if number == 0 { rows.clone() } else { sealed.clone() }));
    let prefix = format!("acme/{}/", contents.backup);
    let problems = check_sealed(&contents, &dek, open);
    problems.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
}

#[test]
fn rows_that_are_not_those_the_index_lists_are_named_with_their_table() {
    assert_eq!(sealed_problems(|_, _| ()), [""; 0]);
    let not_listed = ["p/000000: frames from 0 on are not the rows of table odd`name its index lists"];
    let other_sum = RowSum::of_row(&DigestKey::for_store("acme"), b"8\n");
    let altered = sealed_problems(|index, _| {
        index.tables[0].sum = other_sum;
        index.tables[0].chunks[0].sum = other_sum;
    });
    assert_eq!(altered, not_listed);
    assert_eq!(sealed_problems(|index, _| index.tables[0].chunks[0].offset += 1), not_listed);
}

#[test]
fn an_index_that_does_not_add_up_is_named() {
    let past = sealed_problems(|index, _| index.tables[0].chunks[0].first_frame = 5);
    assert_eq!(past, ["p/000000: a chunk of table odd`name lies past its last frame"]);
    let nowhere = sealed_problems(|index, _| index.tables[0].chunks[0].pack = 9);
    assert_eq!(nowhere, ["p/000009: the index lists rows in it and the manifest does not list it"]);
    let lost = sealed_problems(|index, _| index.tables[0].chunks.clear());
    assert_eq!(lost, ["p/000001: its index does not add up: chunks of table odd`name are not its rows"]);
    let told = sealed_problems(|_, contents| contents.rows = 2);
    assert_eq!(told, ["manifest: it says 2 rows, its index 1"]);
}
