//! A server as a child process: run as another account, dead when we are dead, stopped in order, its log quoted in errors.

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal, set_parent_process_death_signal};
use tokio::sync::{oneshot, watch};

use crate::account::Account;
use crate::error::SandboxError;

pub use rustix::process::Signal as ServerSignal;

/// How long a server gets to end by itself when it is dropped.
const DROP_GRACE: Duration = Duration::from_secs(5);

/// What to run and how it ends.
#[derive(Debug, Clone)]
pub struct ServerCommand {
    pub program: PathBuf,
    pub args: Vec<OsString>,
    pub env: Vec<(String, String)>,
    /// Written to its standard input, which is then closed. A few lines: it must fit the pipe.
    pub input: Option<String>,
    /// `None`: as ourselves.
    pub account: Option<Account>,
    /// Standard output and error are appended here.
    pub log: PathBuf,
    /// Asks for an orderly end.
    pub stop_signal: Signal,
    /// Sent by the kernel when our process dies, by whatever means, and by `Drop`.
    pub death_signal: Signal,
}

impl ServerCommand {
    pub fn new(program: &Path, log: &Path) -> ServerCommand {
        ServerCommand {
            program: program.to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            input: None,
            account: None,
            log: log.to_owned(),
            stop_signal: Signal::TERM,
            death_signal: Signal::KILL,
        }
    }

    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> ServerCommand {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn account(mut self, account: Option<&Account>) -> ServerCommand {
        self.account = account.cloned();
        self
    }

    fn name(&self) -> String {
        self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned()
    }

    /// Starts the server; it is running when this returns, not yet answering.
    pub async fn spawn(self) -> Result<Server, SandboxError> {
        let program = self.name();
        let (log, stop_signal, death_signal) = (self.log.clone(), self.stop_signal, self.death_signal);
        let child = on_spawner(move || self.start()).await?;
        let failed = |source| SandboxError::Spawn { program: program.clone(), source };
        // Nobody but the thread below reaps the child, so its pid cannot be another's yet.
        let pid = Pid::from_child(&child);
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).map_err(|e| failed(e.into()))?;
        let (sender, exited) = watch::channel(None);
        thread::spawn(move || reap(child, &sender));
        Ok(Server {
            program,
            pid: pid.as_raw_nonzero().get().unsigned_abs(),
            pidfd,
            exited,
            log,
            stop_signal,
            death_signal,
        })
    }

    /// Runs a command to its end; a failure carries the last lines it wrote.
    pub async fn run(self) -> Result<(), SandboxError> {
        let server = self.spawn().await?;
        let status = server.exited().await;
        if status.success() { Ok(()) } else { Err(server.ended(status)) }
    }

    /// On the spawner thread: the kernel ties the death signal to the thread that forks, not to the process.
    fn start(self) -> Result<Child, SandboxError> {
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.map_err(SandboxError::io("open", &self.log))?;
        let errors = log.try_clone().map_err(SandboxError::io("open", &self.log))?;
        let mut command = Command::new(&self.program);
        // A group of its own: Ctrl-C in the terminal is for us, who stop the server in order.
        command
            .args(&self.args)
            .envs(self.env.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors)
            .process_group(0);
        command.current_dir("/");
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        die_with_us(&mut command, self.death_signal);
        let failed = |source| SandboxError::Spawn { program: self.name(), source };
        let mut child = command.spawn().map_err(failed)?;
        if let (Some(mut pipe), Some(input)) = (child.stdin.take(), &self.input) {
            // A program that ends without reading it says so by its status.
            let _ = pipe.write_all(input.as_bytes());
        }
        Ok(child)
    }
}

#[allow(
    unsafe_code,
    reason = "pre_exec is unsafe because of what may run after fork; the closure makes two system calls and allocates nothing"
)]
fn die_with_us(command: &mut Command, signal: Signal) {
    let us = rustix::process::getpid();
    let between_fork_and_exec = move || {
        // After the change of user, which clears the setting.
        set_parent_process_death_signal(Some(signal))?;
        // We may have died before the line above took effect.
        if rustix::process::getppid() == Some(us) { Ok(()) } else { Err(std::io::ErrorKind::BrokenPipe.into()) }
    };
    unsafe { command.pre_exec(between_fork_and_exec) };
}

