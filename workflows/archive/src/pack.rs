//! Packs: a prologue, then frames of compressed and sealed row text, then a terminal frame that says it is the last.
//!
//! A frame is compressed and sealed in one buffer that the writer keeps, and goes out in one write. Memory is the
//! compressed frame, whatever its raw size.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zstd::stream::raw::{Decoder, Encoder, InBuffer, Operation, OutBuffer};

use crate::keys::Dek;
use crate::seal::{
    COMMITMENT_BYTES, FRAME_HEADER_BYTES, FrameHeader, LABEL_BYTES, MAGIC, PackSeal, SALT_BYTES, TAG_BYTES, label,
};
use crate::{ArchiveError, FORMAT, Result, SUITE};

/// Bytes before the first frame: label, salt, commitment.
pub const PROLOGUE_BYTES: usize = LABEL_BYTES + SALT_BYTES + COMMITMENT_BYTES;

/// The most ciphertext a frame may hold. A row of a server is at most 1 GiB, and escaping random bytes adds 2 percent.
pub const MAX_FRAME_BYTES: u32 = 1280 << 20;

/// Buffers larger than this are given back after the frame that needed them.
const KEPT_BUFFER_BYTES: usize = 16 << 20;
const STEP_BYTES: usize = 256 << 10;

/// What was written, as it was written: anyone can check the stored object against it with `sha256sum`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackDigest {
    pub number: u32,
    pub bytes: u64,
    /// Hex.
    pub sha256: String,
    /// Hex, of the Castagnoli CRC that object stores keep.
    pub crc32c: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameInfo {
    pub frame: u32,
    pub raw_bytes: u64,
    /// With the 16 bytes before and the 16 bytes after the ciphertext.
    pub stored_bytes: u64,
    /// Where the frame starts in the pack.
    pub offset: u64,
}

#[derive(Debug, Clone)]
pub struct PackOptions {
    /// zstd's level, 1 to 19. 3 keeps up with a database; 9 and more halve the speed for a few percent.
    pub level: i32,
}

impl Default for PackOptions {
    fn default() -> PackOptions {
        PackOptions { level: 3 }
    }
}

/// What a pack's errors call it: its name within the store.
fn object_name(backup: Uuid, number: u32) -> String {
    format!("{backup}/p/{number:06}")
}

/// Writes one pack. After an error the pack is lost: a new attempt is a new pack with a new salt.
pub struct PackWriter<W: Write> {
    out: W,
    object: String,
    number: u32,
    seal: PackSeal,
    encoder: Encoder<'static>,
    /// The frame being made: its header, then zstd's output, encrypted in place when the frame ends.
    buffer: Vec<u8>,
    next_frame: u32,
    stored_bytes: u64,
    sha256: Sha256,
    crc32c: u32,
}

impl<W: Write> PackWriter<W> {
    /// Starts pack `number` of `backup` and writes its prologue.
    pub fn create(dek: &Dek, backup: Uuid, number: u32, out: W) -> Result<PackWriter<W>> {
        PackWriter::create_with(dek, backup, number, &PackOptions::default(), out)
    }

