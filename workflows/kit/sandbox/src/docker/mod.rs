//! Sandboxes as containers: no network, no capabilities, a read-only root, a memory limit, and a socket as the only way in.

mod image;

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::models::{ContainerCreateBody, HostConfig, Mount, MountBindOptions, MountType};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, ListContainersOptionsBuilder, LogsOptionsBuilder, RemoveContainerOptionsBuilder,
};
use futures::StreamExt;
use tokio::time::{sleep, timeout};

use crate::account::{make_reachable, own_dir};
use crate::error::SandboxError;
use crate::greeting::greeting;
use crate::local::{accounts_sql, server_account};
use crate::password::write_private;
use crate::place::{Place, Record};
use crate::process::last_words;
use crate::request::Request;

pub(crate) use image::image;

pub(crate) const SOCKET: &str = "mysqld.sock";
const LABEL: &str = "holdfast.sandbox";
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
const START_LIMIT: Duration = Duration::from_secs(120);
const NOTICE_LIMIT: Duration = Duration::from_secs(3);

/// Copies the image's initialised data directory, or makes one, and becomes the server. `$0` is its
/// `lower_case_table_names`, which an initialised directory of MySQL cannot change.
const BECOME_SERVER: &str = r#"set -e
if [ -d /template ]; then cp -r /template/. /data/
elif command -v mariadb-install-db >/dev/null; then
  mariadb-install-db --no-defaults --datadir=/data --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve --lower-case-table-names="$0" >&2
else mysqld --no-defaults --initialize-insecure --datadir=/data --tmpdir=/tmp --lower-case-table-names="$0"
fi
exec "$(command -v mariadbd || command -v mysqld)" "$@""#;

/// The engine at `host`, if it answers.
pub(crate) async fn connect(host: Option<&str>) -> Result<Docker, SandboxError> {
    let absent = |source| SandboxError::NoDocker { source: Box::new(source) };
    let engine = host.map_or_else(Docker::connect_with_defaults, Docker::connect_with_host).map_err(absent)?;
    match timeout(CONNECT_LIMIT, engine.negotiate_version()).await {
        Ok(engine) => engine.map_err(absent),
        Err(_) => Err(absent(bollard::errors::Error::RequestTimeoutError)),
    }
}

