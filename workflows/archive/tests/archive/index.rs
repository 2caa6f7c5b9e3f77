//! The index under seal.

use holdfast_archive::{ArchiveError, Dek, Index, PackReader, PackWriter};
use std::io::{self, Write};
use uuid::Uuid;

use crate::sample::index;

/// As many tables as a server of a few hundred tenants has: the index is larger than one frame.
fn large_index() -> Index {
    let mut index = index(vec![]);
    let mut table = index.tables.remove(0);
    for number in 0..5000 {
        table.name = format!("table_{number}");
        table.create = format!("CREATE TABLE `table_{number}` ({})", "`column` int(11) NOT NULL, ".repeat(40));
        index.tables.push(table.clone());
    }
    index
}

#[test]
fn an_index_of_any_size_reads_as_it_was_sealed() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let index = large_index();
    let (digest, object) = index.seal(&dek, backup, 12, Vec::new()).unwrap();
    assert_eq!((digest.number, digest.bytes), (12, object.len() as u64));
    assert!(Index::open(&dek, backup, 12, object.as_slice()).unwrap() == index);
    let mut frames = 0;
    let mut pack = PackReader::open(&dek, backup, 12, object.as_slice()).unwrap();
    while let Some(frame) = pack.next_frame(&mut io::sink()).unwrap() {
        assert!(frame.raw_bytes < 8 << 20);
        frames += 1;
    }
    assert!(frames > 1);
}

#[test]
fn an_index_that_is_cut_off_or_is_no_index_is_refused() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let (_, object) = index(vec![]).seal(&dek, backup, 1, Vec::new()).unwrap();
    let cut = &object[..object.len() - 32];
    assert!(matches!(Index::open(&dek, backup, 1, cut), Err(ArchiveError::Truncated { .. })));
    let mut pack = PackWriter::create(&dek, backup, 1, Vec::new()).unwrap();
    let mut frame = pack.begin_frame();
    frame.write_all(b"1\ta row\n").unwrap();
    frame.finish().unwrap();
    let (_, rows) = pack.finish().unwrap();
    let refused = Index::open(&dek, backup, 1, rows.as_slice()).unwrap_err().to_string();
    assert!(refused.starts_with(&format!("{backup}/p/000001 cannot be read: its index: ")), "{refused}");
}
