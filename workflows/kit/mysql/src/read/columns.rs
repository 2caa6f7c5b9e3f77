//! The select list and the table, as they stand in every statement that reads rows.

use holdfast_archive::index::{Column, Table};

use crate::wire::quote_name;

/// Every column of the row text in order, each as an expression that gives its exact value.
pub(crate) fn select_list(table: &Table) -> String {
    let columns: Vec<String> = table.row_columns().map(expression).collect();
    // A table whose columns are all generated still has rows.
    if columns.is_empty() { "NULL".to_owned() } else { columns.join(",") }
}

/// A FLOAT prints 6 digits, too few to get it back; as a double it prints all it has, sign of zero included.
fn expression(column: &Column) -> String {
    let name = quote_name(&column.name);
    if column.type_name.starts_with("float") { format!("{name}*1e0") } else { name }
}

/// The table to read from, with its history where it keeps one.
pub(crate) fn from_table(table: &Table, name: &str) -> String {
    let history = if table.versioned { " FOR SYSTEM_TIME ALL" } else { "" };
    format!("{}{history}", quote_name(name))
}
