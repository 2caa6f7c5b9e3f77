//! Names and texts as they stand in a statement.

/// A table's, column's or schema's name in backticks.
pub fn quote_name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Names in backticks, separated by commas.
pub fn quote_names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quote_name).collect::<Vec<_>>().join(",")
}

/// A text in quotes, for a session whose sql_mode has no NO_BACKSLASH_ESCAPES.
pub fn quote_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\0', "\\0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_within_are_doubled() {
        assert_eq!(quote_name("a`b ü"), "`a``b ü`");
        assert_eq!(quote_names(["a", "b"]), "`a`,`b`");
        assert_eq!(quote_text("it's \\ \0"), "'it''s \\\\ \\0'");
    }
}
