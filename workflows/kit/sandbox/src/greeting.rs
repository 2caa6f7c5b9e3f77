//! The first packet of a MySQL or MariaDB server: it says that connections are served, and which version serves them.
//! Reading it needs no client and no password.

use std::path::Path;

use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

/// The version the server on this socket states; `None` while it does not serve.
pub async fn greeting(socket: &Path) -> Option<String> {
    let mut stream = UnixStream::connect(socket).await.ok()?;
    let mut head = [0_u8; 5];
    stream.read_exact(&mut head).await.ok()?;
    // Length (3 bytes), sequence number, then the protocol: 10; anything else is an error packet.
    let [low, middle, high, _, protocol] = head;
    if protocol != 10 {
        return None;
    }
    let mut rest = vec![0_u8; (u32::from_le_bytes([low, middle, high, 0]) as usize).saturating_sub(1)];
    stream.read_exact(&mut rest).await.ok()?;
    let version = rest.split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(version).into_owned())
}
