//! What a live shop does: transactions that each change several related tables, to run beside a backup. Whatever
//! moment a snapshot is taken at, [`crate::invariants`] hold in it.

use crate::goods::Product;
use crate::order::{CURRENCY, STORE_NAME};
use crate::people::{Address, Customer};
use crate::random::Random;
use crate::rows::push_time;
use crate::{SampleStore, stream};

/// One customer-facing connection's worth of business. Numbers and ids come from the server's sequences, so any
/// number of shops may write at once; a shop's statements belong on one connection, whose user variables hold the
/// ids.
pub struct Shop {
    store: SampleStore,
    writer: u64,
    done: u64,
}

impl Shop {
    /// `writer` tells shops apart that write to the same store.
    pub fn new(store: &SampleStore, writer: u64) -> Shop {
        Shop { store: store.clone(), writer, done: 0 }
    }

    /// The next transaction, from START TRANSACTION to COMMIT. After a statement that fails, roll back and go on with
    /// the next transaction.
    pub fn next_transaction(&mut self) -> Vec<String> {
        let number = self.done;
        self.done += 1;
        let mut random = Random::of(self.store.seed, stream::SHOP, self.writer << 40 | number);
        let at = time(self.store.as_of + number as i64);
        let body = match number % 5 {
            0 | 2 => place_order(&self.store, &mut random, &at),
            1 => invoice_order(&at),
            3 => fill_cart(&self.store, &mut random, &at),
            // Alone: the gaps its cascade locks would make another shop's cart and this one wait for each other.
            _ => vec!["DELETE FROM quote WHERE entity_id = @cart".to_owned()],
        };
        ["START TRANSACTION".to_owned()].into_iter().chain(body).chain(["COMMIT".to_owned()]).collect()
    }
}

/// A customer with what he buys, each value as a literal.
struct Sale {
    customer: Customer,
    products: Vec<(Product, u64)>,
    address: Address,
    email: String,
    name: String,
    at: String,
    subtotal: i64,
    tax: i64,
    total: i64,
}

const SHIPPING: i64 = 4_900;
const SHIPPING_TAX: i64 = SHIPPING / 4;

impl Sale {
    fn new(store: &SampleStore, random: &mut Random, at: &str) -> Sale {
        let customer = Customer::at(store, random.below(store.scale.customers));
        let item = |random: &mut Random| (random.below(store.scale.products), random.between(1, 3));
        let mut items: Vec<(u64, u64)> = (0..random.between(1, 5)).map(|_| item(random)).collect();
        // Stock is taken in the order of product ids: two orders never wait for each other.
        items.sort_unstable();
        let products: Vec<_> = items.iter().map(|&(number, qty)| (Product::at(store, number), qty)).collect();
        let rows = products.iter().map(|(product, qty)| product.price * *qty as i64);
        let subtotal = rows.clone().sum();
        let tax = rows.map(|row| row / 4).sum::<i64>() + SHIPPING_TAX;
        Sale {
            email: text(|out| customer.person.email(out)),
            name: text(|out| customer.person.name(out)),
            address: Address::of(store, &customer.person, 0),
            at: at.to_owned(),
            subtotal,
            tax,
            total: subtotal + SHIPPING + tax,
            products,
            customer,
        }
    }
}

/// The order's number from its sequence; the order with items, addresses, payment, comment and grid row; the member's
/// points and their entry.
fn place_order(store: &SampleStore, random: &mut Random, at: &str) -> Vec<String> {
    let sale = Sale::new(store, random, at);
    let mut statements = vec![
        "INSERT INTO sequence_order_1 VALUES (NULL)".to_owned(),
        "SET @number = LPAD(LAST_INSERT_ID(), 9, '0')".to_owned(),
        order(&sale),
        "SET @order = LAST_INSERT_ID()".to_owned(),
    ];
    statements.extend(sale.products.iter().flat_map(|(product, qty)| order_item(product, *qty, at)));
    statements.extend(["billing", "shipping"].iter().flat_map(|kind| order_address(&sale, kind)));
    statements.extend(payment_and_comment(&sale));
    statements.push(grid_row(&sale));
    statements.extend(points(&sale));
    statements
}

