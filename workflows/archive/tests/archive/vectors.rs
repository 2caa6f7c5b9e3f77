//! `testdata/` was written by the independent implementation: the good files read, and every bad one is refused by name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use holdfast_archive::check::{ObjectDigest, digest_mismatch};
use holdfast_archive::check::{check_chain, check_header, check_objects, check_sealed};
use holdfast_archive::index::Index;
use holdfast_archive::{
    ArchiveError, ChunkReader, Dek, DigestKey, Header, Manifest, PackReader, RecipientKind, RecipientPrivate,
    RecipientPublic, Result, RowHasher, RowSum, SigningKey, VerifyingKey, pack_key,
};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

#[derive(Deserialize)]
struct Vectors {
    store: String,
    backup: Uuid,
    keys: Value,
    rows: Rows,
    bad: Vec<Bad>,
}

#[derive(Deserialize)]
struct Rows {
    each: Vec<RowSum>,
    sum: RowSum,
}

#[derive(Deserialize)]
struct Bad {
    file: String,
    kind: String,
    refused_as: String,
}

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(testdata(name)).unwrap()
}

fn vectors() -> Vectors {
    serde_json::from_slice(&bytes("vectors.json")).unwrap()
}

impl Vectors {
    fn key(&self, name: &str) -> &str {
        self.keys[name].as_str().unwrap()
    }

    fn store_key(&self) -> RecipientPrivate {
        RecipientPrivate::parse(self.key("store")).unwrap()
    }

    fn dek(&self) -> Dek {
        Header::parse(&bytes("good/header")).unwrap().unwrap(&self.store_key()).unwrap()
    }

    fn verifying(&self) -> VerifyingKey {
        VerifyingKey::parse(self.key("verifying")).unwrap()
    }

    fn read_pack(&self, object: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut pack = PackReader::open(&self.dek(), self.backup, 0, object)?;
        while pack.next_frame(out)?.is_some() {}
        Ok(())
    }
}

#[test]
fn the_good_backup_reads_from_header_to_rows() {
    let vectors = vectors();
    let manifest = Manifest::parse(&bytes("good/manifest")).unwrap();
    manifest.verify(&vectors.verifying()).unwrap();
    assert_eq!((manifest.store.as_str(), manifest.backup), (vectors.store.as_str(), vectors.backup));
    check_header(&manifest, &bytes("good/header")).unwrap();

    let index_object = bytes("good/p000001");
    let index = Index::open(&vectors.dek(), vectors.backup, manifest.index_pack, index_object.as_slice()).unwrap();
    assert_eq!(
        serde_json::to_value(&index).unwrap(),
        serde_json::from_slice::<Value>(&bytes("good/index.json")).unwrap()
    );

    let mut rows = Vec::new();
    vectors.read_pack(&bytes("good/p000000"), &mut rows).unwrap();
    assert_eq!(rows, bytes("good/rows.tsv"));
}

#[test]
fn each_recipients_key_opens_the_header_and_another_is_told_which_it_needs() {
    let vectors = vectors();
    let header = Header::parse(&bytes("good/header")).unwrap();
    for name in ["store", "escrow"] {
        let key = RecipientPrivate::parse(vectors.key(name)).unwrap();
        assert_eq!(key.id(), vectors.key(&format!("{name}_id")));
        let dek = header.unwrap(&key).unwrap();
        PackReader::open(&dek, vectors.backup, 0, bytes("good/p000000").as_slice()).unwrap();
    }
    let other = RecipientPrivate::parse(vectors.key("other")).unwrap();
    let refused = header.unwrap(&other).unwrap_err();
    let told = refused.to_string();
    assert!(matches!(refused, ArchiveError::WrongKey { .. }), "{told}");
    assert!(told.contains(other.id()) && told.contains(vectors.key("store_id")), "{told}");
    assert!(told.contains(vectors.key("escrow_id")) && told.contains("/header"), "{told}");
}

