//! A backup: **dump → encrypt → land hot → verify → mirror**.
//!
//! Each word is one queued step, retried on its own. What a step leaves behind is its receipt: addresses and digests.

mod dump;
mod encrypt;
mod envelope;
mod land_hot;
mod mirror;
pub mod pack_upload;
mod receipts;
pub mod sweep;
mod verify;

pub use receipts::{Dumped, Landed, Mirrored, Sealed, Verified};

use holdfast_engine::{NewRun, Trigger, Workflow};
use holdfast_schema::config::{Installation, StoreConfig};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Context;
use crate::planned::step;

pub const WORKFLOW: &str = "backup";

pub const STEPS: Workflow<Context> = Workflow {
    name: WORKFLOW,
    steps: &[
        ("dump", |context, step| Box::pin(dump::run(context, step))),
        ("encrypt", |context, step| Box::pin(encrypt::run(context, step))),
        ("land_hot", |context, step| Box::pin(land_hot::run(context, step))),
        ("verify", |context, step| Box::pin(verify::run(context, step))),
        ("mirror", |context, step| Box::pin(mirror::run(context, step))),
    ],
};

/// `backup verify`: one proof of one copy, at any time.
pub const VERIFY_STEPS: Workflow<Context> =
    Workflow { name: "verify", steps: &[("verify", |context, step| Box::pin(verify::again(context, step)))] };

/// Which copy to prove.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VerifyRequest {
    pub backup: Uuid,
    pub location: String,
    pub level: Level,
}

/// How deep a verification looks; each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Signature, header and the digest of every pack: no key needed.
    L1,
    /// Every seal opened, and every chunk the rows that the index lists.
    L2,
    /// Restored into a sandbox: schema, rows and `S` of every table, every view and routine.
    L3,
    /// The key tables and the store's own checks on top.
    L4,
    /// The same from a warm or cold copy.
    L5,
}

/// What a backup run is asked to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Request {
    /// The run whose backup did not verify: this one is its fresh dump, and starts no other if it fails too.
    pub fresh_dump_of: Option<Uuid>,
}

/// The run that backs `store` up: one chain to verify, then one step for each warm and cold location, side by side.
///
/// `database_host` is the host of the store's database where it is known: dumps from one host are limited together.
pub fn plan(
    installation: &Installation,
    store: &StoreConfig,
    database_host: Option<&str>,
    request: &Request,
    by: &str,
    trigger: Trigger,
) -> NewRun {
    let store_limit = vec![format!("store:{}", store.name)];
    let dump_limits = [store_limit.clone(), database_host.map(host_limit).into_iter().collect()].concat();
    let mut steps = vec![
        step("dump", "core", &[], &dump_limits),
        step("encrypt", "core", &["dump"], &store_limit),
        step("land_hot", "core", &["encrypt"], &store_limit),
        step("verify", "docker", &["land_hot"], &[]),
    ];
    steps.extend(
        installation.mirrors().map(|location| step(&format!("mirror.{}", location.name), "core", &["verify"], &[])),
    );

    NewRun {
        workflow: WORKFLOW.to_owned(),
        store: Some(store.name.clone()),
        priority: store.priority,
        input: serde_json::json!(request),
        requested_by: by.to_owned(),
        trigger,
        idempotency_key: request.fresh_dump_of.map(|run| format!("fresh-dump-of:{run}")),
        config_version: None,
        steps,
    }
}

/// The limit that dumps from `host` share.
pub fn host_limit(host: &str) -> String {
    format!("dbhost:{host}")
}

/// The run that proves one copy again.
pub fn plan_verify(store: &StoreConfig, request: &VerifyRequest, by: &str) -> NewRun {
    NewRun {
        workflow: VERIFY_STEPS.name.to_owned(),
        store: Some(store.name.clone()),
        priority: store.priority,
        input: serde_json::json!(request),
        requested_by: by.to_owned(),
        trigger: Trigger::Person,
        idempotency_key: None,
        config_version: None,
        steps: vec![step("verify", "docker", &[], &[])],
    }
}
