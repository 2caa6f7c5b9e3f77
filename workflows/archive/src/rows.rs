//! Row text, and the digest that says two tables hold the same rows.
//!
//! Row text is what `LOAD DATA` reads with `CHARACTER SET binary`: fields separated by a tab, each row ended by a
//! newline, `\N` for NULL, and a backslash before the five bytes that would be misread. A field is the raw bytes of its
//! column in the column's own character set: nothing is transcoded, and binary needs no hex.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{ArchiveError, Result};

pub const FIELD_END: u8 = b'\t';
pub const ROW_END: u8 = b'\n';

/// Appends one field, without the tab or newline after it.
pub fn push_field(out: &mut Vec<u8>, value: Option<&[u8]>) {
    match value {
        Some(bytes) => push_escaped(out, bytes),
        None => out.extend_from_slice(b"\\N"),
    }
}

/// Appends a whole row, newline included.
pub fn push_row<'a>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = Option<&'a [u8]>>) {
    for (position, field) in fields.into_iter().enumerate() {
        if position > 0 {
            out.push(FIELD_END);
        }
        push_field(out, field);
    }
    out.push(ROW_END);
}

/// Appends a piece of a value, escaped: a value may be given in as many pieces as it arrives in.
pub fn push_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len());
    let mut rest = bytes;
    while let Some(at) = first_to_escape(rest) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(&[b'\\', escape_letter(rest[at])]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Looks at blocks without branching, so the compiler makes SIMD of it: most hold nothing to escape.
fn first_to_escape(bytes: &[u8]) -> Option<usize> {
    let (blocks, _) = bytes.as_chunks::<32>();
    let clean = blocks.iter().take_while(|block| !block.iter().fold(false, |found, byte| found | needs_escape(*byte)));
    let start = clean.count() * 32;
    bytes[start..].iter().position(|byte| needs_escape(*byte)).map(|at| start + at)
}

fn needs_escape(byte: u8) -> bool {
    (byte == 0) | (byte == b'\t') | (byte == b'\n') | (byte == b'\r') | (byte == b'\\')
}

fn escape_letter(byte: u8) -> u8 {
    match byte {
        0 => b'0',
        b'\t' => b't',
        b'\n' => b'n',
        b'\r' => b'r',
        other => other,
    }
}

fn unescaped(letter: u8) -> Option<u8> {
    match letter {
        b'0' => Some(0),
        b't' => Some(b'\t'),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b'\\' => Some(b'\\'),
        _ => None,
    }
}

/// The fields of one row (its newline may be there or not): `None` is NULL. A value without escapes is borrowed.
/// Yields an error, once and last, for an escape this format does not have.
pub fn fields(row: &[u8]) -> Fields<'_> {
    Fields { rest: Some(row.strip_suffix(&[ROW_END]).unwrap_or(row)) }
}

pub struct Fields<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Option<Cow<'a, [u8]>>>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let field = match memchr::memchr(FIELD_END, rest) {
            Some(end) => {
                self.rest = Some(&rest[end + 1..]);
                &rest[..end]
            }
            None => rest,
        };
        let value = value(field);
        if value.is_err() {
            self.rest = None;
        }
        Some(value)
    }
}

fn value(field: &[u8]) -> Result<Option<Cow<'_, [u8]>>> {
    if field == b"\\N" {
        return Ok(None);
    }
    let Some(first) = memchr::memchr(b'\\', field) else {
        return Ok(Some(Cow::Borrowed(field)));
    };
    let mut bytes = Vec::with_capacity(field.len());
    bytes.extend_from_slice(&field[..first]);
    let mut rest = field[first..].iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => rest
                .next()
                .and_then(|letter| unescaped(*letter))
                .ok_or(ArchiveError::BadRow { what: "a backslash with no known letter after it" })?,
            other => *other,
        });
    }
    Ok(Some(Cow::Owned(bytes)))
}

/// The key of a store's row digests. Not a secret: it keeps one store's sums from meaning anything beside another's.
#[derive(Debug, Clone)]
pub struct DigestKey([u8; 32]);

impl DigestKey {
    pub fn for_store(store: &str) -> DigestKey {
        DigestKey(blake3::derive_key("holdfast 1 row digest", store.as_bytes()))
    }
}

