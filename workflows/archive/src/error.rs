//! What can be wrong with an archive, each with the object's name.

use std::io;

pub type Result<T> = std::result::Result<T, ArchiveError>;

/// `object` is the object's name within its store (`0198…/p/000003`), or what stands in its place (`the header`).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    #[error("wrong key: this is {has}, and {object} is sealed for {}", one_of(.needs))]
    WrongKey { object: String, has: String, needs: Vec<String> },

    /// The pack is this one by its name and label, but the data key does not fit what its first bytes commit to.
    #[error("{object} is not sealed with this backup's data key, or its first bytes are damaged")]
    WrongCommitment { object: String },

    #[error("{object} belongs elsewhere: it is {found}, expected {expected}")]
    Foreign { object: String, expected: String, found: String },

    #[error("{object} is cut off after {bytes} bytes: {what}")]
    Truncated { object: String, bytes: u64, what: &'static str },

    /// A frame that does not open: flipped bits, or a frame from another place.
    #[error("{object} is damaged in frame {frame}: {what}")]
    Damaged { object: String, frame: u32, what: &'static str },

    #[error("{object} goes on after its last frame")]
    TrailingData { object: String },

    #[error("{object} is not part of a Holdfast archive")]
    NotAnArchive { object: String },

    #[error("{object} has format {format}, this Holdfast reads up to {}: use a newer one", crate::FORMAT)]
    TooNew { object: String, format: u32 },

    #[error("{object} is sealed with suite {suite}, this Holdfast knows {}: use a newer one", crate::SUITE)]
    UnknownSuite { object: String, suite: u32 },

    #[error("{object} cannot be read: {what}")]
    Malformed { object: String, what: String },

    #[error("{object} is not what was sealed for this key: it or its header was altered")]
    WrapInvalid { object: String },

    #[error("{object} was altered: its signature by {signer} does not hold")]
    SignatureInvalid { object: String, signer: String },

    #[error("{object} is signed by {signer}, which is not {}", one_of(.trusted))]
    UnknownSigner { object: String, signer: String, trusted: Vec<String> },

    #[error("{object} has {field} {found}, its manifest says {expected}")]
    DigestMismatch { object: String, field: &'static str, expected: String, found: String },

    #[error("an archive needs at least one {missing} key to be sealed for")]
    MissingRecipient { missing: &'static str },

    #[error("key {id} is given twice: a store's key and its escrow keys are different keys")]
    DuplicateRecipient { id: String },

    /// A row whose compressed text alone is larger than a frame can be.
    #[error("a frame of {object} grew past {limit} bytes compressed: no row can be that large")]
    FrameTooLarge { object: String, limit: u64 },

    #[error("a key cannot be read: expected {expected}")]
    BadKey { expected: String },

    #[error("the backup holds no table {table}")]
    NoSuchTable { table: String },

    #[error("row text is malformed: {what}")]
    BadRow { what: &'static str },

    #[error("{object}: {source}")]
    Io {
        object: String,
        #[source]
        source: io::Error,
    },
}

fn one_of(ids: &[String]) -> String {
    match ids {
        [] => "nobody".to_owned(),
        [only] => only.clone(),
        many => format!("one of {}", many.join(", ")),
    }
}
