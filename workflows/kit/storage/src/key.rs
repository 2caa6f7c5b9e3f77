//! What may be a key: the common ground of file systems and object stores, with nothing left to escape.

use crate::error::{Act, StorageError};

/// Object stores take 1024; a file location also writes the key into one file name (255) with an id.
const LONGEST: usize = 200;

/// Why `key` is none; `None` when it is one.
fn fault(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        return Some("a key is not empty");
    }
    if key.len() > LONGEST {
        return Some("a key has at most 200 bytes");
    }
    if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte)) {
        return Some("a key has letters, digits, `.`, `_`, `-` and `/` only");
    }
    if key.split('/').any(str::is_empty) {
        return Some("a key neither begins nor ends with `/`, and has no `//`");
    }
    // `.` and `..` climb; other names with a leading dot are the location's own.
    key.split('/').any(|segment| segment.starts_with('.')).then_some("no part of a key begins with `.`")
}

pub(crate) fn check(act: Act<'_>) -> Result<(), StorageError> {
    fault(act.key).map_or(Ok(()), |why| {
        Err(StorageError::BadKey { location: act.location.to_owned(), verb: act.verb, key: act.key.to_owned(), why })
    })
}

/// A prefix is any beginning of a key, the empty one included.
pub(crate) fn check_prefix(act: Act<'_>) -> Result<(), StorageError> {
    let begun = act.key.strip_suffix('/').unwrap_or(act.key);
    if begun.is_empty() && act.key.is_empty() { Ok(()) } else { check(Act { key: begun, ..act }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_climb_hide_or_need_escaping_are_refused() {
        for key in ["acme/01J9/p/000003", "a", "a-b_c.d/0", "A/b..c"] {
            assert_eq!(fault(key), None, "{key}");
        }
        let long = "k".repeat(201);
        for key in
            ["", "/", "/a", "a/", "a//b", "..", "a/../b", "./a", ".partial/x", "a b", "ż", "a\0", "a\\b", "~a", &long]
        {
            assert!(fault(key).is_some(), "{key}");
        }
    }

    #[test]
    fn a_prefix_may_end_anywhere_in_a_key() {
        let check = |key| check_prefix(Act { location: "hot", verb: "list", key }).is_ok();
        assert!(check("") && check("acme/") && check("acme/01J"));
        assert!(!check("/") && !check("../") && !check("a//"));
    }
}
