//! The whole system through its commands, on real servers: what comes back, what is told when something is wrong, and what
//! a person can do about it. One program, so that its tests share the servers they start.

#[path = "../support/mod.rs"]
mod support;

mod archive;
mod commands;
mod consistency;
mod damage;
mod faults;
mod memory;
mod operator;
mod readme;
mod roundtrip;
mod secrets;
