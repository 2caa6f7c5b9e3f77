//! A MariaDB or MySQL server as a private local process, on a data directory copied from a template.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::account::{Account, make_reachable, own_dir};
use crate::error::SandboxError;
use crate::files::{copy_tree, remove_tree};
use crate::greeting::greeting;
use crate::password::write_private;
use crate::process::{Server, ServerCommand};
use crate::version::{Product, Version};

const START_LIMIT: Duration = Duration::from_secs(60);
const SOCKET: &str = "mysqld.sock";
const STOP_GRACE: Duration = Duration::from_secs(20);

/// A server installed on this machine.
#[derive(Debug, Clone)]
pub struct Installed {
    pub program: PathBuf,
    pub version: Version,
}

impl Installed {
    /// Every MariaDB and MySQL server in the usual places and in PATH.
    pub fn all() -> Vec<Installed> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let directories = ["/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/mysql/bin"].map(PathBuf::from);
        let directories: Vec<PathBuf> = directories.into_iter().chain(std::env::split_paths(&path)).collect();
        let programs = directories.iter().flat_map(|dir| ["mariadbd", "mysqld"].map(|name| dir.join(name)));
        let mut programs: Vec<PathBuf> = programs.filter_map(|program| program.canonicalize().ok()).collect();
        programs.sort();
        programs.dedup();
        programs.into_iter().filter_map(Installed::at).collect()
    }

    /// The server at `program`, asked for its version.
    pub fn at(program: PathBuf) -> Option<Installed> {
        let output = std::process::Command::new(&program).args(["--no-defaults", "--version"]).output().ok()?;
        Some(Installed { version: Version::parse(&String::from_utf8_lossy(&output.stdout))?, program })
    }

    /// An installed server of `product`, the newest.
    pub fn of(product: Product) -> Result<Installed, SandboxError> {
        let newest = Installed::all().into_iter().filter(|installed| installed.version.product == product);
        newest.max_by_key(|installed| installed.version).ok_or_else(|| SandboxError::NotInstalled {
            what: format!("{} server", product.name()),
            install: format!("install it: `apt-get install {}-server`", product.name()),
        })
    }

    /// A freshly initialised data directory of this server under `templates`, made once and then copied.
    /// Others may make it at the same moment: the first to finish wins, the others' work is thrown away.
    pub async fn template(&self, templates: &Path, lower_case_table_names: u8) -> Result<PathBuf, SandboxError> {
        let account = server_account()?;
        let name = format!("{}-{lower_case_table_names}", self.version.to_string().replace(' ', "-"));
        let template = templates.join(&name);
        if template.exists() {
            return Ok(template);
        }
        let work = templates.join(format!("{name}.{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&work).map_err(SandboxError::io("create", &work))?;
        make_reachable(&work.join("data"), account.as_ref())?;
        own_dir(&work, account.as_ref())?;
        let command = self.initialise(&work, lower_case_table_names).account(account.as_ref());
        command.run().await?;
        let renamed = fs::rename(work.join("data"), &template);
        remove_tree(&work)?;
        if template.exists() {
            Ok(template)
        } else {
            renamed.map(|()| template).map_err(SandboxError::io("rename", &work))
        }
    }

    fn initialise(&self, work: &Path, lower_case_table_names: u8) -> ServerCommand {
        let log = work.join("initialise.log");
        let common = [
            "--no-defaults".to_owned(),
            format!("--datadir={}", work.join("data").display()),
            format!("--tmpdir={}", work.display()),
            format!("--lower-case-table-names={lower_case_table_names}"),
        ];
        match self.version.product {
            Product::MariaDb => {
                let program = self
                    .program
                    .parent()
                    .and_then(Path::parent)
                    .unwrap_or(Path::new("/usr"))
                    .join("bin/mariadb-install-db");
                let further = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"];
                ServerCommand::new(&program, &log).args(common).args(further).args(["--innodb-log-file-size=16M"])
            }
            Product::MySql => ServerCommand::new(&self.program, &log).args(common).args(["--initialize-insecure"]),
        }
    }
}

/// MariaDB's and MySQL's own account, or `nobody`; `None` when we are not root.
pub fn server_account() -> Result<Option<Account>, SandboxError> {
    Account::for_server(&["mysql", "mariadb", "nobody"])
}

/// A running private server: its files under one directory, its socket in one with a short path.
#[derive(Debug)]
pub struct LocalServer {
    server: Server,
    socket: PathBuf,
    version: String,
}

impl LocalServer {
    /// Starts `installed` on `dir/data` with `args` and `password` for `root`, from anywhere it can be reached.
    /// The data directory is copied from `template` unless it is there; the socket is made in `socket_dir`.
    pub async fn start(
        installed: &Installed,
        dir: &Path,
        socket_dir: &Path,
        template: &Path,
        password: &str,
        args: &[String],
    ) -> Result<LocalServer, SandboxError> {
        let account = server_account()?;
        prepare(dir, socket_dir, template, account.as_ref())?;
        let init_file = dir.join("init.sql");
        write_private(&init_file, &accounts_sql(installed.version.product, password))?;
        account.as_ref().map_or(Ok(()), |account| account.give(&init_file))?;
        let command = ServerCommand::new(&installed.program, &dir.join("server.log")).account(account.as_ref());
        let server = command.args(paths(dir, socket_dir)).args(args.iter().cloned()).spawn().await?;
        let socket = socket_dir.join(SOCKET);
        let version = server.wait_ready(START_LIMIT, || greeting(&socket)).await?;
        let _ = fs::remove_file(&init_file);
        // Only now may others enter; the password still stands before them.
        fs::set_permissions(socket_dir, fs::Permissions::from_mode(0o755))
            .map_err(SandboxError::io("open", socket_dir))?;
        Ok(LocalServer { server, socket, version })
    }

    pub fn socket(&self) -> PathBuf {
        self.socket.clone()
    }

    /// As the server states it in its greeting.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn last_words(&self) -> String {
        self.server.last_words()
    }

    /// Ends it in order; data stay.
    pub async fn stop(self) {
        self.server.stop(STOP_GRACE).await;
    }

    /// Ends it as a power cut would; data stay.
    pub async fn kill(self) {
        self.server.kill();
        self.server.exited().await;
    }
}

