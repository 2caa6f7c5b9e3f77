//! Whether a schema can be backed up from here, and what to do where not: asked with the real credentials, changing nothing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::MysqlError;
use crate::inventory::{self, TableKind};
use crate::privileges::{NEEDED, Privileges, grant_on_schema, routine_grant, sees_routines};
use crate::session::open_reader;
use crate::snapshot::{long_statements, long_transactions};
use crate::url::DatabaseUrl;
use crate::wire::Connection;

#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// Our clock and the server's may differ by this much.
    pub clock_skew: Duration,
    /// A transaction or statement older than this is worth a word.
    pub long: Duration,
}

impl Default for CheckOptions {
    fn default() -> CheckOptions {
        CheckOptions { clock_skew: Duration::from_secs(30), long: Duration::from_secs(600) }
    }
}

/// One thing that was looked at. When it is not `ok`, `why` says what follows and `next` what mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub subject: String,
    pub ok: bool,
    pub what: String,
    pub why: Option<String>,
    pub next: Option<String>,
}

const LOCK_WAIT_SECONDS: u32 = 5;

/// Reaches the server and tells what a dump would find.
///
/// # Errors
/// When there is no session to look from: `Unreachable`, `Login`, `UnknownSchema`, `Tls`.
pub fn check(url: &DatabaseUrl, options: &CheckOptions) -> Result<Vec<Finding>, MysqlError> {
    let mut connection = open_reader(url, LOCK_WAIT_SECONDS)?;
    let server = inventory::read_server(&mut connection)?;
    let schema = inventory::read_schema(&mut connection)?.name;
    let privileges = Privileges::read(&mut connection, &schema)?;
    let product = if connection.is_mariadb() { "MariaDB" } else { "MySQL" };
    let mut findings = vec![good("server", format!("{product} {} ({})", server.version, server.version_comment))];
    findings.extend(must_see(&mut connection, &privileges, &schema)?);
    findings.push(rung(&mut connection, &privileges)?);
    findings.extend(helps(&connection, &privileges));
    findings.push(binary_log(&mut connection)?);
    findings.push(clock(&mut connection, options)?);
    findings.push(tables(&mut connection, &schema)?);
    findings.extend(long_work(&mut connection, options)?);
    Ok(findings)
}

/// What would be missing from the archive without a word.
fn must_see(connection: &mut Connection, privileges: &Privileges, schema: &str) -> Result<Vec<Finding>, MysqlError> {
    let mut findings: Vec<Finding> = NEEDED
        .iter()
        .map(|(privilege, loss)| {
            if privileges.has(privilege) {
                return good("privileges", format!("{privilege} is granted"));
            }
            let next = grant_on_schema(privilege, schema, &privileges.account);
            bad("privileges", format!("{privilege} is not granted"), format!("{loss}: a dump stops"), next)
        })
        .collect();
    findings.push(if sees_routines(connection, privileges)? {
        good("privileges", "the text of routines can be read".to_owned())
    } else {
        let next = routine_grant(connection, &privileges.account);
        bad(
            "privileges",
            "the text of routines is hidden".to_owned(),
            "routines would be missing: a dump stops".to_owned(),
            next,
        )
    });
    Ok(findings)
}

/// How the snapshot will be taken, and what the next better way needs.
fn rung(connection: &mut Connection, privileges: &Privileges) -> Result<Finding, MysqlError> {
    let account = &privileges.account;
    let found = if connection.is_mariadb() {
        let logs = is_on(connection, "log_bin")?;
        match (privileges.has_globally("RELOAD"), logs) {
            (true, _) => good("snapshot", "rung M1: several connections, commits held for milliseconds".to_owned()),
            (false, true) => {
                good("snapshot", "rung M2: several connections that meet at one binlog position".to_owned())
            }
            (false, false) => bad(
                "snapshot",
                "rung M3: one connection".to_owned(),
                "without RELOAD and without a binary log only one connection can be of one moment: a dump takes longer"
                    .to_owned(),
                format!("GRANT RELOAD ON *.* TO {account}"),
            ),
        }
    } else {
        let flushes = privileges.has_globally("RELOAD") || privileges.has_globally("FLUSH_TABLES");
        match (privileges.has_globally("BACKUP_ADMIN") && flushes, privileges.has("LOCK TABLES")) {
            (true, _) => good("snapshot", "rung Y2: several connections, writes held for milliseconds".to_owned()),
            (false, true) => {
                good("snapshot", "rung Y4: several connections, tables locked while they start".to_owned())
            }
            (false, false) => bad(
                "snapshot",
                "rung Y5: one connection".to_owned(),
                "without BACKUP_ADMIN and FLUSH_TABLES only one connection can be of one moment: a dump takes longer"
                    .to_owned(),
                format!("GRANT BACKUP_ADMIN, FLUSH_TABLES ON *.* TO {account}"),
            ),
        }
    };
    Ok(found)
}

