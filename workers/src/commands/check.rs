//! `holdfast check [STORE]`: reaches every source and location with the real credentials, and says what is missing.

use std::path::Path;

use holdfast_mysql::CheckOptions;
use holdfast_schema::Fault;
use holdfast_schema::config::{LocationConfig, StoreConfig};
use holdfast_storage::Location;
use holdfast_workflows::{Keyring, context};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::output::Output;

/// One thing that was looked at. `what` says what was found; `why` and `next` are there when it is not right.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub subject: String,
    pub ok: bool,
    pub what: String,
    pub why: Option<String>,
    pub next: Option<String>,
}

pub async fn run(config: Option<&Path>, store: Option<&str>, output: Output) -> Result<Exit, Failure> {
    let home = Home::open(config).await?;
    let stores: Vec<&StoreConfig> =
        home.loaded.stores.iter().filter(|found| store.is_none_or(|name| found.name == name)).collect();
    if let Some(name) = store.filter(|_| stores.is_empty()) {
        return Err(context::store_unknown(name).into());
    }
    home.prepare_new_locations().await?;
    let mut findings = vec![good("ledger", "Postgres answers, and its tables are up to date")];
    findings.extend(clock(&home).await);
    for location in &home.loaded.installation.locations {
        findings.extend(location_findings(location).await);
    }
    let keys = Keyring::at(home.loaded.installation.keys_dir.clone());
    findings.push(of_result(
        "keys of the installation",
        keys.signing().and(keys.verifying()),
        "manifests can be signed and checked",
    ));
    for store in stores {
        findings.extend(store_findings(store, &keys).await);
    }
    findings.push(sandbox(&home).await);
    home.close().await?;
    let all_good = findings.iter().all(|finding| finding.ok);
    output.answer(&findings, || findings.iter().map(text).collect::<Vec<_>>().join("\n"));
    Ok(if all_good { Exit::Done } else { Exit::Failed })
}

/// Leases and schedules compare clocks: this machine's and the ledger's must agree.
async fn clock(home: &Home) -> Option<Finding> {
    const TOLERATED_SECONDS: f64 = 5.0;
    let sql = "SELECT extract(epoch FROM clock_timestamp())::float8";
    let theirs: f64 = sqlx::query_scalar(sql).fetch_one(&home.pool).await.ok()?;
    let ours = chrono::Utc::now().timestamp_micros() as f64 / 1e6;
    let skew = ours - theirs;
    let what = format!("this clock is {skew:+.1} s from the ledger's");
    Some(match skew.abs() <= TOLERATED_SECONDS {
        true => good("clock", what),
        false => bad("clock", what, "leases and schedules compare the two", "keep both machines' time by NTP"),
    })
}

async fn location_findings(config: &LocationConfig) -> Vec<Finding> {
    let subject = format!("location {}", config.name);
    let location = match Location::open(&config.name, &config.url).await {
        Ok(location) => location,
        Err(error) => return vec![of_fault(&subject, error.into())],
    };
    let problems = location.probe().await;
    let mut findings: Vec<Finding> =
        problems.into_iter().map(|problem| bad(&subject, problem.what, problem.why, problem.next)).collect();
    if findings.is_empty() {
        let free = location.free_bytes().await.ok().flatten();
        let room =
            free.map_or_else(String::new, |bytes| format!(", {} free", super::backup::size(i64::try_from(bytes).ok())));
        findings.push(good(&subject, format!("written, read back, not overwritten, deleted{room}")));
    }
    findings
}

async fn store_findings(store: &StoreConfig, keys: &Keyring) -> Vec<Finding> {
    let subject = format!("store {}", store.name);
    let mut findings = vec![of_result(
        &format!("{subject}: keys"),
        keys.recipients(&store.name),
        "sealed for the store and for escrow",
    )];
    findings.push(match keys.private(&store.name) {
        Ok(_) => good(&format!("{subject}: private key"), "here: this machine can verify and restore"),
        Err(_) => {
            good(&format!("{subject}: private key"), "not here: this machine can back up, and cannot verify or restore")
        }
    });
    let url = match context::source(store).await {
        Ok(url) => url,
        Err(fault) => return [findings, vec![of_fault(&format!("{subject}: database"), fault)]].concat(),
    };
    let options = CheckOptions::default();
    let looked = tokio::task::spawn_blocking(move || holdfast_mysql::check(&url, &options)).await;
    match looked {
        Ok(Ok(found)) => findings.extend(found.into_iter().map(|finding| Finding {
            subject: format!("{subject}: {}", finding.subject),
            ok: finding.ok,
            what: finding.what,
            why: finding.why,
            next: finding.next,
        })),
        Ok(Err(error)) => findings.push(of_fault(&format!("{subject}: database"), error.into())),
        Err(error) => findings.push(bad(&subject, "the check broke off", error.to_string(), "try again")),
    }
    findings
}

/// What a verification would run in.
async fn sandbox(home: &Home) -> Finding {
    match holdfast_sandbox::available(holdfast_workflows::proof::engine(home.loaded.installation.sandbox.engine), None)
        .await
    {
        Ok(what) => good("sandbox", what),
        Err(error) => of_fault("sandbox", Fault::from(error)),
    }
}

fn good(subject: &str, what: impl Into<String>) -> Finding {
    Finding { subject: subject.to_owned(), ok: true, what: what.into(), why: None, next: None }
}

fn bad(subject: &str, what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding {
        subject: subject.to_owned(),
        ok: false,
        what: what.into(),
        why: Some(why.into()),
        next: Some(next.into()),
    }
}

fn of_fault(subject: &str, fault: Fault) -> Finding {
    bad(subject, fault.what, fault.why, fault.next)
}

fn of_result<T>(subject: &str, result: Result<T, Fault>, what: &str) -> Finding {
    match result {
        Ok(_) => good(subject, what),
        Err(fault) => of_fault(subject, fault),
    }
}

fn text(finding: &Finding) -> String {
    let mark = if finding.ok { "ok  " } else { "FAIL" };
    let mut text = format!("{mark}  {:<28} {}", finding.subject, finding.what);
    for (word, said) in [("why ", &finding.why), ("next", &finding.next)] {
        if let Some(said) = said.as_ref().filter(|_| !finding.ok) {
            text += &format!("\n      {word}  {said}");
        }
    }
    text
}
