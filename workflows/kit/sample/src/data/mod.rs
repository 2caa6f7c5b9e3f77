//! The rows of each table. A source makes a table's rows unit by unit, a unit being the customer, product or order
//! they belong to.

mod catalog;
mod changelog;
mod customer;
mod documents;
mod eav;
mod extension;
mod quote;
mod sales;
mod store;

use crate::rows::Rows;
use crate::{SampleStore, Scale};

pub(crate) struct Source {
    pub(crate) table: &'static str,
    pub(crate) units: fn(&Scale) -> u64,
    pub(crate) write: fn(&SampleStore, u64, &mut Rows),
}

/// A table without a source is an empty table.
pub(crate) fn source(table: &str) -> Option<&'static Source> {
    [
        store::SOURCES,
        eav::SOURCES,
        catalog::SOURCES,
        customer::SOURCES,
        quote::SOURCES,
        sales::SOURCES,
        documents::SOURCES,
        changelog::SOURCES,
        extension::SOURCES,
    ]
    .into_iter()
    .flatten()
    .find(|source| source.table == table)
}

/// Rows that do not depend on the store's size are made in one unit.
fn once(_: &Scale) -> u64 {
    1
}

fn customers(scale: &Scale) -> u64 {
    scale.customers
}

fn products(scale: &Scale) -> u64 {
    scale.products
}

fn categories(scale: &Scale) -> u64 {
    scale.categories
}

fn orders(scale: &Scale) -> u64 {
    scale.orders
}

fn quotes(scale: &Scale) -> u64 {
    scale.quotes
}
