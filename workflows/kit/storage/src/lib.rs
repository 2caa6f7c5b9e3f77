//! Where archives live: one contract ([`backend`]), one conformance suite, a file a kind of location.
//!
//! A location is write-once: an object appears whole when its upload finishes and never changes afterwards. Keys are
//! segments of `A-Z a-z 0-9 . _ -` joined by `/`; see [`key`].

mod backend;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod digest;
mod error;
mod file;
mod key;
mod location;
mod probe;
mod transfer;

pub use backend::{Entry, Stat};
pub use digest::ObjectDigest;
pub use error::StorageError;
pub use location::Location;
pub use probe::Problem;
pub use transfer::{Download, Upload};

type Result<T> = std::result::Result<T, StorageError>;
