//! What is written down: configuration, faults, tables and their migrations.

pub mod fault;

pub use fault::Fault;
