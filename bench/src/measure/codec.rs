//! One core: the archive's write and read path beside the bare libraries, and the digest of rows.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use holdfast_archive::rows::{DigestKey, RowHasher};
use holdfast_archive::{Dek, PackReader, PackWriter};
use uuid::Uuid;
use zstd::bulk::{Compressor, Decompressor};

use crate::Outcome;
use crate::figures::Turns;
use crate::stage::Stage;
use crate::table::Table;

const FRAME_BYTES: usize = 4 << 20;
/// Enough rows of enough kinds.
const MOST_BYTES: usize = 64 << 20;
const LEVEL: i32 = 3;
/// The kernel counts a thread's time by its ticks of a few milliseconds: one pass over the text would be a handful of them.
const PASSES: u32 = 8;

pub fn run(stage: &Stage, rounds: usize, table: &mut Table) -> Outcome<()> {
    let text = rows(Path::new(&stage.rows_dir()))?;
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from([7; 32]));
    let [mut seal, mut bare_seal, mut open, mut bare_open, mut digest] = <[Turns; 5]>::default();
    for _ in 0..rounds.max(1) {
        let (pack, took) = timed(|| seal_pack(&dek, backup, &text))?;
        seal.add(took);
        let (frames, took) = timed(|| seal_bare(&cipher, &text))?;
        bare_seal.add(took);
        open.add(timed(|| open_pack(&dek, backup, &pack))?.1);
        bare_open.add(timed(|| open_bare(&cipher, &frames))?.1);
        digest.add(timed(|| digest_rows(&text))?.1);
    }
    let speed = |turns: &Turns| format!("{:.0} MB/s", text.len() as f64 / turns.median() / 1e6);
    let mut beside = |measure: &str, ours: &Turns, bare: &Turns| {
        table.ratio(measure, speed(ours), speed(bare), ours.over(bare), Some(1.05));
    };
    beside("a core writes a pack, beside zstd -3 and AES-256-GCM alone (ratio of time)", &seal, &bare_seal);
    beside("a core reads a pack, beside AES-256-GCM and zstd alone (ratio of time)", &open, &bare_open);
    table.figure("a core digests rows", speed(&digest));
    Ok(())
}

/// Seconds of a pass by this thread's own time, which others on the machine do not lengthen.
fn timed<T>(work: impl Fn() -> Outcome<T>) -> Outcome<(T, f64)> {
    let began = cpu_seconds()?;
    for _ in 1..PASSES {
        work()?;
    }
    let done = work()?;
    Ok((done, (cpu_seconds()? - began) / f64::from(PASSES)))
}

fn cpu_seconds() -> Outcome<f64> {
    let schedule = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = schedule.split(' ').next().ok_or("an empty schedstat")?.parse()?;
    Ok(nanoseconds as f64 / 1e9)
}

fn rows(directory: &Path) -> Outcome<Vec<u8>> {
    let mut text = Vec::new();
    let mut files = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    files.sort_by_key(|file| file.file_name());
    let share = MOST_BYTES / files.len().max(1);
    for file in files {
        let bytes = fs::read(file.path())?;
        // Whole rows: the digest reads rows.
        let most = bytes.len().min(share * 8);
        let end = bytes[..most].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        text.extend_from_slice(&bytes[..end]);
    }
    Ok(text)
}

fn seal_pack(dek: &Dek, backup: Uuid, text: &[u8]) -> Outcome<Vec<u8>> {
    let mut pack = PackWriter::create(dek, backup, 0, Vec::new())?;
    for frame in text.chunks(FRAME_BYTES) {
        let mut out = pack.begin_frame();
        out.write_all(frame)?;
        out.finish()?;
    }
    Ok(pack.finish()?.1)
}

fn open_pack(dek: &Dek, backup: Uuid, pack: &[u8]) -> Outcome<u64> {
    let mut reader = PackReader::open(dek, backup, 0, pack)?;
    let mut bytes = 0;
    while let Some(frame) = reader.next_frame(&mut io::sink())? {
        bytes += frame.raw_bytes;
    }
    Ok(bytes)
}

fn seal_bare(cipher: &Aes256Gcm, text: &[u8]) -> Outcome<Vec<(Vec<u8>, Tag)>> {
    let mut compressor = Compressor::new(LEVEL)?;
    let mut seal = |frame: &[u8]| -> Outcome<(Vec<u8>, Tag)> {
        let mut buffer = compressor.compress(frame)?;
        let sealed = cipher.encrypt_inout_detached(&Nonce::default(), b"", buffer.as_mut_slice().into());
        let tag = sealed.map_err(|_| "AES-GCM refused a frame")?;
        Ok((buffer, tag))
    };
    text.chunks(FRAME_BYTES).map(&mut seal).collect()
}

fn open_bare(cipher: &Aes256Gcm, frames: &[(Vec<u8>, Tag)]) -> Outcome<u64> {
    let mut decompressor = Decompressor::new()?;
    let mut bytes = 0;
    for (frame, tag) in frames {
        let mut buffer = frame.clone();
        let opened = cipher.decrypt_inout_detached(&Nonce::default(), b"", buffer.as_mut_slice().into(), tag);
        opened.map_err(|_| "AES-GCM refused a frame")?;
        bytes += decompressor.decompress(&buffer, FRAME_BYTES)?.len() as u64;
    }
    Ok(bytes)
}

fn digest_rows(text: &[u8]) -> Outcome<u64> {
    let mut hasher = RowHasher::new(&DigestKey::for_store("bench"));
    hasher.update(text);
    Ok(hasher.tally()?.rows)
}
