//! The bridge from a location to the loader's threads: ranged reads as `std::io::Read`, in bounded memory.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
use holdfast_storage::{Download, Location, StorageError};
use tokio::runtime::Handle;

pub struct BlockingDownload {
    runtime: Handle,
    download: Download,
    ready: Bytes,
}

impl BlockingDownload {
    /// Reads `key` from byte `offset` to its end. Call from a thread of its own, never from an async task.
    pub fn open(runtime: &Handle, location: &Location, key: &str, offset: u64) -> io::Result<BlockingDownload> {
        let download = runtime.block_on(location.open_read(key, offset..)).map_err(into_io)?;
        Ok(BlockingDownload { runtime: runtime.clone(), download, ready: Bytes::new() })
    }
}

impl Read for BlockingDownload {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() {
            match self.runtime.block_on(self.download.chunk()).map_err(into_io)? {
                Some(bytes) => self.ready = bytes,
                None => return Ok(0),
            }
        }
        let taken = self.ready.len().min(out.len());
        self.ready.copy_to_slice(&mut out[..taken]);
        Ok(taken)
    }
}

/// The storage error travels inside the `io::Error`, so that its fault can be told at the other end.
pub fn into_io(error: StorageError) -> io::Error {
    io::Error::other(error)
}
