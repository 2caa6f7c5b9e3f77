//! Database servers Holdfast starts itself: throwaway sandboxes for a restore to prove itself in, by Docker or as a
//! private local process, and the private Postgres of `holdfast up`.
//!
//! Every server started here dies with our process, by whatever means it ends; what a dead worker leaves on disk or in
//! the Docker engine, [`reap`] removes.

pub mod account;
mod available;
mod docker;
pub mod error;
pub mod files;
pub mod greeting;
pub mod local;
pub mod owner;
mod password;
mod place;
pub mod postgres;
pub mod process;
mod reaper;
mod request;
mod sandbox;
pub mod version;

pub use available::available;
pub use error::SandboxError;
pub use password::new_password;
pub use postgres::PrivatePostgres;
pub use reaper::{Reaped, reap};
pub use request::{EngineChoice, Request};
pub use sandbox::{Kind, Sandbox, start};
pub use version::{Product, Version};
