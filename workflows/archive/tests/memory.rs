//! Memory is that of one compressed frame, whatever a row's size and whatever a length field claims. Alone in its
//! process, since it reads the process's own peak.

use std::fs;
use std::io::{self, Write};

use holdfast_archive::{ArchiveError, Dek, DigestKey, PackReader, PackWriter, RowHasher};
use uuid::Uuid;

const MIB: usize = 1 << 20;

fn peak_memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// A megabyte that zstd cannot make smaller.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..MIB).map(next).collect()
}

#[test]
fn memory_is_one_compressed_frame_whatever_is_written_or_claimed() {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let before = peak_memory();

    // A length that lies costs what arrives, not what it claims.
    let mut pack = PackWriter::create(&dek, backup, 0, Vec::new()).unwrap();
    pack.begin_frame().finish().unwrap();
    let mut object = pack.finish().unwrap().1;
    object[96..100].copy_from_slice(&(1280_u32 << 20).to_be_bytes());
    let mut reader = PackReader::open(&dek, backup, 0, object.as_slice()).unwrap();
    assert!(matches!(reader.next_frame(&mut io::sink()), Err(ArchiveError::Truncated { .. })));
    let claimed = peak_memory() - before;
    assert!(claimed < 32 * MIB, "a claim of 1.25 GiB took {} MiB", claimed / MIB);

    // A frame of 2 GiB that compresses well: neither side holds it.
    let mut pack = PackWriter::create(&dek, backup, 0, Vec::new()).unwrap();
    let row = [vec![b'x'; MIB - 1], b"\n".to_vec()].concat();
    let mut frame = pack.begin_frame();
    (0..2048).for_each(|_| frame.write_all(&row).unwrap());
    frame.finish().unwrap();
    let object = pack.finish().unwrap().1;
    let mut rows = RowHasher::new(&DigestKey::for_store("acme"));
    PackReader::open(&dek, backup, 0, object.as_slice()).unwrap().next_frame(&mut rows).unwrap();
    assert_eq!(rows.tally().unwrap().rows, 2048);
    let raw = peak_memory() - before;
    assert!(raw < 48 * MIB, "2 GiB of raw rows took {} MiB", raw / MIB);

    // One row of 96 MiB that does not compress at all, on its way to a file.
    let mut file = fs::File::create(std::env::temp_dir().join(backup.to_string())).unwrap();
    let mut pack = PackWriter::create(&dek, backup, 0, &mut file).unwrap();
    let mut frame = pack.begin_frame();
    (0..96).for_each(|seed| frame.write_all(&noise(seed * 7919)).unwrap());
    frame.finish().unwrap();
    pack.finish().unwrap();
    let written = peak_memory() - before;
    assert!(written < (96 + 48) * MIB, "writing a row of 96 MiB took {} MiB", written / MIB);

    let path = std::env::temp_dir().join(backup.to_string());
    let mut reader = PackReader::open(&dek, backup, 0, fs::File::open(&path).unwrap()).unwrap();
    fs::remove_file(path).unwrap();
    assert_eq!(reader.next_frame(&mut io::sink()).unwrap().unwrap().raw_bytes, 96 * MIB as u64);
    let read = peak_memory() - before;
    assert!(read < (96 + 96) * MIB, "reading a row of 96 MiB took {} MiB", read / MIB);
    println!("MiB: {} claimed, {} raw, {} written, {} read", claimed / MIB, raw / MIB, written / MIB, read / MIB);
}