    pub fn create_with(dek: &Dek, backup: Uuid, number: u32, options: &PackOptions, out: W) -> Result<PackWriter<W>> {
        let object = object_name(backup, number);
        let label = label(backup, number);
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|e| ArchiveError::Io { object: object.clone(), source: e.into() })?;
        let seal = PackSeal::derive(dek, label, &salt);
        let encoder =
            Encoder::new(options.level).map_err(|e| ArchiveError::Io { object: object.clone(), source: e })?;
        let mut pack = PackWriter {
            out,
            object,
            number,
            seal,
            encoder,
            buffer: Vec::new(),
            next_frame: 0,
            stored_bytes: 0,
            sha256: Sha256::new(),
            crc32c: 0,
        };
        pack.buffer.extend_from_slice(&label);
        pack.buffer.extend_from_slice(&salt);
        pack.buffer.extend_from_slice(pack.seal.commitment());
        pack.write_buffer()?;
        Ok(pack)
    }

    /// Starts a frame. Dropping it unfinished leaves the pack as if it had never been begun.
    pub fn begin_frame(&mut self) -> FrameWriter<'_, W> {
        self.buffer.clear();
        FrameWriter { pack: self, begun: false, raw_bytes: 0 }
    }

    /// Bytes written so far, prologue included.
    pub fn stored_bytes(&self) -> u64 {
        self.stored_bytes
    }

    /// The number the next frame will have.
    pub fn next_frame(&self) -> u32 {
        self.next_frame
    }

    pub fn number(&self) -> u32 {
        self.number
    }

    /// Writes the terminal frame, without which a pack counts as cut off.
    pub fn finish(mut self) -> Result<(PackDigest, W)> {
        self.buffer.clear();
        self.buffer.extend_from_slice(&[0; FRAME_HEADER_BYTES]);
        self.seal_buffer(true, 0)?;
        self.out.flush().map_err(|e| self.io(e))?;
        let digest = PackDigest {
            number: self.number,
            bytes: self.stored_bytes,
            sha256: hex::encode(self.sha256.finalize()),
            crc32c: format!("{:08x}", self.crc32c),
        };
        Ok((digest, self.out))
    }

    /// Seals the buffer (a header's room, then the text) as the next frame and writes it.
    fn seal_buffer(&mut self, last: bool, raw_bytes: u64) -> Result<FrameInfo> {
        let (head, text) = self.buffer.split_at_mut(FRAME_HEADER_BYTES);
        let length = u32::try_from(text.len()).ok().filter(|length| *length <= MAX_FRAME_BYTES);
        let length = length.ok_or_else(|| frame_too_large(&self.object))?;
        let header = FrameHeader { length, last, raw_bytes };
        head.copy_from_slice(&header.to_bytes());
        let frame = self.next_frame;
        // Counted before it is written: a number is never sealed twice, whatever the write does.
        self.next_frame = frame.checked_add(1).expect("a pack is closed long before 2^32 frames");
        let tag = self.seal.seal(frame, header, text);
        self.buffer.extend_from_slice(&tag);
        let info = FrameInfo { frame, raw_bytes, stored_bytes: self.buffer.len() as u64, offset: self.stored_bytes };
        self.write_buffer()?;
        Ok(info)
    }

    fn write_buffer(&mut self) -> Result<()> {
        self.sha256.update(&self.buffer);
        self.crc32c = crc32c::crc32c_append(self.crc32c, &self.buffer);
        self.out.write_all(&self.buffer).map_err(|e| self.io(e))?;
        self.stored_bytes += self.buffer.len() as u64;
        if self.buffer.capacity() > KEPT_BUFFER_BYTES {
            self.buffer = Vec::new();
        }
        Ok(())
    }

    fn io(&self, source: io::Error) -> ArchiveError {
        ArchiveError::Io { object: self.object.clone(), source }
    }
}

fn frame_too_large(object: &str) -> ArchiveError {
    ArchiveError::FrameTooLarge { object: object.to_owned(), limit: u64::from(MAX_FRAME_BYTES) }
}

/// Takes the raw bytes of one frame: whole rows, as many as the caller wants together.
pub struct FrameWriter<'a, W: Write> {
    pack: &'a mut PackWriter<W>,
    begun: bool,
    raw_bytes: u64,
}

impl<W: Write> FrameWriter<'_, W> {
    /// Raw bytes taken so far.
    pub fn raw_bytes(&self) -> u64 {
        self.raw_bytes
    }

    /// Compresses what is left, seals the frame and writes it.
    pub fn finish(mut self) -> Result<FrameInfo> {
        self.finish_text().map_err(|e| self.pack.io(e))?;
        self.pack.seal_buffer(false, self.raw_bytes)
    }

    fn finish_text(&mut self) -> io::Result<()> {
        self.begin()?;
        loop {
            let mut output = room(&mut self.pack.buffer);
            if self.pack.encoder.finish(&mut output, true)? == 0 {
                return Ok(());
            }
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.pack.encoder.reinit()?;
            self.pack.buffer.extend_from_slice(&[0; FRAME_HEADER_BYTES]);
            self.begun = true;
        }
        Ok(())
    }
}

