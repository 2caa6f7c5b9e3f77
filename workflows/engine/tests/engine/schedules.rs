//! Ticks and their runs.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use holdfast_engine::{Error, Ledger, NewRun, Schedule, Trigger, tick};

use crate::support::*;

fn nightly(name: &str) -> Schedule {
    Schedule { name: name.to_owned(), cron: "15 2 * * *".to_owned(), timezone: "Europe/Stockholm".to_owned() }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn plan(schedule: &Schedule, _: DateTime<Utc>, is_catch_up: bool) -> Option<NewRun> {
    let trigger = if is_catch_up { Trigger::CatchUp } else { Trigger::Schedule };
    Some(NewRun { store: Some(schedule.name.clone()), trigger, ..run(vec![step("note")]) })
}

async fn tick_at(ledger: &Ledger, schedules: &[Schedule], now: &str) -> usize {
    tick(ledger, schedules, at(now), plan).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_starts_one_run_however_many_schedulers_there_are() {
    let site = Site::new().await;
    let schedules: Vec<Schedule> = (0..25).map(|n| nightly(&format!("store-{n}"))).collect();
    assert_eq!(tick_at(&site.ledger, &schedules, "2026-01-10T20:00:00Z").await, 0);
    for night in 11..14 {
        let ticked = join_all((0..4).map(|second| {
            let (ledger, schedules) = (site.ledger.clone(), schedules.clone());
            let now = at(&format!("2026-01-{night}T01:15:00Z")) + TimeDelta::seconds(second);
            tokio::spawn(async move { tick(&ledger, &schedules, now, plan).await.unwrap() })
        }));
        let started: usize = ticked.await.into_iter().map(Result::unwrap).sum();
        assert_eq!(started, 25);
    }
    assert_eq!(site.count("SELECT count(*) FROM holdfast.run").await, 75);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.run WHERE trigger = 'schedule'").await, 75);
    assert_eq!(site.count("SELECT count(DISTINCT run_id) FROM holdfast.tick").await, 75);
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_ticks_are_caught_up_by_one_run() {
    let site = Site::new().await;
    let schedules = [nightly("acme")];
    assert_eq!(tick_at(&site.ledger, &schedules, "2026-01-10T20:00:00Z").await, 0);
    assert_eq!(tick_at(&site.ledger, &schedules, "2026-01-14T09:00:00Z").await, 1);
    assert_eq!(tick_at(&site.ledger, &schedules, "2026-01-14T09:00:01Z").await, 0);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.run WHERE trigger = 'catch_up'").await, 1);
    assert_eq!(tick_at(&site.ledger, &schedules, "2026-01-15T01:15:10Z").await, 1);
    assert_eq!(site.count("SELECT count(*) FROM holdfast.run WHERE trigger = 'schedule'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_has_missed_nothing_before_it_was_first_seen_or_changed() {
    let site = Site::new().await;
    assert_eq!(tick_at(&site.ledger, &[nightly("acme")], "2026-01-10T20:00:00Z").await, 0);
    // At 20:00 in Stockholm the tick of 19:30 is over, and it was of no schedule then.
    let changed = Schedule { cron: "30 19 * * *".to_owned(), ..nightly("acme") };
    assert_eq!(tick_at(&site.ledger, std::slice::from_ref(&changed), "2026-01-10T20:01:00Z").await, 0);
    assert_eq!(tick_at(&site.ledger, &[changed], "2026-01-11T18:30:05Z").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_names_no_moment_does_not_keep_the_others_from_running() {
    let site = Site::new().await;
    let broken = Schedule { cron: "every night".to_owned(), ..nightly("broken") };
    let schedules = [broken, nightly("acme")];
    for now in ["2026-01-10T20:00:00Z", "2026-01-11T01:15:00Z"] {
        let error = tick(&site.ledger, &schedules, at(now), plan).await.unwrap_err();
        assert!(matches!(error, Error::InvalidSchedule { schedule, .. } if schedule == "broken"));
    }
    assert_eq!(site.count("SELECT count(*) FROM holdfast.run WHERE store = 'acme'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_for_which_there_is_nothing_to_do_is_not_asked_for_again() {
    let site = Site::new().await;
    let schedules = [nightly("acme")];
    tick_at(&site.ledger, &schedules, "2026-01-10T20:00:00Z").await;
    assert_eq!(tick(&site.ledger, &schedules, at("2026-01-11T01:15:00Z"), |_, _, _| None).await.unwrap(), 0);
    assert_eq!(tick_at(&site.ledger, &schedules, "2026-01-11T01:15:01Z").await, 0);
}
