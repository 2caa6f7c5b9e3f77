//! What a location answers when it does not do as asked. Every error names the location, the act and the key.

use std::io;

use holdfast_schema::Fault;
use rustix::io::Errno;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("{location} has no `{key}` to {verb}")]
    Absent { location: String, verb: &'static str, key: String },
    #[error("{location} already has `{key}`, and objects are never overwritten")]
    AlreadyExists { location: String, verb: &'static str, key: String },
    #[error("{location} refused to {verb} `{key}`")]
    Refused {
        location: String,
        verb: &'static str,
        key: String,
        #[source]
        source: io::Error,
    },
    #[error("{location} is full: it could not {verb} `{key}`")]
    Full {
        location: String,
        verb: &'static str,
        key: String,
        #[source]
        source: io::Error,
    },
    #[error("{location} cannot be reached to {verb} `{key}`: {why}")]
    Unreachable { location: String, verb: &'static str, key: String, why: String },
    #[error("{location} could not {verb} `{key}`")]
    Io {
        location: String,
        verb: &'static str,
        key: String,
        #[source]
        source: io::Error,
    },
    #[error("{location} cannot {verb} `{key}`: {why}")]
    BadKey { location: String, verb: &'static str, key: String, why: &'static str },
    #[error("{location} has the URL {url}, {why}")]
    BadUrl { location: String, url: String, why: String },
}

/// What was being done when something failed: turns an operating system's error into ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act<'a> {
    pub location: &'a str,
    pub verb: &'static str,
    pub key: &'a str,
}

impl Act<'_> {
    pub(crate) fn failed(self, source: io::Error) -> StorageError {
        let (location, verb, key) = (self.location.to_owned(), self.verb, self.key.to_owned());
        match source.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOENT) => StorageError::Absent { location, verb, key },
            Some(Errno::EXIST) => StorageError::AlreadyExists { location, verb, key },
            Some(Errno::NOSPC | Errno::DQUOT) => StorageError::Full { location, verb, key, source },
            Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => StorageError::Refused { location, verb, key, source },
            Some(Errno::NOTDIR | Errno::ISDIR) => {
                let why = "a key must not continue another object's key with a `/`";
                StorageError::BadKey { location, verb, key, why }
            }
            Some(Errno::STALE | Errno::NOTCONN | Errno::HOSTDOWN | Errno::TIMEDOUT | Errno::NODEV | Errno::NXIO) => {
                StorageError::Unreachable { location, verb, key, why: source.to_string() }
            }
            _ => StorageError::Io { location, verb, key, source },
        }
    }

    pub(crate) fn unreachable(self, why: impl Into<String>) -> StorageError {
        let (location, verb, key) = (self.location.to_owned(), self.verb, self.key.to_owned());
        StorageError::Unreachable { location, verb, key, why: why.into() }
    }
}

impl StorageError {
    /// The operating system's or the service's own words.
    fn why(&self) -> String {
        match self {
            StorageError::Refused { source, .. }
            | StorageError::Full { source, .. }
            | StorageError::Io { source, .. } => source.to_string(),
            StorageError::Unreachable { why, .. } | StorageError::BadUrl { why, .. } => why.clone(),
            StorageError::BadKey { why, .. } => (*why).to_owned(),
            StorageError::Absent { .. } => "it was never written, or it has been deleted".to_owned(),
            StorageError::AlreadyExists { .. } => "another attempt or another process wrote it first".to_owned(),
        }
    }
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Fault {
        Fault::from(&error)
    }
}

impl From<&StorageError> for Fault {
    fn from(error: &StorageError) -> Fault {
        let (what, why) = (error.to_string(), error.why());
        match error {
            StorageError::Absent { location, .. } => {
                let next = format!("see what {location} holds, and restore or back up from another copy");
                Fault::stop(what, why, next, "object-damaged.md")
            }
            StorageError::AlreadyExists { .. } => {
                let next = "start a new backup; if this happens again, look for a second writer to this location";
                Fault::stop(what, why, next, "location-refuses-writes.md")
            }
            StorageError::Refused { location, .. } => {
                let next = format!("give the worker's user the right on {location}, then retry the run");
                Fault::stop(what, why, next, "location-refuses-writes.md")
            }
            StorageError::Full { location, .. } => {
                let next = format!("free or add space on {location}, then retry the run");
                Fault::stop(what, why, next, "location-full.md")
            }
            StorageError::Unreachable { location, .. } => {
                let next = format!("mount or connect {location}; `holdfast check` says when it answers");
                Fault::retry(what, why, next).with_runbook("location-unreachable.md")
            }
            StorageError::Io { location, .. } => {
                let next = format!("look at the health of {location}'s disk or network");
                Fault::retry(what, why, next).with_runbook("location-unreachable.md")
            }
            StorageError::BadKey { .. } => Fault::stop(
                what,
                why,
                "rename the store to letters, digits, `-`, `_` and `.`",
                "configuration-invalid.md",
            ),
            StorageError::BadUrl { location, .. } => {
                let next = format!("correct the url of location {location}, e.g. file:///var/lib/holdfast/{location}");
                Fault::stop(what, why, next, "configuration-invalid.md")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_used_up_quota_are_both_full_and_say_so_to_a_person() {
        for errno in [Errno::NOSPC, Errno::DQUOT] {
            let act = Act { location: "hot", verb: "put", key: "acme/1/p/000003" };
            let fault = Fault::from(act.failed(errno.into()));
            assert_eq!(fault.what, "hot is full: it could not put `acme/1/p/000003`");
            assert_eq!(fault.runbook.as_deref(), Some("location-full.md"));
        }
    }
}
