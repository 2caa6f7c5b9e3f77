//! Reading a MySQL or MariaDB schema consistently and in parallel, and loading it again.

#![allow(clippy::missing_errors_doc)]

mod check;
mod compare;
mod crew;
mod dump;
mod error;
mod exercise;
mod inventory;
mod load;
mod privileges;
mod read;
mod session;
mod snapshot;
pub mod target;
mod url;
mod watch;
pub mod wire;

pub use check::{CheckOptions, Finding, check};
pub use compare::{CompareOptions, Problem, assert_checks, compare};
pub use dump::{DumpOptions, Dumped, NonTransactional, dump};
pub use error::{MysqlError, code};
pub use exercise::exercise;
pub use inventory::{Inventory, schema_digest};
pub use load::{Definers, LoadOptions, Loaded, load};
pub use url::{DatabaseUrl, SslMode};
pub use watch::{Progress, Watch};
pub use wire::Connection;
