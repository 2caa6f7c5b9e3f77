//! Packets over a socket: a 4-byte header (3 of length, 1 of sequence) and at most 16 MiB − 1 of payload.
//!
//! Incoming bytes land in one fixed buffer and packets are handed out as ranges of it, so reading rows allocates
//! nothing. A packet larger than the buffer is taken in pieces.

use std::io::{self, ErrorKind, Read, Write};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::answer::refusal;
use super::socket::Socket;
use crate::error::MysqlError;

pub(super) const HEADER: usize = 4;
/// A payload of exactly this length is continued by the next packet.
pub(super) const FULL_PACKET: usize = 0xFF_FFFF;
/// Holds some thousand usual rows; one such buffer per connection is what reading costs in memory.
const BUFFER_BYTES: usize = 512 << 10;

pub(super) struct Channel {
    pub(super) socket: Socket,
    pub(super) server: String,
    /// What the present command is, in words that may stand in a fault.
    pub(super) doing: String,
    pub(super) cancelled: Arc<AtomicBool>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    sequence: u8,
}

impl Channel {
    pub(super) fn new(socket: Socket, server: String) -> Channel {
        Channel {
            socket,
            server,
            doing: "connecting".to_owned(),
            cancelled: Arc::default(),
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            sequence: 0,
        }
    }

    /// A packet of this length, header included, fits the buffer.
    pub(super) fn fits(length: usize) -> bool {
        HEADER + length <= BUFFER_BYTES
    }

    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// Length of the next packet's payload, which stays unread.
    pub(super) fn peek_length(&mut self) -> Result<usize, MysqlError> {
        self.need(HEADER)?;
        let head = &self.buffer[self.start..self.start + HEADER];
        Ok(usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16)
    }

    /// Takes the next packet whole; its length must fit (see `fits`). The range is good until the next read.
    pub(super) fn take_packet(&mut self, length: usize) -> Result<Range<usize>, MysqlError> {
        self.need(HEADER + length)?;
        self.sequence = self.buffer[self.start + 3].wrapping_add(1);
        let from = self.start + HEADER;
        self.start = from + length;
        Ok(from..self.start)
    }

    /// The next packet, which can only be a short one (a greeting, an OK, a column's description).
    pub(super) fn read_short(&mut self) -> Result<&[u8], MysqlError> {
        let length = self.peek_length()?;
        if !Self::fits(length) {
            return Err(self.broken(&format!("a packet of {length} bytes where a short one belongs")));
        }
        let range = self.take_packet(length)?;
        Ok(&self.buffer[range])
    }

    /// As `read_short`, and an ERR packet becomes its error.
    pub(super) fn read_answer(&mut self) -> Result<Vec<u8>, MysqlError> {
        let packet = self.read_short()?.to_vec();
        match packet.first() {
            Some(0xFF) => Err(refusal(&packet, &self.server, &self.doing)),
            Some(_) => Ok(packet),
            None => Err(self.broken("an empty packet where an answer belongs")),
        }
    }

    /// Takes only the header of the next packet; its payload follows by `take_some`.
    pub(super) fn take_header(&mut self) -> Result<usize, MysqlError> {
        let length = self.peek_length()?;
        self.sequence = self.buffer[self.start + 3].wrapping_add(1);
        self.start += HEADER;
        Ok(length)
    }

    /// Between 1 and `most` bytes of payload, whatever is there. `most` must not reach past the packet.
    pub(super) fn take_some(&mut self, most: usize) -> Result<Range<usize>, MysqlError> {
        self.need(1)?;
        let from = self.start;
        self.start = self.end.min(from + most);
        Ok(from..self.start)
    }

    /// Makes at least `count` unread bytes stand in a row in the buffer.
    #[inline]
    fn need(&mut self, count: usize) -> Result<(), MysqlError> {
        if self.end - self.start >= count { Ok(()) } else { self.fill(count) }
    }

    #[cold]
    fn fill(&mut self, count: usize) -> Result<(), MysqlError> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.start + count > self.buffer.len() || self.start > self.buffer.len() / 2 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        while self.end - self.start < count {
            match self.socket.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Err(self.lost(None)),
                Ok(read) => self.end += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.lost(Some(error))),
            }
        }
        Ok(())
    }

    /// The next packet we send has this number (the TLS request was sent on another channel).
    pub(super) fn follow_sequence(&mut self, sequence: u8) {
        self.sequence = sequence;
    }

    /// A new command: the first of its packets has sequence 0.
    pub(super) fn begin(&mut self) {
        self.sequence = 0;
    }

    /// Sends `first` and `rest` as one payload, split into as many packets as it takes.
    pub(super) fn send(&mut self, first: &[u8], rest: &[u8]) -> Result<(), MysqlError> {
        let total = first.len() + rest.len();
        let mut head = Vec::with_capacity(HEADER + first.len() + rest.len().min(64 << 10));
        let part = total.min(FULL_PACKET);
        self.push_header(&mut head, part);
        head.extend_from_slice(first);
        let (now, mut later) = rest.split_at(part - first.len());
        if now.len() <= 64 << 10 {
            head.extend_from_slice(now);
            self.write(&head)?;
        } else {
            self.write(&head)?;
            self.write(now)?;
        }
        let mut sent = part;
        while sent == FULL_PACKET {
            sent = later.len().min(FULL_PACKET);
            head.clear();
            self.push_header(&mut head, sent);
            self.write(&head)?;
            self.write(&later[..sent])?;
            later = &later[sent..];
        }
        Ok(())
    }

    /// Writes `packet`, whose first `HEADER` bytes are left free for the header, as one packet.
    pub(super) fn send_framed(&mut self, packet: &mut [u8]) -> Result<(), MysqlError> {
        let length = packet.len() - HEADER;
        packet[..HEADER].copy_from_slice(&[length as u8, (length >> 8) as u8, (length >> 16) as u8, self.sequence]);
        self.sequence = self.sequence.wrapping_add(1);
        self.write(packet)
    }

    fn push_header(&mut self, out: &mut Vec<u8>, length: usize) {
        out.extend_from_slice(&[length as u8, (length >> 8) as u8, (length >> 16) as u8, self.sequence]);
        self.sequence = self.sequence.wrapping_add(1);
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MysqlError> {
        let written = self.socket.write_all(bytes).and_then(|()| self.socket.flush());
        written.map_err(|error| self.lost(Some(error)))
    }

    fn lost(&self, source: Option<io::Error>) -> MysqlError {
        if self.cancelled.load(Ordering::SeqCst) {
            return MysqlError::Cancelled;
        }
        let (server, doing) = (self.server.clone(), self.doing.clone());
        match source {
            Some(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                MysqlError::Silent { server, doing }
            }
            source => MysqlError::Gone { server, doing, source },
        }
    }

    pub(super) fn broken(&self, problem: &str) -> MysqlError {
        MysqlError::Protocol { server: self.server.clone(), problem: problem.to_owned() }
    }
}
