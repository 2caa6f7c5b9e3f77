//! What is sold: products and categories, each a pure function of (seed, number).

use std::io::Write;

use crate::random::Random;
use crate::words::{ADJECTIVES, EMOJI, NOUNS, PROSE};
use crate::{SampleStore, stream};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Simple,
    Configurable,
    Virtual,
}

impl Kind {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Kind::Simple => "simple",
            Kind::Configurable => "configurable",
            Kind::Virtual => "virtual",
        }
    }
}

#[derive(Clone)]
pub(crate) struct Product {
    pub(crate) id: u64,
    pub(crate) kind: Kind,
    /// Hundredths of a krona, without tax.
    pub(crate) price: i64,
    pub(crate) created: i64,
    adjective: &'static str,
    noun: &'static str,
    emoji: &'static str,
    pub(crate) random: Random,
}

impl Product {
    pub(crate) fn at(store: &SampleStore, number: u64) -> Product {
        let mut random = Random::of(store.seed, stream::PRODUCT, number);
        Product {
            id: number + 1,
            // The last of each ten is sold in variants: the nine before it.
            kind: match number % 10 {
                9 => Kind::Configurable,
                4 => Kind::Virtual,
                _ => Kind::Simple,
            },
            price: random.between(5, 4_000) as i64 * 100 + random.pick(&[0, 50, 90, 99]),
            created: store.as_of - 86_400 * 1_000 + random.below(86_400 * 900) as i64,
            adjective: random.pick(ADJECTIVES),
            noun: random.pick(NOUNS),
            emoji: random.pick(EMOJI),
            random,
        }
    }

    pub(crate) fn name(&self, out: &mut Vec<u8>) {
        write!(out, "{} {} {}{}", self.adjective, self.noun, self.id, self.emoji)
            .expect("writing to a Vec cannot fail");
    }

    pub(crate) fn sku(&self, out: &mut Vec<u8>) {
        let written = match self.id % 25 {
            7 => write!(out, "it's \"{}\"\\{}", self.noun, self.id),
            _ => write!(out, "HF-{:02}-{:06}", self.id % 83, self.id),
        };
        written.expect("writing to a Vec cannot fail");
    }

    pub(crate) fn url_key(&self, out: &mut Vec<u8>) {
        write!(out, "product-{}-{}", self.id % 83, self.id).expect("writing to a Vec cannot fail");
    }

    pub(crate) fn weight(&self) -> i64 {
        if self.kind == Kind::Virtual { 0 } else { 10 + (self.id as i64 * 37) % 900 }
    }
}

/// `sentences` sentences, a paragraph each few.
pub(crate) fn prose(random: &mut Random, sentences: u64, out: &mut Vec<u8>) {
    for number in 0..sentences {
        if number > 0 {
            out.extend_from_slice(if number.is_multiple_of(4) { b"\r\n" } else { b" " });
        }
        out.extend_from_slice(random.pick(PROSE).as_bytes());
    }
}

/// The tree: 1 is the root of roots, 2 the store's root, 3–12 its main categories, and the rest hang evenly below
/// those.
#[derive(Clone, Copy)]
pub(crate) struct Category {
    pub(crate) id: u64,
}

const MAIN: std::ops::RangeInclusive<u64> = 3..=12;

impl Category {
    pub(crate) fn parent(self) -> u64 {
        match self.id {
            1 => 0,
            2 => 1,
            id if MAIN.contains(&id) => 2,
            id => MAIN.start() + (id - MAIN.end() - 1) % 10,
        }
    }

    pub(crate) fn path(self, out: &mut Vec<u8>) {
        if self.parent() > 0 {
            Category { id: self.parent() }.path(out);
            out.push(b'/');
        }
        write!(out, "{}", self.id).expect("writing to a Vec cannot fail");
    }

    pub(crate) fn level(self) -> u64 {
        if self.id == 1 { 0 } else { Category { id: self.parent() }.level() + 1 }
    }

    /// All below it, not its children alone.
    pub(crate) fn descendants(self, categories: u64) -> u64 {
        match self.id {
            1 | 2 => categories.saturating_sub(self.id),
            id => (MAIN.end() + 1..=categories).filter(|&other| Category { id: other }.parent() == id).count() as u64,
        }
    }

    pub(crate) fn name(self, out: &mut Vec<u8>) {
        let written = match self.id {
            1 => write!(out, "Root Catalog"),
            2 => write!(out, "Default Category"),
            id => write!(
                out,
                "{} & {} {id}",
                NOUNS[(id as usize * 5) % NOUNS.len()],
                NOUNS[(id as usize * 3 + 1) % NOUNS.len()]
            ),
        };
        written.expect("writing to a Vec cannot fail");
    }
}