fn reap(mut child: Child, exited: &watch::Sender<Option<ExitStatus>>) {
    // A wait that fails means the child is not ours any more, so it has ended.
    exited.send_replace(Some(child.wait().unwrap_or_else(|_| ExitStatus::from_raw(-1))));
}

/// Runs `job` on the one thread that forks; it lives as long as the process.
async fn on_spawner<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, SandboxError> + Send + 'static,
) -> Result<T, SandboxError> {
    type Job = Box<dyn FnOnce() + Send>;
    static SPAWNER: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        thread::spawn(move || jobs.into_iter().for_each(|job| job()));
        sender
    });
    let (answer, answered) = oneshot::channel();
    let job = Box::new(move || {
        let _ = answer.send(job());
    });
    spawner.send(job).expect("the spawner thread never ends");
    answered.await.expect("the spawner thread answers every job")
}

/// A running server. Dropping it sends the death signal and waits until it is gone.
#[derive(Debug)]
pub struct Server {
    program: String,
    pid: u32,
    pidfd: OwnedFd,
    exited: watch::Receiver<Option<ExitStatus>>,
    log: PathBuf,
    stop_signal: Signal,
    death_signal: Signal,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The exit status once it has ended.
    pub fn status(&self) -> Option<ExitStatus> {
        *self.exited.borrow()
    }

    /// Waits for the end.
    pub async fn exited(&self) -> ExitStatus {
        let mut exited = self.exited.clone();
        let status = exited.wait_for(Option::is_some).await;
        status.ok().and_then(|status| *status).unwrap_or_else(|| ExitStatus::from_raw(-1))
    }

    /// Asks for an orderly end, and insists after `grace`.
    pub async fn stop(&self, grace: Duration) -> ExitStatus {
        self.signal(self.stop_signal);
        if let Ok(status) = tokio::time::timeout(grace, self.exited()).await {
            return status;
        }
        self.signal(Signal::KILL);
        self.exited().await
    }

    /// Ends it as a power cut would.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Sends a signal; to a server that has ended, nothing happens (the pidfd knows).
    pub fn signal(&self, signal: Signal) {
        let _ = pidfd_send_signal(&self.pidfd, signal);
    }

    /// Waits until `ready` says so; fails when the server ends first or `limit` passes.
    pub async fn wait_ready<R, F>(&self, limit: Duration, ready: impl Fn() -> F) -> Result<R, SandboxError>
    where
        F: Future<Output = Option<R>>,
    {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(answer) = ready().await {
                return Ok(answer);
            }
            if let Some(status) = self.status() {
                return Err(self.ended(status));
            }
            if Instant::now() > deadline {
                return Err(SandboxError::Silent {
                    program: self.program.clone(),
                    seconds: limit.as_secs(),
                    log: self.last_words(),
                });
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) fn ended(&self, status: ExitStatus) -> SandboxError {
        SandboxError::Ended { program: self.program.clone(), status: status.to_string(), log: self.last_words() }
    }

    /// The end of its log on one line: the errors in it, or else just its last lines.
    pub fn last_words(&self) -> String {
        last_words(&tail(&self.log).unwrap_or_default())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(self.death_signal);
        let deadline = Instant::now() + DROP_GRACE;
        while self.status().is_none() {
            if Instant::now() > deadline {
                self.signal(Signal::KILL);
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The last 8 KiB of a file.
fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(8192)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a person looks for at the end of a server's log: its errors, or else its last lines, on one line.
pub(crate) fn last_words(log: &str) -> String {
    let lines: Vec<&str> = log.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_error = |line: &&&str| ["ERROR", "FATAL", "PANIC"].iter().any(|word| line.contains(word));
    let errors: Vec<&str> = lines.iter().filter(is_error).copied().collect();
    let telling = if errors.is_empty() { lines } else { errors };
    telling[telling.len().saturating_sub(6)..].join("; ")
}

/// A TCP port of 127.0.0.1 nobody listens on now. Another process may take it first: whoever binds it tries again.
pub fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
