//! A shop that takes orders all through the dump: whatever comes back is of one moment.
//!
//! `HOLDFAST_ROUNDS` sets how many dumps are made of it and judged.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use holdfast_archive::Dek;
use holdfast_mysql::{Connection, DatabaseUrl, DumpOptions, LoadOptions, MysqlError, Watch, code, dump, load};
use holdfast_sample::{SampleStore, Shop, invariants};
use holdfast_testkit::MariaDb;
use uuid::Uuid;

use crate::support::{sample_schema, wait_until};

const ROUNDS: u32 = 25;
const WRITERS: u64 = 2;

#[test]
fn a_store_dumped_while_it_sells_comes_back_consistent_every_time() {
    let rounds = std::env::var("HOLDFAST_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let server = MariaDb::start(&["--log-bin", "--server-id=1", "--binlog-format=ROW"]);
    let schema = sample_schema(&server, 11, 0);
    let store = SampleStore::new(11, 0).as_of(chrono::Utc::now().timestamp());
    let url = parse(&server.url(&schema));
    let mut shops: Vec<Shop> = (0..WRITERS).map(|writer| Shop::new(&store, writer)).collect();
    let began = Instant::now();
    let (mut sold, mut rungs) = (0, BTreeMap::<String, u32>::new());
    for round in 0..rounds {
        let (archive, meanwhile) = Dumped::while_it_sells(&url, &mut shops);
        assert!(meanwhile > 0, "the shop sold something during dump {round}");
        sold += meanwhile;
        *rungs.entry(archive.dumped.index.snapshot.rung.clone()).or_default() += 1;
        let copy = format!("restored_{round}");
        archive.load(&url.with_schema(&copy));
        assert_eq!(broken(&server, &copy), Vec::<String>::new(), "round {round}");
        server.sql(&format!("DROP DATABASE {copy}"));
    }
    let seconds = began.elapsed().as_secs();
    println!(
        "{rounds} of {rounds} rounds consistent, {sold} transactions during the dumps, {seconds} s, rungs {rungs:?}"
    );
}

/// Shops that sell until this is dropped.
struct Closes<'a>(&'a AtomicBool);

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Sells until the shop closes. A deadlock between two orders is the shop's everyday: it rolls back and goes on.
fn trade(url: &DatabaseUrl, shop: &mut Shop, open: &AtomicBool, committed: &AtomicU64) {
    let mut connection = Connection::connect(url).unwrap();
    while open.load(Ordering::Relaxed) {
        let done = shop.next_transaction().iter().try_for_each(|statement| connection.execute(statement).map(drop));
        match done {
            Ok(()) => _ = committed.fetch_add(1, Ordering::Relaxed),
            Err(error) if error.code() == Some(code::LOCK_DEADLOCK) => drop(connection.execute("ROLLBACK")),
            Err(error) => panic!("a shop failed: {error}"),
        }
    }
}

/// A dump with its packs in memory.
struct Dumped {
    dek: Dek,
    backup: Uuid,
    packs: Mutex<BTreeMap<u32, Vec<u8>>>,
    dumped: holdfast_mysql::Dumped,
}

impl Dumped {
    /// Begins when every shop has sold something, and answers how much they sold until it was done.
    fn while_it_sells(url: &DatabaseUrl, shops: &mut [Shop]) -> (Dumped, u64) {
        let open = AtomicBool::new(true);
        let sold: Vec<AtomicU64> = shops.iter().map(|_| AtomicU64::new(0)).collect();
        let all = || sold.iter().map(|sold| sold.load(Ordering::Relaxed)).sum::<u64>();
        std::thread::scope(|scope| {
            let _closes = Closes(&open);
            for (shop, sold) in shops.iter_mut().zip(&sold) {
                let open = &open;
                scope.spawn(move || trade(url, shop, open, sold));
            }
            wait_until("the shops to sell", 60, || {
                sold.iter().all(|sold| sold.load(Ordering::Relaxed) > 0).then_some(())
            });
            let before = all();
            let dumped = Dumped::of(url);
            (dumped, all() - before)
        })
    }

    fn of(url: &DatabaseUrl) -> Dumped {
        let (dek, backup, packs) = (Dek::generate(), Uuid::now_v7(), Mutex::new(BTreeMap::new()));
        let finish = |digest: holdfast_archive::PackDigest, bytes: Vec<u8>| {
            packs.lock().unwrap().insert(digest.number, bytes);
            Ok(())
        };
        let options = DumpOptions::for_store("acme");
        let dumped = dump(url, &options, &dek, backup, |_| Ok(Vec::new()), finish, &Watch::new()).unwrap();
        Dumped { dek, backup, packs, dumped }
    }

    fn load(&self, to: &DatabaseUrl) {
        let open = |pack: u32, offset: u64| {
            let packs = self.packs.lock().unwrap();
            Ok::<_, io::Error>(Cursor::new(packs[&pack][usize::try_from(offset).unwrap()..].to_vec()))
        };
        let loaded: Result<_, MysqlError> =
            load(to, &self.dumped.index, &self.dek, self.backup, open, &LoadOptions::default(), &Watch::new());
        loaded.unwrap();
    }
}

/// Invariants that do not hold, with how many rows break them.
fn broken(server: &MariaDb, schema: &str) -> Vec<String> {
    let script: Vec<String> =
        invariants().iter().map(|(name, sql)| format!("SELECT '{}', ({sql})", name.replace('\'', "''"))).collect();
    let answer = server.sql_in(schema, &script.join(";\n"));
    assert_eq!(answer.lines().count(), invariants().len());
    answer.lines().filter(|line| !line.ends_with("\t0")).map(str::to_owned).collect()
}

fn parse(url: &str) -> DatabaseUrl {
    DatabaseUrl::parse(url).unwrap()
}
