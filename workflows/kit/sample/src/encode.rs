//! Text inside text: PHP's `serialize()`, which counts bytes, and PHP's `json_encode()`, which escapes `/` and
//! everything beyond ASCII.

use std::io::Write;

pub(crate) fn php_string(value: &[u8], out: &mut Vec<u8>) {
    write!(out, "s:{}:\"", value.len()).expect("writing to a Vec cannot fail");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\";");
}

pub(crate) fn json_string(value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in value.chars() {
        match character {
            '"' | '\\' | '/' => out.extend_from_slice(&[b'\\', character as u8]),
            ' '..='~' => out.push(character as u8),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("writing to a Vec cannot fail");
                }
            }
        }
    }
    out.push(b'"');
}

/// The lower-case hexadecimal of `bytes`, as sessions and tokens are named.
pub(crate) fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        write!(out, "{byte:02x}").expect("writing to a Vec cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn php_counts_bytes_and_json_escapes_as_php_does() {
        let mut out = Vec::new();
        php_string("Åsa 🔥".as_bytes(), &mut out);
        out.push(b' ');
        json_string("Å/\"🔥\n", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "s:9:\"Åsa 🔥\"; \"\\u00c5\\/\\\"\\ud83d\\udd25\\u000a\"");
    }
}
