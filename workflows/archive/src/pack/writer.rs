//! Writing a pack: each frame is compressed and sealed in one buffer, and goes out in one write.

use std::io::{self, Write};

use sha2::{Digest, Sha256};
use uuid::Uuid;
use zstd::stream::raw::{Encoder, InBuffer, Operation, OutBuffer};

use super::{FrameInfo, KEPT_BUFFER_BYTES, MAX_FRAME_BYTES, PackDigest, PackOptions, STEP_BYTES, object_name};
use crate::keys::{Dek, random_bytes};
use crate::seal::{FRAME_HEADER_BYTES, FrameHeader, PackSeal, SALT_BYTES, label};
use crate::{ArchiveError, Result};

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
    written: Written,
}

/// What has gone out so far, and its digests.
#[derive(Default)]
struct Written {
    bytes: u64,
    sha256: Sha256,
    crc32c: u32,
}

impl Written {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
        self.crc32c = crc32c::crc32c_append(self.crc32c, bytes);
    }

    fn digest(self, number: u32) -> PackDigest {
        PackDigest {
            number,
            bytes: self.bytes,
            sha256: hex::encode(self.sha256.finalize()),
            crc32c: format!("{:08x}", self.crc32c),
        }
    }
}

impl<W: Write> PackWriter<W> {
    /// Starts pack `number` of `backup` and writes its prologue.
    pub fn create(dek: &Dek, backup: Uuid, number: u32, out: W) -> Result<PackWriter<W>> {
        PackWriter::create_with(dek, backup, number, &PackOptions::default(), out)
    }

    pub fn create_with(dek: &Dek, backup: Uuid, number: u32, options: &PackOptions, out: W) -> Result<PackWriter<W>> {
        let object = object_name(backup, number);
        let label = label(backup, number);
        let salt = random_bytes::<SALT_BYTES>();
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
            written: Written::default(),
        };
        pack.buffer.extend_from_slice(&label);
        pack.buffer.extend_from_slice(salt.as_slice());
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
        self.written.bytes
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
        Ok((self.written.digest(self.number), self.out))
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
        let info = FrameInfo { frame, raw_bytes, stored_bytes: self.buffer.len() as u64, offset: self.written.bytes };
        self.write_buffer()?;
        Ok(info)
    }

    fn write_buffer(&mut self) -> Result<()> {
        self.written.add(&self.buffer);
        self.out.write_all(&self.buffer).map_err(|e| self.io(e))?;
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
