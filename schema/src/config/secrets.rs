//! Secrets are references: where to fetch the text, never the text itself.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::Fault;

/// A vault that has not answered by then will not.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// Where a secret is kept. Shown, logged and stored as this reference; only `resolve` gives the text, which is wiped when dropped.
///
/// One final newline, as editors and programs leave it, is not part of the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Secret {
    /// The name of an environment variable.
    Env(String),
    /// An absolute path.
    File(PathBuf),
    /// A program and its arguments, run without a shell: its standard output.
    Command(Vec<String>),
}

/// Why a secret could not be had. Names the reference, never what was found there.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{secret} is not set")]
    Unset { secret: Secret },
    #[error("{secret} cannot be read: {source}")]
    Unreadable { secret: Secret, source: io::Error },
    #[error("{secret} cannot be run: {source}")]
    NotRun { secret: Secret, source: io::Error },
    #[error("{secret} ended with {status}: {stderr}")]
    Failed { secret: Secret, status: ExitStatus, stderr: String },
    #[error("{secret} did not end within {} s", COMMAND_TIMEOUT.as_secs())]
    TimedOut { secret: Secret },
    #[error("{secret} is empty")]
    Empty { secret: Secret },
    #[error("{secret} is not UTF-8 text")]
    NotText { secret: Secret },
}

impl Secret {
    /// Fetches the text. A command gets 30 s.
    pub async fn resolve(&self) -> Result<Zeroizing<String>, SecretError> {
        self.resolve_within(COMMAND_TIMEOUT).await
    }

    async fn resolve_within(&self, timeout: Duration) -> Result<Zeroizing<String>, SecretError> {
        let bytes = match self {
            Secret::Env(name) => self.variable(name)?,
            Secret::File(path) => {
                let read = tokio::fs::read(path).await;
                Zeroizing::new(read.map_err(|source| SecretError::Unreadable { secret: self.clone(), source })?)
            }
            Secret::Command(arguments) => self.output(arguments, timeout).await?,
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| SecretError::NotText { secret: self.clone() })?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        match text.strip_suffix('\r').unwrap_or(text) {
            "" => Err(SecretError::Empty { secret: self.clone() }),
            text => Ok(Zeroizing::new(text.to_owned())),
        }
    }

    fn variable(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let value = std::env::var_os(name).ok_or_else(|| SecretError::Unset { secret: self.clone() })?;
        Ok(Zeroizing::new(value.into_encoded_bytes()))
    }

    async fn output(&self, arguments: &[String], timeout: Duration) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let not_run = |source| SecretError::NotRun { secret: self.clone(), source };
        let (program, rest) = arguments.split_first().ok_or_else(|| not_run(io::ErrorKind::InvalidInput.into()))?;
        let mut command = Command::new(program);
        command.args(rest).stdin(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(timeout, command.output())
            .await
            .map_err(|_| SecretError::TimedOut { secret: self.clone() })?
            .map_err(not_run)?;
        let stdout = Zeroizing::new(output.stdout);
        if output.status.success() {
            return Ok(stdout);
        }
        let stderr = last_line(&output.stderr);
        Err(SecretError::Failed { secret: self.clone(), status: output.status, stderr })
    }
}

/// What the command said last, short.
fn last_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    line.trim().chars().take(200).collect()
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Secret::Env(name) => write!(f, "the environment variable {name}"),
            Secret::File(path) => write!(f, "the secret file {}", path.display()),
            // Arguments may hold a path of a vault, but also what nobody should have put there.
            Secret::Command(arguments) => {
                write!(f, "the secret command {}", arguments.first().map_or("", String::as_str))
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

impl From<SecretError> for Fault {
    fn from(error: SecretError) -> Fault {
        let (what, why) = ("a secret could not be fetched", error.to_string());
        match error {
            // A vault that is away comes back; a variable does not set itself.
            SecretError::TimedOut { .. } | SecretError::Failed { .. } => {
                Fault::retry(what, why, "run the command by hand as the user of the worker")
            }
            SecretError::Unset { .. }
            | SecretError::Unreadable { .. }
            | SecretError::NotRun { .. }
            | SecretError::Empty { .. }
            | SecretError::NotText { .. } => Fault::stop(
                what,
                why,
                "put the secret there, for the user and on the machine of the worker",
                "configuration-invalid.md",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str]) -> Secret {
        Secret::Command(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_given_up_and_killed() {
        let error = command(&["sleep", "600"]).resolve_within(Duration::from_millis(50)).await.unwrap_err();
        assert!(matches!(error, SecretError::TimedOut { .. }), "{error}");
    }
}
