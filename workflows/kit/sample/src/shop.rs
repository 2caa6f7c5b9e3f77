//! What a live shop does: transactions that each change several related tables, to run beside a backup. Whatever moment a snapshot is taken at,
//! [`crate::invariants`] hold in it.

use crate::goods::Product;
use crate::order::{CURRENCY, STORE_NAME};
use crate::people::{Address, Customer};
use crate::random::Random;
use crate::rows::push_time;
use crate::{SampleStore, stream};

/// One customer-facing connection's worth of business. Numbers and ids come from the server's sequences, so any number of shops may write at
/// once; a shop's statements belong on one connection, whose user variables hold the ids.
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

    /// The next transaction, from START TRANSACTION to COMMIT. After a statement that fails, roll back and go on with the next transaction.
    pub fn next_transaction(&mut self) -> Vec<String> {
        let number = self.done;
        self.done += 1;
        let mut random = Random::of(self.store.seed, stream::SHOP, self.writer << 40 | number);
        let at = time(self.store.as_of + number as i64);
        let body = match number % 4 {
            0 | 2 => place_order(&self.store, &mut random, &at),
            1 => invoice_order(&at),
            _ => cart(&self.store, &mut random, &at),
        };
        ["START TRANSACTION".to_owned()].into_iter().chain(body).chain(["COMMIT".to_owned()]).collect()
    }
}

/// The order's number from its sequence; the order with items, addresses, payment, comment and grid row; the member's points and their entry.
/// Stock is taken in the order of product ids, so that two orders wait for each other at most once.
fn place_order(store: &SampleStore, random: &mut Random, at: &str) -> Vec<String> {
    let customer = Customer::at(store, random.below(store.scale.customers));
    let mut items: Vec<(u64, u64)> =
        (0..random.between(1, 5)).map(|_| (random.below(store.scale.products), random.between(1, 3))).collect();
    items.sort_unstable();
    let products: Vec<(Product, u64)> = items.iter().map(|&(number, qty)| (Product::at(store, number), qty)).collect();
    let subtotal: i64 = products.iter().map(|(product, qty)| product.price * *qty as i64).sum();
    let tax: i64 = products.iter().map(|(product, qty)| product.price * *qty as i64 / 4).sum();
    let pieces: u64 = products.iter().map(|(_, qty)| qty).sum();
    let shipping = 4_900;
    let shipping_tax = shipping / 4;
    let total = subtotal + tax + shipping + shipping_tax;

    let email = text(|out| customer.person.email(out));
    let name = text(|out| customer.person.name(out));
    let address = Address::of(store, &customer.person, 0);
    let line = text(|out| address.line(out));
    let (id, given, family) = (customer.id, literal(customer.person.given), literal(customer.person.family));
    let (all, sub, tax, ship) = (money(total), money(subtotal), money(tax + shipping_tax), money(shipping));

    let mut statements = vec![
        "INSERT INTO sequence_order_1 VALUES (NULL)".to_owned(),
        "SET @number = LPAD(LAST_INSERT_ID(), 9, '0')".to_owned(),
        format!(
            "INSERT INTO sales_order (state, status, store_id, customer_id, base_grand_total, discount_amount, grand_total, shipping_amount, \
             shipping_tax_amount, subtotal, tax_amount, total_invoiced, total_paid, total_qty_ordered, customer_is_guest, customer_group_id, increment_id, \
             base_currency_code, customer_email, customer_firstname, customer_lastname, store_name, created_at, updated_at, total_item_count) VALUES \
             ('new', 'pending', 1, {id}, {all}, 0, {all}, {ship}, {}, {sub}, {tax}, 0, 0, {pieces}, 0, {}, @number, '{CURRENCY}', {email}, {given}, \
             {family}, {}, {at}, {at}, {})",
            money(shipping_tax),
            customer.group,
            literal(STORE_NAME),
            products.len()
        ),
        "SET @order = LAST_INSERT_ID()".to_owned(),
    ];
    statements.extend(products.iter().flat_map(|(product, qty)| order_item(product, *qty, at)));
    for kind in ["billing", "shipping"] {
        statements.push(format!(
            "INSERT INTO sales_order_address (parent_id, customer_id, postcode, lastname, street, city, email, telephone, country_id, firstname, address_type) \
             VALUES (@order, {id}, {}, {family}, {}, {}, {email}, {}, '{}', {given}, '{kind}')",
            text(|out| address.postcode(out)),
            text(|out| address.street(out)),
            literal(address.city),
            text(|out| address.phone(out)),
            address.country
        ));
        statements
            .push(format!("UPDATE sales_order SET {kind}_address_id = LAST_INSERT_ID() WHERE entity_id = @order"));
    }
    statements.extend([
        format!(
            "INSERT INTO sales_order_payment (parent_id, shipping_amount, amount_paid, amount_ordered, method, additional_information) \
             VALUES (@order, {ship}, 0, {all}, 'checkmo', '{{\"method_title\":\"Faktura\"}}')"
        ),
        format!("INSERT INTO sales_order_status_history (parent_id, comment, status, created_at, entity_name) VALUES (@order, NULL, 'pending', {at}, 'order')"),
        format!(
            "INSERT INTO sales_order_grid (entity_id, status, store_id, store_name, customer_id, base_grand_total, grand_total, total_paid, increment_id, \
             base_currency_code, order_currency_code, shipping_name, billing_name, created_at, updated_at, billing_address, shipping_address, customer_email, \
             customer_group, subtotal, shipping_and_handling, customer_name, payment_method) VALUES (@order, 'pending', 1, {}, {id}, {all}, {all}, 0, @number, \
             '{CURRENCY}', '{CURRENCY}', {name}, {name}, {at}, {at}, {line}, {line}, {email}, '{}', {sub}, {ship}, {name}, 'checkmo')",
            literal(STORE_NAME),
            customer.group
        ),
        format!("INSERT INTO acme_loyalty_entry (customer_id, order_increment_id, points, created_at) VALUES ({id}, @number, {}, {at})", total / 1_000),
        format!("UPDATE acme_loyalty SET points = points + {} WHERE customer_id = {id}", total / 1_000),
    ]);
    statements
}

