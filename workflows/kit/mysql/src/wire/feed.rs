//! LOAD DATA LOCAL served from a closure: the server asks for a file, it gets what the closure writes.

use std::io::{self, Write};

use super::channel::{Channel, HEADER};
use crate::error::MysqlError;

/// Small enough for every server's max_allowed_packet, large enough that the system calls do not count.
const PACKET_BYTES: usize = 128 << 10;

/// Takes the rows' text and sends it on in packets.
pub(super) struct Feed<'c> {
    channel: &'c mut Channel,
    packet: Vec<u8>,
    /// Why the connection failed, which the closure only sees as an I/O error.
    pub(super) failure: Option<MysqlError>,
}

impl<'c> Feed<'c> {
    pub(super) fn new(channel: &'c mut Channel) -> Feed<'c> {
        let mut packet = Vec::with_capacity(PACKET_BYTES);
        packet.resize(HEADER, 0);
        Feed { channel, packet, failure: None }
    }

    /// Sends what is left and the empty packet that ends the file.
    pub(super) fn finish(mut self) -> Result<(), MysqlError> {
        self.send().map_err(|error| self.failure.take().unwrap_or(MysqlError::Feed(error)))?;
        self.channel.send_framed(&mut [0; HEADER])
    }

    fn send(&mut self) -> io::Result<()> {
        if self.packet.len() > HEADER {
            self.channel.send_framed(&mut self.packet).map_err(|failure| {
                self.failure = Some(failure);
                io::Error::from(io::ErrorKind::BrokenPipe)
            })?;
            self.packet.truncate(HEADER);
        }
        Ok(())
    }
}

impl Write for Feed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.packet.len() == PACKET_BYTES {
            self.send()?;
        }
        let now = bytes.len().min(PACKET_BYTES - self.packet.len());
        self.packet.extend_from_slice(&bytes[..now]);
        Ok(now)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
