//! SIGTERM and ctrl-c ask for a graceful end.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::exit::Failure;

/// A token that is cancelled by the first SIGTERM, SIGINT or SIGHUP.
pub fn shutdown() -> Result<CancellationToken, Failure> {
    let token = CancellationToken::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        let mut signals = signal(kind).map_err(|error| Failure::failed("signals cannot be listened for", &error))?;
        let token = token.clone();
        tokio::spawn(async move {
            signals.recv().await;
            token.cancel();
        });
    }
    Ok(token)
}
