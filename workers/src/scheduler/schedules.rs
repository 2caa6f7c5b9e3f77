//! Which runs are due: every store's database, by its own clock.

use chrono::{DateTime, Utc};
use holdfast_engine::{NewRun, Schedule, Trigger, tick};
use holdfast_mysql::DatabaseUrl;
use holdfast_schema::Fault;
use holdfast_schema::config::{StoreConfig, Version};
use holdfast_workflows::{Context, backup, context};

const DATABASE: &str = "/database";

/// Starts what is due at `now`; each tick once, however many schedulers look.
pub async fn start_due(context: &Context, version: &Version, now: DateTime<Utc>) -> Result<(), Fault> {
    let schedules: Vec<Schedule> = version.stores.iter().filter_map(of).collect();
    let mut hosts = Vec::new();
    for store in &version.stores {
        hosts.push(host(context, store).await);
    }
    let plan = |schedule: &Schedule, _tick: DateTime<Utc>, catch_up: bool| -> Option<NewRun> {
        let name = schedule.name.strip_suffix(DATABASE)?;
        let place = version.stores.iter().position(|store| store.name == name)?;
        let trigger = if catch_up { Trigger::CatchUp } else { Trigger::Schedule };
        let request = backup::Request::default();
        let mut run = backup::plan(
            &version.installation,
            &version.stores[place],
            hosts[place].as_deref(),
            &request,
            "schedule",
            trigger,
        );
        run.config_version = Some(version.id);
        Some(run)
    };
    let started = tick(&context.ledger, &schedules, now, plan).await?;
    if started > 0 {
        tracing::info!("started {started} runs that were due");
    }
    Ok(())
}

fn of(store: &StoreConfig) -> Option<Schedule> {
    let cron = store.database.schedule.as_ref()?;
    Some(Schedule {
        name: format!("{}{DATABASE}", store.name),
        cron: cron.as_str().to_owned(),
        timezone: store.timezone.name().to_owned(),
    })
}

/// The host of the store's database, with its limit set; none where its address is not known to this machine.
pub async fn host(context: &Context, store: &StoreConfig) -> Option<String> {
    let host = database_host(&context::source(store).await.ok()?);
    if let Err(error) = context.ledger.set_limit(&backup::host_limit(&host), store.database.host_limit).await {
        tracing::warn!("the limit of database host {host} was not set: {error}");
    }
    Some(host)
}

/// The machine, not the server on it: two servers of one host share its disks.
fn database_host(url: &DatabaseUrl) -> String {
    match url.socket() {
        Some(_) => "localhost".to_owned(),
        None => url.host().to_lowercase(),
    }
}