/// Not needed, and missed.
fn helps(connection: &Connection, privileges: &Privileges) -> Vec<Finding> {
    let wanted: &[(&str, &[&str], &str)] = if connection.is_mariadb() {
        &[
            (
                "PROCESS",
                &["PROCESS"],
                "a table renamed during the dump is told by its id, and who waits for us is seen",
            ),
            (
                "BINLOG MONITOR",
                &["BINLOG MONITOR", "REPLICATION CLIENT"],
                "the position of the snapshot stands in the archive",
            ),
            ("BINLOG ADMIN", &["BINLOG ADMIN", "SUPER"], "schema changes wait for seconds instead of the dump's end"),
        ]
    } else {
        &[
            (
                "PROCESS",
                &["PROCESS"],
                "a table renamed during the dump is told by its id, and who waits for us is seen",
            ),
            ("REPLICATION CLIENT", &["REPLICATION CLIENT"], "the position of the snapshot stands in the archive"),
        ]
    };
    let finding = |(name, any, gain): &(&str, &[&str], &str)| {
        if any.iter().any(|privilege| privileges.has_globally(privilege)) {
            return good("privileges", format!("{name} is granted: {gain}"));
        }
        let next = format!("GRANT {name} ON *.* TO {}", privileges.account);
        bad("privileges", format!("{name} is not granted"), format!("with it {gain}"), next)
    };
    wanted.iter().map(finding).collect()
}

fn binary_log(connection: &mut Connection) -> Result<Finding, MysqlError> {
    if is_on(connection, "log_bin")? {
        return Ok(good("binary log", "on: archives know their position".to_owned()));
    }
    let why = "an archive has no position, and no point in time between two backups can be restored".to_owned();
    Ok(bad("binary log", "off".to_owned(), why, "set log_bin in the server's configuration and restart it".to_owned()))
}

fn clock(connection: &mut Connection, options: &CheckOptions) -> Result<Finding, MysqlError> {
    let theirs = connection.query_value("SELECT UNIX_TIMESTAMP(SYSDATE(3))")?.and_then(|text| text.parse::<f64>().ok());
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let skew = theirs.map_or(0.0, |theirs| theirs - ours);
    if skew.abs() <= options.clock_skew.as_secs_f64() {
        return Ok(good("clock", format!("{:.1} s from ours", skew.abs())));
    }
    let direction = if skew > 0.0 { "ahead of" } else { "behind" };
    let why = "what a backup covers cannot be told from its time".to_owned();
    Ok(bad("clock", format!("{:.0} s {direction} ours", skew.abs()), why, "set both hosts' clocks by NTP".to_owned()))
}

fn tables(connection: &mut Connection, schema: &str) -> Result<Finding, MysqlError> {
    let listed = inventory::list_tables(connection, schema)?.tables;
    let without: Vec<_> = listed
        .iter()
        .filter(|listed| listed.kind == TableKind::NonTransactional)
        .map(|listed| listed.table.name.as_str())
        .collect();
    let bytes: u64 = listed.iter().map(|listed| listed.data_bytes).sum();
    if without.is_empty() {
        return Ok(good("tables", format!("{}, about {} MiB, all in a snapshot's reach", listed.len(), bytes >> 20)));
    }
    Ok(bad(
        "tables",
        format!("without transactions: {}", without.join(", ")),
        "a snapshot does not cover them".to_owned(),
        "ALTER TABLE … ENGINE=InnoDB, or database.non_transactional = \"lock\"".to_owned(),
    ))
}

/// What would hold up a lock, or hold back InnoDB's purge together with us.
fn long_work(connection: &mut Connection, options: &CheckOptions) -> Result<Vec<Finding>, MysqlError> {
    let seconds = u32::try_from(options.long.as_secs()).unwrap_or(u32::MAX);
    let mut found = long_statements(connection, seconds)?;
    found.extend(long_transactions(connection, seconds)?);
    let finding = |waiter: crate::snapshot::Waiter| {
        let why = "locks may wait for it, and old row versions pile up behind it".to_owned();
        bad("long work", waiter.to_string(), why, format!("let it end before the backup, or KILL {}", waiter.id))
    };
    Ok(found.into_iter().map(finding).collect())
}

fn is_on(connection: &mut Connection, variable: &str) -> Result<bool, MysqlError> {
    Ok(connection.query_value(&format!("SELECT @@{variable}"))?.as_deref() == Some("1"))
}

fn good(subject: &str, what: String) -> Finding {
    Finding { subject: subject.to_owned(), ok: true, what, why: None, next: None }
}

fn bad(subject: &str, what: String, why: String, next: String) -> Finding {
    Finding { subject: subject.to_owned(), ok: false, what, why: Some(why), next: Some(next) }
}
