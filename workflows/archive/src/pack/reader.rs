//! Reading a pack: a frame is believed when its tag holds, and a pack when its terminal frame came.

use std::io::{self, Read, Write};

use uuid::Uuid;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::{
    FrameInfo, KEPT_BUFFER_BYTES, MAX_FRAME_BYTES, PROLOGUE_BYTES, PackLabel, STEP_BYTES, object_name, read_prologue,
    read_up_to,
};
use crate::keys::Dek;
use crate::seal::{FRAME_HEADER_BYTES, FrameHeader, LABEL_BYTES, PackSeal, SALT_BYTES, TAG_BYTES, label};
use crate::{ArchiveError, Result};

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
