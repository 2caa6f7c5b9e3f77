//! What sandboxes could be started here, for `holdfast check`.

use crate::docker;
use crate::error::SandboxError;
use crate::local::Installed;
use crate::request::EngineChoice;

/// Says which engine would be used, and which servers are installed here for it.
pub async fn available(engine: EngineChoice, docker_host: Option<&str>) -> Result<String, SandboxError> {
    let docker = docker::connect(docker_host).await;
    let servers: Vec<String> = Installed::all().iter().map(|installed| installed.version.to_string()).collect();
    let here = if servers.is_empty() { "no database server is installed here".to_owned() } else { servers.join(", ") };
    match (engine, docker) {
        (EngineChoice::Docker, Err(error)) => Err(error),
        (EngineChoice::Docker | EngineChoice::Auto, Ok(_)) => {
            Ok(format!("a Docker engine answers; installed here: {here}"))
        }
        (EngineChoice::Auto | EngineChoice::Process, _) if servers.is_empty() => Err(SandboxError::NotInstalled {
            what: "MariaDB or MySQL server".to_owned(),
            install: "install the stores' one, e.g. `apt-get install mariadb-server`, or start a Docker engine"
                .to_owned(),
        }),
        (EngineChoice::Auto | EngineChoice::Process, _) => Ok(format!("processes of this machine: {here}")),
    }
}
