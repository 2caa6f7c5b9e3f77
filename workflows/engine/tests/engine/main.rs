//! The engine on a real Postgres.

mod crashes;
mod dispatching;
mod runs;
mod schedules;
mod support;
