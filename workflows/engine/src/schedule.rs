//! Ticks of schedules become runs: one run a tick, however many schedulers there are, and one for all the missed ones.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use sqlx::PgConnection;

use crate::{Error, Ledger, NewRun, dispatch, start::start_in};

/// When something is due: five fields of cron, read in a time zone (`Europe/Stockholm`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schedule {
    pub name: String,
    pub cron: String,
    pub timezone: String,
}

/// A tick that nobody saw for this long was missed: its run is a catch-up.
pub const LATE: TimeDelta = TimeDelta::minutes(5);

/// Starts the runs whose time has come at `now`; returns how many. Call it every few seconds, from any number of processes.
///
/// `plan` says what to start for a tick, or that there is nothing to do. Its third argument is true when ticks were missed
/// because no scheduler was up: all of them together are one catch-up, for the newest tick. A schedule that is new, or has
/// a new expression, has missed nothing before it was first seen. What is wrong with one schedule is returned after all
/// the others had their turn.
pub async fn tick(
    ledger: &Ledger,
    schedules: &[Schedule],
    now: DateTime<Utc>,
    plan: impl Fn(&Schedule, DateTime<Utc>, bool) -> Option<NewRun>,
) -> Result<usize, Error> {
    let mut started = 0;
    let mut wrong = None;
    let known = known(ledger).await?;
    for schedule in schedules {
        match tick_one(ledger, schedule, known.get(schedule).copied(), now, &plan).await {
            Ok(is_started) => started += usize::from(is_started),
            Err(error) => wrong = wrong.or(Some(error)),
        }
    }
    wrong.map_or(Ok(started), Err)
}

/// The schedules that [`tick`] would act on at `now`: those that are due, new or wrong. What it takes to plan a run is looked
/// up for these alone, so a scheduler may ask every second.
pub async fn at_hand(ledger: &Ledger, schedules: &[Schedule], now: DateTime<Utc>) -> Result<Vec<Schedule>, Error> {
    let known = known(ledger).await?;
    let is_at_hand =
        |schedule: &&Schedule| known.get(*schedule).is_none_or(|since| !matches!(due(schedule, *since, now), Ok(None)));
    Ok(schedules.iter().filter(is_at_hand).cloned().collect())
}

async fn tick_one(
    ledger: &Ledger,
    schedule: &Schedule,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    plan: &impl Fn(&Schedule, DateTime<Utc>, bool) -> Option<NewRun>,
) -> Result<bool, Error> {
    let Some(since) = since else {
        // Says what is wrong with a new schedule before it is kept.
        due(schedule, now, now)?;
        register(ledger, schedule, now).await?;
        return Ok(false);
    };
    match due(schedule, since, now)? {
        Some(_) => fire(ledger, schedule, now, plan).await,
        None => Ok(false),
    }
}

