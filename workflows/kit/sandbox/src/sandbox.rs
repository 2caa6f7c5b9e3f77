//! A throwaway server from its start to its teardown.

use std::path::{Path, PathBuf};

use crate::account::make_reachable;
use crate::docker::{self, Container};
use crate::error::SandboxError;
use crate::local::{Installed, LocalServer, server_account};
use crate::password::new_password;
use crate::place::Place;
use crate::request::{EngineChoice, Request};
use crate::version::Version;

/// How a sandbox runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Docker,
    Process,
}

/// A running throwaway server. Gone with all its data after [`Sandbox::teardown`], and as well when dropped.
#[derive(Debug)]
pub struct Sandbox {
    // Dropped in this order: the server stops before its directory goes.
    running: Running,
    socket: PathBuf,
    password: String,
    schema: String,
    version: Version,
    place: Place,
}

#[derive(Debug)]
enum Running {
    Docker(Container),
    Process(LocalServer),
}

/// Starts the server `request` asks for; it answers when this returns. Nothing is left of one that does not start.
pub async fn start(request: &Request) -> Result<Sandbox, SandboxError> {
    request.wanted()?;
    match request.engine {
        EngineChoice::Process => in_process(request).await,
        EngineChoice::Docker => {
            let engine = docker::connect(request.docker_host.as_deref()).await?;
            let image = docker::image(&engine, request).await?;
            in_container(request, &engine, &image).await
        }
        EngineChoice::Auto => {
            let Ok(engine) = docker::connect(request.docker_host.as_deref()).await else {
                return in_process(request).await;
            };
            match docker::image(&engine, request).await {
                Ok(image) => in_container(request, &engine, &image).await,
                Err(why) => {
                    tracing::info!("the sandbox runs as a process, for Docker has no image for it: {why}");
                    in_process(request).await
                }
            }
        }
    }
}

async fn in_process(request: &Request) -> Result<Sandbox, SandboxError> {
    let installed = installed(request)?;
    let template = installed.template(&request.disk_dir.join(".templates"), request.lower_case_table_names).await?;
    let place = Place::make(&request.disk_dir, &request.owner)?;
    make_reachable(&place.dir.join("data"), server_account()?.as_ref())?;
    let password = new_password();
    let args = request.server_args(&place.dir.join("tmp").to_string_lossy(), false);
    let server = LocalServer::start(&installed, &place.dir, place.socket_dir(), &template, &password, &args).await?;
    let version = stated(request, server.version())?;
    let (socket, schema) = (server.socket(), request.schema.clone());
    Ok(Sandbox { running: Running::Process(server), socket, password, schema, version, place })
}

async fn in_container(request: &Request, engine: &bollard::Docker, image: &str) -> Result<Sandbox, SandboxError> {
    let place = Place::make(&request.disk_dir, &request.owner)?;
    let password = new_password();
    let (container, greeting) = Container::start(engine, image, request, &place, &password).await?;
    let version = stated(request, &greeting)?;
    let (socket, schema) = (place.socket_dir().join(docker::SOCKET), request.schema.clone());
    Ok(Sandbox { running: Running::Docker(container), socket, password, schema, version, place })
}

/// The version a server states, if it will do.
fn stated(request: &Request, greeting: &str) -> Result<Version, SandboxError> {
    let unknown = || SandboxError::OtherVersion { wanted: request.version.clone(), found: greeting.to_owned() };
    // MySQL's handshake names no product; a source known to be one is believed.
    let version = Version::parse(greeting).ok_or_else(unknown)?;
    request.accept(version).map(|()| version)
}

/// The installed server nearest to the one asked for.
fn installed(request: &Request) -> Result<Installed, SandboxError> {
    let wanted = request.wanted()?;
    let same_product: Vec<Installed> =
        Installed::all().into_iter().filter(|i| i.version.product == wanted.product).collect();
    let nearest =
        same_product.into_iter().max_by_key(|i| (i.version == wanted, i.version.same_series(wanted), i.version));
    let Some(nearest) = nearest else { return Installed::of(wanted.product) };
    request.accept(nearest.version).map(|()| nearest)
}

impl Sandbox {
    pub fn kind(&self) -> Kind {
        match self.running {
            Running::Docker(_) => Kind::Docker,
            Running::Process(_) => Kind::Process,
        }
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// `mysql://root:…@localhost/schema?socket=/path`: holds the password.
    pub fn url(&self) -> String {
        format!("mysql://root:{}@localhost/{}?socket={}", self.password, self.schema, self.socket.display())
    }

    /// The server's own.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Why a server that has gone away went away, in its last words or the engine's.
    pub async fn last_words(&self) -> String {
        match &self.running {
            Running::Docker(container) => container.last_words().await,
            Running::Process(server) => server.last_words(),
        }
    }

    /// Stops it and removes everything of it.
    pub async fn teardown(self) -> Result<(), SandboxError> {
        let Sandbox { running, place, .. } = self;
        match running {
            Running::Docker(container) => container.remove().await?,
            Running::Process(server) => server.kill().await,
        }
        place.remove()
    }
}