#[test]
fn key_texts_are_as_another_implementation_writes_them() {
    let vectors = vectors();
    let public = RecipientPublic::parse(RecipientKind::Store, vectors.key("store_public")).unwrap();
    assert_eq!(public, vectors.store_key().public(RecipientKind::Store));
    assert_eq!(public.to_text(), vectors.key("store_public"));
    assert_eq!(vectors.store_key().to_text().as_str(), vectors.key("store"));
    let signing = SigningKey::parse(vectors.key("signing")).unwrap();
    assert_eq!(signing.to_text().as_str(), vectors.key("signing"));
    assert_eq!(signing.verifying_key().to_text(), vectors.key("verifying"));
    assert_eq!(signing.id(), vectors.key("verifying_id"));
}

#[test]
fn sums_of_rows_are_as_another_implementation_adds_them() {
    let vectors = vectors();
    let key = DigestKey::for_store(&vectors.store);
    let text = bytes("good/rows.tsv");
    let each: Vec<RowSum> = text.split_inclusive(|byte| *byte == b'\n').map(|row| RowSum::of_row(&key, row)).collect();
    assert_eq!(each, vectors.rows.each);
    let mut hasher = RowHasher::new(&key);
    hasher.update(&text);
    assert_eq!(hasher.tally().unwrap().sum, vectors.rows.sum);
    assert_eq!(hasher.tally().unwrap().rows, each.len() as u64);
}

