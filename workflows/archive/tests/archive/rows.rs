//! Row text and its sums.

use std::borrow::Cow;

use holdfast_archive::rows::{fields, push_escaped, push_row};
use holdfast_archive::{ArchiveError, DigestKey, RowHasher, RowSum, Tally};
use proptest::prelude::*;

type Row = Vec<Option<Vec<u8>>>;

fn text_of(rows: &[Row]) -> Vec<u8> {
    let mut text = Vec::new();
    rows.iter().for_each(|row| push_row(&mut text, row.iter().map(|field| field.as_deref())));
    text
}

fn read(row: &[u8]) -> Row {
    fields(row).map(|field| field.unwrap().map(Cow::into_owned)).collect()
}

fn tally(text: &[u8]) -> Tally {
    let mut hasher = RowHasher::new(&DigestKey::for_store("acme"));
    hasher.update(text);
    hasher.tally().unwrap()
}

#[test]
fn row_text_is_what_load_data_reads() {
    let row: Row = vec![Some(b"1".to_vec()), None, Some(vec![]), Some(b"\0\t\n\r\\N".to_vec()), Some(b"\\N".to_vec())];
    assert_eq!(text_of(&[row]), b"1\t\\N\t\t\\0\\t\\n\\r\\\\N\t\\\\N\n");
}

#[test]
fn an_escape_the_format_does_not_have_is_refused() {
    for row in [b"a\\x\tb\n".as_slice(), b"a\\\n", b"\\NULL\n", b"x\\N\n", b"\\Z\n"] {
        let refused = fields(row).find_map(Result::err);
        assert!(matches!(refused, Some(ArchiveError::BadRow { .. })), "{row:?}");
    }
}

#[test]
fn a_sum_counts_duplicates_and_null_is_not_empty() {
    let once = tally(b"1\ta\n");
    let twice = tally(b"1\ta\n1\ta\n");
    assert_eq!(twice.sum, once.sum + once.sum);
    assert_ne!(twice.sum, once.sum);
    assert_ne!(tally(b"1\t\\N\n").sum, tally(b"1\t\n").sum);
    assert_ne!(tally(b"1\ta\n").sum, RowSum::of_row(&DigestKey::for_store("other"), b"1\ta\n"));
}

#[test]
fn a_sum_is_32_hex_digits_in_text_and_json() {
    let sum = tally(b"1\ta\n").sum;
    assert_eq!(sum.to_string().parse::<RowSum>().unwrap(), sum);
    assert_eq!(serde_json::to_string(&RowSum::default()).unwrap(), format!("\"{}\"", "0".repeat(32)));
    assert_eq!(serde_json::from_str::<RowSum>(&serde_json::to_string(&sum).unwrap()).unwrap(), sum);
    for bad in ["", "00", "+0000000000000000000000000000000", "0000000000000000000000000000000g"] {
        assert!(bad.parse::<RowSum>().is_err(), "{bad}");
    }
}

#[test]
fn a_row_left_open_is_an_error_and_not_a_row() {
    let mut hasher = RowHasher::new(&DigestKey::for_store("acme"));
    hasher.update(b"1\ta\n2\tb");
    assert!(hasher.tally().is_err());
    hasher.update(b"\n");
    assert_eq!(hasher.take().unwrap(), tally(b"1\ta\n2\tb\n"));
    assert_eq!(hasher.tally().unwrap(), Tally::default());
}

fn any_row() -> impl Strategy<Value = Row> {
    let awkward = prop::sample::select(b"\0\t\n\r\\N'0tnr".to_vec());
    let byte = prop_oneof![any::<u8>(), awkward];
    prop::collection::vec(prop::option::weighted(0.8, prop::collection::vec(byte, 0..90)), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_survive_row_text(rows in prop::collection::vec(any_row(), 1..6)) {
        let text = text_of(&rows);
        let read: Vec<Row> = text.split_inclusive(|byte| *byte == b'\n').map(read).collect();
        prop_assert_eq!(read, rows);
    }

    #[test]
    fn a_value_in_pieces_is_the_value(value in prop::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        push_escaped(&mut whole, &value);
        let (first, second) = value.split_at(cut.index(value.len() + 1));
        push_escaped(&mut pieces, first);
        push_escaped(&mut pieces, second);
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn sums_do_not_depend_on_order_and_add_up(rows in prop::collection::vec(any_row(), 0..12), cut in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let whole = tally(&text_of(&rows));
        let (first, second) = rows.split_at(cut.index(rows.len() + 1));
        let mut parts = tally(&text_of(first));
        parts += tally(&text_of(second));
        prop_assert_eq!(whole, parts);
        let mut shuffled = rows;
        let len = shuffled.len().max(1);
        (0..shuffled.len()).for_each(|i| shuffled.swap(i, (seed as usize).wrapping_mul(i + 1) % len));
        prop_assert_eq!(whole.sum, tally(&text_of(&shuffled)).sum);
    }

    #[test]
    fn text_in_pieces_of_any_size_has_the_same_tally(rows in prop::collection::vec(any_row(), 0..12), size in 1..40usize) {
        let text = text_of(&rows);
        let mut hasher = RowHasher::new(&DigestKey::for_store("acme"));
        text.chunks(size).for_each(|piece| hasher.update(piece));
        prop_assert_eq!(hasher.tally().unwrap(), tally(&text));
    }
}
