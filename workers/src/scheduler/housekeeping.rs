//! What is swept now and then, by whichever scheduler comes by; doing it twice does no harm.

use chrono::Utc;
use holdfast_schema::Fault;
use holdfast_workflows::{Context, Scene, backup, context};

pub async fn run(context: &Context) -> Result<(), Fault> {
    let Some(version) = context::current_if_any(&context.db).await? else { return Ok(()) };
    for store in &version.stores {
        let scene = Scene::of(version.installation.clone(), version.stores.clone(), &store.name)?;
        match backup::sweep::sweep(context, &scene, Utc::now()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!("removed {removed} objects that abandoned dumps of {} left", store.name),
            Err(fault) => tracing::warn!("{fault}; next: {}", fault.next),
        }
    }
    Ok(())
}
