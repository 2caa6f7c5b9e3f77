//! Objects on their way in and out.

use bytes::Bytes;

use crate::Result;
use crate::backend::{Reading, Stat, Writing};
use crate::file;

/// An object being written. Nothing is visible under its key before [`Upload::finish`]; dropping it aborts it.
#[derive(Debug)]
pub struct Upload(pub(crate) Up);

#[derive(Debug)]
pub(crate) enum Up {
    File(file::FileUpload),
}

impl Upload {
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        match &mut self.0 {
            Up::File(upload) => upload.write(bytes).await,
        }
    }

    /// Publishes the object, durably. `AlreadyExists` when the key is taken, and then nothing is left of the upload.
    pub async fn finish(self) -> Result<Stat> {
        match self.0 {
            Up::File(upload) => upload.finish().await,
        }
    }

    pub async fn abort(self) -> Result<()> {
        match self.0 {
            Up::File(upload) => upload.abort().await,
        }
    }
}

/// An object being read.
#[derive(Debug)]
pub struct Download(pub(crate) Down);

#[derive(Debug)]
pub(crate) enum Down {
    File(file::FileDownload),
}

impl Download {
    /// The next bytes, one MiB at most; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        match &mut self.0 {
            Down::File(download) => download.chunk().await,
        }
    }
}
