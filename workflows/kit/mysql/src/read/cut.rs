//! Where a table is cut into chunks: by the key's value alone, so that rows that come or go move no boundary but their
//! own.

use crate::wire::Row;

/// How a table's rows are cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cut {
    /// By size only: there is no key to go by.
    Nowhere,
    /// Where an integer key passes a multiple of `2^step_bits`. `column` is its place in the row.
    Grid { column: usize, step_bits: u32 },
    /// Where the low `bits` bits of the key's hash are zero.
    Hash { columns: Vec<usize>, bits: u32 },
}

/// Looks at each row before it is written and says whether a chunk ends before it.
pub(crate) struct Cutter {
    cut: Cut,
    cell: Option<i128>,
}

impl Cutter {
    pub(crate) fn new(cut: Cut) -> Cutter {
        Cutter { cut, cell: None }
    }

    #[inline]
    pub(crate) fn ends_before(&mut self, row: Row<'_>) -> bool {
        match &self.cut {
            Cut::Nowhere => false,
            Cut::Grid { column, step_bits } => {
                let cell = row.fields().nth(*column).flatten().and_then(integer).map(|key| key >> step_bits);
                let ends = matches!((self.cell, cell), (Some(before), Some(now)) if before != now);
                self.cell = cell.or(self.cell);
                ends
            }
            Cut::Hash { columns, bits } => {
                let key = columns.iter().map(|column| row.fields().nth(*column).flatten().unwrap_or_default());
                let hash = key.fold(SEED, |hash, value| mix(value.iter().fold(hash, |hash, byte| step(hash, *byte))));
                hash & ((1 << bits) - 1) == 0
            }
        }
    }

    /// Columns of the row whose values say where a chunk begins and ends.
    pub(crate) fn key_columns(&self) -> Vec<usize> {
        match &self.cut {
            Cut::Nowhere => Vec::new(),
            Cut::Grid { column, .. } => vec![*column],
            Cut::Hash { columns, .. } => columns.clone(),
        }
    }
}

fn integer(text: &[u8]) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let value = digits.iter().try_fold(0i128, |value, digit| {
        digit.is_ascii_digit().then(|| value.wrapping_mul(10).wrapping_add(i128::from(digit - b'0')))
    })?;
    Some(if negative { -value } else { value })
}

/// FNV-1a, and a finisher so that the low bits depend on every byte. Boundaries are part of no promise, only stable.
const SEED: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_sign_fall_into_cells_in_order() {
        let cell = |text: &[u8]| integer(text).map(|key| key >> 4);
        assert_eq!(cell(b"-1"), Some(-1));
        assert_eq!(cell(b"0"), Some(0));
        assert_eq!(cell(b"00015"), Some(0));
        assert_eq!(cell(b"16"), Some(1));
        assert_eq!(cell(b"18446744073709551615"), Some(i128::from(u64::MAX) >> 4));
        assert_eq!(cell(b"x"), None);
    }
}
