//! A schema into a sealed archive: **look → snapshot → plan → rows on every connection → verdict → index**.
//!
//! Each connection is a thread that reads rows, writes them as row text, digests, compresses and seals them into a pack of
//! its own, so plaintext is never more than a block and memory is the same for every size of store: per connection a
//! receive buffer (½ MiB), a block, zstd's window and one compressed frame; a row larger than a frame makes its frame
//! larger.

mod assemble;
mod chunk;
mod hand;
mod packs;
mod plan;
mod settle;
mod watchdog;

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use holdfast_archive::index::Index;
use holdfast_archive::pack::PackDigest;
use holdfast_archive::{Dek, DigestKey};
use uuid::Uuid;

use crate::crew;
use crate::error::MysqlError;
use crate::inventory::{self, TableKind};
use crate::privileges;
use crate::session::open_reader;
use crate::snapshot::{self, Fingerprints, Snapshot};
use crate::url::DatabaseUrl;
use crate::watch::Watch;
use crate::wire::Connection;
use assemble::{Dump, Planned};
use hand::Hand;
use packs::Packs;

/// What to do with tables that show every reader their latest rows, whatever the snapshot (MyISAM, Aria).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NonTransactional {
    /// Stop, and name them.
    #[default]
    Refuse,
    /// Hold a read lock on them from before the snapshot until their rows are read. Writers to them wait.
    Lock,
    /// Keep their definitions and leave their rows.
    SchemaOnly,
}

#[derive(Debug, Clone)]
pub struct DumpOptions {
    /// Connections that read at once.
    pub parallel: usize,
    pub non_transactional: NonTransactional,
    /// How long a statement of the dump waits for another's lock on a table.
    pub lock_wait_seconds: u32,
    /// When another session has waited so long for a table that the dump may hold, the dump ends.
    pub give_way_seconds: u32,
    /// Raw bytes of a frame: a seek within a table costs as much, a larger one compresses better.
    pub frame_bytes: u64,
    /// A pack is closed when it holds this much.
    pub pack_bytes: u64,
    pub digest_key: DigestKey,
}

impl DumpOptions {
    pub fn for_store(store: &str) -> DumpOptions {
        DumpOptions {
            parallel: 2,
            non_transactional: NonTransactional::default(),
            lock_wait_seconds: 60,
            give_way_seconds: 20,
            frame_bytes: 4 << 20,
            pack_bytes: 128 << 20,
            digest_key: DigestKey::for_store(store),
        }
    }
}

/// What was written. `packs` are all packs in the order of their numbers, the index pack, which is the last, included.
#[derive(Debug, Clone)]
pub struct Dumped {
    pub index: Index,
    pub packs: Vec<PackDigest>,
    pub index_pack: u32,
}

/// How often the schema may change between the first look and the snapshot.
const TRIES_TO_LOOK: u32 = 3;
const SIDE_LOCK_WAIT_SECONDS: u32 = 10;

/// Dumps the schema of `url` into packs of `backup`. `new_pack(number)` opens a pack's destination, `finish_pack` gets it
/// back when the pack is whole.
///
/// # Errors
/// `TableChanged`, `GaveWay`, `NoSnapshot`: a fresh attempt may succeed. `NonTransactional`, `Lacks`, `Login`,
/// `UnknownSchema`: a person must act. `Pack`: what the destination said. `Cancelled`: by `watch`.
pub fn dump<W, F, G>(
    url: &DatabaseUrl,
    options: &DumpOptions,
    dek: &Dek,
    backup: Uuid,
    new_pack: F,
    finish_pack: G,
    watch: &Watch,
) -> Result<Dumped, MysqlError>
where
    W: Write + Send,
    F: Fn(u32) -> io::Result<W> + Sync,
    G: Fn(PackDigest, W) -> io::Result<()> + Sync,
{
    watch.go_on()?;
    let mut side = open_reader(url, SIDE_LOCK_WAIT_SECONDS)?;
    privileges::require(&mut side)?;
    let (looked, locker) = look_and_take(url, options, &mut side, watch)?;
    let packs = Packs::new(dek, backup, options.pack_bytes, &new_pack, &finish_pack);
    let Planned { dump, tasks, locked_tasks, hands } = Dump::plan(looked, side, options, &packs, watch)?;
    let work = |hand: &mut Hand<W>, job| dump.work(hand, job);
    let leave = |hand: Hand<W>| dump.leave(hand);
    if let Some(locker) = locker {
        let locked = Mutex::new(Some(Hand::new(locker, &options.digest_key, false)));
        let take = || locked.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(MysqlError::Cancelled);
        crew::run(locked_tasks, 1, watch, take, work, leave)?;
    }
    let cancellers = hands.cancellers();
    watchdog::beside(url, &dump.schema.name, options.give_way_seconds, cancellers, || {
        crew::run(tasks, hands.len(), watch, || hands.take(), work, leave)
    })?;
    let index = dump.assemble()?;
    let (packs, index_pack) = packs.seal_index(&index)?;
    Ok(Dumped { index, packs, index_pack })
}

/// The schema as it was seen, and the snapshot that sees it so.
struct Looked {
    found: inventory::ListedSchema,
    prints: Fingerprints,
    snapshot: Snapshot,
    /// Tables without transactions are locked by a session of their own.
    locked: bool,
}

/// Looks at the schema, takes the snapshot, and looks whether the schema is still the same.
fn look_and_take(
    url: &DatabaseUrl,
    options: &DumpOptions,
    side: &mut Connection,
    watch: &Watch,
) -> Result<(Looked, Option<Connection>), MysqlError> {
    let schema = inventory::read_schema(side)?.name;
    let mut changed = Vec::new();
    for _ in 0..TRIES_TO_LOOK {
        watch.go_on()?;
        let before = Fingerprints::read(side, &schema)?;
        let found = inventory::list_tables(side, &schema)?;
        let locker = lock_non_transactional(url, options, &schema, &found)?;
        let snapshot = snapshot::take(url, side, options.parallel, options.lock_wait_seconds)?;
        let prints = Fingerprints::read(side, &schema)?;
        changed = before.changed(&prints);
        if changed.is_empty() {
            let locked = locker.is_some();
            return Ok((Looked { found, prints, snapshot, locked }, locker));
        }
    }
    let problem = format!("tables were created, renamed or altered at every try: {}", changed.join(", "));
    Err(MysqlError::NoSnapshot { server: side.server().to_owned(), problem })
}

fn lock_non_transactional(
    url: &DatabaseUrl,
    options: &DumpOptions,
    schema: &str,
    found: &inventory::ListedSchema,
) -> Result<Option<Connection>, MysqlError> {
    let without = found.tables.iter().filter(|listed| listed.kind == TableKind::NonTransactional);
    let names: Vec<&str> = without.map(|listed| listed.table.name.as_str()).collect();
    if names.is_empty() || options.non_transactional == NonTransactional::SchemaOnly {
        return Ok(None);
    }
    if options.non_transactional == NonTransactional::Refuse {
        return Err(MysqlError::NonTransactional { schema: schema.to_owned(), tables: names.join(", ") });
    }
    let mut locker = open_reader(url, options.lock_wait_seconds)?;
    let locks: Vec<String> = names.iter().map(|name| format!("{} READ", crate::wire::quote_name(name))).collect();
    locker.execute(&format!("LOCK TABLES {}", locks.join(",")))?;
    Ok(Some(locker))
}
