//! Reading a MySQL or MariaDB schema consistently and in parallel, and loading it again.

#![allow(clippy::missing_errors_doc)]

mod error;
mod url;
mod watch;
pub mod wire;

pub use error::{MysqlError, code};
pub use url::{DatabaseUrl, SslMode};
pub use watch::{Progress, Watch};
pub use wire::Connection;
