//! The bridge from the dump's threads to a location: a pack's bytes leave the process as they are written.

use std::io;

use bytes::Bytes;
use holdfast_storage::{Location, Upload};
use tokio::runtime::Handle;

use crate::download::into_io;

/// Bytes gathered before a write to the location; what one open pack costs in memory.
const BUFFER_BYTES: usize = 1 << 20;

/// One pack on its way to a location. `Write` blocks its thread until the location has taken the bytes.
/// Dropped before [`PackUpload::finish`], it leaves nothing behind.
pub struct PackUpload {
    runtime: Handle,
    upload: Upload,
    buffer: Vec<u8>,
}

impl PackUpload {
    pub fn create(runtime: &Handle, location: &Location, key: &str) -> io::Result<PackUpload> {
        let upload = runtime.block_on(location.create(key)).map_err(into_io)?;
        Ok(PackUpload { runtime: runtime.clone(), upload, buffer: Vec::with_capacity(BUFFER_BYTES) })
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.send()?;
        self.runtime.block_on(self.upload.finish()).map_err(into_io)?;
        Ok(())
    }

    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let bytes = Bytes::from(std::mem::replace(&mut self.buffer, Vec::with_capacity(BUFFER_BYTES)));
        self.runtime.block_on(self.upload.write(bytes)).map_err(into_io)
    }
}

impl io::Write for PackUpload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = BUFFER_BYTES - self.buffer.len();
        let taken = bytes.len().min(room);
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == BUFFER_BYTES {
            self.send()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
