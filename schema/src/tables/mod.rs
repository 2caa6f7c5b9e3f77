//! The tables as sea-orm entities: one file a table. Their SQL is in `migrations`.

pub mod attempt;
pub mod backup;
pub mod config_version;
pub mod copy;
pub mod run;
pub mod step;
pub mod verification;
