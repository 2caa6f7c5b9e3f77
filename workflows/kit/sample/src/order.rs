//! An order, computed from its number alone: its row, items, addresses, payment, grid rows, invoice and shipment all
//! read the same one.

use crate::goods::Product;
use crate::people::{Customer, Person};
use crate::random::Random;
use crate::{SampleStore, stream};

/// Every order is placed in the one store view.
pub(crate) const STORE: u64 = 1;
pub(crate) const STORE_NAME: &str = "Acme Website\nAcme Store\nSvenska";
pub(crate) const CURRENCY: &str = "SEK";
const MAX_ITEMS: u64 = 5;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    New,
    Processing,
    Complete,
    Closed,
    Canceled,
}

impl State {
    pub(crate) fn code(self) -> &'static str {
        match self {
            State::New => "new",
            State::Processing => "processing",
            State::Complete => "complete",
            State::Closed => "closed",
            State::Canceled => "canceled",
        }
    }

    pub(crate) fn status(self) -> &'static str {
        if self == State::New { "pending" } else { self.code() }
    }
}

/// Amounts are hundredths of a krona; a row's total is before discount and tax.
pub(crate) struct Item {
    pub(crate) product: Product,
    pub(crate) qty: u64,
    pub(crate) row_total: i64,
    pub(crate) discount: i64,
    pub(crate) tax: i64,
}

pub(crate) struct Order {
    pub(crate) number: u64,
    pub(crate) id: u64,
    /// `None` when a guest ordered.
    pub(crate) customer: Option<Customer>,
    guest: Option<Person>,
    pub(crate) created: i64,
    pub(crate) state: State,
    pub(crate) items: Vec<Item>,
    pub(crate) subtotal: i64,
    pub(crate) discount: i64,
    pub(crate) tax: i64,
    pub(crate) shipping: i64,
    pub(crate) shipping_tax: i64,
    pub(crate) grand_total: i64,
    pub(crate) random: Random,
}

impl Order {
    pub(crate) fn at(store: &SampleStore, number: u64) -> Order {
        let mut random = Random::of(store.seed, stream::ORDER, number);
        let is_guest = is_by_guest(number);
        let state = state(number, store.scale.orders - number);
        let discount_percent = random.pick(&[0, 0, 0, 10, 25]);
        let items: Vec<Item> =
            (0..random.between(1, MAX_ITEMS)).map(|_| item(store, &mut random, discount_percent)).collect();
        let sum = |part: fn(&Item) -> i64| items.iter().map(part).sum::<i64>();
        let shipping = random.pick(&[0, 4_900, 9_900]);
        let shipping_tax = shipping / 4;
        let (subtotal, discount, tax) =
            (sum(|item| item.row_total), sum(|item| item.discount), sum(|item| item.tax) + shipping_tax);
        Order {
            number,
            id: number + 1,
            customer: (!is_guest).then(|| Customer::at(store, number % store.scale.customers)),
            guest: is_guest.then(|| Person::guest(store, number)),
            created: store.ordered_at(number),
            state,
            items,
            subtotal,
            discount,
            tax,
            shipping,
            shipping_tax,
            grand_total: subtotal - discount + shipping + tax,
            random,
        }
    }

    pub(crate) fn person(&self) -> &Person {
        match (&self.customer, &self.guest) {
            (Some(customer), _) => &customer.person,
            (None, Some(guest)) => guest,
            (None, None) => unreachable!("an order is by a customer or by a guest"),
        }
    }

    pub(crate) fn customer_id(&self) -> Option<u64> {
        self.customer.as_ref().map(|customer| customer.id)
    }

    pub(crate) fn group(&self) -> u64 {
        self.customer.as_ref().map_or(0, |customer| customer.group)
    }

    pub(crate) fn billing_address_id(&self) -> u64 {
        self.id * 2 - 1
    }

    pub(crate) fn shipping_address_id(&self) -> u64 {
        self.id * 2
    }

    /// The item's id; that of a configurable item's variant is one more.
    pub(crate) fn item_id(&self, index: usize) -> u64 {
        self.number * MAX_ITEMS * 2 + index as u64 * 2 + 1
    }

    pub(crate) fn pieces(&self) -> u64 {
        self.items.iter().map(|item| item.qty).sum()
    }

    pub(crate) fn weight(&self) -> i64 {
        self.items.iter().map(|item| item.product.weight() * item.qty as i64).sum()
    }

    pub(crate) fn is_invoiced(&self) -> bool {
        matches!(self.state, State::Processing | State::Complete | State::Closed)
    }

    pub(crate) fn is_shipped(&self) -> bool {
        matches!(self.state, State::Complete | State::Closed)
    }

    pub(crate) fn is_refunded(&self) -> bool {
        self.state == State::Closed
    }

    pub(crate) fn paid(&self) -> i64 {
        if self.is_invoiced() { self.grand_total } else { 0 }
    }

    pub(crate) fn refunded(&self) -> i64 {
        if self.is_refunded() { self.grand_total } else { 0 }
    }

    /// Loyalty points: one for each ten kronor of a customer's order that stands.
    pub(crate) fn points(&self) -> i64 {
        if self.customer.is_some() && self.state != State::Canceled { self.grand_total / 1_000 } else { 0 }
    }

    pub(crate) fn payment_method(&self) -> &'static str {
        ["checkmo", "stripe_payments", "klarna_kp", "banktransfer"][(self.number % 4) as usize]
    }
}

pub(crate) fn is_by_guest(number: u64) -> bool {
    number % 5 == 3
}

/// The newest orders (`age` is 1 for the last) are still on their way; of the others even the smallest store has each
/// kind.
fn state(number: u64, age: u64) -> State {
    match (age, number % 16) {
        (1..=6, _) => State::New,
        (7..=14, _) => State::Processing,
        (_, 3) => State::Closed,
        (_, 7) => State::Canceled,
        (_, 11) => State::Processing,
        _ => State::Complete,
    }
}

fn item(store: &SampleStore, random: &mut Random, discount_percent: i64) -> Item {
    let product = Product::at(store, random.below(store.scale.products));
    let qty = random.between(1, 3);
    let row_total = product.price * qty as i64;
    let discount = row_total * discount_percent / 100;
    Item { product, qty, row_total, discount, tax: (row_total - discount) / 4 }
}
