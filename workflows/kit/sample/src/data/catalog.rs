//! Products, categories, stock and the price index. A product's id is its number plus one, and its value rows' ids
//! follow from it.

use super::eav::MANUFACTURERS;
use super::{Source, categories, once, products};
use crate::SampleStore;
use crate::goods::{Category, Kind, Product, prose};
use crate::random::Random;
use crate::rows::Rows;

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "catalog_category_entity", units: categories, write: category },
    Source { table: "catalog_category_entity_varchar", units: categories, write: category_varchar },
    Source { table: "catalog_category_entity_int", units: categories, write: category_int },
    Source { table: "catalog_category_entity_decimal", units: categories, write: category_decimal },
    Source { table: "catalog_category_entity_text", units: categories, write: category_text },
    Source { table: "catalog_category_entity_datetime", units: categories, write: category_datetime },
    Source { table: "catalog_product_entity", units: products, write: product },
    Source { table: "catalog_product_entity_varchar", units: products, write: product_varchar },
    Source { table: "catalog_product_entity_int", units: products, write: product_int },
    Source { table: "catalog_product_entity_decimal", units: products, write: product_decimal },
    Source { table: "catalog_product_entity_text", units: products, write: product_text },
    Source { table: "catalog_product_entity_datetime", units: products, write: product_datetime },
    Source { table: "catalog_product_entity_media_gallery", units: products, write: image },
    Source { table: "catalog_product_entity_media_gallery_value", units: products, write: image_value },
    Source { table: "catalog_product_entity_tier_price", units: products, write: tier_price },
    Source { table: "catalog_product_website", units: products, write: product_website },
    Source { table: "catalog_product_link", units: products, write: product_link },
    Source { table: "catalog_product_super_link", units: products, write: variants },
    Source { table: "catalog_category_product", units: products, write: category_product },
    Source { table: "cataloginventory_stock", units: once, write: |_, _, rows| rows.line("1\t0\tDefault") },
    Source { table: "cataloginventory_stock_item", units: products, write: stock_item },
    Source { table: "cataloginventory_stock_status", units: products, write: stock_status },
    Source { table: "catalog_product_index_price", units: products, write: price_index },
    // What the last full reindex left behind: half of the store as it was.
    Source { table: "catalog_product_index_price_replica", units: |scale| scale.products / 2, write: price_index },
];

fn category(store: &SampleStore, number: u64, rows: &mut Rows) {
    let category = Category { id: number + 1 };
    let created = store.as_of - 86_400 * (1_000 - number as i64 % 900);
    rows.int(category.id).int(3).int(category.parent()).time(created).time(created + 3_600);
    rows.compose(|out| category.path(out))
        .int(number % 10)
        .int(category.level())
        .int(category.descendants(store.scale.categories))
        .end();
}

fn category_varchar(_: &SampleStore, number: u64, rows: &mut Rows) {
    rows.int(number + 1).int(45).int(0).int(number + 1).compose(|out| Category { id: number + 1 }.name(out)).end();
}

fn category_int(_: &SampleStore, number: u64, rows: &mut Rows) {
    rows.int(number + 1).int(46).int(0).int(number + 1).int(u64::from(number % 9 != 8)).end();
}

fn category_decimal(_: &SampleStore, number: u64, rows: &mut Rows) {
    if number % 4 == 2 {
        rows.int(number + 1).int(70).int(0).int(number + 1).price(5_000).end();
    }
}

fn category_text(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, crate::stream::CATEGORY, number);
    if number >= 2 {
        rows.int(number + 1).int(47).int(0).int(number + 1).compose(|out| prose(&mut random, 3, out)).end();
    }
}

fn category_datetime(_: &SampleStore, number: u64, rows: &mut Rows) {
    if number % 5 == 3 {
        rows.int(number + 1).int(61).int(0).int(number + 1).text("0000-00-00 00:00:00").end();
    }
}

fn product(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut product = Product::at(store, number);
    let updated = product.created + product.random.below(8_000_000) as i64;
    rows.int(product.id)
        .int(4)
        .text(product.kind.code())
        .compose(|out| product.sku(out))
        .int(0)
        .int(0)
        .time(product.created)
        .time(updated)
        .end();
}

/// Names, image and URL key for all stores, and a name of its own in store 1 for one in three.
fn product_varchar(store: &SampleStore, number: u64, rows: &mut Rows) {
    let product = Product::at(store, number);
    let first = number as i64 * 4 + 1;
    rows.int(first).int(73).int(0).int(product.id).compose(|out| product.name(out)).end();
    rows.int(first + 1)
        .int(87)
        .int(0)
        .int(product.id)
        .put(format_args!("/h/f/{:x}_{}.jpg", product.id % 97, product.id))
        .end();
    rows.int(first + 2).int(121).int(0).int(product.id).compose(|out| product.url_key(out)).end();
    if number.is_multiple_of(3) {
        rows.int(first + 3).int(73).int(1).int(product.id);
        rows.compose(|out| {
            product.name(out);
            out.extend_from_slice(" – på svenska".as_bytes());
        });
        rows.end();
    }
}