#[test]
fn every_bad_vector_is_refused_by_name() {
    let vectors = vectors();
    let mut missed = Vec::new();
    for bad in &vectors.bad {
        let object = bytes(&bad.file);
        let refused = match bad.kind.as_str() {
            "pack" => vectors.read_pack(&object, &mut Vec::new()),
            "header" => Header::parse(&object).and_then(|header| header.unwrap(&vectors.store_key()).map(drop)),
            "manifest" => Manifest::parse(&object).and_then(|manifest| manifest.verify(&vectors.verifying())),
            other => panic!("what is a {other}?"),
        };
        let found = refused.as_ref().map_or_else(variant, |()| "nothing".to_owned());
        if found != bad.refused_as {
            missed.push(format!("{} was refused as {found}, not {}: {refused:?}", bad.file, bad.refused_as));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(vectors.bad.len() > 70, "only {} bad vectors", vectors.bad.len());
}

#[test]
fn every_bad_file_is_listed() {
    let listed: BTreeSet<String> = vectors().bad.into_iter().map(|bad| bad.file).collect();
    let there: BTreeSet<String> = fs::read_dir(testdata("bad"))
        .unwrap()
        .map(|entry| format!("bad/{}", entry.unwrap().file_name().into_string().unwrap()))
        .collect();
    assert_eq!(listed, there);
}

#[test]
fn the_worked_example_of_the_format_is_the_vectors() {
    let vectors: Value = serde_json::from_slice(&bytes("vectors.json")).unwrap();
    let format = fs::read_to_string(testdata("../FORMAT.md")).unwrap();
    let told = |value: &Value| assert!(format.contains(value.as_str().unwrap()), "FORMAT.md lacks {value}");
    vectors["pack_0"].as_object().unwrap().values().for_each(told);
    for name in ["store", "store_id", "verifying", "verifying_id"] {
        told(&vectors["keys"][name]);
    }
    [&vectors["dek"], &vectors["rows"]["each"][0], &vectors["rows"]["sum"]].into_iter().for_each(told);
    let pack = bytes("good/p000000");
    [&pack[96..112], &pack[112..128], &pack[pack.len() - 32..pack.len() - 16], &pack[pack.len() - 16..]]
        .into_iter()
        .for_each(|part| told(&Value::from(hex::encode(part))));
}

#[test]
fn no_row_of_a_bad_frame_is_handed_on() {
    let vectors = vectors();
    let mut out = Vec::new();
    vectors.read_pack(&bytes("bad/pack-flip-ciphertext"), &mut out).unwrap_err();
    vectors.read_pack(&bytes("bad/pack-flip-tag"), &mut out).unwrap_err();
    vectors.read_pack(&bytes("bad/pack-frames-swapped"), &mut out).unwrap_err();
    assert!(out.is_empty());
}

#[test]
fn a_header_that_is_not_the_signed_one_is_a_digest_mismatch() {
    let manifest = Manifest::parse(&bytes("good/manifest")).unwrap();
    for bad in vectors().bad.iter().filter(|bad| bad.kind == "header") {
        let refused = check_header(&manifest, &bytes(&bad.file)).unwrap_err();
        assert!(matches!(refused, ArchiveError::DigestMismatch { .. }), "{}: {refused}", bad.file);
    }
}

#[test]
fn the_good_backup_checks_without_and_with_a_key() {
    let vectors = vectors();
    let manifest = Manifest::parse(&bytes("good/manifest")).unwrap();
    let object = |number: u32| bytes(&format!("good/p{number:06}"));
    let digest = |key: &str| {
        let number = (0..2).find(|number| key == pack_key(&vectors.store, &vectors.backup, *number));
        Ok(number.map(|number| digest_of(&object(number))))
    };
    let header = bytes("good/header");
    assert_eq!(check_objects(&manifest, &[vectors.verifying()], Some(&header), digest), []);
    let open = |number| Ok(std::io::Cursor::new(object(number)));
    assert_eq!(check_sealed(&manifest, &vectors.dek(), open), []);
    let (first, next) = (bytes("good/manifest"), bytes("good/next-manifest"));
    assert_eq!(check_chain(&vectors.store, [("b", next.as_slice()), ("a", first.as_slice())]), []);
}

#[test]
fn every_bad_pack_is_found_without_a_key_by_its_digest_and_with_one_by_its_tags() {
    let vectors = vectors();
    let manifest = Manifest::parse(&bytes("good/manifest")).unwrap();
    let name = pack_key(&vectors.store, &vectors.backup, 0);
    let pack = &manifest.packs[0];
    let expected = ObjectDigest { bytes: pack.bytes, sha256: pack.sha256.clone(), crc32c: pack.crc32c.clone() };
    for bad in vectors.bad.iter().filter(|bad| bad.kind == "pack") {
        let object = bytes(&bad.file);
        assert!(digest_mismatch(&name, &expected, &digest_of(&object)).is_some(), "{}", bad.file);
        let problems = check_sealed(&manifest, &vectors.dek(), |number| {
            Ok(std::io::Cursor::new(if number == 0 { object.clone() } else { bytes("good/p000001") }))
        });
        assert_eq!(problems.len(), 1, "{}: {problems:?}", bad.file);
        assert_eq!(problems[0].object, name, "{}", bad.file);
    }
}

#[test]
fn one_chunk_reads_alone() {
    let vectors = vectors();
    let index: Index = serde_json::from_slice(&bytes("good/index.json")).unwrap();
    let mut chunks = ChunkReader::new(&vectors.dek(), vectors.backup, |number, offset| {
        Ok(std::io::Cursor::new(bytes(&format!("good/p{number:06}")).split_off(offset as usize)))
    });
    let mut text = Vec::new();
    chunks.copy(&index.tables[0].chunks[1], &mut text).unwrap();
    assert!(bytes("good/rows.tsv").ends_with(&text));
    assert_eq!(text.len() as u64, index.tables[0].chunks[1].raw_bytes);
}

fn digest_of(object: &[u8]) -> ObjectDigest {
    ObjectDigest {
        bytes: object.len() as u64,
        sha256: hex::encode(Sha256::digest(object)),
        crc32c: format!("{:08x}", crc32c::crc32c(object)),
    }
}

/// The name of the error, as FORMAT.md says it.
fn variant(e: &ArchiveError) -> String {
    format!("{e:?}").split([' ', '{']).next().unwrap().to_owned()
}