fn order(sale: &Sale) -> String {
    let Sale { customer, email, at, .. } = sale;
    let (total, subtotal, tax) = (money(sale.total), money(sale.subtotal), money(sale.tax));
    let (shipping, shipping_tax) = (money(SHIPPING), money(SHIPPING_TAX));
    let (given, family) = (literal(customer.person.given), literal(customer.person.family));
    let pieces: u64 = sale.products.iter().map(|(_, qty)| qty).sum();
    format!(
        "INSERT INTO sales_order (state, status, store_id, customer_id, base_grand_total, discount_amount, \
        grand_total, \
         shipping_amount, shipping_tax_amount, subtotal, tax_amount, total_invoiced, total_paid, total_qty_ordered, \
         customer_is_guest, customer_group_id, increment_id, base_currency_code, customer_email, customer_firstname, \
         customer_lastname, store_name, created_at, updated_at, total_item_count) VALUES \
         ('new', 'pending', 1, {}, {total}, 0, {total}, {shipping}, {shipping_tax}, {subtotal}, {tax}, 0, 0, {pieces}, \
         0, {}, @number, '{CURRENCY}', {email}, {given}, {family}, {}, {at}, {at}, {})",
        customer.id,
        customer.group,
        literal(STORE_NAME),
        sale.products.len()
    )
}

fn order_item(product: &Product, qty: u64, at: &str) -> [String; 2] {
    let row = product.price * qty as i64;
    let item = format!(
        "INSERT INTO sales_order_item (order_id, store_id, created_at, updated_at, product_id, product_type, sku, \
        name, \
         qty_ordered, price, base_price, tax_amount, discount_amount, row_total, base_row_total) VALUES \
         (@order, 1, {at}, {at}, {}, 'simple', {}, {}, {qty}, {price}, {price}, {}, 0, {row}, {row})",
        product.id,
        text(|out| product.sku(out)),
        text(|out| product.name(out)),
        money(row / 4),
        price = money(product.price),
        row = money(row),
    );
    [item, format!("UPDATE cataloginventory_stock_item SET qty = qty - {qty} WHERE product_id = {}", product.id)]
}

fn order_address(sale: &Sale, kind: &str) -> [String; 2] {
    let Sale { customer, address, email, .. } = sale;
    let insert = format!(
        "INSERT INTO sales_order_address (parent_id, customer_id, postcode, lastname, street, city, email, telephone, \
         country_id, firstname, address_type) VALUES (@order, {}, {}, {}, {}, {}, {email}, {}, '{}', {}, '{kind}')",
        customer.id,
        text(|out| address.postcode(out)),
        literal(customer.person.family),
        text(|out| address.street(out)),
        literal(address.city),
        text(|out| address.phone(out)),
        address.country,
        literal(customer.person.given),
    );
    [insert, format!("UPDATE sales_order SET {kind}_address_id = LAST_INSERT_ID() WHERE entity_id = @order")]
}

fn payment_and_comment(sale: &Sale) -> [String; 2] {
    let (at, total, shipping) = (&sale.at, money(sale.total), money(SHIPPING));
    [
        format!(
            "INSERT INTO sales_order_payment (parent_id, shipping_amount, amount_paid, amount_ordered, method, \
             additional_information) VALUES (@order, {shipping}, 0, {total}, 'checkmo', \
             '{{\"method_title\":\"Faktura\"}}')"
        ),
        format!(
            "INSERT INTO sales_order_status_history (parent_id, status, created_at, entity_name) \
             VALUES (@order, 'pending', {at}, 'order')"
        ),
    ]
}

fn grid_row(sale: &Sale) -> String {
    let Sale { customer, email, name, at, .. } = sale;
    let (total, subtotal, shipping) = (money(sale.total), money(sale.subtotal), money(SHIPPING));
    let line = text(|out| sale.address.line(out));
    format!(
        "INSERT INTO sales_order_grid (entity_id, status, store_id, store_name, customer_id, base_grand_total, \
         grand_total, total_paid, increment_id, base_currency_code, order_currency_code, shipping_name, billing_name, \
         created_at, updated_at, billing_address, shipping_address, customer_email, customer_group, subtotal, \
         shipping_and_handling, customer_name, payment_method) VALUES (@order, 'pending', 1, {}, {}, {total}, \
         {total}, 0, \
         @number, '{CURRENCY}', '{CURRENCY}', {name}, {name}, {at}, {at}, {line}, {line}, {email}, '{}', {subtotal}, \
         {shipping}, {name}, 'checkmo')",
        literal(STORE_NAME),
        customer.id,
        customer.group
    )
}

