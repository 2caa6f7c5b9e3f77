//! The store's own extension: loyalty points whose balance is the sum of their entries, a price feed without a key, a
//! request log.

use std::io::Write;

use super::{Source, customers, orders, products};
use crate::encode::json_string;
use crate::goods::Product;
use crate::order::{Order, is_by_guest};
use crate::people::Customer;
use crate::random::Random;
use crate::rows::{Rows, push_time};
use crate::words::{AGENTS, LATIN2_CITIES, SJIS_NAMES};
use crate::{SampleStore, planted, stream};

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "acme_loyalty", units: customers, write: member },
    Source { table: "acme_loyalty_entry", units: orders, write: entry },
    Source { table: "acme_price_feed", units: products, write: price },
    Source { table: "acme_request_log", units: |scale| scale.requests, write: request },
];

/// The orders of a customer are those whose number leaves his own when divided by the number of customers.
fn balance(store: &SampleStore, customer: u64) -> i64 {
    let theirs = (customer..store.scale.orders).step_by(store.scale.customers as usize);
    theirs.filter(|&order| !is_by_guest(order)).map(|order| Order::at(store, order).points()).sum()
}

fn member(store: &SampleStore, number: u64, rows: &mut Rows) {
    let customer = Customer::at(store, number);
    let mut random = Random::of(store.seed, stream::LOYALTY, number);
    let mut card = [0; 16];
    random.fill(&mut card);
    // The first bytes keep the card unique; a zero byte and a backslash come with every number.
    card[..8].copy_from_slice(&(number * 256 + u64::from(b'\\')).to_be_bytes());
    rows.int(customer.id).compose(|out| customer.person.email(out)).raw(&card);
    rows.text(["bronze", "silver", "gold", "it's platinum"][(number % 4) as usize])
        .text(["", "mail", "mail,push", "sms"][(number / 4 % 4) as usize]);
    rows.int(balance(store, number)).raw(&[(number % 8 == 1) as u8]);
    match number % 5 {
        0 => rows.null(),
        1 => rows.text("-1.7976931348623157e308"),
        _ => rows.put(format_args!("{}", f64::from(random.below(1 << 30) as u32) / 7.0)),
    };
    match number % 3 {
        0 => rows.text("0000-00-00").text("0000-00-00 00:00:00.000000"),
        _ => rows.date(customer.created).compose(|out| {
            push_time(out, customer.created + 5_000);
            write!(out, ".{:06}", random.below(1_000_000)).expect("writing to a Vec cannot fail");
        }),
    };
    rows.compose(|out| profile(&customer, out)).raw(random.pick(LATIN2_CITIES)).raw(random.pick(SJIS_NAMES));
    match number % 10 {
        2 => rows.compose(|out| {
            let mut pixels = [0; 400];
            random.fill(&mut pixels);
            out.extend_from_slice(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
            out.extend_from_slice(&pixels);
        }),
        3 => rows.raw(b""),
        _ => rows.null(),
    };
    rows.put(format_args!("{}.{:03}", random.below(9_999), random.below(1_000))).end();
}

fn profile(customer: &Customer, out: &mut Vec<u8>) {
    let id = if customer.person.is_planted { planted::NATIONAL_ID } else { "" };
    write!(out, "{{\"national_id\": \"{id}\", \"tags\": [1, null, true], \"name\": ")
        .expect("writing to a Vec cannot fail");
    json_string(customer.person.given, out);
    write!(out, ", \"raw\": \"{} 🧭\"}}", customer.person.locale.country).expect("writing to a Vec cannot fail");
}

fn entry(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if let Some(customer) = order.customer_id()
        && order.points() > 0
    {
        rows.int(order.id).int(customer).compose(|out| super::sales::increment_id(number, out)).int(order.points());
        rows.compose(|out| {
            push_time(out, order.created);
            write!(out, ".{:03}", number % 1_000).expect("writing to a Vec cannot fail");
        });
        rows.end();
    }
}

fn price(store: &SampleStore, number: u64, rows: &mut Rows) {
    let product = Product::at(store, number);
    let times = if number.is_multiple_of(7) { 2 } else { 1 };
    for _ in 0..times {
        rows.compose(|out| product.sku(out));
        match number % 6 {
            0 => rows.null(),
            _ => rows.put(format_args!("{}", product.price as f32 / 100.0)),
        };
        rows.text(["", "x\ty", "NULL", "\\N", "- \u{202e}bakåt"][(number % 5) as usize]).end();
    }
}

fn request(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::REQUEST, number);
    let age = 86_400 * 900 / store.scale.requests.max(1) * (store.scale.requests - number);
    let mut address = [0; 16];
    random.fill(&mut address);
    let address = if number.is_multiple_of(3) { &address[..] } else { &address[..4] };
    rows.int(number + 1).time(store.as_of - age as i64).text(if number % 20 == 7 { "POST" } else { "GET" });
    rows.put(format_args!(
        "/catalog/product/view/id/{}?q=%C3%A5&page={}",
        random.below(store.scale.products) + 1,
        random.below(40)
    ));
    rows.raw(address).text(random.pick(AGENTS)).int(random.below(3_000));
    match number % 20 {
        7 => rows.text("form_key=aB3&qty=1&comment=rad+ett%0Arad+två\r\n"),
        _ => rows.null(),
    }
    .end();
}
