//! Definitions as text, though a binary default may stand in them as raw bytes.

use std::fmt::Write;

use crate::error::MysqlError;

/// A definition as UTF-8. A quoted default that is not UTF-8 (MariaDB prints a binary default raw) becomes the hex literal
/// of the same bytes.
pub(super) fn definition(bytes: Vec<u8>, what: &str) -> Result<String, MysqlError> {
    String::from_utf8(bytes).or_else(|error| {
        let text = hex_where_binary(&error.into_bytes());
        String::from_utf8(text).map_err(|_| MysqlError::NotText { what: what.to_owned() })
    })
}

fn hex_where_binary(sql: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sql.len() + 64);
    let mut at = 0;
    while at < sql.len() {
        let length = if sql[at] == b'\'' || sql[at] == b'`' { quoted_length(&sql[at..]) } else { 1 };
        let part = &sql[at..at + length];
        if part[0] == b'\'' && std::str::from_utf8(part).is_err() {
            let hex = unquoted(part).iter().fold(String::new(), |mut hex, byte| {
                // Writing to a String does not fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            out.extend_from_slice(format!("x'{hex}'").as_bytes());
        } else {
            out.extend_from_slice(part);
        }
        at += length;
    }
    out
}

/// Length of the literal or name that begins here, quotes included.
fn quoted_length(sql: &[u8]) -> usize {
    let quote = sql[0];
    let mut at = 1;
    while at < sql.len() {
        match sql[at] {
            b'\\' if quote == b'\'' => at += 2,
            byte if byte == quote && sql.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    sql.len()
}

fn unquoted(literal: &[u8]) -> Vec<u8> {
    let inner = &literal[1..literal.len().saturating_sub(1).max(1)];
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => bytes.push(match rest.next() {
                Some(b'0') => 0,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'Z') => 0x1a,
                Some(other) => other,
                None => b'\\',
            }),
            b'\'' => {
                rest.next();
                bytes.push(b'\'');
            }
            other => bytes.push(other),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_default_becomes_hex_and_text_stays() {
        let raw = b"`b` binary(3) DEFAULT '\xff\\0\\'''',\n `c\xc3\xbc` char(1) DEFAULT '\xc3\xbc'".to_vec();
        assert_eq!(definition(raw, "t").unwrap(), "`b` binary(3) DEFAULT x'ff002727',\n `cü` char(1) DEFAULT 'ü'");
        assert!(definition(b"`\xff`".to_vec(), "t").is_err());
    }
}
