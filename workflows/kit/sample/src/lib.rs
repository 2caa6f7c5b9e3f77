//! A generated Magento 2 store of any size: some hundred tables with the rows, keys, triggers and awkward values of a
//! real one, made of nothing but a seed. There is no I/O here and no state: any row can be computed from the seed and
//! its number, so a store of many gigabytes streams in the memory of one chunk, and the same seed and size give the
//! same bytes on every machine.
//!
//! Names and types of tables and columns are Magento's; `acme_*` is what the store's own extensions add.

mod data;
mod ddl;
mod encode;
mod goods;
mod invariants;
mod objects;
mod order;
mod people;
mod planted;
mod random;
mod rows;
mod shop;
mod sql;
mod triggers;
mod words;

pub use ddl::{Column, Table};
pub use invariants::invariants;
pub use planted::Planted;
pub use shop::Shop;

use data::Source;
use rows::Rows;

/// What a connection that loads a sample store sets first: id-0 rows keep their id, zero dates are dates, times are
/// UTC, and nothing is checked against tables that are not filled yet.
pub const SESSION: [&str; 5] = [
    "SET NAMES utf8mb4",
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES'",
    "SET time_zone = '+00:00'",
    "SET foreign_key_checks = 0",
    "SET unique_checks = 0",
];

/// Rows are handed out in pieces of about this many bytes.
const CHUNK_BYTES: usize = 1 << 20;

/// 2025-06-01 00:00:00 UTC.
const AS_OF: i64 = 1_748_736_000;

/// The store's past: its first order is this much older than its newest, in seconds.
const HISTORY: i64 = 86_400 * 730;

/// What a random stream is for; see [`random::Random::of`].
mod stream {
    pub(crate) const CUSTOMER: u64 = 1;
    pub(crate) const ADDRESS: u64 = 2;
    pub(crate) const GUEST: u64 = 3;
    pub(crate) const GUEST_ADDRESS: u64 = 4;
    pub(crate) const PRODUCT: u64 = 5;
    pub(crate) const CATEGORY: u64 = 6;
    pub(crate) const ORDER: u64 = 7;
    pub(crate) const COMMENT: u64 = 8;
    pub(crate) const QUOTE: u64 = 9;
    pub(crate) const SESSION: u64 = 10;
    pub(crate) const CRON: u64 = 11;
    pub(crate) const PAGE: u64 = 12;
    pub(crate) const BLOCK: u64 = 13;
    pub(crate) const NOTES: u64 = 14;
    pub(crate) const VISITOR: u64 = 15;
    pub(crate) const WISHLIST: u64 = 16;
    pub(crate) const REVIEW: u64 = 17;
    pub(crate) const LOYALTY: u64 = 18;
    pub(crate) const REQUEST: u64 = 19;
    pub(crate) const SHOP: u64 = 20;
}

/// How many of each thing the store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    pub customers: u64,
    pub products: u64,
    pub categories: u64,
    pub orders: u64,
    pub quotes: u64,
    pub sessions: u64,
    pub requests: u64,
}

impl Scale {
    /// Measured: the bytes of row text a store has before its first customer, and those each customer brings with his
    /// share of products, orders and the rest. A test holds them to what comes out.
    const FIXED_BYTES: u64 = 45_000;
    const CUSTOMER_BYTES: u64 = 13_400;
    const FEWEST_CUSTOMERS: u64 = 16;

    fn of_size(bytes: u64) -> Scale {
        let customers = (bytes.saturating_sub(Self::FIXED_BYTES) / Self::CUSTOMER_BYTES).max(Self::FEWEST_CUSTOMERS);
        let products = (customers / 2).max(20);
        Scale {
            customers,
            products,
            categories: (13 + products / 40).min(2_000),
            orders: customers * 2 + 7,
            quotes: customers / 2,
            sessions: customers / 10 + 1,
            requests: customers * 2,
        }
    }
}

/// A small Magento store, or a large one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleStore {
    seed: u64,
    scale: Scale,
    as_of: i64,
}

impl SampleStore {
    /// A store with about `size_bytes` of row text (within a fifth from 1 MB on; the smallest has about 300 KB).
    pub fn new(seed: u64, size_bytes: u64) -> SampleStore {
        SampleStore { seed, scale: Scale::of_size(size_bytes), as_of: AS_OF }
    }

    /// The same store with its newest order placed just before `unix_seconds`, for checks that look at the clock.
    pub fn as_of(mut self, unix_seconds: i64) -> SampleStore {
        self.as_of = unix_seconds;
        self
    }

    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Every table, those it references before it.
    pub fn tables(&self) -> &'static [Table] {
        &ddl::TABLES
    }

    /// Creates every table with its keys and constraints, for a load that does not care about speed.
    pub fn schema(&self) -> Vec<String> {
        self.tables().iter().map(Table::create_with_keys).collect()
    }

    /// What [`Table::create`] leaves out, for after the data: secondary keys table by table, then foreign keys.
    pub fn keys_and_constraints(&self) -> Vec<String> {
        let keys = self.tables().iter().filter_map(Table::add_keys);
        let constraints = self.tables().iter().filter_map(Table::add_constraints);
        keys.chain(constraints).collect()
    }

    /// Triggers, views, routines, an event and a sequence. Triggers must not see the load, so they come after it.
    /// Needs MariaDB.
    pub fn objects_after_data(&self) -> Vec<String> {
        objects::create(self.scale.orders)
    }

    /// The table's rows as row text, in the order of [`Table::loaded_columns`], in chunks of whole rows of about 1 MiB.
    pub fn rows(&self, table: &Table) -> Chunks<'_> {
        Chunks { store: self, source: data::source(table.name), next: 0, rows: Rows::default() }
    }

    /// LOAD DATA LOCAL for row text, whatever the file is called: the server asks the client for its bytes.
    pub fn load_statement(&self, table: &Table) -> String {
        let columns: Vec<String> = table.loaded_columns().map(|column| format!("`{}`", column.name)).collect();
        format!(
            "LOAD DATA LOCAL INFILE '{0}' INTO TABLE `{0}` CHARACTER SET binary \
             FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' ({1})",
            table.name,
            columns.join(", ")
        )
    }

    /// The table's rows as multi-row INSERT statements of a few MiB at most, which are bytes because a column's bytes
    /// need not be UTF-8.
    pub fn insert_statements<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = Vec<u8>> + 'a {
        self.rows(table).map(move |chunk| sql::insert(table, &chunk))
    }

    /// The whole store as a script for the `mariadb` client, into the schema the client has chosen.
    pub fn to_sql(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        sql::script(self, out)
    }

    /// Values to search logs for.
    pub fn planted(&self) -> &'static [Planted] {
        planted::PLANTED
    }

    /// When order `number` was placed: evenly through the store's past, the last one a minute ago.
    fn ordered_at(&self, number: u64) -> i64 {
        let apart = (HISTORY / self.scale.orders as i64).max(1);
        self.as_of - 60 - (self.scale.orders - 1 - number) as i64 * apart
    }
}

/// The rows of one table, a chunk at a time.
pub struct Chunks<'a> {
    store: &'a SampleStore,
    source: Option<&'static Source>,
    next: u64,
    rows: Rows,
}

impl Iterator for Chunks<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let source = self.source?;
        let units = (source.units)(&self.store.scale);
        while self.next < units && self.rows.len() < CHUNK_BYTES {
            (source.write)(self.store, self.next, &mut self.rows);
            self.next += 1;
        }
        (self.rows.len() > 0).then(|| self.rows.take())
    }
}
