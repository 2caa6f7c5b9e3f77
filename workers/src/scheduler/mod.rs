//! Starts runs when they are due, and keeps house: abandoned objects in hot, old deliveries in the queue.

mod housekeeping;
pub mod schedules;

use std::time::Duration;

use chrono::Utc;
use holdfast_schema::Fault;
use holdfast_workflows::{Context, context};
use tokio_util::sync::CancellationToken;

const TICK_EVERY: Duration = Duration::from_secs(1);
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(60);

pub async fn run(context: &Context, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(TICK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut house = tokio::time::interval(HOUSEKEEPING_EVERY);
    loop {
        let done = tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => start_due_runs(context).await,
            _ = house.tick() => housekeeping::run(context).await,
        };
        if let Err(fault) = done {
            tracing::warn!("{fault}; next: {}", fault.next);
        }
    }
}

/// Reads the configuration anew each time, so an `apply` counts from the next second on.
async fn start_due_runs(context: &Context) -> Result<(), Fault> {
    let Some(version) = context::current_if_any(&context.db).await? else { return Ok(()) };
    schedules::start_due(context, &version, Utc::now()).await
}
