//! Row text: how LOAD DATA reads a row with CHARACTER SET binary. Fields end with a tab, rows with a newline, NULL is
//! `\N`, and the bytes 0x00, newline, tab, carriage return and backslash are escaped with a backslash. Everything
//! else is the column's own raw bytes.

use std::fmt::Arguments;
use std::io::Write;

/// The current rows of one table, written a field at a time: `rows.int(7).text("Åsa").null().end()`.
#[derive(Default)]
pub(crate) struct Rows {
    bytes: Vec<u8>,
    scratch: Vec<u8>,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn take(&mut self) -> Vec<u8> {
        let next = Vec::with_capacity(self.bytes.len());
        std::mem::replace(&mut self.bytes, next)
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.bytes.extend_from_slice(b"\\N\t");
        self
    }

    pub(crate) fn nulls(&mut self, count: usize) -> &mut Self {
        (0..count).for_each(|_| {
            self.null();
        });
        self
    }

    pub(crate) fn int(&mut self, value: impl Into<i128>) -> &mut Self {
        push_int(&mut self.bytes, value.into());
        self.field_done()
    }

    pub(crate) fn int_or_null(&mut self, value: Option<u64>) -> &mut Self {
        match value {
            Some(value) => self.int(value),
            None => self.null(),
        }
    }

    /// Hundredths, as a DECIMAL with four places.
    pub(crate) fn money(&mut self, hundredths: i64) -> &mut Self {
        self.decimal(hundredths, "00")
    }

    /// Hundredths, as a DECIMAL with six places.
    pub(crate) fn price(&mut self, hundredths: i64) -> &mut Self {
        self.decimal(hundredths, "0000")
    }

    pub(crate) fn qty(&mut self, pieces: u64) -> &mut Self {
        self.money(pieces as i64 * 100)
    }

    fn decimal(&mut self, hundredths: i64, more_places: &str) -> &mut Self {
        if hundredths < 0 {
            self.bytes.push(b'-');
        }
        let size = hundredths.unsigned_abs();
        push_int(&mut self.bytes, (size / 100).into());
        self.bytes.extend_from_slice(&[b'.', b'0' + (size / 10 % 10) as u8, b'0' + (size % 10) as u8]);
        self.bytes.extend_from_slice(more_places.as_bytes());
        self.field_done()
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.raw(value.as_bytes())
    }

    pub(crate) fn text_or_null(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(value),
            None => self.null(),
        }
    }

    /// A column's bytes in its own character set.
    pub(crate) fn raw(&mut self, value: &[u8]) -> &mut Self {
        push_escaped(&mut self.bytes, value);
        self.field_done()
    }

    pub(crate) fn put(&mut self, value: Arguments<'_>) -> &mut Self {
        self.compose(|out| write!(out, "{value}").expect("writing to a Vec cannot fail"))
    }

    /// One field made of parts.
    pub(crate) fn compose(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        write(&mut scratch);
        self.raw(&scratch);
        self.scratch = scratch;
        self
    }

    /// Seconds since 1970 as `2025-05-31 23:59:59`, UTC.
    pub(crate) fn time(&mut self, seconds: i64) -> &mut Self {
        push_time(&mut self.bytes, seconds);
        self.field_done()
    }

    pub(crate) fn date(&mut self, seconds: i64) -> &mut Self {
        push_date(&mut self.bytes, seconds.div_euclid(86_400));
        self.field_done()
    }

    pub(crate) fn end(&mut self) {
        *self.bytes.last_mut().expect("a row has at least one field") = b'\n';
    }

    /// A row given as text with tabs between its fields and `\N` for NULL; nothing in it needs an escape.
    pub(crate) fn line(&mut self, fields: &str) {
        self.bytes.extend_from_slice(fields.as_bytes());
        self.bytes.push(b'\n');
    }

    fn field_done(&mut self) -> &mut Self {
        self.bytes.push(b'\t');
        self
    }
}

pub(crate) fn push_int(out: &mut Vec<u8>, value: i128) {
    let mut digits = [0u8; 40];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs() as u64;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.extend_from_slice(&digits[at..]);
}

fn push_escaped(out: &mut Vec<u8>, value: &[u8]) {
    let mut from = 0;
    for (at, &byte) in value.iter().enumerate() {
        let escaped = match byte {
            0 => b'0',
            b'\n' => b'n',
            b'\t' => b't',
            b'\r' => b'r',
            b'\\' => b'\\',
            _ => continue,
        };
        out.extend_from_slice(&value[from..at]);
        out.extend_from_slice(&[b'\\', escaped]);
        from = at + 1;
    }
    out.extend_from_slice(&value[from..]);
}

pub(crate) fn push_time(out: &mut Vec<u8>, seconds: i64) {
    push_date(out, seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    out.push(b' ');
    push_two(out, second / 3600);
    out.push(b':');
    push_two(out, second / 60 % 60);
    out.push(b':');
    push_two(out, second % 60);
}

/// Days since 1970 to a Gregorian date, after Howard Hinnant's `civil_from_days`.
pub(crate) fn push_date(out: &mut Vec<u8>, days: i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    push_int(out, (year_of_era + era * 400 + i64::from(month <= 2)).into());
    out.push(b'-');
    push_two(out, month);
    out.push(b'-');
    push_two(out, day);
}

fn push_two(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]);
}

/// The fields of row text, row by row, still escaped; `None` is NULL.
pub(crate) fn fields(row: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    row.split(|&byte| byte == b'\t').map(|field| (field != b"\\N").then_some(field))
}

/// A field's own bytes.
pub(crate) fn unescape(field: &[u8], out: &mut Vec<u8>) {
    let mut bytes = field.iter();
    while let Some(&byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'0') => 0,
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'r') => b'\r',
                Some(&other) => other,
                None => b'\\',
            },
            other => other,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_every_byte_comes_back_as_it_was() {
        let every: Vec<u8> = (0..=255).collect();
        let mut rows = Rows::default();
        rows.raw(&every).null().text("").int(-120).money(-5).qty(3).price(123_456).end();
        let text = rows.take();
        let row = text.strip_suffix(b"\n").unwrap();
        let mut fields = fields(row);
        let mut back = Vec::new();
        unescape(fields.next().unwrap().unwrap(), &mut back);
        assert_eq!(back, every);
        let rest: Vec<_> = fields.map(|field| field.map(|bytes| String::from_utf8_lossy(bytes).into_owned())).collect();
        let expected = [None, Some(""), Some("-120"), Some("-0.0500"), Some("3.0000"), Some("1234.560000")];
        assert_eq!(rest, expected.map(|field| field.map(str::to_owned)));
    }

    #[test]
    fn times_are_gregorian_utc() {
        let time = |seconds| {
            let mut out = Vec::new();
            push_time(&mut out, seconds);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(time(0), "1970-01-01 00:00:00");
        assert_eq!(time(951_827_696), "2000-02-29 12:34:56");
        assert_eq!(time(1_748_735_999), "2025-05-31 23:59:59");
        assert_eq!(time(-1), "1969-12-31 23:59:59");
    }
}
