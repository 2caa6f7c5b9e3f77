//! SQL text cut into tokens, just far enough to find names, strings and brackets safely.
//!
//! What a server prints for SHOW CREATE is edited by position, never by pattern: a comment, a default or an enum value may
//! hold any text, `, FOREIGN KEY (` included.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword, number or unquoted name: letters, digits, `_`, `$` and everything past ASCII.
    Word,
    /// A name in backticks.
    Name,
    /// A string in single or double quotes; with ANSI_QUOTES a double-quoted one is a name.
    Text,
    /// Any other single byte: `(`, `,`, `.`, `=`, `@` ...
    Sign,
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: Range<usize>,
}

/// A statement and its tokens; white space and comments are skipped. The content of versioned comments (`/*!80023 INVISIBLE */`)
/// is SQL that the server runs, so it is cut like the rest.
pub(crate) struct Tokens<'a> {
    pub(crate) sql: &'a str,
    pub(crate) list: Vec<Token>,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(sql: &'a str) -> Tokens<'a> {
        let mut list = Vec::new();
        let mut at = 0;
        while at < sql.len() {
            let (kind, end) = next(sql.as_bytes(), at);
            if let Some(kind) = kind {
                list.push(Token { kind, at: at..end });
            }
            at = end;
        }
        Tokens { sql, list }
    }

    pub(crate) fn text(&self, index: usize) -> &'a str {
        self.list.get(index).map_or("", |token| &self.sql[token.at.clone()])
    }

    /// Whether the token is this keyword, in any case.
    pub(crate) fn is(&self, index: usize, word: &str) -> bool {
        self.kind(index) == Some(Kind::Word) && self.text(index).eq_ignore_ascii_case(word)
    }

    pub(crate) fn is_sign(&self, index: usize, sign: &str) -> bool {
        self.kind(index) == Some(Kind::Sign) && self.text(index) == sign
    }

    pub(crate) fn kind(&self, index: usize) -> Option<Kind> {
        self.list.get(index).map(|token| token.kind)
    }

    /// The name a token stands for, without its quotes. `None` for a sign.
    pub(crate) fn name(&self, index: usize) -> Option<String> {
        let text = self.text(index);
        match self.kind(index)? {
            Kind::Word => Some(text.to_owned()),
            Kind::Name => Some(unquote(text, '`')),
            Kind::Text => Some(unquote(text, text.chars().next()?)),
            Kind::Sign => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// First token of these words in a row, at or after `from`.
    pub(crate) fn find(&self, from: usize, words: &[&str]) -> Option<usize> {
        (from..self.len()).find(|start| words.iter().enumerate().all(|(i, word)| self.is(start + i, word)))
    }
}

fn unquote(quoted: &str, quote: char) -> String {
    let doubled: String = [quote, quote].iter().collect();
    let inner = quoted.strip_prefix(quote).unwrap_or(quoted);
    inner.strip_suffix(quote).unwrap_or(inner).replace(&doubled, &quote.to_string())
}

/// The token (or the skipped stretch, `None`) that begins at `at`, and where it ends.
fn next(sql: &[u8], at: usize) -> (Option<Kind>, usize) {
    let rest = &sql[at..];
    match rest[0] {
        b'`' => (Some(Kind::Name), at + quoted(rest, false)),
        b'\'' | b'"' => (Some(Kind::Text), at + quoted(rest, true)),
        b'#' => (None, at + line(rest)),
        b'-' if rest.starts_with(b"--") && rest.get(2).is_none_or(u8::is_ascii_whitespace) => (None, at + line(rest)),
        b'/' if rest.starts_with(b"/*!") || rest.starts_with(b"/*M!") => (None, at + opener(rest)),
        b'/' if rest.starts_with(b"/*") => (None, at + until(rest, b"*/")),
        b'*' if rest.starts_with(b"*/") => (None, at + 2),
        byte if byte.is_ascii_whitespace() => (None, at + 1),
        byte if is_word(byte) => (Some(Kind::Word), at + rest.iter().take_while(|byte| is_word(**byte)).count()),
        _ => (Some(Kind::Sign), at + 1),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Length of a quoted stretch with its quotes; a doubled quote stays inside. Text without an end runs to the end.
fn quoted(rest: &[u8], backslash_escapes: bool) -> usize {
    let quote = rest[0];
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' if backslash_escapes => at += 2,
            byte if byte == quote && rest.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn line(rest: &[u8]) -> usize {
    rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1)
}

fn until(rest: &[u8], end: &[u8]) -> usize {
    rest.windows(end.len()).position(|window| window == end).map_or(rest.len(), |at| at + end.len())
}

/// Length of `/*!50100` or `/*M!100100`.
fn opener(rest: &[u8]) -> usize {
    let mark = if rest[2] == b'M' { 4 } else { 3 };
    mark + rest[mark..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sql: &str) -> Vec<&str> {
        let tokens = Tokens::of(sql);
        (0..tokens.len()).map(|index| tokens.text(index)).collect()
    }

    #[test]
    fn strings_names_and_comments_hide_what_looks_like_sql() {
        assert_eq!(
            words("a('b,''c\\')',`d``(`) -- x (\n,/* ( */e"),
            ["a", "(", "'b,''c\\')'", ",", "`d``(`", ")", ",", "e"]
        );
        assert_eq!(words("x /*!80023 INVISIBLE */, y"), ["x", "INVISIBLE", ",", "y"]);
        assert_eq!(words("a--1"), ["a", "-", "-", "1"]);
        assert_eq!(words("'never closed"), ["'never closed"]);
    }

    #[test]
    fn a_name_loses_its_quotes_and_nothing_else() {
        let tokens = Tokens::of("`a``b` plain 'it''s' naïve");
        let names: Vec<_> = (0..tokens.len()).filter_map(|index| tokens.name(index)).collect();
        assert_eq!(names, ["a`b", "plain", "it's", "naïve"]);
    }
}
