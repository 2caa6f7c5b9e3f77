//! What Magento makes for its materialised views: a changelog table for each view, and triggers that note there whose
//! rows changed.

use std::fmt::Write;

use crate::ddl::{TABLES, Table};

/// View, and the tables it watches with the column that names the entity.
const SUBSCRIPTIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "catalog_category_flat",
        &[
            ("catalog_category_entity", "entity_id"),
            ("catalog_category_entity_datetime", "entity_id"),
            ("catalog_category_entity_decimal", "entity_id"),
            ("catalog_category_entity_int", "entity_id"),
            ("catalog_category_entity_text", "entity_id"),
            ("catalog_category_entity_varchar", "entity_id"),
        ],
    ),
    (
        "catalog_category_product",
        &[("catalog_category_entity", "entity_id"), ("catalog_category_entity_int", "entity_id")],
    ),
    (
        "catalog_product_flat",
        &[
            ("catalog_product_entity", "entity_id"),
            ("catalog_product_entity_gallery", "entity_id"),
            ("catalog_product_entity_media_gallery_value", "entity_id"),
            ("catalog_product_entity_tier_price", "entity_id"),
            ("catalog_product_entity_varchar", "entity_id"),
        ],
    ),
    (
        "catalog_product_price",
        &[
            ("catalog_product_entity", "entity_id"),
            ("catalog_product_entity_datetime", "entity_id"),
            ("catalog_product_entity_decimal", "entity_id"),
            ("catalog_product_entity_int", "entity_id"),
            ("catalog_product_entity_tier_price", "entity_id"),
            ("catalog_product_link", "product_id"),
            ("catalog_product_website", "product_id"),
        ],
    ),
    (
        "cataloginventory_stock",
        &[
            ("cataloginventory_stock_item", "product_id"),
            ("catalog_product_entity_int", "entity_id"),
            ("catalog_product_link", "product_id"),
        ],
    ),
    (
        "catalogsearch_fulltext",
        &[
            ("catalog_product_entity", "entity_id"),
            ("catalog_product_entity_text", "entity_id"),
            ("catalog_product_entity_varchar", "entity_id"),
            ("catalog_product_super_link", "product_id"),
            ("catalog_category_product", "product_id"),
        ],
    ),
    ("cms_page_grid", &[("cms_page", "page_id")]),
    (
        "customer_dummy",
        &[
            ("customer_entity", "entity_id"),
            ("customer_entity_datetime", "entity_id"),
            ("customer_entity_decimal", "entity_id"),
            ("customer_entity_int", "entity_id"),
            ("customer_address_entity", "parent_id"),
        ],
    ),
    (
        "sales_order_data_exporter",
        &[("sales_order", "entity_id"), ("sales_order_item", "order_id"), ("sales_payment_transaction", "order_id")],
    ),
    ("store_data_exporter", &[("store", "website_id"), ("store_group", "website_id"), ("store_website", "website_id")]),
];

pub(crate) fn views() -> impl Iterator<Item = &'static str> {
    SUBSCRIPTIONS.iter().map(|(view, _)| *view)
}

/// A trigger for each watched table and kind of change: `trg_<table>_after_<change>`.
pub(crate) fn create_triggers() -> Vec<String> {
    TABLES
        .iter()
        .flat_map(|table| {
            ["insert", "update", "delete"].into_iter().filter_map(move |change| create_trigger(table, change))
        })
        .collect()
}

fn create_trigger(table: &Table, change: &str) -> Option<String> {
    let row = if change == "delete" { "OLD" } else { "NEW" };
    let mut body = String::new();
    for (view, column) in watchers(table.name) {
        let note = format!("INSERT IGNORE INTO `{view}_cl` (`entity_id`) VALUES ({row}.`{column}`);");
        let line = match change {
            "update" => format!("  IF {} THEN\n    {note}\n  END IF;", differs(table)),
            _ => format!("  {note}"),
        };
        writeln!(body, "{line}").expect("writing to a String cannot fail");
    }
    let (name, upper) = (table.name, change.to_uppercase());
    (!body.is_empty()).then(|| {
        format!("CREATE TRIGGER `trg_{name}_after_{change}` AFTER {upper} ON `{name}` FOR EACH ROW\nBEGIN\n{body}END")
    })
}

fn watchers(table: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    SUBSCRIPTIONS.iter().flat_map(move |(view, watched)| {
        watched.iter().filter(move |(name, _)| *name == table).map(move |(_, column)| (*view, *column))
    })
}

/// A row that was only touched is not a change.
fn differs(table: &Table) -> String {
    let columns = table.columns.iter().filter(|column| column.name != "updated_at");
    let equal: Vec<String> = columns.map(|column| format!("NEW.`{0}` <=> OLD.`{0}`", column.name)).collect();
    format!("NOT ({})", equal.join(" AND "))
}
