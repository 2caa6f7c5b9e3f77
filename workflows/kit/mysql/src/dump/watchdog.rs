//! A long dump must not take the shop down: an ALTER that waits for a table we have open makes every reader wait behind it.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::MysqlError;
use crate::session::open_reader;
use crate::snapshot::waiting_for_tables;
use crate::url::DatabaseUrl;
use crate::wire::{Canceller, Connection};

const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOCK_WAIT_SECONDS: u32 = 5;

/// Runs `work` while another thread watches, on a connection of its own, for sessions that have waited `seconds` for a table
/// of the schema. When one has, every connection of `cancellers` is cut and the failure says who waited.
pub(super) fn beside<T>(
    url: &DatabaseUrl,
    schema: &str,
    seconds: u32,
    cancellers: Vec<Canceller>,
    work: impl FnOnce() -> Result<T, MysqlError>,
) -> Result<T, MysqlError> {
    let mut connection = open_reader(url, LOCK_WAIT_SECONDS)?;
    let own = connection.canceller().ok();
    let gave_way = Mutex::new(None);
    let (done, stopped) = channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let stopped = stopped;
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK_EVERY) {
                if let Some(failure) = look(&mut connection, schema, seconds) {
                    *gave_way.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                    cancellers.iter().for_each(Canceller::cancel);
                    return;
                }
            }
        });
        // Dropped when the work ends, however it ends.
        let _done: Sender<()> = done;
        let ended = work();
        // It may have ended because the server has fallen silent: the look would wait for the same answer.
        if let (Err(_), Some(own)) = (&ended, &own) {
            own.cancel();
        }
        ended
    })
    .map_err(|error| gave_way.into_inner().unwrap_or_else(PoisonError::into_inner).unwrap_or(error))
}

/// A look that fails is no reason to give way: the dump's own connections will tell if the server is gone.
fn look(connection: &mut Connection, schema: &str, seconds: u32) -> Option<MysqlError> {
    let waiters = waiting_for_tables(connection, schema, seconds).unwrap_or_default();
    let who: Vec<String> = waiters.iter().map(ToString::to_string).collect();
    (!who.is_empty()).then(|| MysqlError::GaveWay { server: connection.server().to_owned(), who: who.join("; ") })
}
