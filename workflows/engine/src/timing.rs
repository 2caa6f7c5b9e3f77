//! How long the engine waits for what. Tests use short ones.

use std::time::Duration;

use crate::Backoff;

#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    /// A running step, and a worker, says this often that it is alive.
    pub heartbeat: Duration,
    /// Silent for this long, a step is given to another worker. A third of it is a sensible heartbeat.
    pub lease: Duration,
    /// Changed progress is written this often, between heartbeats.
    pub progress: Duration,
    /// The sweep looks this often for dead workers and due retries.
    pub sweep: Duration,
    /// A worker looks this often for deliveries whose notification it missed.
    pub poll: Duration,
    pub retry: Backoff,
    pub wait: Backoff,
    /// A step that answers Wait for longer than this stops.
    pub wait_deadline: Duration,
    /// A step whose worker died this often stops: it may be what kills them.
    pub max_rescues: i32,
    /// On shutdown, running steps have this long to finish before they are cancelled and given back.
    pub shutdown_grace: Duration,
    /// A cancelled step has this long to return before its future is dropped.
    pub cancel_grace: Duration,
    /// Leftovers of the queue and runs past `keep_runs` are removed this often.
    pub purge: Duration,
    /// A run's rows are kept this long after it is over.
    pub keep_runs: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Timing {
    /// A dead worker's step runs elsewhere within 30 s: the lease of 20 s, the sweep, and time to spare.
    fn default() -> Timing {
        Timing {
            heartbeat: Duration::from_secs(5),
            lease: Duration::from_secs(20),
            progress: Duration::from_secs(1),
            sweep: Duration::from_secs(1),
            poll: Duration::from_secs(2),
            retry: Backoff { first: Duration::from_secs(10), longest: 10 * MINUTE },
            wait: Backoff { first: Duration::from_secs(5), longest: 5 * MINUTE },
            wait_deadline: 3 * DAY,
            max_rescues: 20,
            shutdown_grace: Duration::from_secs(30),
            cancel_grace: Duration::from_secs(20),
            purge: 10 * MINUTE,
            keep_runs: 400 * DAY,
        }
    }
}
