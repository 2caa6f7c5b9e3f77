//! Which runs are due: every store's database, by its own clock.

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use holdfast_engine::{NewRun, Schedule, Trigger, at_hand, tick};
use holdfast_mysql::DatabaseUrl;
use holdfast_schema::Fault;
use holdfast_schema::config::{StoreConfig, Version};
use holdfast_workflows::{Context, backup, context};

const DATABASE: &str = "/database";

/// Starts what is due at `now`; each tick once, however many schedulers look. The stores of highest priority have their runs
/// first, so that idle workers begin with them.
pub async fn start_due(context: &Context, version: &Version, now: DateTime<Utc>) -> Result<(), Fault> {
    let mut stores: Vec<&StoreConfig> = version.stores.iter().collect();
    stores.sort_by_key(|store| Reverse(store.priority));
    let schedules: Vec<Schedule> = stores.iter().filter_map(|store| of(store)).collect();
    let schedules = at_hand(&context.ledger, &schedules, now).await?;
    let mut planned = HashMap::new();
    for schedule in &schedules {
        if let Some(store) = stores.iter().find(|store| of(store).as_ref() == Some(schedule)) {
            planned.insert(&schedule.name, plan(context, version, store).await);
        }
    }
    let plan = |schedule: &Schedule, _tick: DateTime<Utc>, catch_up: bool| -> Option<NewRun> {
        let trigger = if catch_up { Trigger::CatchUp } else { Trigger::Schedule };
        planned.get(&schedule.name).map(|run| NewRun { trigger, ..run.clone() })
    };
    let started = tick(&context.ledger, &schedules, now, plan).await?;
    if started > 0 {
        tracing::info!("started {started} runs that were due");
    }
    Ok(())
}

async fn plan(context: &Context, version: &Version, store: &StoreConfig) -> NewRun {
    let host = host(context, store).await;
    let request = backup::Request::default();
    let run = backup::plan(&version.installation, store, host.as_deref(), &request, "schedule", Trigger::Schedule);
    NewRun { config_version: Some(version.id), ..run }
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