impl<W: Write> Write for FrameWriter<'_, W> {
    fn write(&mut self, raw: &[u8]) -> io::Result<usize> {
        self.begin()?;
        let mut input = InBuffer::around(raw);
        while input.pos() < raw.len() {
            let mut output = room(&mut self.pack.buffer);
            self.pack.encoder.run(&mut input, &mut output)?;
        }
        if self.pack.buffer.len() > MAX_FRAME_BYTES as usize {
            return Err(io::Error::other(frame_too_large(&self.pack.object)));
        }
        self.raw_bytes += raw.len() as u64;
        Ok(raw.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Room at the end of `buffer` for zstd to write into. Doubling costs no memory that is not used: large blocks are
/// moved by remapping, and pages count when they are touched.
fn room(buffer: &mut Vec<u8>) -> OutBuffer<'_, Vec<u8>> {
    if buffer.capacity() - buffer.len() < STEP_BYTES / 4 {
        buffer.reserve(STEP_BYTES);
    }
    let end = buffer.len();
    OutBuffer::around_pos(buffer, end)
}

/// What a pack says it is, in clear. Not proof: only the data key gives that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackLabel {
    pub backup: Uuid,
    pub number: u32,
}

impl PackLabel {
    /// Reads the label of a pack from its first [`PROLOGUE_BYTES`] bytes.
    pub fn read(object: &str, first_bytes: &[u8]) -> Result<PackLabel> {
        let object = || object.to_owned();
        if !first_bytes.starts_with(&MAGIC[..MAGIC.len().min(first_bytes.len())]) {
            return Err(ArchiveError::NotAnArchive { object: object() });
        }
        let Some(prologue) = first_bytes.first_chunk::<PROLOGUE_BYTES>() else {
            let bytes = first_bytes.len() as u64;
            return Err(ArchiveError::Truncated { object: object(), bytes, what: "within its prologue" });
        };
        let [_, _, _, _, _, _, _, _, f0, f1, s0, s1, n0, n1, n2, n3, ..] = *prologue;
        let format = u32::from(u16::from_be_bytes([f0, f1]));
        let suite = u32::from(u16::from_be_bytes([s0, s1]));
        if format != FORMAT {
            return Err(ArchiveError::TooNew { object: object(), format });
        }
        if suite != SUITE {
            return Err(ArchiveError::UnknownSuite { object: object(), suite });
        }
        let mut backup = [0; 16];
        backup.copy_from_slice(&prologue[16..LABEL_BYTES]);
        Ok(PackLabel { backup: Uuid::from_bytes(backup), number: u32::from_be_bytes([n0, n1, n2, n3]) })
    }
}

/// Whether these first bytes are those of a sealed pack, as far as one without a key can see.
pub fn looks_sealed(first_bytes: &[u8]) -> Result<()> {
    PackLabel::read("the pack", first_bytes)?;
    let commitment = &first_bytes[LABEL_BYTES + SALT_BYTES..PROLOGUE_BYTES];
    if commitment.iter().all(|byte| *byte == 0) {
        return Err(ArchiveError::WrongCommitment { object: "the pack".into() });
    }
    Ok(())
}

/// Reads the first [`PROLOGUE_BYTES`] bytes of a pack, for [`PackReader::open_at`].
pub fn read_prologue(object: &str, mut input: impl Read) -> Result<[u8; PROLOGUE_BYTES]> {
    let mut prologue = [0; PROLOGUE_BYTES];
    let read = read_up_to(&mut input, &mut prologue)
        .map_err(|source| ArchiveError::Io { object: object.to_owned(), source })?;
    PackLabel::read(object, &prologue[..read])?;
    Ok(prologue)
}

