//! The store's production is never overwritten by mistake.

use holdfast_mysql::{DatabaseUrl, target};
use holdfast_schema::Fault;

use super::Request;
use crate::{Scene, faults};

/// Refuses a target that is the store's production, by its address or because the server answers as the same one, unless the
/// store's name was typed. Production that cannot be reached is compared by address alone.
pub async fn refuse(scene: &Scene, request: &Request, url: &DatabaseUrl) -> Result<(), Fault> {
    if request.yes_this_is_production.as_deref() == Some(scene.store.name.as_str()) {
        return Ok(());
    }
    let Ok(production) = scene.source().await else { return Ok(()) };
    let asked = url.clone();
    let is_production = move || {
        same_address(&production, &asked)
            || target::identity(&production)
                .is_ok_and(|theirs| target::identity(&asked).is_ok_and(|ours| ours == theirs))
    };
    match tokio::task::spawn_blocking(is_production).await.map_err(|error| faults::broke_off(&error))? {
        false => Ok(()),
        true => Err(Fault::stop(
            format!("{} is the production of {}", request.target_shown, scene.store.name),
            "a restore would overwrite the shop that customers are using",
            format!("restore into another schema; or say `--yes-this-is-production {}`", scene.store.name),
            "target-is-production.md",
        )),
    }
}

fn same_address(one: &DatabaseUrl, other: &DatabaseUrl) -> bool {
    let host = |url: &DatabaseUrl| match url.host().to_lowercase().as_str() {
        "localhost" | "::1" => "127.0.0.1".to_owned(),
        host => host.to_owned(),
    };
    let place = |url: &DatabaseUrl| match url.socket() {
        Some(path) => path.display().to_string(),
        None => format!("{}:{}", host(url), url.port()),
    };
    place(one) == place(other) && one.schema().eq_ignore_ascii_case(other.schema())
}
