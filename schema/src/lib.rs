//! What is written down: configuration, faults, tables and their migrations.

pub mod config;
pub mod fault;
pub mod migrations;
pub mod tables;

pub use fault::Fault;