/// Reads one pack and believes nothing in it that a tag has not vouched for.
pub struct PackReader<R: Read> {
    input: R,
    object: String,
    seal: PackSeal,
    decoder: Decoder<'static>,
    /// Keeps its length from frame to frame, so no byte of it is zeroed twice.
    sealed: Vec<u8>,
    raw: Vec<u8>,
    next_frame: u32,
    offset: u64,
    ended: bool,
}

impl<R: Read> PackReader<R> {
    /// Opens pack `number` of `backup` at its first byte.
    pub fn open(dek: &Dek, backup: Uuid, number: u32, mut input: R) -> Result<PackReader<R>> {
        let prologue = read_prologue(&object_name(backup, number), &mut input)?;
        let mut reader = PackReader::open_at(dek, backup, number, &prologue, 0, input)?;
        reader.offset = PROLOGUE_BYTES as u64;
        Ok(reader)
    }

    /// Opens the pack in the middle: `input` stands at the start of `first_frame`, `prologue` was read before.
    /// Offsets in [`FrameInfo`] and errors then count from there.
    pub fn open_at(
        dek: &Dek,
        backup: Uuid,
        number: u32,
        prologue: &[u8],
        first_frame: u32,
        input: R,
    ) -> Result<PackReader<R>> {
        let object = object_name(backup, number);
        let label_read = PackLabel::read(&object, prologue)?;
        if label_read != (PackLabel { backup, number }) {
            let found = object_name(label_read.backup, label_read.number);
            return Err(ArchiveError::Foreign { expected: object.clone(), object, found });
        }
        let (head, commitment) = prologue[..PROLOGUE_BYTES].split_at(LABEL_BYTES + SALT_BYTES);
        let salt = head.last_chunk::<SALT_BYTES>().expect("the prologue is whole");
        let seal = PackSeal::derive(dek, label(backup, number), salt);
        if !seal.commits_to(commitment) {
            return Err(ArchiveError::WrongCommitment { object });
        }
        let decoder = Decoder::new().map_err(|e| ArchiveError::Io { object: object.clone(), source: e })?;
        Ok(PackReader {
            input,
            object,
            seal,
            decoder,
            sealed: Vec::new(),
            raw: vec![0; STEP_BYTES],
            next_frame: first_frame,
            offset: 0,
            ended: false,
        })
    }

    /// The pack's name within its store, as errors say it.
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Writes the raw bytes of the next frame to `out`. `None` after the terminal frame, and only then: a pack that
    /// merely ends is cut off. Nothing reaches `out` from a frame whose tag does not hold.
    pub fn next_frame(&mut self, out: &mut impl Write) -> Result<Option<FrameInfo>> {
        if self.ended {
            return Ok(None);
        }
        let header = self.read_header()?;
        let (length, tag) = self.read_sealed(header)?;
        let frame = self.next_frame;
        if !self.seal.open(frame, header, &mut self.sealed[..length], tag) {
            return Err(self.damaged("its tag does not hold"));
        }
        if header.last {
            return self.end(header);
        }
        self.decompress(length, header.raw_bytes, out)?;
        let stored_bytes = (FRAME_HEADER_BYTES + length + TAG_BYTES) as u64;
        let info = FrameInfo { frame, raw_bytes: header.raw_bytes, stored_bytes, offset: self.offset };
        self.offset += stored_bytes;
        self.next_frame = frame.checked_add(1).ok_or_else(|| self.damaged("a pack has fewer than 2^32 frames"))?;
        if self.sealed.capacity() > KEPT_BUFFER_BYTES {
            self.sealed = Vec::new();
        }
        Ok(Some(info))
    }