/// Makes the directories of a server.
fn prepare(dir: &Path, socket_dir: &Path, template: &Path, account: Option<&Account>) -> Result<(), SandboxError> {
    fs::create_dir_all(dir).map_err(SandboxError::io("create", dir))?;
    let data = dir.join("data");
    make_reachable(&data, account)?;
    if !data.exists() {
        copy_tree(template, &data, account)?;
    }
    own_dir(&dir.join("tmp"), account)?;
    own_dir(socket_dir, account)
}

fn paths(dir: &Path, socket_dir: &Path) -> [String; 6] {
    [
        "--no-defaults".to_owned(),
        format!("--datadir={}", dir.join("data").display()),
        format!("--tmpdir={}", dir.join("tmp").display()),
        format!("--socket={}", socket_dir.join(SOCKET).display()),
        format!("--pid-file={}", dir.join("data/mysqld.pid").display()),
        format!("--init-file={}", dir.join("init.sql").display()),
    ]
}

/// `root` with a password, from the socket and from any host, and no other account. One statement a line, as init files are read.
pub(crate) fn accounts_sql(product: Product, password: &str) -> String {
    let from_anywhere = format!(
        "CREATE USER IF NOT EXISTS root@'%' IDENTIFIED BY '{password}';\nALTER USER root@'%' IDENTIFIED BY '{password}';\nGRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;\n"
    );
    let local = format!("ALTER USER root@localhost IDENTIFIED BY '{password}';\n");
    match product {
        // The hosts `mariadb-install-db` makes root accounts for, one of them the machine's own name.
        Product::MariaDb => format!(
            "DELETE FROM mysql.global_priv WHERE Host NOT IN ('localhost', '%') AND User IN ('root', '');\nDELETE FROM mysql.global_priv WHERE User = '';\nFLUSH PRIVILEGES;\n{local}{from_anywhere}"
        ),
        Product::MySql => format!("{local}{from_anywhere}"),
    }
}
