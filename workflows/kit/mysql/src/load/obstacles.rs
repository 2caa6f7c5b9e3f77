//! What stands in the way of a restore, told all at once before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_archive::index::{Index, ObjectKind, Product, Table};

use super::tokens::Tokens;
use crate::error::MysqlError;
use crate::wire::Connection;

/// Obstacles that an error names before it says how many more there are.
const NAMED: usize = 12;

pub(super) fn product(connection: &Connection) -> Product {
    if connection.is_mariadb() { Product::MariaDb } else { Product::MySql }
}

/// # Errors
/// `Target` with every obstacle, when there is one.
pub(super) fn refuse(connection: &mut Connection, index: &Index, tables: &[&Table]) -> Result<(), MysqlError> {
    let target = product(connection);
    let mut found = foreign_features(index, tables, target);
    if connection.query_value("SELECT @@GLOBAL.local_infile")?.as_deref() == Some("0") {
        return Err(MysqlError::Target {
            what: format!("{} refuses to load rows", connection.server()),
            why: "its local_infile is off".to_owned(),
            next: "SET GLOBAL local_infile = 1 on the target server for the time of the restore".to_owned(),
        });
    }
    found.extend(unknown_collations(connection, index, tables)?);
    found.extend(missing_engines(connection, tables)?);
    if found.is_empty() {
        return Ok(());
    }
    let more = found.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!("; and {more} more") };
    found.truncate(NAMED);
    Err(MysqlError::Target {
        what: format!(
            "{} cannot take the archive: it is {}, the source was {} {}",
            connection.server(),
            connection.version(),
            name(index.server.product),
            index.server.version
        ),
        why: format!("{}{rest}", found.join("; ")),
        next: "restore into a server of the source's product and version, or change these at the source".to_owned(),
    })
}

fn name(product: Product) -> &'static str {
    match product {
        Product::MariaDb => "MariaDB",
        Product::MySql => "MySQL",
    }
}

/// What one product has and the other has not. The same product takes everything it wrote.
fn foreign_features(index: &Index, tables: &[&Table], target: Product) -> Vec<String> {
    if index.server.product == target {
        return Vec::new();
    }
    let mut found: Vec<String> = tables.iter().flat_map(|table| foreign_to(table, target)).collect();
    found.extend(index.sequences.iter().map(|sequence| format!("sequence `{}`", sequence.name)));
    let packages =
        index.routines.iter().filter(|routine| matches!(routine.kind, ObjectKind::Package | ObjectKind::PackageBody));
    found.extend(packages.map(|package| format!("package `{}`", package.name)));
    found
}

fn foreign_to(table: &Table, target: Product) -> Vec<String> {
    let types: &[&str] = match target {
        Product::MySql => &["uuid", "inet6", "inet4", "xmltype"],
        Product::MariaDb => &["vector"],
    };
    let words: &[&[&str]] = match target {
        Product::MySql => &[
            &["WITH", "SYSTEM", "VERSIONING"],
            &["PERIOD", "FOR"],
            &["WITHOUT", "OVERLAPS"],
            &["PAGE_COMPRESSED"],
            &["INVISIBLE"],
        ],
        Product::MariaDb => &[&["TABLESPACE"], &["SECONDARY_ENGINE"], &["SRID"]],
    };
    let tokens = Tokens::of(&table.create);
    let typed =
        table.columns.iter().filter(|column| types.iter().any(|name| starts_with_word(&column.type_name, name)));
    let typed =
        typed.map(|column| format!("column `{}`.`{}` is of type {}", table.name, column.name, column.type_name));
    let worded = words.iter().filter(|words| tokens.find(0, words).is_some());
    let worded = worded.map(|words| format!("table `{}` has {}", table.name, words.join(" ")));
    let functional = (target == Product::MariaDb && has_functional_key(&tokens))
        .then(|| format!("table `{}` has a functional key", table.name));
    let json_rows = (target == Product::MariaDb && table.columns.iter().any(|column| column.type_name == "json"))
        .then(|| format!("table `{}` has JSON in MySQL's own form", table.name));
    typed.chain(worded).chain(functional).chain(json_rows).collect()
}

fn has_functional_key(tokens: &Tokens) -> bool {
    (2..tokens.len()).any(|at| tokens.is(at - 2, "KEY") && tokens.is_sign(at, "(") && tokens.is_sign(at + 1, "("))
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
        && !text[word.len()..].starts_with(|c: char| c.is_alphanumeric())
}

/// Each collation that the target does not have, with how many tables use it.
fn unknown_collations(
    connection: &mut Connection,
    index: &Index,
    tables: &[&Table],
) -> Result<Vec<String>, MysqlError> {
    let known = column(connection, "SELECT COLLATION_NAME FROM information_schema.COLLATIONS")?;
    // MariaDB lists the uca1400 collations without their character set.
    let is_unknown =
        |name: &str| !known.iter().any(|known| known.eq_ignore_ascii_case(name)) && !name.contains("uca1400");
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    if is_unknown(&index.schema.collation) {
        uses.insert(index.schema.collation.clone(), 0);
    }
    for table in tables {
        let used: BTreeSet<String> = collations(&table.create).into_iter().filter(|name| is_unknown(name)).collect();
        used.into_iter().for_each(|name| *uses.entry(name).or_default() += 1);
    }
    Ok(uses.into_iter().map(|(name, tables)| format!("it does not know collation {name} ({tables} tables)")).collect())
}

fn collations(create: &str) -> Vec<String> {
    let tokens = Tokens::of(create);
    let named = (0..tokens.len()).filter(|at| tokens.is(*at, "COLLATE"));
    named.filter_map(|at| tokens.name(if tokens.is_sign(at + 1, "=") { at + 2 } else { at + 1 })).collect()
}

fn missing_engines(connection: &mut Connection, tables: &[&Table]) -> Result<Vec<String>, MysqlError> {
    let known =
        column(connection, "SELECT ENGINE FROM information_schema.ENGINES WHERE SUPPORT IN ('YES', 'DEFAULT')")?;
    let missing = tables.iter().filter(|table| !known.iter().any(|known| known.eq_ignore_ascii_case(&table.engine)));
    Ok(missing.map(|table| format!("table `{}` has engine {}", table.name, table.engine)).collect())
}

fn column(connection: &mut Connection, sql: &str) -> Result<Vec<String>, MysqlError> {
    Ok(connection.query_text(sql)?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}
