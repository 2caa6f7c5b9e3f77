//! Packs written by the crate: read again, read by the independent implementation, and damaged at random.

use std::io::{self, Read, Write};

use chrono::{DateTime, Utc};
use holdfast_archive::pack::{PackLabel, read_prologue};
use holdfast_archive::{
    ArchiveError, Dek, FrameInfo, Header, PROLOGUE_BYTES, PackDigest, PackOptions, PackReader, PackWriter,
    RecipientKind, generate_recipient, looks_sealed,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::independent;

fn write_pack(dek: &Dek, backup: Uuid, number: u32, frames: &[Vec<u8>]) -> (PackDigest, Vec<u8>, Vec<FrameInfo>) {
    let mut pack = PackWriter::create(dek, backup, number, Vec::new()).unwrap();
    let infos = frames.iter().map(|raw| write_frame(&mut pack, raw)).collect();
    let (digest, object) = pack.finish().unwrap();
    (digest, object, infos)
}

fn write_frame(pack: &mut PackWriter<Vec<u8>>, raw: &[u8]) -> FrameInfo {
    let mut frame = pack.begin_frame();
    frame.write_all(raw).unwrap();
    frame.finish().unwrap()
}

fn read_pack(dek: &Dek, backup: Uuid, number: u32, object: impl Read) -> Result<Vec<Vec<u8>>, ArchiveError> {
    let mut pack = PackReader::open(dek, backup, number, object)?;
    let mut frames = Vec::new();
    loop {
        let mut raw = Vec::new();
        if pack.next_frame(&mut raw)?.is_none() {
            return Ok(frames);
        }
        frames.push(raw);
    }
}

fn frames() -> Vec<Vec<u8>> {
    vec![b"a row\n".repeat(1000), Vec::new(), (0..=255).cycle().take(700_000).collect(), b"last\n".to_vec()]
}

#[test]
fn a_pack_reads_as_it_was_written_and_its_digest_is_that_of_its_bytes() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let (digest, object, infos) = write_pack(&dek, backup, 7, &frames());
    assert_eq!(read_pack(&dek, backup, 7, object.as_slice()).unwrap(), frames());
    assert_eq!((digest.number, digest.bytes), (7, object.len() as u64));
    assert_eq!(digest.sha256, hex::encode(Sha256::digest(&object)));
    assert_eq!(digest.crc32c, format!("{:08x}", crc32c::crc32c(&object)));
    assert_eq!(infos[0].offset, PROLOGUE_BYTES as u64);
    for (info, next) in infos.iter().zip(&infos[1..]) {
        assert_eq!((info.frame + 1, info.offset + info.stored_bytes), (next.frame, next.offset));
    }
}

#[test]
fn every_frame_opens_alone_at_its_offset() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let (_, object, infos) = write_pack(&dek, backup, 0, &frames());
    let prologue = read_prologue("a pack", object.as_slice()).unwrap();
    for (info, raw) in infos.iter().zip(frames()) {
        let input = &object[info.offset as usize..];
        let mut pack = PackReader::open_at(&dek, backup, 0, &prologue, info.frame, input).unwrap();
        let mut out = Vec::new();
        let read = pack.next_frame(&mut out).unwrap().unwrap();
        assert_eq!((out, read.frame, read.raw_bytes), (raw, info.frame, info.raw_bytes));
    }
    let mut wrong_number = PackReader::open_at(&dek, backup, 0, &prologue, 1, &object[PROLOGUE_BYTES..]).unwrap();
    assert!(matches!(wrong_number.next_frame(&mut io::sink()), Err(ArchiveError::Damaged { frame: 1, .. })));
}

#[test]
fn the_independent_reader_reads_what_the_crate_writes() {
    let backup = Uuid::now_v7();
    let dek = Dek::generate();
    let (private, public) = generate_recipient(RecipientKind::Store);
    let (_, escrow) = generate_recipient(RecipientKind::Escrow);
    let captured_at = DateTime::<Utc>::UNIX_EPOCH;
    let header = Header::create("acme", backup, captured_at, &dek, &[public, escrow]).unwrap();
    let raw_key = independent::key_bytes("hf-key-1:", &private.to_text());
    let raw_dek = independent::unwrap(&header.recipients[0].wrapped, &raw_key, "acme", backup, "store");
    let (_, object, _) = write_pack(&dek, backup, 3, &frames());
    assert_eq!(independent::open_pack(&raw_dek, backup, 3, &object), frames());
}

#[test]
fn a_frame_dropped_unfinished_leaves_no_trace() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let mut pack = PackWriter::create(&dek, backup, 0, Vec::new()).unwrap();
    write_frame(&mut pack, b"kept\n");
    pack.begin_frame().write_all(&b"dropped\n".repeat(100_000)).unwrap();
    assert_eq!(pack.next_frame(), 1);
    write_frame(&mut pack, b"kept too\n");
    let (_, object) = pack.finish().unwrap();
    let read = read_pack(&dek, backup, 0, object.as_slice()).unwrap();
    assert_eq!(read, [b"kept\n".to_vec(), b"kept too\n".to_vec()]);
}

#[test]
fn a_retried_pack_shares_no_byte_of_salt_or_ciphertext_with_the_first() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let [(_, first, _), (_, second, _)] = [0, 1].map(|_| write_pack(&dek, backup, 0, &frames()));
    assert_eq!(first[..32], second[..32]);
    assert_ne!(first[32..64], second[32..64]);
    assert_ne!(first[PROLOGUE_BYTES + 16..PROLOGUE_BYTES + 48], second[PROLOGUE_BYTES + 16..PROLOGUE_BYTES + 48]);
}

