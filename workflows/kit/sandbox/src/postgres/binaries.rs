//! Which Postgres is installed here.

use std::path::{Path, PathBuf};

use crate::error::SandboxError;

/// The programs of one installed Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    pub initdb: PathBuf,
    pub postgres: PathBuf,
    /// As `PG_VERSION` of a data directory has it: `15`.
    pub major: String,
}

/// Where distributions put them, besides PATH.
const PARENTS: [&str; 3] = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/postgresql"];

impl Binaries {
    /// The newest installed Postgres, or the one that made the data in `data` when there are data.
    pub fn find(data: &Path) -> Result<Binaries, SandboxError> {
        let installed = installed();
        let Some(newest) = installed.first() else {
            let install = "install it: `apt-get install postgresql`, or set database_url".to_owned();
            return Err(SandboxError::NotInstalled { what: "Postgres server".to_owned(), install });
        };
        let Ok(made_by) = std::fs::read_to_string(data.join("PG_VERSION")) else { return Ok(newest.clone()) };
        let made_by = made_by.trim();
        installed.iter().find(|binaries| binaries.major == made_by).cloned().ok_or_else(|| {
            SandboxError::OtherPostgres {
                path: data.to_owned(),
                made_by: made_by.to_owned(),
                installed: installed.iter().map(|binaries| binaries.major.as_str()).collect::<Vec<_>>().join(", "),
            }
        })
    }
}

/// Newest first.
fn installed() -> Vec<Binaries> {
    let versioned = PARENTS.iter().filter_map(|parent| std::fs::read_dir(parent).ok()).flatten().flatten();
    let mut directories: Vec<PathBuf> = versioned.map(|entry| entry.path().join("bin")).collect();
    directories.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let mut found: Vec<Binaries> = directories.iter().filter_map(|directory| in_directory(directory)).collect();
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major.parse::<u32>().unwrap_or(0)));
    found.dedup_by(|a, b| a.major == b.major);
    found
}

fn in_directory(directory: &Path) -> Option<Binaries> {
    // A link in PATH leads to the directory that holds the server's other programs too.
    let postgres = directory.join("postgres").canonicalize().ok()?;
    let initdb = postgres.with_file_name("initdb");
    if !initdb.exists() {
        return None;
    }
    let from_path =
        postgres.ancestors().filter_map(|dir| dir.file_name()?.to_str()).find(|name| name.parse::<u32>().is_ok());
    let major = from_path.map(str::to_owned).or_else(|| ask_version(&postgres))?;
    Some(Binaries { initdb, postgres, major })
}

/// `postgres (PostgreSQL) 15.14 (Debian …)` → `15`.
fn ask_version(postgres: &Path) -> Option<String> {
    let output = std::process::Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(version.split('.').next()?.to_owned())
}