/// `S`: the sum over rows of keyed BLAKE3(row text with its newline), first 16 bytes little-endian, modulo 2^128.
///
/// It does not depend on the order of rows, counts duplicates (an XOR would not), and sums of chunks add up to the sum
/// of the table. Written as 32 hex digits. It finds every accident; someone who may choose rows can make two tables
/// collide, so what guards an archive against people is the seal and the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowSum(u128);

impl RowSum {
    /// The sum of one row: its text, newline included.
    pub fn of_row(key: &DigestKey, row: &[u8]) -> RowSum {
        RowSum::from(blake3::keyed_hash(&key.0, row))
    }
}

impl From<blake3::Hash> for RowSum {
    fn from(hash: blake3::Hash) -> RowSum {
        let (first, _) = hash.as_bytes().split_first_chunk::<16>().expect("a BLAKE3 hash has 32 bytes");
        RowSum(u128::from_le_bytes(*first))
    }
}

impl Add for RowSum {
    type Output = RowSum;

    fn add(self, other: RowSum) -> RowSum {
        RowSum(self.0.wrapping_add(other.0))
    }
}

impl AddAssign for RowSum {
    fn add_assign(&mut self, other: RowSum) {
        *self = *self + other;
    }
}

impl Sum for RowSum {
    fn sum<I: Iterator<Item = RowSum>>(sums: I) -> RowSum {
        sums.fold(RowSum::default(), Add::add)
    }
}

impl fmt::Display for RowSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for RowSum {
    type Err = ArchiveError;

    fn from_str(text: &str) -> Result<RowSum> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let sum = u128::from_str_radix(text, 16).ok().filter(|_| is_hex);
        sum.map(RowSum).ok_or(ArchiveError::BadRow { what: "a row sum is 32 hex digits" })
    }
}

impl Serialize for RowSum {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RowSum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<RowSum, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What a run of rows comes to. Tallies of chunks add up to the tally of their table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub rows: u64,
    /// Bytes of row text.
    pub raw_bytes: u64,
    pub sum: RowSum,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.rows += other.rows;
        self.raw_bytes += other.raw_bytes;
        self.sum += other.sum;
    }
}

/// Tallies row text given in pieces of any size: a newline stands at the end of rows and nowhere else.
pub struct RowHasher {
    key: DigestKey,
    /// Holds the row that earlier pieces began, reused from row to row.
    begun: blake3::Hasher,
    mid_row: bool,
    tally: Tally,
}

impl RowHasher {
    pub fn new(key: &DigestKey) -> RowHasher {
        RowHasher {
            key: key.clone(),
            begun: blake3::Hasher::new_keyed(&key.0),
            mid_row: false,
            tally: Tally::default(),
        }
    }

    pub fn update(&mut self, text: &[u8]) {
        self.tally.raw_bytes += text.len() as u64;
        let mut rest = text;
        while let Some(newline) = memchr::memchr(ROW_END, rest) {
            let (row, after) = rest.split_at(newline + 1);
            self.end_row(row);
            rest = after;
        }
        if !rest.is_empty() {
            self.begun.update(rest);
            self.mid_row = true;
        }
    }

    /// Whole rows, the common case, are hashed in one go without touching the incremental hasher.
    fn end_row(&mut self, row: &[u8]) {
        self.tally.sum += if self.mid_row {
            let hash = self.begun.update(row).finalize();
            self.begun.reset();
            self.mid_row = false;
            RowSum::from(hash)
        } else {
            RowSum::of_row(&self.key, row)
        };
        self.tally.rows += 1;
    }

    /// The tally so far, for text that ended with a newline (or is empty); a row left open is an error.
    pub fn tally(&self) -> Result<Tally> {
        if self.mid_row {
            return Err(ArchiveError::BadRow { what: "the last row has no newline" });
        }
        Ok(self.tally)
    }

    /// [`RowHasher::tally`], and starts again from nothing.
    pub fn take(&mut self) -> Result<Tally> {
        let tally = self.tally()?;
        self.tally = Tally::default();
        Ok(tally)
    }
}

impl Write for RowHasher {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.update(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
