//! Database servers Holdfast starts itself: throwaway sandboxes for a restore to prove itself in, by Docker or as a
//! private local process, and the private Postgres of `holdfast up`.
//!
//! Every server started here dies with our process, by whatever means it ends; what a dead worker leaves on disk or in
//! the Docker engine, [`reap`] removes.

pub mod account;
pub mod error;
pub mod files;
pub mod greeting;
pub mod local;
pub mod owner;
mod password;
pub mod postgres;
pub mod process;
pub mod version;

pub use error::SandboxError;
pub use postgres::PrivatePostgres;
pub use version::{Product, Version};
