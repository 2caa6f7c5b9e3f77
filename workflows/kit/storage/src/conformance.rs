//! The proof of [`crate::backend`]'s contract: what every kind of location must do. Panics name what it does not.
//!
//! Each part works under a prefix of its own and may run any number of times on one location.

use bytes::Bytes;
use futures::future::join_all;
use uuid::Uuid;

use crate::{Location, ObjectDigest, StorageError};

const MIB: usize = 1 << 20;

/// Runs every part on `location`.
pub async fn conformance(location: &Location) {
    what_is_written_is_read_back(location).await;
    an_empty_object_is_an_object(location).await;
    an_absent_object_is_absent(location).await;
    a_range_is_exactly_its_bytes(location).await;
    of_eight_writers_of_one_key_one_wins(location).await;
    nothing_is_visible_before_the_upload_finishes(location).await;
    a_dropped_upload_leaves_nothing(location).await;
    a_live_upload_is_not_discarded(location).await;
    listing_goes_by_the_bytes_of_the_keys_in_pages(location).await;
    deleting_twice_is_no_error(location).await;
    keys_that_climb_out_are_refused(location).await;
    a_big_object_comes_in_bounded_pieces(location).await;
    assert_eq!(location.probe().await, [], "a location that conforms has no problems to tell");
}

fn prefix(part: &str) -> String {
    format!("conformance/{part}/{}", Uuid::now_v7().simple())
}

async fn keys(location: &Location, prefix: &str) -> Vec<String> {
    let entries = location.list(prefix, None, usize::MAX).await.unwrap();
    entries.into_iter().map(|entry| entry.key).collect()
}

async fn what_is_written_is_read_back(location: &Location) {
    let key = prefix("read-back") + "/p/000000";
    let every_byte: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let written = location.put(&key, &every_byte).await.unwrap();
    assert_eq!(written.bytes, 70_000);
    assert_eq!(location.get(&key).await.unwrap(), every_byte);
    assert_eq!(location.stat(&key).await.unwrap().unwrap().bytes, 70_000);
    assert_eq!(location.digest(&key).await.unwrap(), ObjectDigest::of(&every_byte));
    let age = chrono::Utc::now() - location.stat(&key).await.unwrap().unwrap().modified;
    assert!(age.num_seconds().abs() < 60, "an object was modified when it was written, not {age} ago");
}

async fn an_empty_object_is_an_object(location: &Location) {
    let key = prefix("empty");
    location.put(&key, b"").await.unwrap();
    assert_eq!(location.get(&key).await.unwrap(), b"".as_slice());
    assert_eq!(location.digest(&key).await.unwrap(), ObjectDigest::of(b""));
    assert_eq!(keys(location, &key).await, [key]);
}

async fn an_absent_object_is_absent(location: &Location) {
    let key = prefix("absent");
    assert_eq!(location.stat(&key).await.unwrap(), None);
    assert_eq!(keys(location, &key).await, [""; 0]);
    for answer in [location.get(&key).await.map(drop), location.digest(&key).await.map(drop)] {
        assert!(matches!(&answer, Err(StorageError::Absent { key: named, .. }) if *named == key), "{answer:?}");
    }
    location.put(&format!("{key}/below"), b"x").await.unwrap();
    assert_eq!(location.stat(&key).await.unwrap(), None, "what is on the way to an object is not one");
    assert!(matches!(location.get(&key).await, Err(StorageError::Absent { .. })));
}

async fn a_range_is_exactly_its_bytes(location: &Location) {
    let key = prefix("range");
    location.put(&key, b"0123456789").await.unwrap();
    let read = async |range: std::ops::Range<u64>| {
        let mut download = location.open_read(&key, range).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(chunk) = download.chunk().await.unwrap() {
            bytes.extend_from_slice(&chunk);
        }
        assert_eq!(download.chunk().await.unwrap(), None, "after the end comes nothing more");
        bytes
    };
    assert_eq!(read(0..1).await, b"0");
    assert_eq!(read(3..7).await, b"3456");
    assert_eq!(read(8..u64::MAX).await, b"89", "a range is cut at the object's end");
    assert_eq!(read(4..4).await, b"");
    assert_eq!(read(10..20).await, b"", "a range that begins at the end is empty");
    assert_eq!(read(99..100).await, b"");
}

async fn of_eight_writers_of_one_key_one_wins(location: &Location) {
    let key = prefix("race") + "/manifest";
    for round in 0..4 {
        let key = format!("{key}-{round}");
        let finished = join_all((0..8_u8).map(|writer| write_all(location, &key, writer))).await;
        let winners: Vec<u8> = (0..8).filter(|writer| finished[usize::from(*writer)].is_ok()).collect();
        assert_eq!(winners.len(), 1, "of eight writers these won: {winners:?}");
        let exists = |result: &Result<_, _>| matches!(result, Ok(_) | Err(StorageError::AlreadyExists { .. }));
        assert!(finished.iter().all(exists), "the others learn that it exists: {finished:?}");
        assert!(location.get(&key).await.unwrap().iter().all(|byte| *byte == winners[0]), "the winner's bytes stay");
        assert!(matches!(location.put(&key, b"later").await, Err(StorageError::AlreadyExists { .. })));
        assert_eq!(location.stat(&key).await.unwrap().unwrap().bytes, MIB as u64 + 7);
    }
}

async fn write_all(location: &Location, key: &str, writer: u8) -> Result<crate::Stat, StorageError> {
    let (location, key) = (location.clone(), key.to_owned());
    let writing = tokio::spawn(async move {
        let mut upload = location.create(&key).await?;
        upload.write(vec![writer; MIB].into()).await?;
        upload.write(vec![writer; 7].into()).await?;
        upload.finish().await
    });
    writing.await.unwrap()
}