fn order_item(product: &Product, qty: u64, at: &str) -> [String; 2] {
    let row = product.price * qty as i64;
    let item = format!(
        "INSERT INTO sales_order_item (order_id, store_id, created_at, updated_at, product_id, product_type, sku, name, qty_ordered, price, base_price, \
         tax_amount, discount_amount, row_total, base_row_total) VALUES (@order, 1, {at}, {at}, {}, 'simple', {}, {}, {qty}, {price}, {price}, {}, 0, {row}, {row})",
        product.id,
        text(|out| product.sku(out)),
        text(|out| product.name(out)),
        money(row / 4),
        price = money(product.price),
        row = money(row),
    );
    [item, format!("UPDATE cataloginventory_stock_item SET qty = qty - {qty} WHERE product_id = {}", product.id)]
}

/// The invoice of the order this connection placed last, unless it has one: both the order and its grid row become paid.
fn invoice_order(at: &str) -> Vec<String> {
    let open = "entity_id = @order AND state = 'new'";
    vec![
        "INSERT INTO sequence_invoice_1 VALUES (NULL)".to_owned(),
        "SET @invoice_number = LPAD(LAST_INSERT_ID(), 9, '0')".to_owned(),
        "SET @invoice = NULL".to_owned(),
        format!("SELECT entity_id INTO @open FROM sales_order WHERE {open} FOR UPDATE"),
        format!(
            "INSERT INTO sales_invoice (store_id, base_grand_total, tax_amount, discount_amount, grand_total, shipping_amount, subtotal, total_qty, order_id, \
             state, order_currency_code, increment_id, created_at, updated_at) SELECT store_id, grand_total, tax_amount, discount_amount, grand_total, \
             shipping_amount, subtotal, total_qty_ordered, entity_id, 2, '{CURRENCY}', @invoice_number, {at}, {at} FROM sales_order WHERE {open}"
        ),
        "SELECT entity_id INTO @invoice FROM sales_invoice WHERE order_id = @order AND increment_id = @invoice_number".to_owned(),
        "INSERT INTO sales_invoice_item (parent_id, tax_amount, discount_amount, row_total, qty, price, product_id, order_item_id, sku, name) \
         SELECT @invoice, tax_amount, discount_amount, row_total, qty_ordered, price, product_id, item_id, sku, name FROM sales_order_item \
         WHERE order_id = @order AND @invoice IS NOT NULL"
            .to_owned(),
        format!(
            "INSERT INTO sales_invoice_grid (entity_id, increment_id, state, store_id, order_id, order_increment_id, order_created_at, customer_email, \
             order_currency_code, subtotal, grand_total, created_at, updated_at) SELECT @invoice, @invoice_number, 2, store_id, entity_id, increment_id, \
             created_at, customer_email, '{CURRENCY}', subtotal, grand_total, {at}, {at} FROM sales_order WHERE {open}"
        ),
        format!("UPDATE sales_order_payment p JOIN sales_order o ON o.entity_id = p.parent_id SET p.amount_paid = o.grand_total WHERE o.{open}"),
        "UPDATE sales_order_grid SET status = 'processing', total_paid = grand_total WHERE entity_id = @order AND @invoice IS NOT NULL".to_owned(),
        format!("UPDATE sales_order SET state = 'processing', status = 'processing', total_paid = grand_total, total_invoiced = grand_total WHERE {open}"),
    ]
}

/// A visitor fills a cart and this connection's previous one is given up.
fn cart(store: &SampleStore, random: &mut Random, at: &str) -> Vec<String> {
    let products: Vec<Product> =
        (0..random.between(1, 4)).map(|_| Product::at(store, random.below(store.scale.products))).collect();
    let total: i64 = products.iter().map(|product| product.price).sum();
    let mut statements = vec![
        "DELETE FROM quote WHERE entity_id = @cart".to_owned(),
        format!(
            "INSERT INTO quote (store_id, created_at, updated_at, items_count, items_qty, grand_total, base_grand_total, customer_is_guest, subtotal) \
             VALUES (1, {at}, {at}, {count}, {count}, {total}, {total}, 1, {total})",
            count = products.len(),
            total = money(total)
        ),
        "SET @cart = LAST_INSERT_ID()".to_owned(),
    ];
    statements.extend(products.iter().map(|product| {
        format!(
            "INSERT INTO quote_item (quote_id, created_at, updated_at, product_id, store_id, sku, name, qty, price, row_total) \
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
