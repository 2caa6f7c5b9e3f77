//! Carts nobody has paid for yet, and the recent ones that became orders.

use super::{Source, quotes};
use crate::encode::{hex, json_string};
use crate::goods::Product;
use crate::order::CURRENCY;
use crate::people::{Address, Customer};
use crate::random::Random;
use crate::rows::Rows;
use crate::{SampleStore, stream};

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "quote", units: quotes, write: quote },
    Source { table: "quote_item", units: quotes, write: items },
    Source { table: "quote_address", units: quotes, write: addresses },
    Source { table: "quote_payment", units: quotes, write: payment },
    Source { table: "quote_id_mask", units: quotes, write: mask },
];

const MAX_ITEMS: u64 = 4;

struct Quote {
    id: u64,
    customer: Customer,
    created: i64,
    items: Vec<(Product, u64)>,
    total: i64,
    random: Random,
}

fn at(store: &SampleStore, number: u64) -> Quote {
    let mut random = Random::of(store.seed, stream::QUOTE, number);
    let customer = Customer::at(store, random.below(store.scale.customers));
    let created = store.as_of - 60 * (store.scale.quotes - number) as i64;
    let items: Vec<_> = (0..random.below(MAX_ITEMS))
        .map(|_| (Product::at(store, random.below(store.scale.products)), random.between(1, 4)))
        .collect();
    let total = items.iter().map(|(product, qty)| product.price * *qty as i64).sum();
    Quote { id: number + 1, customer, created, items, total, random }
}

fn quote(store: &SampleStore, number: u64, rows: &mut Rows) {
    let Quote { id, customer, created, items, total, mut random } = at(store, number);
    let pieces = items.iter().map(|(_, qty)| qty).sum();
    let person = &customer.person;
    rows.int(id).int(1).time(created).time(created + random.below(50) as i64);
    rows.null().int(1).int(items.len() as u64).qty(pieces).text(CURRENCY).text(CURRENCY).money(total).money(total);
    match number % 3 {
        0 => rows.text("guest").null().int(0).nulls(3).text("").int(1),
        _ => {
            rows.null()
                .int(customer.id)
                .int(customer.group)
                .compose(|out| person.email(out))
                .text(person.given)
                .text(person.family);
            rows.null().int(0)
        }
    };
    rows.put(format_args!("198.51.100.{}", id % 250)).null().null().money(total).end();
}

fn items(store: &SampleStore, number: u64, rows: &mut Rows) {
    let quote = at(store, number);
    for (index, (product, qty)) in quote.items.iter().enumerate() {
        rows.int(number * MAX_ITEMS + index as u64 + 1)
            .int(quote.id)
            .time(quote.created)
            .time(quote.created)
            .int(product.id)
            .int(1)
            .null();
        rows.compose(|out| product.sku(out)).compose(|out| product.name(out)).null();
        rows.compose(|out| {
            out.extend_from_slice(b"{\"label\":");
            json_string("Färg: röd/grön ❤️", out);
            out.push(b'}');
        });
        rows.money(product.weight())
            .qty(*qty)
            .money(product.price)
            .null()
            .money(product.price * *qty as i64)
            .text(product.kind.code())
            .end();
    }
}

fn addresses(store: &SampleStore, number: u64, rows: &mut Rows) {
    let quote = at(store, number);
    let person = &quote.customer.person;
    let address = Address::of(store, person, 0);
    for (index, kind) in ["billing", "shipping"].iter().enumerate() {
        rows.int(number * 2 + index as u64 + 1)
            .int(quote.id)
            .time(quote.created)
            .time(quote.created)
            .int(quote.customer.id)
            .text(kind);
        rows.compose(|out| person.email(out))
            .text(person.given)
            .text(person.family)
            .null()
            .compose(|out| address.street(out));
        rows.text(address.city)
            .compose(|out| address.postcode(out))
            .text(address.country)
            .compose(|out| address.phone(out));
        rows.text_or_null((index == 1).then_some("flatrate_flatrate")).money(quote.total).end();
    }
}

fn payment(store: &SampleStore, number: u64, rows: &mut Rows) {
    let quote = at(store, number);
    if number.is_multiple_of(2) {
        rows.int(number + 1).int(quote.id).time(quote.created).time(quote.created).text("checkmo").nulls(3).end();
    }
}

fn mask(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut quote = at(store, number);
    let mut masked = [0; 16];
    quote.random.fill(&mut masked);
    if number.is_multiple_of(3) {
        rows.int(number + 1).int(quote.id).compose(|out| hex(&masked, out)).end();
    }
}
