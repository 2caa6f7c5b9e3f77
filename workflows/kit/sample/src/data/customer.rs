//! Customers with their EAV values, addresses and grid rows, and what they leave behind: subscriptions, wish lists,
//! reviews, visits.

use super::eav::BOATS;
use super::{Source, customers, once, products};
use crate::encode::hex;
use crate::goods::prose;
use crate::people::{Address, Customer};
use crate::random::Random;
use crate::rows::Rows;
use crate::words::COMMENTS;
use crate::{SampleStore, planted, stream};

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "customer_group", units: once, write: groups },
    Source { table: "customer_entity", units: customers, write: customer },
    Source { table: "customer_entity_varchar", units: customers, write: mobile_phone },
    Source { table: "customer_entity_int", units: customers, write: boat_type },
    Source { table: "customer_entity_decimal", units: customers, write: credit_limit },
    Source { table: "customer_entity_text", units: customers, write: delivery_notes },
    Source { table: "customer_entity_datetime", units: customers, write: licence_expires },
    Source { table: "customer_address_entity", units: customers, write: addresses },
    Source { table: "customer_grid_flat", units: customers, write: grid },
    Source { table: "customer_visitor", units: |scale| scale.requests / 2, write: visitor },
    Source { table: "newsletter_subscriber", units: customers, write: subscriber },
    Source { table: "wishlist", units: |scale| scale.customers / 4, write: wishlist },
    Source { table: "wishlist_item", units: |scale| scale.customers / 4, write: wishlist_item },
    Source { table: "review", units: products, write: review },
    Source { table: "review_detail", units: products, write: review_detail },
];

fn groups(_: &SampleStore, _: u64, rows: &mut Rows) {
    rows.line("0\tNOT LOGGED IN\t3");
    rows.line("1\tGeneral\t3");
    rows.line("2\tWholesale\t3");
    rows.line("3\tÅterförsäljare\t3");
}

fn customer(store: &SampleStore, number: u64, rows: &mut Rows) {
    let Customer { id, person, group, created, mut random, .. } = Customer::at(store, number);
    let address = Customer::at(store, number).default_address_id();
    rows.int(id).int(1).compose(|out| person.email(out)).int(group);
    match number % 7 {
        3 => rows.put(format_args!("{:09}", 100_000 + id)),
        _ => rows.null(),
    };
    rows.int(1)
        .time(created)
        .time(created + random.below(8_000_000) as i64)
        .int(u64::from(number % 61 != 60))
        .text("Svenska");
    rows.text_or_null((number % 11 == 5).then_some("Dr.")).text(person.given).null().text(person.family);
    match number % 4 {
        1 => rows.date(-(random.below(600_000_000) as i64)),
        2 => rows.date(random.below(900_000_000) as i64),
        _ => rows.null(),
    };
    rows.compose(|out| {
        let mut hash = [0; 16];
        random.fill(&mut hash);
        match person.is_planted {
            true => out.extend_from_slice(planted::PASSWORD_HASH.as_bytes()),
            false => hex(&hash, out),
        }
        out.extend_from_slice(b":Q7qGq8M2q5:3_32_2_67108864");
    });
    rows.null().null().int_or_null(address).int_or_null(address);
    match number % 9 {
        4 => rows.put(format_args!("SE55{:08}01", id)),
        _ => rows.null(),
    };
    rows.null().int_or_null([None, Some(1), Some(2)][(number % 3) as usize]).int(0);
    match number % 83 {
        82 => rows.text("0000-00-00 00:00:00"),
        _ => rows.null(),
    }
    .end();
}

fn mobile_phone(store: &SampleStore, number: u64, rows: &mut Rows) {
    let customer = Customer::at(store, number);
    if number.is_multiple_of(2) {
        let address = Address::of(store, &customer.person, 0);
        rows.int(number + 1).int(150).int(customer.id).compose(|out| address.phone(out)).end();
    }
}

fn boat_type(_: &SampleStore, number: u64, rows: &mut Rows) {
    rows.int(number + 1).int(152).int(number + 1).int(BOATS[number as usize % BOATS.len()]).end();
}

fn credit_limit(_: &SampleStore, number: u64, rows: &mut Rows) {
    if number.is_multiple_of(6) {
        rows.int(number + 1).int(154).int(number + 1).money((number as i64 % 50) * 100_000 - 100_050).end();
    }
}