#[test]
fn a_pack_tells_its_label_without_a_key() {
    let backup = Uuid::now_v7();
    let (_, object, _) = write_pack(&Dek::generate(), backup, 9, &frames());
    looks_sealed(&object[..PROLOGUE_BYTES]).unwrap();
    assert_eq!(PackLabel::read("p", &object).unwrap(), PackLabel { backup, number: 9 });
    assert!(matches!(looks_sealed(b"INSERT INTO"), Err(ArchiveError::NotAnArchive { .. })));
    assert!(matches!(looks_sealed(&object[..95]), Err(ArchiveError::Truncated { bytes: 95, .. })));
}

#[test]
fn errors_name_the_object_and_where_in_it() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let (_, object, infos) = write_pack(&dek, backup, 4, &frames());
    let cut = infos[2].offset as usize;
    let told = read_pack(&dek, backup, 4, &object[..cut]).unwrap_err().to_string();
    assert_eq!(told, format!("{backup}/p/000004 is cut off after {cut} bytes: before its terminal frame"));
    let told = read_pack(&dek, backup, 5, object.as_slice()).unwrap_err().to_string();
    assert_eq!(
        told,
        format!("{backup}/p/000005 belongs elsewhere: it is {backup}/p/000004, expected {backup}/p/000005")
    );
    let told = read_pack(&Dek::generate(), backup, 4, object.as_slice()).unwrap_err().to_string();
    assert!(told.contains("p/000004 is not sealed with this backup's data key"), "{told}");
}

#[test]
fn every_level_of_compression_reads_the_same() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    for level in [1, 3, 9, 19] {
        let mut pack = PackWriter::create_with(&dek, backup, 0, &PackOptions { level }, Vec::new()).unwrap();
        write_frame(&mut pack, &frames()[2]);
        let (_, object) = pack.finish().unwrap();
        assert_eq!(read_pack(&dek, backup, 0, object.as_slice()).unwrap(), frames()[2..3]);
    }
}

/// A pack on a full disk: the error is the disk's, and says which pack.
#[test]
fn a_writer_that_fails_is_told_with_the_packs_name() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let backup = Uuid::now_v7();
    let mut pack = PackWriter::create(&Dek::generate(), backup, 2, Full(100)).unwrap();
    let mut frame = pack.begin_frame();
    frame.write_all(b"a row\n").unwrap();
    let refused = frame.finish().unwrap_err();
    assert!(refused.to_string().starts_with(&format!("{backup}/p/000002: ")), "{refused}");
    assert!(matches!(refused, ArchiveError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull));
}

#[test]
fn a_frame_of_one_huge_row_passes_through_in_pieces() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let piece: Vec<u8> = (0..1 << 20).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 13) as u8 | 1).collect();
    let mut pack = PackWriter::create(&dek, backup, 0, Vec::new()).unwrap();
    let mut frame = pack.begin_frame();
    (0..70).for_each(|_| frame.write_all(&piece).unwrap());
    let info = frame.finish().unwrap();
    let (_, object) = pack.finish().unwrap();
    let mut out = Pieces { expected: piece, seen: 0 };
    let mut pack = PackReader::open(&dek, backup, 0, object.as_slice()).unwrap();
    assert_eq!(pack.next_frame(&mut out).unwrap().unwrap().raw_bytes, 70 << 20);
    assert!(pack.next_frame(&mut out).unwrap().is_none());
    assert_eq!((out.seen as u64, info.raw_bytes), (70 << 20, 70 << 20));

    struct Pieces {
        expected: Vec<u8>,
        seen: usize,
    }
    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let at = self.seen % self.expected.len();
            let some = bytes.len().min(self.expected.len() - at);
            assert!(bytes[..some] == self.expected[at..at + some]);
            self.seen += some;
            Ok(some)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_frames_read_as_they_were_written(frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..6)) {
        let (dek, backup) = (Dek::generate(), Uuid::now_v7());
        let (_, object, _) = write_pack(&dek, backup, 1, &frames);
        prop_assert_eq!(read_pack(&dek, backup, 1, object.as_slice()).unwrap(), frames);
    }

    #[test]
    fn one_changed_byte_is_found_wherever_it_is(at in any::<prop::sample::Index>(), change in 1..=255u8) {
        let (dek, backup) = (Dek::generate(), Uuid::now_v7());
        let (_, mut object, _) = write_pack(&dek, backup, 1, &frames()[2..]);
        let at = at.index(object.len());
        object[at] ^= change;
        prop_assert!(read_pack(&dek, backup, 1, object.as_slice()).is_err());
    }

    #[test]
    fn a_pack_cut_anywhere_is_found(at in any::<prop::sample::Index>()) {
        let (dek, backup) = (Dek::generate(), Uuid::now_v7());
        let (_, object, _) = write_pack(&dek, backup, 1, &frames()[2..]);
        let refused = read_pack(&dek, backup, 1, &object[..at.index(object.len())]).unwrap_err();
        prop_assert!(matches!(refused, ArchiveError::Truncated { .. }), "{}", refused);
    }
}

/// Every byte of a small pack, not a sample of them.
#[test]
fn every_changed_byte_of_a_small_pack_is_found() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let (_, object, _) = write_pack(&dek, backup, 1, &[b"1\ta\n".to_vec(), b"2\tb\n".to_vec()]);
    for at in 0..object.len() {
        for bit in 0..8 {
            let mut flipped = object.clone();
            flipped[at] ^= 1 << bit;
            assert!(read_pack(&dek, backup, 1, flipped.as_slice()).is_err(), "bit {bit} of byte {at}");
        }
    }
}