/// The newest tick of `schedule` after `since` and not after `now`, and whether ticks were missed: there were others, or
/// it is [`LATE`]. Pure. In the hour that a time zone skips, a tick comes when the clock goes on; in the hour it repeats,
/// it comes once.
pub fn due(
    schedule: &Schedule,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<(DateTime<Utc>, bool)>, Error> {
    let invalid = |why: String| Error::InvalidSchedule { schedule: schedule.name.clone(), why };
    let zone: Tz = schedule.timezone.parse().map_err(|_| invalid(format!("no time zone `{}`", schedule.timezone)))?;
    let cron: Cron = schedule.cron.parse().map_err(|error: croner::errors::CronError| invalid(error.to_string()))?;
    let before = |moment: DateTime<Utc>, inclusive| {
        cron.find_previous_occurrence(&moment.with_timezone(&zone), inclusive).map(|tick| tick.with_timezone(&Utc))
    };
    // An error means that the expression has no moment before: nothing is due.
    let Ok(newest) = before(now, true) else { return Ok(None) };
    if newest <= since {
        return Ok(None);
    }
    let is_only = before(newest, false).map_or(true, |other| other <= since);
    Ok(Some((newest, !is_only || now - newest > LATE)))
}

/// All schedules there ever were, and since when their ticks count.
async fn known(ledger: &Ledger) -> Result<HashMap<Schedule, DateTime<Utc>>, Error> {
    let rows: Vec<(String, String, String, DateTime<Utc>)> =
        sqlx::query_as("SELECT name, cron, timezone, since FROM holdfast.schedule").fetch_all(ledger.pool()).await?;
    Ok(rows.into_iter().map(|(name, cron, timezone, since)| (Schedule { name, cron, timezone }, since)).collect())
}

/// From `now` on the ticks of a new schedule, or a new expression, count.
async fn register(ledger: &Ledger, schedule: &Schedule, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO holdfast.schedule AS s (name, cron, timezone, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET cron = $2, timezone = $3,
             since = CASE WHEN s.cron = $2 AND s.timezone = $3 THEN s.since ELSE greatest(s.since, $4) END",
    )
    .bind(&schedule.name)
    .bind(&schedule.cron)
    .bind(&schedule.timezone)
    .bind(now)
    .execute(ledger.pool())
    .await?;
    Ok(())
}

/// The tick, its run and the schedule's progress, all or nothing. False: another scheduler was first, or nothing to do.
async fn fire(
    ledger: &Ledger,
    schedule: &Schedule,
    now: DateTime<Utc>,
    plan: &impl Fn(&Schedule, DateTime<Utc>, bool) -> Option<NewRun>,
) -> Result<bool, Error> {
    let mut tx = dispatch::begin(ledger.pool()).await?;
    let since = sqlx::query_scalar("SELECT since FROM holdfast.schedule WHERE name = $1 FOR UPDATE")
        .bind(&schedule.name)
        .fetch_one(&mut *tx)
        .await?;
    let Some((tick, is_catch_up)) = due(schedule, since, now)? else { return Ok(false) };
    if !record(&mut tx, schedule, tick, is_catch_up).await? {
        return Ok(false);
    }
    let new = plan(schedule, tick, is_catch_up);
    if let Some(new) = &new {
        let run = start_in(&mut tx, new).await?;
        sqlx::query("UPDATE holdfast.tick SET run_id = $3 WHERE schedule = $1 AND tick = $2")
            .bind(&schedule.name)
            .bind(tick)
            .bind(run)
            .execute(&mut *tx)
            .await?;
        dispatch::dispatch(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(new.is_some())
}

/// False: the tick was there already.
async fn record(
    tx: &mut PgConnection,
    schedule: &Schedule,
    tick: DateTime<Utc>,
    is_catch_up: bool,
) -> Result<bool, Error> {
    let inserted =
        sqlx::query("INSERT INTO holdfast.tick (schedule, tick, catch_up) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&schedule.name)
            .bind(tick)
            .bind(is_catch_up)
            .execute(&mut *tx)
            .await?
            .rows_affected();
    sqlx::query("UPDATE holdfast.schedule SET since = greatest(since, $2) WHERE name = $1")
        .bind(&schedule.name)
        .bind(tick)
        .execute(tx)
        .await?;
    Ok(inserted == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nightly() -> Schedule {
        Schedule { name: "acme".into(), cron: "15 2 * * *".into(), timezone: "Europe/Stockholm".into() }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_tick_is_due_in_the_zone_of_its_schedule() {
        let (since, tick) = (at("2026-01-10T12:00:00Z"), at("2026-01-11T01:15:00Z"));
        assert_eq!(due(&nightly(), since, at("2026-01-11T01:14:59Z")).unwrap(), None);
        assert_eq!(due(&nightly(), since, at("2026-01-11T01:15:01Z")).unwrap(), Some((tick, false)));
        assert_eq!(due(&nightly(), tick, at("2026-01-11T01:15:01Z")).unwrap(), None);
    }

    #[test]
    fn missed_ticks_are_one_catch_up_for_the_newest() {
        let since = at("2026-01-10T01:15:00Z");
        let newest = at("2026-01-14T01:15:00Z");
        assert_eq!(due(&nightly(), since, at("2026-01-14T10:00:00Z")).unwrap(), Some((newest, true)));
        let late = at("2026-01-11T01:21:00Z");
        assert_eq!(due(&nightly(), since, late).unwrap(), Some((at("2026-01-11T01:15:00Z"), true)));
    }

    #[test]
    fn a_night_whose_hour_is_skipped_or_repeated_has_one_tick() {
        for (evening, morning) in [
            ("2026-03-28T20:00:00Z", "2026-03-29T08:00:00Z"), // 02:00 to 03:00 does not exist
            ("2026-10-24T20:00:00Z", "2026-10-25T08:00:00Z"), // 02:00 to 03:00 comes twice
        ] {
            let (mut ticks, mut since, mut now) = (Vec::new(), at(evening), at(evening));
            while now < at(morning) {
                now += TimeDelta::minutes(1);
                if let Some((tick, _)) = due(&nightly(), since, now).unwrap() {
                    ticks.push(tick);
                    since = tick;
                }
            }
            assert_eq!(ticks.len(), 1, "{ticks:?}");
        }
    }

    #[test]
    fn an_expression_or_zone_that_is_none_is_said_so() {
        let broken = Schedule { cron: "61 2 * * *".into(), ..nightly() };
        assert!(matches!(due(&broken, Utc::now(), Utc::now()), Err(Error::InvalidSchedule { .. })));
        let nowhere = Schedule { timezone: "Europe/Atlantis".into(), ..nightly() };
        assert!(due(&nowhere, Utc::now(), Utc::now()).unwrap_err().to_string().contains("Atlantis"));
    }
}
