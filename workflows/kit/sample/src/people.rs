//! Who buys: registered customers and guests, each a pure function of (seed, number).

use std::io::Write;

use crate::random::Random;
use crate::words::{LOCALES, Locale, MAIL_DOMAINS};
use crate::{SampleStore, planted, stream};

pub(crate) struct Person {
    pub(crate) given: &'static str,
    pub(crate) family: &'static str,
    pub(crate) locale: &'static Locale,
    mail_name: (&'static str, &'static str),
    mail_domain: &'static str,
    /// Makes the address unique: a customer's id, or an order's with a mark.
    number: u64,
    is_guest: bool,
    pub(crate) is_planted: bool,
}

impl Person {
    fn at(random: &mut Random, number: u64, is_guest: bool) -> Person {
        let locale = &LOCALES[random.below(LOCALES.len() as u64) as usize];
        let (given, mail_given) = random.pick(locale.given);
        let (family, mail_family) = random.pick(locale.family);
        let is_planted = number.is_multiple_of(planted::EVERY);
        Person {
            given: if is_planted { planted::GIVEN } else { given },
            family: if is_planted { planted::FAMILY } else { family },
            locale,
            mail_name: (mail_given, mail_family),
            mail_domain: random.pick(MAIL_DOMAINS),
            number,
            is_guest,
            is_planted,
        }
    }

    pub(crate) fn guest(store: &SampleStore, order: u64) -> Person {
        Person::at(&mut Random::of(store.seed, stream::GUEST, order), order, true)
    }

    pub(crate) fn email(&self, out: &mut Vec<u8>) {
        let (given, family) = self.mail_name;
        let mark = if self.is_guest { "g" } else { "" };
        let written = match self.is_planted {
            true => write!(out, "{}.{mark}{}@{}", planted::EMAIL, self.number, self.mail_domain),
            false => write!(out, "{given}.{family}.{mark}{}@{}", self.number, self.mail_domain),
        };
        written.expect("writing to a Vec cannot fail");
    }

    pub(crate) fn name(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.given.as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.family.as_bytes());
    }
}

pub(crate) struct Customer {
    pub(crate) id: u64,
    pub(crate) person: Person,
    pub(crate) group: u64,
    pub(crate) created: i64,
    pub(crate) addresses: u64,
    /// What a table needs beyond the fields above, in a stream of its own.
    pub(crate) random: Random,
}

impl Customer {
    pub(crate) fn at(store: &SampleStore, number: u64) -> Customer {
        let mut random = Random::of(store.seed, stream::CUSTOMER, number);
        let person = Person::at(&mut random, number, false);
        let addresses = if person.is_planted { 2 } else { random.below(10).div_ceil(5) };
        Customer {
            id: number + 1,
            person,
            group: random.between(1, 3),
            created: store.as_of - 86_400 * 900 + random.below(86_400 * 800) as i64,
            addresses,
            random,
        }
    }

    pub(crate) fn address_id(&self, index: u64) -> u64 {
        self.id * 2 - 1 + index
    }

    /// `None` for a customer without an address book.
    pub(crate) fn default_address_id(&self) -> Option<u64> {
        (self.addresses > 0).then(|| self.address_id(0))
    }
}

/// A place that fits the person's country.
pub(crate) struct Address {
    pub(crate) country: &'static str,
    pub(crate) city: &'static str,
    pub(crate) region: &'static str,
    postcode: &'static str,
    street: &'static str,
    house: u64,
    flat: Option<u64>,
    phone: &'static str,
    digits: Random,
    is_planted: bool,
}

impl Address {
    /// `index` counts a person's addresses.
    pub(crate) fn of(store: &SampleStore, person: &Person, index: u64) -> Address {
        let of = if person.is_guest { stream::GUEST_ADDRESS } else { stream::ADDRESS };
        let mut random = Random::of(store.seed, of, person.number * 4 + index);
        let (city, region, postcode) = random.pick(person.locale.cities);
        Address {
            country: person.locale.country,
            city,
            region,
            postcode,
            street: random.pick(person.locale.streets),
            house: random.between(1, 180),
            flat: random.chance(40).then(|| random.between(1, 60)),
            phone: person.locale.phone,
            is_planted: person.is_planted,
            digits: random,
        }
    }

    /// One cell, lines joined by a newline, as Magento keeps a street.
    pub(crate) fn street(&self, out: &mut Vec<u8>) {
        let written = match (self.is_planted, self.flat) {
            (true, _) => write!(out, "{}\nlgh 1203", planted::STREET),
            (false, Some(flat)) => write!(out, "{} {}\nApt. {flat}", self.street, self.house),
            (false, None) => write!(out, "{} {}", self.street, self.house),
        };
        written.expect("writing to a Vec cannot fail");
    }

    pub(crate) fn postcode(&self, out: &mut Vec<u8>) {
        fill_digits(self.postcode, self.digits.clone(), out);
    }

    pub(crate) fn phone(&self, out: &mut Vec<u8>) {
        match self.is_planted {
            true => out.extend_from_slice(planted::PHONE.as_bytes()),
            false => fill_digits(self.phone, self.digits.clone(), out),
        }
    }

    /// The whole address in one line, as the grids keep it.
    pub(crate) fn line(&self, out: &mut Vec<u8>) {
        let from = out.len();
        self.street(out);
        out[from..].iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
        for part in [self.city, self.region] {
            out.push(b',');
            out.extend_from_slice(part.as_bytes());
        }
        out.push(b',');
        self.postcode(out);
    }
}

fn fill_digits(pattern: &str, mut random: Random, out: &mut Vec<u8>) {
    let mut digits = random.next();
    for byte in pattern.bytes() {
        if byte == b'#' {
            out.push(b'0' + (digits % 10) as u8);
            digits = if digits < 10 { random.next() } else { digits / 10 };
        } else {
            out.push(byte);
        }
    }
}
