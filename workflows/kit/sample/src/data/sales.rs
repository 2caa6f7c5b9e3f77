//! Orders with their items, addresses, payments, comments and grid rows, and the sequences their numbers come from.

use std::io::Write;

use super::{Source, once, orders};
use crate::encode::{hex, json_string, php_string};
use crate::goods::Kind;
use crate::order::{CURRENCY, Item, Order, STORE, STORE_NAME, State};
use crate::people::Address;
use crate::random::Random;
use crate::rows::Rows;
use crate::words::COMMENTS;
use crate::{SampleStore, planted, stream};

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "sales_order_status", units: once, write: statuses },
    Source { table: "sales_order", units: orders, write: order },
    Source { table: "sales_order_item", units: orders, write: items },
    Source { table: "sales_order_address", units: orders, write: addresses },
    Source { table: "sales_order_payment", units: orders, write: payment },
    Source { table: "sales_order_status_history", units: orders, write: history },
    Source { table: "sales_order_grid", units: orders, write: grid },
    Source { table: "sales_payment_transaction", units: orders, write: transaction },
    Source { table: "sales_sequence_meta", units: once, write: sequence_meta },
    Source { table: "sales_sequence_profile", units: once, write: sequence_profile },
    Source { table: "sequence_order_1", units: orders, write: |_, number, rows| rows.int(number + 1).end() },
    Source {
        table: "sequence_invoice_1",
        units: orders,
        write: |store, number, rows| sequence(store, number, Order::is_invoiced, rows),
    },
    Source {
        table: "sequence_shipment_1",
        units: orders,
        write: |store, number, rows| sequence(store, number, Order::is_shipped, rows),
    },
    Source {
        table: "sequence_creditmemo_1",
        units: orders,
        write: |store, number, rows| sequence(store, number, Order::is_refunded, rows),
    },
];

fn statuses(_: &SampleStore, _: u64, rows: &mut Rows) {
    for (status, label) in [
        ("pending", "Väntande"),
        ("processing", "Behandlas"),
        ("complete", "Klar"),
        ("closed", "Stängd"),
        ("canceled", "Avbruten"),
    ] {
        rows.text(status).text(label).end();
    }
}

fn order(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    let person = order.person();
    let updated = order.created + if order.is_shipped() { 172_800 } else { 90 };
    rows.int(order.id).text(order.state.code()).text(order.state.status()).text_or_null(coupon(&order));
    rows.put(format_args!("{:016x}{:016x}", order.random.clone().next(), order.id))
        .text("Paket – Hem")
        .int(0)
        .int(STORE)
        .int_or_null(order.customer_id());
    amounts(&order, rows);
    rows.int(u64::from(order.customer.is_none()))
        .int(1)
        .int(order.billing_address_id())
        .int(order.group())
        .int(1)
        .int(1);
    rows.int(order.id + 1_000_000)
        .int(order.shipping_address_id())
        .money(order.subtotal + order.tax - order.shipping_tax);
    rows.money(due(&order))
        .money(order.weight())
        .null()
        .compose(|out| increment_id(number, out))
        .text_or_null(coupon(&order).map(|_| "3"));
    rows.text(CURRENCY)
        .compose(|out| person.email(out))
        .text(person.given)
        .text(person.family)
        .null()
        .text_or_null(coupon(&order))
        .null();
    rows.text(CURRENCY).text(CURRENCY);
    match person.is_planted {
        true => rows.text(planted::ADDRESS),
        false => rows.put(format_args!("198.51.{}.{}", order.id / 250 % 250, order.id % 250)),
    };
    rows.text("flatrate_flatrate")
        .text(CURRENCY)
        .text(STORE_NAME)
        .text_or_null((number.is_multiple_of(4)).then_some("10.0.0.7, 203.0.113.9"));
    rows.text_or_null((number % 9 == 4).then_some(COMMENTS[number as usize % COMMENTS.len()]))
        .time(order.created)
        .time(updated);
    rows.int(order.items.len() as u64)
        .null()
        .money(order.shipping + order.shipping_tax)
        .text_or_null(coupon(&order).map(|_| "Sommar ☀️ 10–25 %"))
        .null();
    rows.end();
}

/// From base_discount_amount to total_refunded, in the columns' order.
fn amounts(order: &Order, rows: &mut Rows) {
    let invoiced = |amount| if order.is_invoiced() { amount } else { 0 };
    let canceled = if order.state == State::Canceled { order.grand_total } else { 0 };
    rows.money(-order.discount)
        .money(order.grand_total)
        .money(order.shipping)
        .money(order.subtotal)
        .money(order.tax)
        .money(100)
        .money(100);
    rows.money(order.paid())
        .money(order.paid())
        .money(order.refunded())
        .money(-order.discount)
        .money(order.grand_total)
        .money(order.shipping);
    rows.money(order.shipping_tax)
        .money(0)
        .money(0)
        .money(order.subtotal)
        .money(invoiced(order.subtotal))
        .money(order.tax)
        .money(invoiced(order.tax));
    rows.money(canceled).money(order.paid()).money(order.paid()).qty(order.pieces()).money(order.refunded());
}

