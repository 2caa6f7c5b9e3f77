//! What is measured, a file each.

pub mod codec;
pub mod engine;
pub mod one_table;
pub mod sandbox;
pub mod transfer;