fn delivery_notes(store: &SampleStore, number: u64, rows: &mut Rows) {
    if number % 5 == 1 {
        let mut random = Random::of(store.seed, stream::NOTES, number);
        rows.int(number + 1).int(151).int(number + 1).text(random.pick(COMMENTS)).end();
    }
}

fn licence_expires(store: &SampleStore, number: u64, rows: &mut Rows) {
    if number % 4 == 3 {
        rows.int(number + 1).int(153).int(number + 1).time(store.as_of + 86_400 * (number as i64 % 900)).end();
    }
}

fn addresses(store: &SampleStore, number: u64, rows: &mut Rows) {
    let customer = Customer::at(store, number);
    for index in 0..customer.addresses {
        let address = Address::of(store, &customer.person, index);
        rows.int(customer.address_id(index))
            .null()
            .int(customer.id)
            .time(customer.created + 60)
            .time(customer.created + 60)
            .int(1);
        rows.text(address.city)
            .text_or_null((number % 6 == 2).then_some("Hök & Söner \"AB\""))
            .text(address.country)
            .null();
        rows.text(customer.person.given)
            .text(customer.person.family)
            .compose(|out| address.postcode(out))
            .text(address.region)
            .null();
        rows.compose(|out| address.street(out)).compose(|out| address.phone(out)).null().end();
    }
}

fn grid(store: &SampleStore, number: u64, rows: &mut Rows) {
    let customer = Customer::at(store, number);
    let person = &customer.person;
    rows.int(customer.id)
        .compose(|out| person.name(out))
        .compose(|out| person.email(out))
        .int(customer.group)
        .time(customer.created);
    rows.int(1).text("Svenska").nulls(3);
    if customer.addresses == 0 {
        rows.nulls(9).end();
        return;
    }
    let address = Address::of(store, person, 0);
    rows.compose(|out| address.line(out)).compose(|out| address.line(out)).text(person.given).text(person.family);
    rows.compose(|out| address.phone(out)).compose(|out| address.postcode(out)).text(address.country);
    rows.compose(|out| address.street(out)).text(address.city).end();
}

fn visitor(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::VISITOR, number);
    let seen = store.as_of - 1_000_000 + number as i64 % 900_000;
    let customer = random.chance(30).then(|| random.below(store.scale.customers) + 1);
    rows.int(number + 1).int_or_null(customer).null().time(seen).time(seen + random.below(3_000) as i64).end();
}

fn subscriber(store: &SampleStore, number: u64, rows: &mut Rows) {
    let customer = Customer::at(store, number);
    if number.is_multiple_of(3) {
        rows.int(customer.id).int(1).time(customer.created).int(customer.id).compose(|out| customer.person.email(out));
        rows.int(1 + number % 3).null().end();
    }
}

fn wishlist(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::WISHLIST, number);
    let mut code = [0; 16];
    random.fill(&mut code);
    rows.int(number + 1).int(number * 4 + 1).int(0).compose(|out| hex(&code, out)).time(store.as_of - 90_000).end();
}

fn wishlist_item(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::WISHLIST, number);
    for item in 0..random.below(3) {
        let product = random.below(store.scale.products) + 1;
        rows.int(number * 2 + item + 1).int(number + 1).int(product).int(1).time(store.as_of - 80_000);
        rows.text_or_null((item == 1).then_some("till båten 🛥️ – fråga J.")).qty(item + 1).end();
    }
}

fn review(store: &SampleStore, number: u64, rows: &mut Rows) {
    rows.int(number + 1)
        .time(store.as_of - 86_400 * (number as i64 % 700))
        .int(1)
        .int(number + 1)
        .int(1 + number % 3)
        .end();
}

fn review_detail(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::REVIEW, number);
    let customer = Customer::at(store, random.below(store.scale.customers));
    rows.int(number + 1).int(number + 1).int(1).text(random.pick(COMMENTS));
    let sentences = random.between(1, 5);
    rows.compose(|out| prose(&mut random, sentences, out));
    match number % 4 {
        0 => rows.text("anonym 🦜").null(),
        _ => rows.text(customer.person.given).int(customer.id),
    }
    .end();
}
