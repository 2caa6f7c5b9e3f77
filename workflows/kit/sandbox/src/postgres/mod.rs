//! The private Postgres of `holdfast up`: initialised on first use, found by other commands through its directory.
//!
//! `<dir>/data` is the data directory, `<dir>/password` the superuser's password (0600), `<dir>/port` the port it listens
//! on, `<dir>/server.log` its log, `<dir>/lock` serialises starts. It listens on 127.0.0.1 and on a unix socket, and
//! authenticates with SCRAM on both. As root it runs as `postgres`, or `nobody` where there is no such account.

mod binaries;
mod running;

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::account::{Account, make_reachable, own_dir};
use crate::error::SandboxError;
use crate::files::{remove_tree, socket_dir};
use crate::password::{new_password, write_private};
use crate::process::{Server, ServerCommand, ServerSignal, free_port};

pub use binaries::Binaries;

/// Superuser and database, both.
const NAME: &str = "holdfast";
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_GRACE: Duration = Duration::from_secs(30);
/// Another process may take the port between our look and the server's bind.
const PORT_ATTEMPTS: usize = 5;
const START_AGAIN_AFTER: Duration = Duration::from_secs(5);
const KEEP_STARTING: Duration = Duration::from_secs(5);
/// How often a command that uses another process's server looks whether it is still there.
const WATCH_EVERY: Duration = Duration::from_millis(200);

/// A Postgres under `dir`, ours or that of another process. Whose ever it is, it stays at the same URL for as long as
/// this value lives: when the process that started it ends, we start it again.
#[derive(Debug)]
pub struct PrivatePostgres {
    port: u16,
    password: String,
    server: Arc<Mutex<Option<Started>>>,
    watch: Option<AbortHandle>,
}

/// The process we started, and the directory of its socket when that lies elsewhere, for the length of its path.
#[derive(Debug)]
struct Started {
    server: Server,
    elsewhere: Option<PathBuf>,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.elsewhere.as_deref().map(remove_tree);
    }
}

/// Where one lives and how it is set up.
#[derive(Debug, Clone)]
struct Place {
    dir: PathBuf,
    /// Further settings, `fsync=off` among them in tests.
    settings: Vec<String>,
}

impl PrivatePostgres {
    /// Starts the Postgres of `dir`, or uses the one another process has running there. Initialises it when new.
    pub async fn start(dir: &Path) -> Result<PrivatePostgres, SandboxError> {
        PrivatePostgres::start_with(dir, &[]).await
    }

    /// As [`PrivatePostgres::start`], with settings as `postgresql.conf` has them (`max_connections=300`).
    pub async fn start_with(dir: &Path, settings: &[&str]) -> Result<PrivatePostgres, SandboxError> {
        fs::create_dir_all(dir).map_err(SandboxError::io("create", dir))?;
        let dir = dir.canonicalize().map_err(SandboxError::io("find", dir))?;
        let place = Place { dir, settings: settings.iter().map(|s| (*s).to_owned()).collect() };
        let started = place.start_unless_running().await?;
        let (password, port) = (place.read("password")?, place.port().unwrap_or_default());
        let ours = started.is_some();
        let server = Arc::new(Mutex::new(started));
        let watch = (!ours).then(|| tokio::spawn(take_over(place.clone(), Arc::clone(&server))).abort_handle());
        Ok(PrivatePostgres { port, password, server, watch })
    }

    /// Only initialises `dir`, as a template to copy.
    pub async fn initialise(dir: &Path) -> Result<(), SandboxError> {
        fs::create_dir_all(dir).map_err(SandboxError::io("create", dir))?;
        Place { dir: dir.to_owned(), settings: Vec::new() }.initialise(server_account()?.as_ref()).await
    }

    /// The URL of the server another process runs at `dir`; `None` when none answers.
    pub fn running_at(dir: &Path) -> Option<String> {
        let place = Place { dir: dir.to_owned(), settings: Vec::new() };
        let running = running::running(&place.data()).filter(|running| running.ready)?;
        Some(url(&place.read("password").ok()?, running.port))
    }

    /// `postgres://holdfast:…@127.0.0.1:port/holdfast`.
    pub fn url(&self) -> String {
        url(&self.password, self.port)
    }

    /// Whether this process started it.
    pub async fn is_ours(&self) -> bool {
        self.server.lock().await.is_some()
    }

    /// Ends it in order when this process started it; another's is left alone.
    pub async fn stop(mut self) {
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
        if let Some(started) = self.server.lock().await.take() {
            started.server.stop(STOP_GRACE).await;
        }
    }

    /// Ends it as a power cut would, when this process started it; the data stay for the next start.
    pub async fn kill(mut self) {
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
        if let Some(started) = self.server.lock().await.take() {
            started.server.kill();
            started.server.exited().await;
        }
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            watch.abort();
        }
    }
}

/// Runs for as long as we use another process's server; ends once it is ours.
async fn take_over(place: Place, server: Arc<Mutex<Option<Started>>>) {
    loop {
        sleep(WATCH_EVERY).await;
        if running::running(&place.data()).is_some() {
            continue;
        }
        match place.start_unless_running().await {
            Ok(None) => {}
            Ok(Some(started)) => {
                tracing::info!("the process that ran Postgres in {} has ended; it runs here now", place.dir.display());
                *server.lock().await = Some(started);
                return;
            }
            Err(error) => {
                tracing::warn!("Postgres in {} has ended and does not start: {error}", place.dir.display());
                sleep(START_AGAIN_AFTER).await;
            }
        }
    }
}

impl Place {
    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn port(&self) -> Option<u16> {
        self.read("port").ok()?.parse().ok()
    }

