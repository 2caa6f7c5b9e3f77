//! Changes the indexers have not seen yet.

use super::{Source, customers, orders, products};
use crate::SampleStore;
use crate::rows::Rows;

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "catalog_product_price_cl", units: products, write: change },
    Source { table: "catalogsearch_fulltext_cl", units: products, write: change },
    Source { table: "customer_dummy_cl", units: customers, write: change },
    Source { table: "sales_order_data_exporter_cl", units: orders, write: change },
];

fn change(_: &SampleStore, number: u64, rows: &mut Rows) {
    rows.int(number + 1).int(number / 2 + 1).end();
}
