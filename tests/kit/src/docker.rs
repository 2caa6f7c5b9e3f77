use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use holdfast_sandbox::process::{Server, ServerCommand, ServerSignal};

use crate::place;
use crate::runtime::wait;

/// A Docker engine for tests: the machine's own, or a private `dockerd` where none answers and we are root.
#[derive(Debug)]
pub struct DockerEngine {
    host: String,
    private: Option<Server>,
}

impl DockerEngine {
    /// One for all tests of this process. `None` where there can be none, and then tests pass without it,
    /// unless `CI=true`: there it panics.
    pub fn shared() -> Option<&'static DockerEngine> {
        static SHARED: LazyLock<Option<DockerEngine>> = LazyLock::new(|| {
            let engine = DockerEngine::running().or_else(DockerEngine::start);
            assert!(
                engine.is_some() || std::env::var("CI").is_err(),
                "no Docker engine answers and none can be started"
            );
            engine
        });
        if SHARED.is_none() {
            eprintln!("no Docker engine answers and none can be started: nothing is tested with one");
        }
        SHARED.as_ref()
    }

    /// `unix:///…`
    pub fn host(&self) -> &str {
        &self.host
    }

    fn running() -> Option<DockerEngine> {
        let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
        answers(&host).then_some(DockerEngine { host, private: None })
    }

    fn start() -> Option<DockerEngine> {
        let dockerd = ["/usr/sbin/dockerd", "/usr/bin/dockerd"].iter().map(Path::new).find(|path| path.exists())?;
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let dir = place::fresh_dir();
        let host = format!("unix://{}", dir.join("docker.sock").display());
        let mut command = ServerCommand::new(dockerd, &dir.join("dockerd.log"));
        command = command.args(["--bridge=none", "--iptables=false", "--ip6tables=false", "--host", &host]);
        command = command.args(paths(&dir).into_iter().flatten());
        // In order: its containerd must end with it, and unmount what it mounted.
        command.death_signal = ServerSignal::TERM;
        let server = wait(async {
            let server = command.spawn().await?;
            let ready = || std::future::ready(answers(&host).then_some(()));
            server.wait_ready(Duration::from_secs(30), ready).await.map(|()| server)
        });
        let private = Some(server.unwrap_or_else(|error| panic!("dockerd does not start: {error}")));
        Some(DockerEngine { host, private })
    }

    /// Runs the `docker` client on this engine; answers what it printed.
    pub fn docker(&self, args: &[&str]) -> String {
        let output = Command::new("docker")
            .args(["--host", &self.host])
            .args(args)
            .output()
            .expect("the docker client is installed");
        assert!(output.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Whether it was started for these tests.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }
}

fn paths(dir: &Path) -> [[String; 2]; 3] {
    let path = |name: &str| -> PathBuf { dir.join(name) };
    [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "dockerd.pid")]
        .map(|(option, name)| [option.to_owned(), path(name).display().to_string()])
}

fn answers(host: &str) -> bool {
    let mut version = Command::new("docker");
    version.args(["--host", host, "version"]).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}