async fn nothing_is_visible_before_the_upload_finishes(location: &Location) {
    let key = prefix("hidden") + "/p/000000";
    let mut upload = location.create(&key).await.unwrap();
    upload.write(vec![1; 3 * MIB].into()).await.unwrap();
    assert_eq!(location.stat(&key).await.unwrap(), None);
    assert!(matches!(location.get(&key).await, Err(StorageError::Absent { .. })));
    assert_eq!(keys(location, &key).await, [""; 0]);
    assert!(keys(location, "").await.iter().all(|listed| !listed.contains(&key)));
    upload.finish().await.unwrap();
    assert_eq!(keys(location, &key).await, [key]);
}

async fn a_dropped_upload_leaves_nothing(location: &Location) {
    let key = prefix("dropped");
    for abort in [false, true] {
        let mut upload = location.create(&key).await.unwrap();
        upload.write(vec![1; 2 * MIB].into()).await.unwrap();
        if abort {
            upload.abort().await.unwrap()
        } else {
            drop(upload)
        }
        assert_eq!(keys(location, &key).await, [""; 0]);
        assert_eq!(location.discard_uploads(&key).await.unwrap(), 0, "nothing is left over to discard");
    }
    location.put(&key, b"the key is free").await.unwrap();
}

async fn a_live_upload_is_not_discarded(location: &Location) {
    let key = prefix("live");
    let mut upload = location.create(&key).await.unwrap();
    upload.write(vec![1; 2 * MIB].into()).await.unwrap();
    assert_eq!(location.discard_uploads(&key).await.unwrap(), 0);
    upload.finish().await.unwrap();
    assert_eq!(location.stat(&key).await.unwrap().unwrap().bytes, 2 * MIB as u64);
}

async fn listing_goes_by_the_bytes_of_the_keys_in_pages(location: &Location) {
    let prefix = prefix("list") + "/";
    // In the order of their bytes: `-` and `.` come before `/`, which comes before digits, capitals, `_`, letters.
    let names =
        ["a-b", "a-b-", "a.b/0", "a/b", "a/b-c", "a/c/d/e", "a0", "aB", "aB0/1", "a_b", "aa", "ab/00", "ab/01", "b"];
    let expected: Vec<String> = names.iter().map(|name| format!("{prefix}{name}")).collect();
    for key in expected.iter().rev() {
        location.put(key, key.as_bytes()).await.unwrap();
    }
    assert_eq!(keys(location, &prefix).await, expected);
    for limit in [1, 2, 3, 5] {
        assert_eq!(paged(location, &prefix, limit).await, expected, "in pages of {limit}");
    }
    assert_eq!(keys(location, &format!("{prefix}a/")).await, expected[3..6]);
    assert_eq!(keys(location, &format!("{prefix}ab/0")).await, expected[11..13], "a prefix may end inside a name");
    assert_eq!(keys(location, &format!("{prefix}c")).await, [""; 0]);
    let after = format!("{prefix}a/b+");
    let rest = location.list(&prefix, Some(&after), 2).await.unwrap();
    let rest: Vec<&str> = rest.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(rest, expected[4..6], "a page may begin after a key that is not there");
}

async fn paged(location: &Location, prefix: &str, limit: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let page = location.list(prefix, all.last().map(String::as_str), limit).await.unwrap();
        assert!(page.len() <= limit);
        if page.is_empty() {
            return all;
        }
        for entry in page {
            assert_eq!(entry.bytes, entry.key.len() as u64);
            all.push(entry.key);
        }
    }
}

async fn deleting_twice_is_no_error(location: &Location) {
    let prefix = prefix("delete");
    let (key, other) = (format!("{prefix}/a/b"), format!("{prefix}/a/c"));
    location.put(&key, b"x").await.unwrap();
    location.put(&other, b"y").await.unwrap();
    assert!(location.delete(&key).await.unwrap());
    assert!(!location.delete(&key).await.unwrap());
    assert_eq!(keys(location, &prefix).await, [other.as_str()]);
    assert!(!location.delete(&format!("{prefix}/a")).await.unwrap(), "only objects can be deleted");
    assert!(location.delete(&other).await.unwrap());
    location.put(&key, b"again").await.unwrap();
    assert_eq!(location.get(&key).await.unwrap(), b"again".as_slice());
}

async fn keys_that_climb_out_are_refused(location: &Location) {
    for key in ["../escape", "a/../../escape", "/etc/passwd", "a//b", ".hidden", ""] {
        let refused = [
            location.put(key, b"x").await.map(drop),
            location.get(key).await.map(drop),
            location.delete(key).await.map(drop),
            location.stat(key).await.map(drop),
        ];
        assert!(refused.iter().all(|answer| matches!(answer, Err(StorageError::BadKey { .. }))), "{key}: {refused:?}");
    }
}

async fn a_big_object_comes_in_bounded_pieces(location: &Location) {
    let key = prefix("big");
    let piece = Bytes::from((0..MIB).map(|at| (at * 31 % 251) as u8).collect::<Vec<u8>>());
    let mut upload = location.create(&key).await.unwrap();
    for _ in 0..64 {
        upload.write(piece.clone()).await.unwrap();
    }
    assert_eq!(upload.finish().await.unwrap().bytes, 64 * MIB as u64);
    let mut download = location.open_read(&key, ..).await.unwrap();
    let mut bytes = 0;
    while let Some(chunk) = download.chunk().await.unwrap() {
        assert!(chunk.len() <= MIB, "a chunk is one MiB at most, not {}", chunk.len());
        bytes += chunk.len();
    }
    assert_eq!(bytes, 64 * MIB);
    assert_eq!(location.digest(&key).await.unwrap().bytes, 64 * MIB as u64);
    location.delete(&key).await.unwrap();
}
