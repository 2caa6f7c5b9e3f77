//! A schema dumped, loaded into another server, and looked at with the servers' own client: nothing differs.

mod archive;
mod differences;
mod equal;
mod refusals;
mod servers;