fn due(order: &Order) -> i64 {
    if order.state == State::New { order.grand_total } else { 0 }
}

fn coupon(order: &Order) -> Option<&'static str> {
    (order.discount > 0).then_some("SOMMAR-25'")
}

/// The number a customer knows an order, invoice or shipment by.
pub(crate) fn increment_id(number: u64, out: &mut Vec<u8>) {
    write!(out, "{:09}", number + 1).expect("writing to a Vec cannot fail");
}

fn items(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    for (index, item) in order.items.iter().enumerate() {
        item_row(&order, item, order.item_id(index), None, rows);
        if item.product.kind == Kind::Configurable {
            item_row(&order, item, order.item_id(index) + 1, Some(order.item_id(index)), rows);
        }
    }
}

/// A configurable's variant (`parent` is the configurable's row) costs nothing itself.
fn item_row(order: &Order, item: &Item, id: u64, parent: Option<u64>, rows: &mut Rows) {
    let of = |amount: i64| if parent.is_some() { 0 } else { amount };
    let product_id = if parent.is_some() { item.product.id - 1 } else { item.product.id };
    let qty_if = |happened: bool| if happened { item.qty } else { 0 };
    rows.int(id)
        .int(order.id)
        .int_or_null(parent)
        .null()
        .int(STORE)
        .time(order.created)
        .time(order.created)
        .int(product_id);
    rows.text(if parent.is_some() { "simple" } else { item.product.kind.code() })
        .compose(|out| product_options(order, item, out));
    rows.money(item.product.weight()).int(u64::from(item.product.kind == Kind::Virtual));
    rows.compose(|out| item.product.sku(out)).compose(|out| item.product.name(out)).null();
    rows.qty(qty_if(order.state == State::Canceled))
        .qty(qty_if(order.is_invoiced()))
        .qty(item.qty)
        .qty(qty_if(order.is_refunded()))
        .qty(qty_if(order.is_shipped()));
    rows.money(of(item.product.price))
        .money(of(item.product.price))
        .money(of(item.product.price))
        .money(2_500)
        .money(of(item.tax));
    rows.money(if item.discount > 0 { item.discount * 10_000 / item.row_total } else { 0 }).money(of(item.discount));
    rows.money(of(item.row_total)).money(of(item.row_total)).money(if order.is_invoiced() {
        of(item.row_total)
    } else {
        0
    });
    rows.money(item.product.weight() * item.qty as i64)
        .money(of(item.product.price * 5 / 4))
        .money(of(item.row_total * 5 / 4))
        .null()
        .int(0)
        .end();
}

/// What was bought, as the cart asked for it: PHP's serialisation until the store moved to JSON.
fn product_options(order: &Order, item: &Item, out: &mut Vec<u8>) {
    let mut name = Vec::new();
    item.product.name(&mut name);
    let (product, qty) = (item.product.id, item.qty);
    let written = if order.number.is_multiple_of(2) {
        write!(
            out,
            "a:1:{{s:15:\"info_buyRequest\";a:3:{{s:7:\"product\";i:{product};s:3:\"qty\";i:{qty};s:4:\"name\";"
        )
        .and_then(|()| {
            php_string(&name, out);
            out.write_all(b"}}")
        })
    } else {
        write!(out, "{{\"info_buyRequest\":{{\"product\":\"{product}\",\"qty\":{qty},\"name\":").and_then(|()| {
            json_string(&String::from_utf8_lossy(&name), out);
            write!(out, "}},\"item\":\"\\/cart\\/{product}\"}}")
        })
    };
    written.expect("writing to a Vec cannot fail");
}

fn addresses(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    let person = order.person();
    let address = Address::of(store, person, 0);
    let from_book = order.customer.as_ref().and_then(|customer| customer.default_address_id());
    for (id, kind) in [(order.billing_address_id(), "billing"), (order.shipping_address_id(), "shipping")] {
        rows.int(id)
            .int(order.id)
            .int_or_null(from_book)
            .null()
            .int_or_null(order.customer_id())
            .null()
            .text(address.region);
        rows.compose(|out| address.postcode(out))
            .text(person.family)
            .compose(|out| address.street(out))
            .text(address.city);
        rows.compose(|out| person.email(out))
            .compose(|out| address.phone(out))
            .text(address.country)
            .text(person.given)
            .text(kind)
            .null()
            .null()
            .end();
    }
}

