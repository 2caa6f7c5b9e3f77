//! The bytes' way: TCP, TLS over TCP, or a Unix socket, all blocking, all with timeouts.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use crate::error::MysqlError;
use crate::url::DatabaseUrl;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// Ends a connection from another thread: whatever is blocked on it returns at once with `Cancelled`.
#[derive(Clone)]
pub struct Canceller {
    end: Arc<End>,
    cancelled: Arc<AtomicBool>,
}

enum End {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Canceller {
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        // A socket that is closed already needs no shutting down.
        let _ = match &*self.end {
            End::Tcp(stream) => stream.shutdown(Shutdown::Both),
            End::Unix(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

impl Socket {
    pub(super) fn connect(url: &DatabaseUrl) -> Result<Socket, MysqlError> {
        let unreachable = |source| MysqlError::Unreachable { server: url.server(), source };
        if let Some(path) = url.socket() {
            return UnixStream::connect(path).map(Socket::Unix).map_err(unreachable);
        }
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the host name has no address");
        for address in (url.host(), url.port()).to_socket_addrs().map_err(unreachable)? {
            match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
                Ok(stream) => {
                    stream.set_nodelay(true).map_err(unreachable)?;
                    return Ok(Socket::Tcp(stream));
                }
                Err(error) => last = error,
            }
        }
        Err(unreachable(last))
    }

    /// Whether a password may be sent in the clear: nobody on the way can read it.
    pub(super) fn is_private(&self) -> bool {
        !matches!(self, Socket::Tcp(_))
    }

    pub(super) fn canceller(&self, cancelled: Arc<AtomicBool>) -> io::Result<Canceller> {
        let end = match self {
            Socket::Tcp(stream) => End::Tcp(stream.try_clone()?),
            Socket::Tls(stream) => End::Tcp(stream.sock.try_clone()?),
            Socket::Unix(stream) => End::Unix(stream.try_clone()?),
        };
        Ok(Canceller { end: Arc::new(end), cancelled })
    }

    /// `None` waits for ever.
    pub(super) fn set_timeouts(&self, read: Option<Duration>, write: Option<Duration>) -> io::Result<()> {
        match self {
            Socket::Tcp(stream) => stream.set_read_timeout(read).and_then(|()| stream.set_write_timeout(write)),
            Socket::Tls(stream) => {
                stream.sock.set_read_timeout(read).and_then(|()| stream.sock.set_write_timeout(write))
            }
            Socket::Unix(stream) => stream.set_read_timeout(read).and_then(|()| stream.set_write_timeout(write)),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.read(into),
            Socket::Unix(stream) => stream.read(into),
            Socket::Tls(stream) => stream.read(into),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => stream.write(bytes),
            Socket::Unix(stream) => stream.write(bytes),
            Socket::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Socket::Tcp(stream) => stream.flush(),
            Socket::Unix(stream) => stream.flush(),
            Socket::Tls(stream) => stream.flush(),
        }
    }
}