    fn read(&self, file: &str) -> Result<String, SandboxError> {
        let path = self.dir.join(file);
        let text = fs::read_to_string(&path).map_err(SandboxError::io("read", &path))?;
        Ok(text.trim().to_owned())
    }

    /// `None`: another process's server runs here and is ready.
    async fn start_unless_running(&self) -> Result<Option<Started>, SandboxError> {
        let _lock = self.lock().await?;
        let data = self.data();
        while let Some(running) = running::running(&data) {
            if running.ready {
                return Ok(None);
            }
            // Starting or stopping: soon it is ready, or gone.
            sleep(Duration::from_millis(20)).await;
        }
        let account = server_account()?;
        make_reachable(&data, account.as_ref())?;
        if !data.join("PG_VERSION").exists() {
            self.initialise(account.as_ref()).await?;
        }
        let begun = Instant::now();
        loop {
            running::remove_stale(&data);
            match self.start(account.as_ref()).await {
                // The connections of a killed server hold its memory for a moment longer, and Postgres does not start
                // beside them.
                Err(_) if begun.elapsed() < KEEP_STARTING => sleep(Duration::from_millis(200)).await,
                done => return done.map(Some),
            }
        }
    }

    /// Held while a server starts, so that two processes that start at once end up with one.
    async fn lock(&self) -> Result<File, SandboxError> {
        let path = self.dir.join("lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(SandboxError::io("open", &path))?;
        while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            sleep(Duration::from_millis(20)).await;
        }
        Ok(file)
    }

    /// Into a directory beside the final one, so that an interrupted initialisation is begun anew.
    async fn initialise(&self, account: Option<&Account>) -> Result<(), SandboxError> {
        let binaries = Binaries::find(&self.data())?;
        let (fresh, secret) = (self.dir.join("data.new"), self.dir.join("password.new"));
        make_reachable(&fresh, account)?;
        remove_tree(&fresh)?;
        own_dir(&fresh, account)?;
        write_private(&secret, &new_password())?;
        account.map_or(Ok(()), |account| account.give(&secret))?;
        let arguments =
            ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-instructions", "--username", NAME];
        let initdb =
            self.command(&binaries.initdb, account).args(arguments).args(["--pwfile".as_ref(), secret.as_os_str()]);
        initdb.args(["--pgdata".as_ref(), fresh.as_os_str()]).run().await?;
        self.create_database(&binaries, &fresh, account).await?;
        let password = fs::read_to_string(&secret).map_err(SandboxError::io("read", &secret))?;
        write_private(&self.dir.join("password"), &password)?;
        fs::remove_file(&secret).map_err(SandboxError::io("remove", &secret))?;
        fs::rename(&fresh, self.data()).map_err(SandboxError::io("rename", &fresh))
    }

    /// In single-user mode, which needs no client.
    async fn create_database(
        &self,
        binaries: &Binaries,
        data: &Path,
        account: Option<&Account>,
    ) -> Result<(), SandboxError> {
        let mut command =
            self.command(&binaries.postgres, account).args(["--single", "-D"]).args([data]).args(["postgres"]);
        command.input = Some(format!("CREATE DATABASE {NAME}\n"));
        command.run().await
    }

    async fn start(&self, account: Option<&Account>) -> Result<Started, SandboxError> {
        let binaries = Binaries::find(&self.data())?;
        let socket_dir = socket_dir(&self.dir.join("socket"))?;
        own_dir(&socket_dir, account)?;
        let remembered = self.port().filter(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok());
        let mut port = remembered;
        for attempt in 1.. {
            let chosen =
                port.take().map_or_else(free_port, Ok).map_err(SandboxError::io("find a port for", &self.dir))?;
            let server = self.serve(&binaries, &socket_dir, chosen, account).spawn().await?;
            let data = self.data();
            let ready = || std::future::ready(running::running(&data).filter(|running| running.ready));
            match server.wait_ready(START_LIMIT, ready).await {
                Ok(_) => {
                    write_private(&self.dir.join("port"), &chosen.to_string())?;
                    let elsewhere = (!socket_dir.starts_with(&self.dir)).then_some(socket_dir);
                    return Ok(Started { server, elsewhere });
                }
                Err(SandboxError::Ended { log, .. }) if log.contains("could not bind") && attempt < PORT_ATTEMPTS => {}
                Err(error) => return Err(error),
            }
        }
        unreachable!("the last attempt returns")
    }

    fn serve(&self, binaries: &Binaries, socket_dir: &Path, port: u16, account: Option<&Account>) -> ServerCommand {
        let mut settings = vec![
            format!("port={port}"),
            format!("unix_socket_directories={}", socket_dir.display()),
            "listen_addresses=127.0.0.1".to_owned(),
            "password_encryption=scram-sha-256".to_owned(),
            "max_connections=200".to_owned(),
            // No statement and no value in the log: what they hold is none of its business.
            "log_min_error_statement=panic".to_owned(),
            "log_parameter_max_length_on_error=0".to_owned(),
        ];
        settings.extend(self.settings.iter().cloned());
        let command = self.command(&binaries.postgres, account).args(["-D".as_ref(), self.data().as_os_str()]);
        let mut command = command.args(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
        // Postgres: SIGINT ends sessions and shuts down in order, SIGTERM would wait for them, SIGKILL leaves shared memory.
        (command.stop_signal, command.death_signal) = (ServerSignal::INT, ServerSignal::INT);
        command
    }

    fn command(&self, program: &Path, account: Option<&Account>) -> ServerCommand {
        ServerCommand::new(program, &self.dir.join("server.log")).account(account)
    }
}

/// Postgres's own account, or `nobody`; `None` when we are not root.
pub fn server_account() -> Result<Option<Account>, SandboxError> {
    Account::for_server(&["postgres", "nobody"])
}

fn url(password: &str, port: u16) -> String {
    format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}")
}
