//! What keeps a server from starting, and what a person does about it.

use std::io;
use std::path::{Path, PathBuf};

use holdfast_schema::Fault;

const RUNBOOK: &str = "sandbox-does-not-start.md";

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("none of the accounts {names} exists to run a database server as")]
    NoAccount { names: String },
    #[error("{account} cannot enter {} on the way to {}", closed.display(), path.display())]
    Unreachable { path: PathBuf, closed: PathBuf, account: String },
    #[error("cannot {verb} {}", path.display())]
    Io {
        verb: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{program} cannot be run")]
    Spawn {
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("{program} ended with {status}; its last words: {log}")]
    Ended { program: String, status: String, log: String },
    #[error("{program} did not answer within {seconds} s; its last words: {log}")]
    Silent { program: String, seconds: u64, log: String },
    #[error("no {what} is installed")]
    NotInstalled { what: String, install: String },
    #[error("the data in {} was made by Postgres {made_by}, and only {installed} is installed", path.display())]
    OtherPostgres { path: PathBuf, made_by: String, installed: String },
    #[error("the source is {wanted}, the sandbox would be {found}")]
    OtherVersion { wanted: String, found: String },
    #[error("the Docker engine refused to {verb}")]
    Docker {
        verb: &'static str,
        #[source]
        source: Box<bollard::errors::Error>,
    },
    #[error("no Docker engine answers")]
    NoDocker {
        #[source]
        source: Box<bollard::errors::Error>,
    },
    #[error("no image {image} is there")]
    NoImage { image: String },
}

impl SandboxError {
    /// For `map_err`: names the act and the path of an I/O error.
    pub(crate) fn io(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SandboxError + use<> {
        let path = path.to_owned();
        move |source| SandboxError::Io { verb, path, source }
    }

    pub(crate) fn docker(verb: &'static str) -> impl FnOnce(bollard::errors::Error) -> SandboxError {
        move |source| SandboxError::Docker { verb, source: Box::new(source) }
    }

    /// The deepest cause, as the operating system or the engine put it.
    fn cause(&self) -> String {
        let mut cause: &dyn std::error::Error = self;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        cause.to_string()
    }
}

impl From<SandboxError> for Fault {
    fn from(error: SandboxError) -> Fault {
        let what = "a database server of our own did not start";
        let why = match error {
            SandboxError::Io { .. }
            | SandboxError::Spawn { .. }
            | SandboxError::Docker { .. }
            | SandboxError::NoDocker { .. } => {
                format!("{error}: {}", error.cause())
            }
            _ => error.to_string(),
        };
        match error {
            // A server that died or hangs may have met a busy machine; the engine's attempts decide.
            SandboxError::Ended { .. } | SandboxError::Silent { .. } | SandboxError::Docker { .. } => {
                Fault::retry(what, why, "read the server's last words; raise the sandbox's memory or free disk space")
                    .with_runbook(RUNBOOK)
            }
            SandboxError::Io { .. } => {
                Fault::retry(what, why, "check space and rights of the sandbox's disk_dir").with_runbook(RUNBOOK)
            }
            SandboxError::NoAccount { .. } => Fault::stop(
                what,
                why,
                "create one: `useradd --system mysql`, or run as a user that is not root",
                RUNBOOK,
            ),
            SandboxError::Unreachable { ref closed, ref account, .. } => {
                let next = format!(
                    "choose a data_dir outside {}, or let {account} enter it: `chmod o+x {}`",
                    closed.display(),
                    closed.display()
                );
                Fault::stop(what, why, next, RUNBOOK)
            }
            SandboxError::Spawn { .. } => {
                Fault::stop(what, why, "check the server's installation on this worker", RUNBOOK)
            }
            SandboxError::NotInstalled { ref install, .. } => Fault::stop(what, why, install.clone(), RUNBOOK),
            SandboxError::OtherPostgres { ref made_by, .. } => Fault::stop(
                what,
                why,
                format!("install postgresql-{made_by}, or move the data with pg_upgrade"),
                RUNBOOK,
            ),
            SandboxError::OtherVersion { ref wanted, .. } => Fault::stop(
                what,
                why,
                format!(
                    "install {wanted} or build its sandbox image on this worker, or allow another version in the sandbox's settings"
                ),
                RUNBOOK,
            ),
            SandboxError::NoDocker { .. } => {
                Fault::stop(what, why, "start the engine, or set the sandbox's engine to \"process\"", RUNBOOK)
            }
            SandboxError::NoImage { ref image } => Fault::stop(
                what,
                why,
                format!("pull or build {image}, or set the sandbox's engine to \"process\""),
                RUNBOOK,
            ),
        }
    }
}