/// The balance first: its entry would share the lock on the member's row that the balance then needs alone.
fn points(sale: &Sale) -> [String; 2] {
    let (customer, points) = (sale.customer.id, sale.total / 1_000);
    [
        format!("UPDATE acme_loyalty SET points = points + {points} WHERE customer_id = {customer}"),
        format!(
            "INSERT INTO acme_loyalty_entry (customer_id, order_increment_id, points, created_at) \
             VALUES ({customer}, @number, {points}, {})",
            sale.at
        ),
    ]
}

/// The invoice of the order this connection placed last, unless it has one: both the order and its grid row become
/// paid.
fn invoice_order(at: &str) -> Vec<String> {
    let open = "entity_id = @order AND state = 'new'";
    let mut statements = vec![
        "INSERT INTO sequence_invoice_1 VALUES (NULL)".to_owned(),
        "SET @invoice_number = LPAD(LAST_INSERT_ID(), 9, '0'), @invoice = NULL".to_owned(),
        format!(
            "INSERT INTO sales_invoice (store_id, base_grand_total, tax_amount, discount_amount, grand_total, \
             shipping_amount, subtotal, total_qty, order_id, state, order_currency_code, increment_id, created_at, \
             updated_at) SELECT store_id, grand_total, tax_amount, discount_amount, grand_total, shipping_amount, \
             subtotal, total_qty_ordered, entity_id, 2, '{CURRENCY}', @invoice_number, {at}, {at} \
             FROM sales_order WHERE {open} FOR UPDATE"
        ),
        "SELECT entity_id INTO @invoice FROM sales_invoice WHERE increment_id = @invoice_number".to_owned(),
        format!(
            "INSERT INTO sales_invoice_grid (entity_id, increment_id, state, store_id, order_id, order_increment_id, \
             order_created_at, customer_email, order_currency_code, subtotal, grand_total, created_at, updated_at) \
             SELECT @invoice, @invoice_number, 2, store_id, entity_id, increment_id, created_at, customer_email, \
             '{CURRENCY}', subtotal, grand_total, {at}, {at} FROM sales_order WHERE {open}"
        ),
    ];
    statements.extend(INVOICED.map(str::to_owned));
    statements
}

const INVOICED: [&str; 4] = [
    "INSERT INTO sales_invoice_item (parent_id, tax_amount, discount_amount, row_total, qty, price, product_id, \
     order_item_id, sku, name) SELECT @invoice, tax_amount, discount_amount, row_total, qty_ordered, price, \
     product_id, \
     item_id, sku, name FROM sales_order_item WHERE order_id = @order AND @invoice IS NOT NULL",
    "UPDATE sales_order_payment SET amount_paid = amount_ordered WHERE parent_id = @order AND @invoice IS NOT NULL",
    "UPDATE sales_order_grid SET status = 'processing', total_paid = grand_total \
     WHERE entity_id = @order AND @invoice IS NOT NULL",
    "UPDATE sales_order SET state = 'processing', status = 'processing', total_paid = grand_total, \
     total_invoiced = grand_total WHERE entity_id = @order AND @invoice IS NOT NULL",
];

/// A visitor's cart, which this connection gives up in its next transaction.
fn fill_cart(store: &SampleStore, random: &mut Random, at: &str) -> Vec<String> {
    let products: Vec<Product> =
        (0..random.between(1, 4)).map(|_| Product::at(store, random.below(store.scale.products))).collect();
    let total: i64 = products.iter().map(|product| product.price).sum();
    let mut statements = vec![
        format!(
            "INSERT INTO quote (store_id, created_at, updated_at, items_count, items_qty, grand_total, \
            base_grand_total, customer_is_guest, subtotal) \
             VALUES (1, {at}, {at}, {count}, {count}, {total}, {total}, 1, {total})",
            count = products.len(),
            total = money(total)
        ),
        "SET @cart = LAST_INSERT_ID()".to_owned(),
    ];
    statements.extend(products.iter().map(|product| {
        format!(
            "INSERT INTO quote_item (quote_id, created_at, updated_at, product_id, store_id, sku, name, qty, price, \
            row_total) \
             VALUES (@cart, {at}, {at}, {}, 1, {}, {}, 1, {price}, {price})",
            product.id,
            text(|out| product.sku(out)),
            text(|out| product.name(out)),
            price = money(product.price)
        )
    }));
    statements
}

fn money(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn time(seconds: i64) -> String {
    text(|out| push_time(out, seconds))
}

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes);
    literal(&String::from_utf8_lossy(&bytes))
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''").replace('\n', "\\n"))
}