/// Names and records of all sandboxes of this engine, whoever's.
pub(crate) async fn sandboxes(engine: &Docker) -> Result<Vec<(String, Record)>, SandboxError> {
    let labelled = HashMap::from([("label".to_owned(), vec![LABEL.to_owned()])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&labelled).build();
    let containers = engine.list_containers(Some(options)).await.map_err(SandboxError::docker("list containers"))?;
    let named = containers.into_iter().filter_map(|container| {
        let record = serde_json::from_str(container.labels?.get(LABEL)?).ok()?;
        Some((container.id?, record))
    });
    Ok(named.collect())
}

/// Removes a container by name or id, running or not, with its volumes; one that is gone is fine.
pub(crate) async fn remove(engine: &Docker, name: &str) -> Result<(), SandboxError> {
    use bollard::errors::Error::DockerResponseServerError;
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    match engine.remove_container(name, Some(options)).await {
        // Gone, or on its way: someone else is removing it.
        Err(DockerResponseServerError { status_code: 404 | 409, .. }) => Ok(()),
        removed => removed.map_err(SandboxError::docker("remove the container")),
    }
}

/// A container, removed when dropped.
#[derive(Debug)]
pub(crate) struct Container {
    engine: Docker,
    host: Option<String>,
    name: String,
    memory_bytes: u64,
    removed: bool,
}

impl Container {
    /// Answers the container and the greeting of the server in it, once it serves.
    pub(crate) async fn start(
        engine: &Docker,
        image: &str,
        request: &Request,
        place: &Place,
        password: &str,
    ) -> Result<(Container, String), SandboxError> {
        let account = server_account()?;
        make_reachable(&place.dir.join("data"), account.as_ref())?;
        own_dir(place.socket_dir(), account.as_ref())?;
        let init_file = place.socket_dir().join("init.sql");
        write_private(&init_file, &accounts_sql(request.product, password))?;
        account.as_ref().map_or(Ok(()), |account| account.give(&init_file))?;
        if !request.fits_memory() {
            own_dir(&place.dir.join("data"), account.as_ref())?;
        }
        let user = account.map_or_else(ourselves, |account| format!("{}:{}", account.uid, account.gid));
        // From here on dropping it removes whatever the engine has made by then.
        let container = Container {
            engine: engine.clone(),
            host: request.docker_host.clone(),
            name: place.name.clone(),
            memory_bytes: request.memory_bytes,
            removed: false,
        };
        let options = CreateContainerOptionsBuilder::new().name(&container.name).build();
        let created = engine.create_container(Some(options), body(image, request, place, user)).await;
        created.map_err(SandboxError::docker("create the container"))?;
        let started = engine.start_container(&container.name, None).await;
        started.map_err(SandboxError::docker("start the container"))?;
        let version = container.wait_ready(&place.socket_dir().join(SOCKET)).await?;
        let _ = fs::remove_file(&init_file);
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(place.socket_dir(), open).map_err(SandboxError::io("open", place.socket_dir()))?;
        Ok((container, version))
    }

    async fn wait_ready(&self, socket: &Path) -> Result<String, SandboxError> {
        let deadline = Instant::now() + START_LIMIT;
        for look in 1.. {
            if let Some(version) = greeting(socket).await {
                return Ok(version);
            }
            // The engine is asked less often than the socket.
            if look % 10 == 0 && !self.is_running().await? {
                let (program, status) = (format!("the container {}", self.name), "no server running".to_owned());
                return Err(SandboxError::Ended { program, status, log: self.last_words().await });
            }
            if Instant::now() > deadline {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        let (program, seconds) = (format!("the container {}", self.name), START_LIMIT.as_secs());
        Err(SandboxError::Silent { program, seconds, log: self.last_words().await })
    }

    async fn is_running(&self) -> Result<bool, SandboxError> {
        let inspected = self.engine.inspect_container(&self.name, None).await;
        let state = inspected.map_err(SandboxError::docker("inspect the container"))?.state;
        Ok(state.and_then(|state| state.running).unwrap_or(false))
    }

    /// The end of its log on one line; first of all that it was killed for its memory, if it was.
    pub(crate) async fn last_words(&self) -> String {
        // A server that has just gone is still running for the engine for a moment.
        let deadline = Instant::now() + NOTICE_LIMIT;
        while self.is_running().await.unwrap_or(false) && Instant::now() < deadline {
            sleep(Duration::from_millis(20)).await;
        }
        let state = self.engine.inspect_container(&self.name, None).await.ok().and_then(|container| container.state);
        let mut words = String::new();
        if state.is_some_and(|state| state.oom_killed == Some(true)) {
            words = format!("killed for using more than its {} MiB of memory; ", self.memory_bytes >> 20);
        }
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).tail("100").build();
        let mut log = String::new();
        let mut lines = self.engine.logs(&self.name, Some(options));
        while let Some(Ok(LogOutput::StdErr { message } | LogOutput::StdOut { message })) = lines.next().await {
            log.push_str(&String::from_utf8_lossy(&message));
        }
        words + &last_words(&log)
    }

    pub(crate) async fn remove(mut self) -> Result<(), SandboxError> {
        remove(&self.engine, &self.name).await?;
        self.removed = true;
        Ok(())
    }
}

impl Drop for Container {
    /// On a thread and a connection of its own: the runtime this is dropped in may be ending.
    fn drop(&mut self) {
        if self.removed {
            return;
        }
        let (host, name) = (self.host.clone(), self.name.clone());
        let removing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(SandboxError::io("start a runtime for", Path::new(&name)))?;
            runtime.block_on(async { remove(&connect(host.as_deref()).await?, &name).await })
        });
        if !matches!(removing.join(), Ok(Ok(()))) {
            tracing::warn!("the container {} stays for the reaper", self.name);
        }
    }
}

fn ourselves() -> String {
    format!("{}:{}", rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw())
}

fn body(image: &str, request: &Request, place: &Place, user: String) -> ContainerCreateBody {
    let shell = ["/bin/sh", "-c", BECOME_SERVER, &request.lower_case_table_names.to_string()].map(str::to_owned);
    let paths = ["--no-defaults", "--datadir=/data", "--tmpdir=/tmp", "--pid-file=/tmp/mysqld.pid"].map(str::to_owned);
    let doors = [format!("--socket=/run/holdfast/{SOCKET}"), "--init-file=/run/holdfast/init.sql".to_owned()];
    let settings = request.server_args("/tmp", request.fits_memory());
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(shell.to_vec()),
        cmd: Some([&paths[..], &doors, &settings].concat()),
        user: Some(user),
        network_disabled: Some(true),
        labels: Some(HashMap::from([(LABEL.to_owned(), place.record.to_json())])),
        host_config: Some(host_config(request, place)),
        ..ContainerCreateBody::default()
    }
}

fn host_config(request: &Request, place: &Place) -> HostConfig {
    let memory = i64::try_from(request.memory_bytes).unwrap_or(i64::MAX);
    let mut tmpfs = HashMap::from([("/tmp".to_owned(), "rw,noexec,nosuid,size=256m,mode=1777".to_owned())]);
    let mut mounts = vec![bind(place.socket_dir(), "/run/holdfast")];
    if request.fits_memory() {
        tmpfs.insert("/data".to_owned(), format!("rw,noexec,nosuid,size={},mode=1777", request.memory_bytes / 2));
    } else {
        mounts.push(bind(&place.dir.join("data"), "/data"));
    }
    HostConfig {
        memory: Some(memory),
        // No swap on top: the limit is the limit.
        memory_swap: Some(memory),
        pids_limit: Some(1024),
        network_mode: Some("none".to_owned()),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        tmpfs: Some(tmpfs),
        mounts: Some(mounts),
        ..HostConfig::default()
    }
}

fn bind(from: &Path, to: &str) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(from.to_string_lossy().into_owned()),
        target: Some(to.to_owned()),
        bind_options: Some(MountBindOptions::default()),
        ..Mount::default()
    }
}
