//! Real servers for tests: a MariaDB and a Postgres in well under a second each, on free ports and sockets in a
//! directory of the test process. They die with it; what a killed test process leaves behind, the next one removes.
//!
//! Everything here blocks and works from plain and from async tests alike.

mod client;
mod docker;
mod mariadb;
mod place;
mod planted;
mod postgres;
mod runtime;

pub use client::sql_at;
pub use docker::DockerEngine;
pub use mariadb::MariaDb;
pub use place::{fresh_dir, templates};
pub use planted::Planted;
pub use postgres::Postgres;