    fn read_header(&mut self) -> Result<FrameHeader> {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        match read_up_to(&mut self.input, &mut bytes).map_err(|e| self.io(e))? {
            FRAME_HEADER_BYTES => {}
            0 => return Err(self.truncated(0, "before its terminal frame")),
            some => return Err(self.truncated(some, "within a frame")),
        }
        let header = FrameHeader::parse(bytes).ok_or_else(|| self.damaged("it has an unknown flag"))?;
        if header.length > MAX_FRAME_BYTES {
            return Err(self.damaged("its length is beyond any frame's"));
        }
        Ok(header)
    }

    /// Reads ciphertext and tag. The buffer grows as bytes arrive, so a length that lies costs no memory.
    fn read_sealed(&mut self, header: FrameHeader) -> Result<(usize, [u8; TAG_BYTES])> {
        let length = header.length as usize;
        let mut read = 0;
        while read < length {
            let step = length.min((read * 2).max(KEPT_BUFFER_BYTES));
            if self.sealed.len() < step {
                self.sealed.resize(step, 0);
            }
            let some = read_up_to(&mut self.input, &mut self.sealed[read..step]).map_err(|e| self.io(e))?;
            read += some;
            if read < step {
                return Err(self.truncated(FRAME_HEADER_BYTES + read, "within a frame"));
            }
        }
        let mut tag = [0; TAG_BYTES];
        let some = read_up_to(&mut self.input, &mut tag).map_err(|e| self.io(e))?;
        if some < TAG_BYTES {
            return Err(self.truncated(FRAME_HEADER_BYTES + length + some, "within a frame"));
        }
        Ok((length, tag))
    }

    fn end(&mut self, header: FrameHeader) -> Result<Option<FrameInfo>> {
        if header.length != 0 || header.raw_bytes != 0 {
            return Err(self.damaged("the terminal frame is not empty"));
        }
        if read_up_to(&mut self.input, &mut [0]).map_err(|e| self.io(e))? > 0 {
            return Err(ArchiveError::TrailingData { object: self.object.clone() });
        }
        self.ended = true;
        Ok(None)
    }

    /// Exactly one zstd frame of exactly `raw_bytes`; a writer that breaks its word is stopped when it does.
    fn decompress(&mut self, length: usize, raw_bytes: u64, out: &mut impl Write) -> Result<()> {
        self.decoder.reinit().map_err(|e| self.io(e))?;
        let mut written = 0;
        let mut input = InBuffer::around(&self.sealed[..length]);
        loop {
            let mut output = OutBuffer::around(self.raw.as_mut_slice());
            let before = input.pos();
            let Ok(hint) = self.decoder.run(&mut input, &mut output) else {
                return Err(self.damaged("it is not zstd"));
            };
            let some = output.pos();
            written += some as u64;
            if written > raw_bytes {
                return Err(self.damaged("it is longer than it says"));
            }
            let stuck = some == 0 && input.pos() == before;
            let at_end = input.pos() == length;
            out.write_all(&self.raw[..some]).map_err(|e| self.io(e))?;
            if hint == 0 {
                let whole = at_end && written == raw_bytes;
                return if whole { Ok(()) } else { Err(self.damaged("it is not one whole zstd frame")) };
            }
            if stuck {
                return Err(self.damaged("it is not one whole zstd frame"));
            }
        }
    }

    fn truncated(&self, beyond: usize, what: &'static str) -> ArchiveError {
        ArchiveError::Truncated { object: self.object.clone(), bytes: self.offset + beyond as u64, what }
    }

    fn damaged(&self, what: &'static str) -> ArchiveError {
        ArchiveError::Damaged { object: self.object.clone(), frame: self.next_frame, what }
    }

    fn io(&self, source: io::Error) -> ArchiveError {
        ArchiveError::Io { object: self.object.clone(), source }
    }
}

/// Fills `bytes` as far as the input goes, in bytes read.
fn read_up_to(input: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < bytes.len() {
        match input.read(&mut bytes[read..]) {
            Ok(0) => break,
            Ok(some) => read += some,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(read)
}
