//! Durable runs of named steps on a Postgres queue.
//!
//! **The ledger is the truth; the queue delivers.** A run, its steps and what became of every attempt are rows in the schema
//! `holdfast`. One task of the queue is one *delivery* of one attempt of one step: lost, late or double deliveries change
//! nothing, because only the newest delivery of a step can claim it, and only who claimed it can settle it.
//!
//! ```text
//!            start                 dispatch          claim             settle
//!  NewRun ─────────▶ waiting ─▶ ready ─────▶ queued ──────▶ running ──────────▶ succeeded │ stopped │ cancelled
//!                       after its  ▲                          │ fault: retry or wait, worker lost, shutdown
//!                       steps      └──────────────────────────┘
//! ```
//!
//! - [`Ledger`] starts runs, reads them, and takes a person's acts (retry, cancel, pause, resume).
//! - [`work`] runs steps in this process until it is told to stop; any number of processes share one ledger.
//! - [`tick`] starts the runs of schedules; any number of schedulers start one run a tick.
//!
//! Every change of step states happens under one advisory lock, so dispatch sees limits, priorities and the room of each
//! pool exactly, and no two transactions can deadlock. Claims and heartbeats touch one row each and take no lock.
//! A step runs at least once; it is settled exactly once.

mod backoff;
mod claim;
mod deliver;
mod dispatch;
mod error;
mod execute;
mod lease;
mod ledger;
mod listen;
mod operator;
mod overview;
mod presence;
mod progress;
mod schedule;
mod settle;
mod start;
mod step;
mod sweep;
mod timing;
mod verdict;
mod view;
mod watch;
mod work;

pub use backoff::Backoff;
pub use error::Error;

pub use holdfast_schema::tables::{run::RunState, run::Trigger, step::StepState};
pub use ledger::{Ledger, Purged};
pub use overview::{Overview, PoolView, WorkerView};
pub use progress::{Done, Progress};
pub use schedule::{LATE, Schedule, at_hand, due, tick};
pub use start::{NewRun, NewStep};
pub use step::{StepContext, StepFn, Workflow};
pub use sweep::Swept;
pub use timing::Timing;
pub use view::{AttemptView, Filter, RunView, StepView};
pub use watch::Watch;
pub use work::{PoolSize, work};
