//! What a sandbox is asked to be, and the server settings that make it so.

use std::path::PathBuf;

use crate::error::SandboxError;
use crate::version::{Product, Version};

const MIB: u64 = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// Docker when an engine answers and has, or can be given, the image; else a local process.
    #[default]
    Auto,
    Docker,
    Process,
}

/// A throwaway server for one step.
#[derive(Debug, Clone)]
pub struct Request {
    pub product: Product,
    /// The source's, as it states it (`10.11.6-MariaDB-log`): the sandbox has the same product and series (10.11).
    pub version: String,
    /// Takes another series of the same product when the source's is not to be had.
    pub allow_other_version: bool,
    /// The most a container may use; a local process sizes its buffer pool by it.
    pub memory_bytes: u64,
    /// Expected size of the data once loaded. Small data live in memory (Docker); `None` counts as big.
    pub data_bytes: Option<u64>,
    /// Everything of the sandbox that lies on a disk lies here, and is removed with it.
    pub disk_dir: PathBuf,
    /// The step it is for: what the reaper asks about.
    pub owner: String,
    /// Named in the URL. Not created: whoever loads knows its character set.
    pub schema: String,
    pub engine: EngineChoice,
    /// `unix:///path/docker.sock`; `None`: `DOCKER_HOST`, else the usual socket.
    pub docker_host: Option<String>,
    /// Looked for in this order; `{product}` and `{series}` are filled in.
    pub images: Vec<String>,
    /// With the source's own durability instead of the throwaway's.
    pub durable: bool,
    pub lower_case_table_names: u8,
    pub character_set_server: Option<String>,
    pub collation_server: Option<String>,
}

impl Request {
    /// A sandbox with the usual settings: 1 GiB, engine `Auto`, not durable.
    pub fn new(product: Product, version: &str, disk_dir: impl Into<PathBuf>, owner: &str, schema: &str) -> Request {
        Request {
            product,
            version: version.to_owned(),
            allow_other_version: false,
            memory_bytes: 1024 * MIB,
            data_bytes: None,
            disk_dir: disk_dir.into(),
            owner: owner.to_owned(),
            schema: schema.to_owned(),
            engine: EngineChoice::Auto,
            docker_host: None,
            images: vec!["holdfast-sandbox:{product}-{series}".to_owned(), "{product}:{series}".to_owned()],
            durable: false,
            lower_case_table_names: 0,
            character_set_server: None,
            collation_server: None,
        }
    }

    pub(crate) fn wanted(&self) -> Result<Version, SandboxError> {
        Version::numbers(self.product, &self.version)
            .ok_or_else(|| SandboxError::OtherVersion { wanted: self.version.clone(), found: "unknown".to_owned() })
    }

    /// Refuses a server of another product, or of another series unless that is allowed.
    pub(crate) fn accept(&self, found: Version) -> Result<(), SandboxError> {
        let wanted = self.wanted()?;
        let acceptable = found.same_series(wanted) || (self.allow_other_version && found.product == wanted.product);
        if acceptable {
            Ok(())
        } else {
            Err(SandboxError::OtherVersion { wanted: wanted.to_string(), found: found.to_string() })
        }
    }

    pub(crate) fn image_names(&self) -> Result<Vec<String>, SandboxError> {
        let series = self.wanted()?.series();
        let fill = |pattern: &String| pattern.replace("{product}", self.product.name()).replace("{series}", &series);
        Ok(self.images.iter().map(fill).collect())
    }

    /// Whether the data, with indexes, undo and temporary tables, fit into half the memory.
    pub(crate) fn fits_memory(&self) -> bool {
        self.data_bytes.is_some_and(|bytes| bytes * 3 + 128 * MIB <= self.memory_bytes / 2)
    }

    /// Settings of the server, but for its paths. `tmp` is its directory for temporary files, and the only one it may
    /// read and write files in on behalf of SQL.
    pub(crate) fn server_args(&self, tmp: &str, data_in_memory: bool) -> Vec<String> {
        let pool = self.memory_bytes / if data_in_memory { 5 } else { 2 };
        let log = (self.memory_bytes / 4).clamp(64 * MIB, 1024 * MIB);
        let mut args: Vec<String> = ALWAYS.iter().map(|arg| (*arg).to_owned()).collect();
        args.push(format!("--innodb-buffer-pool-size={}", (pool / MIB).max(64) * MIB));
        args.push(format!("--lower-case-table-names={}", self.lower_case_table_names));
        args.extend(self.character_set_server.iter().map(|name| format!("--character-set-server={name}")));
        args.extend(self.collation_server.iter().map(|name| format!("--collation-server={name}")));
        match self.product {
            // MariaDB has no NULL here, which would forbid it altogether.
            Product::MariaDb => {
                args.extend([format!("--innodb-log-file-size={log}"), format!("--secure-file-priv={tmp}")])
            }
            Product::MySql => {
                args.extend(["--mysqlx=0", "--secure-file-priv=NULL", "--disable-log-bin"].map(str::to_owned));
                args.push(format!("--innodb-redo-log-capacity={log}"));
            }
        }
        if !self.durable {
            args.extend(THROWAWAY.iter().map(|arg| (*arg).to_owned()));
        }
        args
    }
}

const ALWAYS: [&str; 8] = [
    "--skip-networking",
    "--skip-name-resolve",
    "--event-scheduler=OFF",
    "--local-infile=1",
    "--max-allowed-packet=1G",
    "--net-read-timeout=1800",
    "--net-write-timeout=1800",
    "--performance-schema=OFF",
];

/// A crash ends the sandbox anyway: nothing needs to survive it.
const THROWAWAY: [&str; 5] = [
    // Several LOAD DATA into one table with AUTO_INCREMENT run side by side; replicas, which could disagree, there are none.
    "--innodb-autoinc-lock-mode=2",
    "--innodb-flush-log-at-trx-commit=0",
    "--sync-binlog=0",
    "--innodb-doublewrite=OFF",
    "--innodb-flush-method=O_DIRECT_NO_FSYNC",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_series_is_refused_unless_allowed_and_another_product_always() {
        let mut request = Request::new(Product::MariaDb, "10.11.6-MariaDB-log", "/tmp", "step", "shop");
        let version = |text| Version::parse(text).unwrap();
        assert!(request.accept(version("10.11.19-MariaDB")).is_ok());
        let refusal = request.accept(version("10.6.21-MariaDB")).unwrap_err().to_string();
        assert_eq!(refusal, "the source is mariadb 10.11.6, the sandbox would be mariadb 10.6.21");
        assert!(request.accept(version("8.0.36")).is_err());
        request.allow_other_version = true;
        assert!(request.accept(version("10.6.21-MariaDB")).is_ok());
        assert!(request.accept(version("8.0.36")).is_err());
    }

    #[test]
    fn images_are_looked_for_by_product_and_series() {
        let request = Request::new(Product::MySql, "8.4.2", "/tmp", "step", "shop");
        assert_eq!(request.image_names().unwrap(), ["holdfast-sandbox:mysql-8.4", "mysql:8.4"]);
    }

    #[test]
    fn data_live_in_memory_only_when_they_surely_fit() {
        let mut request = Request::new(Product::MariaDb, "10.11", "/tmp", "step", "shop");
        assert!(!request.fits_memory());
        request.data_bytes = Some(100 * MIB);
        assert!(request.fits_memory());
        request.data_bytes = Some(200 * MIB);
        assert!(!request.fits_memory());
    }
}
