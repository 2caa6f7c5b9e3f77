//! What follows an order: invoices, shipments and credit memos with their items and grid rows. Each has its order's
//! number and id.

use super::sales::increment_id;
use super::{Source, orders};
use crate::SampleStore;
use crate::order::{CURRENCY, Order, STORE, STORE_NAME};
use crate::people::Address;
use crate::rows::Rows;

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "sales_invoice", units: orders, write: invoice },
    Source { table: "sales_invoice_item", units: orders, write: invoice_items },
    Source { table: "sales_invoice_grid", units: orders, write: invoice_grid },
    Source { table: "sales_shipment", units: orders, write: shipment },
    Source { table: "sales_shipment_item", units: orders, write: shipment_items },
    Source { table: "sales_shipment_grid", units: orders, write: shipment_grid },
    Source { table: "sales_creditmemo", units: orders, write: credit_memo },
    Source { table: "sales_creditmemo_item", units: orders, write: credit_memo_items },
    Source { table: "sales_creditmemo_grid", units: orders, write: credit_memo_grid },
];

const INVOICED_AFTER: i64 = 3_600;
const SHIPPED_AFTER: i64 = 86_400;
const REFUNDED_AFTER: i64 = 86_400 * 9;

fn invoice(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if !order.is_invoiced() {
        return;
    }
    let at = order.created + INVOICED_AFTER;
    rows.int(order.id)
        .int(STORE)
        .money(order.grand_total)
        .money(order.tax)
        .money(-order.discount)
        .money(order.grand_total)
        .money(order.shipping);
    rows.money(order.subtotal)
        .qty(order.pieces())
        .int(order.billing_address_id())
        .int(order.id)
        .int(1)
        .int(2)
        .int(order.shipping_address_id());
    rows.text(CURRENCY).null().compose(|out| increment_id(number, out)).time(at).time(at).null().end();
}

fn invoice_items(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if order.is_invoiced() {
        money_items(&order, |rows| rows.null(), rows);
    }
}

fn credit_memo_items(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if order.is_refunded() {
        money_items(&order, |rows| rows, rows);
    }
}

fn money_items(order: &Order, last: fn(&mut Rows) -> &mut Rows, rows: &mut Rows) {
    for (index, item) in order.items.iter().enumerate() {
        let id = order.item_id(index);
        rows.int(id)
            .int(order.id)
            .money(item.tax)
            .money(item.discount)
            .money(item.row_total)
            .qty(item.qty)
            .money(item.product.price);
        rows.int(item.product.id).int(id).compose(|out| item.product.sku(out)).compose(|out| item.product.name(out));
        last(rows).end();
    }
}

fn invoice_grid(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if !order.is_invoiced() {
        return;
    }
    let (person, at) = (order.person(), order.created + INVOICED_AFTER);
    let address = Address::of(store, person, 0);
    rows.int(order.id)
        .compose(|out| increment_id(number, out))
        .int(2)
        .int(STORE)
        .int(order.id)
        .compose(|out| increment_id(number, out))
        .time(order.created);
    rows.compose(|out| person.name(out))
        .compose(|out| person.email(out))
        .text(order.payment_method())
        .text(CURRENCY)
        .compose(|out| person.name(out));
    rows.compose(|out| address.line(out))
        .compose(|out| address.line(out))
        .money(order.subtotal)
        .money(order.grand_total)
        .time(at)
        .time(at)
        .end();
}

/// One shipment in sixteen keeps its label: a PDF, which is to say bytes that do not compress.
fn shipment(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut order = Order::at(store, number);
    if !order.is_shipped() {
        return;
    }
    let at = order.created + SHIPPED_AFTER;
    rows.int(order.id)
        .int(STORE)
        .money(order.weight())
        .qty(order.pieces())
        .int(1)
        .int(order.id)
        .int_or_null(order.customer_id());
    rows.int(order.shipping_address_id())
        .int(order.billing_address_id())
        .null()
        .compose(|out| increment_id(number, out))
        .time(at)
        .time(at);
    rows.text(r#"[{"params":{"container":"","weight":1.5,"weight_units":"KILOGRAM"},"note":"\u00d6mt\u00e5ligt\\"}]"#);
    match number % 16 {
        1 => rows.compose(|out| {
            let mut page = [0; 3_000];
            order.random.fill(&mut page);
            out.extend_from_slice(b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\r\n1 0 obj\nstream\0\0");
            out.extend_from_slice(&page);
            out.extend_from_slice(b"\nendstream\n%%EOF\n");
        }),
        _ => rows.null(),
    }
    .end();
}

fn shipment_items(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if !order.is_shipped() {
        return;
    }
    for (index, item) in order.items.iter().enumerate() {
        let id = order.item_id(index);
        rows.int(id)
            .int(order.id)
            .money(item.product.price)
            .money(item.product.weight())
            .qty(item.qty)
            .int(item.product.id)
            .int(id);
        rows.compose(|out| item.product.name(out)).compose(|out| item.product.sku(out)).end();
    }
}

fn shipment_grid(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if !order.is_shipped() {
        return;
    }
    let (person, at) = (order.person(), order.created + SHIPPED_AFTER);
    let address = Address::of(store, person, 0);
    rows.int(order.id)
        .compose(|out| increment_id(number, out))
        .int(STORE)
        .compose(|out| increment_id(number, out))
        .int(order.id)
        .time(order.created);
    rows.compose(|out| person.name(out))
        .qty(order.pieces())
        .text(order.state.status())
        .compose(|out| address.line(out))
        .compose(|out| address.line(out));
    rows.compose(|out| person.name(out)).compose(|out| person.email(out)).time(at).time(at).end();
}

fn credit_memo(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if !order.is_refunded() {
        return;
    }
    let at = order.created + REFUNDED_AFTER;
    rows.int(order.id)
        .int(STORE)
        .money(-order.discount)
        .money(order.grand_total)
        .money(order.shipping)
        .money(order.subtotal)
        .money(0);
    rows.money(order.grand_total)
        .money(order.tax)
        .int(order.id)
        .int(1)
        .int(3)
        .int(order.shipping_address_id())
        .int(order.billing_address_id())
        .int(order.id);
    rows.text(CURRENCY)
        .null()
        .compose(|out| increment_id(number, out))
        .time(at)
        .time(at)
        .text_or_null((number.is_multiple_of(2)).then_some(STORE_NAME))
        .end();
}

fn credit_memo_grid(store: &SampleStore, number: u64, rows: &mut Rows) {
    let order = Order::at(store, number);
    if !order.is_refunded() {
        return;
    }
    let (person, at) = (order.person(), order.created + REFUNDED_AFTER);
    let address = Address::of(store, person, 0);
    rows.int(order.id)
        .compose(|out| increment_id(number, out))
        .time(at)
        .time(at)
        .int(order.id)
        .compose(|out| increment_id(number, out))
        .time(order.created);
    rows.compose(|out| person.name(out))
        .int(3)
        .money(order.grand_total)
        .text(order.state.status())
        .int(STORE)
        .compose(|out| address.line(out));
    rows.compose(|out| address.line(out))
        .compose(|out| person.name(out))
        .compose(|out| person.email(out))
        .money(order.subtotal)
        .end();
}