fn product_int(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut product = Product::at(store, number);
    let first = number as i64 * 3 + 1;
    let visibility: u64 = if product.id % 10 < 5 { 4 } else { 1 };
    rows.int(first).int(97).int(0).int(product.id).int(u64::from(number % 17 == 16) + 1).end();
    rows.int(first + 1).int(99).int(0).int(product.id).int(visibility).end();
    rows.int(first + 2).int(83).int(0).int(product.id);
    match product.random.chance(80) {
        true => rows.int(product.random.pick(&MANUFACTURERS)),
        false => rows.null(),
    }
    .end();
}

fn product_decimal(store: &SampleStore, number: u64, rows: &mut Rows) {
    let product = Product::at(store, number);
    let first = number as i64 * 3 + 1;
    rows.int(first).int(77).int(0).int(product.id).price(product.price).end();
    rows.int(first + 1).int(82).int(0).int(product.id).price(product.weight()).end();
    if number % 6 == 1 {
        rows.int(first + 2).int(78).int(0).int(product.id).price(product.price * 4 / 5).end();
    }
}

fn product_text(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut product = Product::at(store, number);
    // One in forty tells its whole story.
    let sentences = if number % 40 == 5 { 300 } else { product.random.between(3, 16) };
    rows.int(number * 2 + 1)
        .int(75)
        .int(0)
        .int(product.id)
        .compose(|out| prose(&mut product.random, sentences, out))
        .end();
    if number % 8 == 7 {
        rows.int(number * 2 + 2).int(76).int(0).int(product.id).null().end();
    } else {
        rows.int(number * 2 + 2).int(76).int(0).int(product.id).compose(|out| prose(&mut product.random, 1, out)).end();
    }
}

fn product_datetime(store: &SampleStore, number: u64, rows: &mut Rows) {
    let product = Product::at(store, number);
    rows.int(number + 1).int(79).int(0).int(product.id);
    match number % 6 {
        1 => rows.time(product.created),
        2 => rows.text("0000-00-00 00:00:00"),
        3 => rows.text("9999-12-31 23:59:59"),
        _ => rows.null(),
    }
    .end();
}

fn image(_: &SampleStore, number: u64, rows: &mut Rows) {
    let id = number + 1;
    rows.int(id).int(90).put(format_args!("/h/f/{:x}_{id}.jpg", id % 97)).text("image").int(0).end();
}

fn image_value(store: &SampleStore, number: u64, rows: &mut Rows) {
    let product = Product::at(store, number);
    rows.int(product.id).int(0).int(product.id).compose(|out| product.name(out)).int(1).int(0).int(product.id).end();
}

fn tier_price(store: &SampleStore, number: u64, rows: &mut Rows) {
    let product = Product::at(store, number);
    if number.is_multiple_of(5) {
        rows.int(number + 1).int(product.id).int(0).int(2).qty(10).price(product.price * 9 / 10).int(0).null().end();
    }
}

fn product_website(_: &SampleStore, number: u64, rows: &mut Rows) {
    rows.int(number + 1).int(1).end();
}

fn product_link(store: &SampleStore, number: u64, rows: &mut Rows) {
    let other = (number * 7 + 3) % store.scale.products;
    if number.is_multiple_of(2) && other != number {
        rows.int(number + 1).int(number + 1).int(other + 1).int([1u64, 4, 5][(number / 2 % 3) as usize]).end();
    }
}

fn variants(store: &SampleStore, number: u64, rows: &mut Rows) {
    let parent = Product::at(store, number);
    if parent.kind == Kind::Configurable {
        for variant in parent.id - 9..parent.id {
            rows.int(variant).int(variant).int(parent.id).end();
        }
    }
}

/// Each product stands in one or two of the categories below the store's root.
fn category_product(store: &SampleStore, number: u64, rows: &mut Rows) {
    let below_root = store.scale.categories - 2;
    let first = number % below_root;
    rows.int(number * 2 + 1).int(first + 3).int(number + 1).int(number % 50).end();
    let second = (first + 1 + number / below_root % (below_root - 1)) % below_root;
    if number.is_multiple_of(3) {
        rows.int(number * 2 + 2).int(second + 3).int(number + 1).int(0).end();
    }
}

pub(crate) fn stock(store: &SampleStore, number: u64) -> u64 {
    let mut product = Product::at(store, number);
    if number % 13 == 12 { 0 } else { product.random.between(1, 900) }
}

fn stock_item(store: &SampleStore, number: u64, rows: &mut Rows) {
    let qty = stock(store, number);
    rows.int(number + 1).int(number + 1).int(1).qty(qty).qty(0).int(1).int(0).int(0).int(u64::from(qty > 0));
    match qty {
        0..=5 => rows.time(store.as_of - 86_400),
        _ => rows.null(),
    };
    rows.int(1).int(0).end();
}

fn stock_status(store: &SampleStore, number: u64, rows: &mut Rows) {
    let qty = stock(store, number);
    rows.int(number + 1).int(0).int(1).qty(qty).int(u64::from(qty > 0)).end();
}

fn price_index(store: &SampleStore, number: u64, rows: &mut Rows) {
    let product = Product::at(store, number);
    for group in 0..4u64 {
        rows.int(product.id)
            .int(group)
            .int(1)
            .int(2)
            .price(product.price)
            .price(product.price)
            .price(product.price)
            .price(product.price);
        rows.null().end();
    }
}
