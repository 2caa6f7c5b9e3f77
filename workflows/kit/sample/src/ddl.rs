//! The schema files (`schema/*.sql`) taken apart, so that keys and constraints can be made with the table or after
//! its data.

use std::sync::LazyLock;

/// In an order in which a table comes after those it references.
const FILES: [&str; 8] = [
    include_str!("../schema/store.sql"),
    include_str!("../schema/eav.sql"),
    include_str!("../schema/catalog.sql"),
    include_str!("../schema/customer.sql"),
    include_str!("../schema/quote.sql"),
    include_str!("../schema/sales.sql"),
    include_str!("../schema/changelog.sql"),
    include_str!("../schema/extension.sql"),
];

/// Magento declares neither; a sample store must not depend on the server's defaults.
const CHARACTER_SET: &str = " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci";

/// A table of the store: its columns, and its definition in the parts a loader wants apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub columns: Vec<Column>,
    primary_key: Option<&'static str>,
    keys: Vec<&'static str>,
    constraints: Vec<&'static str>,
    /// From the closing parenthesis on: engine, partitions.
    options: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// The definition after the name, as in CREATE TABLE.
    pub definition: &'static str,
    /// The server computes it: never part of a row's text.
    pub generated: bool,
    /// `Some("binary")` for bytes, `Some("sjis")` and the like where it is not the store's utf8mb4.
    pub character_set: Option<&'static str>,
}

impl Table {
    /// CREATE TABLE with the primary key and nothing that points at another table or slows a load.
    pub fn create(&self) -> String {
        self.create_with(&[])
    }

    /// CREATE TABLE with every key and foreign key.
    pub fn create_with_keys(&self) -> String {
        self.create_with(&[self.keys.as_slice(), self.constraints.as_slice()].concat())
    }

    /// The columns a row's text has, in its order.
    pub fn loaded_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.generated)
    }

    /// The one ALTER TABLE that adds the secondary keys; `None` when there are none.
    pub fn add_keys(&self) -> Option<String> {
        alter(self.name, &self.keys)
    }

    /// The one ALTER TABLE that adds the foreign keys; `None` when there are none.
    pub fn add_constraints(&self) -> Option<String> {
        alter(self.name, &self.constraints)
    }

    fn create_with(&self, keys: &[&str]) -> String {
        let columns = self.columns.iter().map(|column| format!("  `{}` {}", column.name, column.definition));
        let keys = self.primary_key.iter().chain(keys).map(|key| format!("  {key}"));
        let body: Vec<String> = columns.chain(keys).collect();
        format!("CREATE TABLE `{}` (\n{}\n{}", self.name, body.join(",\n"), self.options)
    }
}

fn alter(table: &str, parts: &[&str]) -> Option<String> {
    let adds: Vec<String> = parts.iter().map(|part| format!("  ADD {part}")).collect();
    (!adds.is_empty()).then(|| format!("ALTER TABLE `{table}`\n{}", adds.join(",\n")))
}

pub(crate) static TABLES: LazyLock<Vec<Table>> =
    LazyLock::new(|| FILES.iter().flat_map(|file| statements(file).map(table)).collect());

fn statements(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.split_inclusive(";\n").map(|statement| {
        let statement =
            &statement[statement.find("CREATE TABLE").expect("a schema file holds CREATE TABLE statements only")..];
        statement.trim_end().trim_end_matches(';')
    })
}

fn table(statement: &'static str) -> Table {
    let (head, rest) = statement.split_once(" (\n").expect("CREATE TABLE name (");
    let end = rest.find("\n)").expect("a line that starts with the closing parenthesis");
    let (body, options) = rest.split_at(end);
    let mut table = Table {
        name: head.trim_start_matches("CREATE TABLE "),
        columns: Vec::new(),
        primary_key: None,
        keys: Vec::new(),
        constraints: Vec::new(),
        options: with_character_set(options.trim_start()),
    };
    for part in parts(body) {
        match part.split_whitespace().next() {
            Some("PRIMARY") => table.primary_key = Some(part),
            Some("KEY" | "UNIQUE" | "FULLTEXT") => table.keys.push(part),
            Some("CONSTRAINT") => table.constraints.push(part),
            _ => table.columns.push(column(part)),
        }
    }
    table
}

fn with_character_set(options: &str) -> String {
    let (engine, more) = options.split_at(options.find('\n').unwrap_or(options.len()));
    format!("{engine}{CHARACTER_SET}{more}")
}

/// The body's parts between commas outside parentheses and quotes.
fn parts(body: &'static str) -> Vec<&'static str> {
    let (mut parts, mut from, mut depth, mut quoted) = (Vec::new(), 0, 0, false);
    for (at, character) in body.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(body[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(body[from..].trim());
    parts
}

fn column(part: &'static str) -> Column {
    let (name, definition) = part.split_once(' ').expect("a column has a type");
    let kind = definition.split([' ', '(']).next().expect("split gives at least one part");
    let bytes = ["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit"].contains(&kind);
    let named = definition
        .split_once("CHARACTER SET ")
        .and_then(|(_, rest)| rest.split(' ').next())
        .filter(|set| *set != "utf8mb4");
    Column {
        name,
        definition,
        generated: definition.contains("GENERATED ALWAYS"),
        character_set: if bytes { Some("binary") } else { named },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(name: &str) -> &'static Table {
        TABLES.iter().find(|table| table.name == name).unwrap()
    }

    #[test]
    fn a_definition_is_split_at_the_right_commas() {
        let loyalty = find("acme_loyalty");
        let tier = loyalty.columns.iter().find(|column| column.name == "tier").unwrap();
        assert_eq!(tier.definition, "enum('bronze','silver','gold','it''s platinum') NOT NULL DEFAULT 'bronze'");
        assert_eq!(loyalty.columns.iter().filter(|column| column.generated).count(), 2);
        let sets: Vec<_> = loyalty.columns.iter().filter_map(|column| column.character_set).collect();
        assert_eq!(sets, ["binary", "binary", "latin2", "sjis", "binary"]);
        assert_eq!(loyalty.keys.len(), 3);
        assert_eq!(loyalty.constraints.len(), 1);
    }

    #[test]
    fn no_foreign_key_or_secondary_key_stands_in_the_bare_table() {
        for table in TABLES.iter() {
            let bare = table.create();
            assert!(
                !bare.contains("FOREIGN KEY") && !bare.contains(" KEY (") || bare.contains("PRIMARY KEY"),
                "{bare}"
            );
            assert!(bare.contains("utf8mb4_general_ci"), "{bare}");
            assert!(!table.columns.is_empty());
        }
        assert!(find("acme_request_log").create().contains("PARTITION p2023"));
    }
}
