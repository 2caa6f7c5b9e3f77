//! Names as the servers name files: letters, digits and `_` as they are, else `@` and four hex digits, except that letters of
//! some scripts have codes of two characters. MariaDB undoes that itself; MySQL gives no way to, so the plain part is undone
//! here.

/// How a schema's name begins its tables' names; `None` when that needs the codes of two characters.
pub(super) fn encode(name: &str) -> Option<String> {
    let code = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => Some(c.to_string()),
        c if c.is_ascii() => Some(format!("@{:04x}", u32::from(c))),
        _ => None,
    };
    name.chars().map(code).collect()
}

/// The name, or `None` when it holds codes of two characters.
pub(super) fn decode(encoded: &str) -> Option<String> {
    let mut parts = encoded.split('@');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (hex, rest) = part.split_at_checked(4)?;
        name.push(char::from_u32(u32::from_str_radix(hex, 16).ok()?)?);
        name.push_str(rest);
    }
    // A code of two characters and two more of the name may look like hex: such a name is given back by `encode` otherwise.
    let plain = encode(&name);
    (plain.as_deref() == Some(encoded)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_undone_and_other_scripts_are_told_apart() {
        assert_eq!(decode("my@002dshop@0020a_b").as_deref(), Some("my-shop a_b"));
        assert_eq!(encode("my-shop a_b").as_deref(), Some("my@002dshop@0020a_b"));
        assert_eq!(decode("@4U@0z@0040"), None);
        assert_eq!(decode("@4U00"), None);
        assert_eq!(encode("żó"), None);
    }
}