fn payment(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut order = Order::at(store, number);
    let is_card = order.payment_method() == "stripe_payments" || order.person().is_planted;
    rows.int(order.id)
        .int(order.id)
        .money(order.shipping)
        .money(order.shipping)
        .money(order.paid())
        .money(order.grand_total);
    rows.money(order.grand_total).money(order.grand_total).money(order.refunded()).money(0).null();
    rows.text_or_null(is_card.then_some("12")).text(order.payment_method()).text_or_null(is_card.then_some("4711"));
    match order.is_invoiced() {
        true => rows.put(format_args!("txn_{:016x}", order.random.next())),
        false => rows.null(),
    };
    let owner = order.person().is_planted;
    rows.text_or_null(owner.then_some(planted::FAMILY))
        .text_or_null(is_card.then_some("VI"))
        .text_or_null(is_card.then_some("2027"));
    rows.text_or_null(owner.then_some(planted::CARD)).null();
    rows.compose(|out| {
        out.extend_from_slice(b"{\"method_title\":");
        json_string("Kort – Visa/Mastercard", out);
        write!(out, ",\"token\":\"pm_{:x}\",\"payer\":", order.id * 7_919).expect("writing to a Vec cannot fail");
        json_string(order.person().family, out);
        out.push(b'}');
    });
    rows.end();
}

fn history(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    let mut random = Random::of(store.seed, stream::COMMENT, number);
    let first = number * 2 + 1;
    rows.int(first).int(order.id).int(1).int(0);
    match order.person().is_planted {
        true => rows.put(format_args!("Ringde: kortet {} drogs \"två\" gånger.", planted::CARD_IN_TEXT)),
        false => rows.text_or_null(random.chance(70).then(|| random.pick(COMMENTS))),
    };
    rows.text("pending").time(order.created).text("order").end();
    if order.state != State::New {
        rows.int(first + 1)
            .int(order.id)
            .null()
            .int(1)
            .null()
            .text(order.state.status())
            .time(order.created + 600)
            .text("invoice")
            .end();
    }
}

fn grid(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    let person = order.person();
    let address = Address::of(store, person, 0);
    rows.int(order.id)
        .text(order.state.status())
        .int(STORE)
        .text(STORE_NAME)
        .int_or_null(order.customer_id())
        .money(order.grand_total);
    rows.money(order.grand_total)
        .money(order.paid())
        .compose(|out| increment_id(number, out))
        .text(CURRENCY)
        .text(CURRENCY);
    rows.compose(|out| person.name(out)).compose(|out| person.name(out)).time(order.created).time(order.created);
    rows.compose(|out| address.line(out))
        .compose(|out| address.line(out))
        .text("Paket – Hem")
        .compose(|out| person.email(out))
        .int(order.group());
    rows.money(order.subtotal)
        .money(order.shipping)
        .compose(|out| person.name(out))
        .text(order.payment_method())
        .money(order.refunded())
        .end();
}

/// A gateway's answer, serialised into a BLOB with a binary signature.
fn transaction(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut order = Order::at(store, number);
    if !order.is_invoiced() || order.payment_method() != "stripe_payments" {
        return;
    }
    let mut signature = [0; 32];
    order.random.fill(&mut signature);
    rows.int(order.id).null().int(order.id).int(order.id);
    rows.compose(|out| hex(&signature[..12], out)).text("capture").int(1);
    rows.compose(|out| {
        out.extend_from_slice(b"a:1:{s:9:\"signature\";");
        php_string(&signature, out);
        out.push(b'}');
    });
    rows.time(order.created + 5).end();
}

const SEQUENCES: [&str; 4] = ["order", "invoice", "shipment", "creditmemo"];

fn sequence_meta(_: &SampleStore, _: u64, rows: &mut Rows) {
    for store in 0..2u64 {
        for (index, kind) in SEQUENCES.iter().enumerate() {
            rows.int(store * 4 + index as u64 + 1)
                .text(kind)
                .int(store)
                .put(format_args!("sequence_{kind}_{store}"))
                .end();
        }
    }
}

fn sequence_profile(_: &SampleStore, _: u64, rows: &mut Rows) {
    for id in 1..=8u64 {
        rows.int(id).int(id).null().null().int(1).int(1).int(4_294_967_295u64).int(4_294_966_295u64).int(1).end();
    }
}

fn sequence(store: &SampleStore, number: u64, happened: fn(&Order) -> bool, rows: &mut Rows) {
    if happened(&Order::at(store, number)) {
        rows.int(number + 1).end();
    }
}
