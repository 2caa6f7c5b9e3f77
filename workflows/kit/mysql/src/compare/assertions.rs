//! What a store says must hold in a restored copy: tables that are never empty, and SQL of its own.

use holdfast_archive::index::Index;

use super::Problem;
use crate::error::MysqlError;
use crate::url::DatabaseUrl;
use crate::wire::{Connection, quote_name};

/// Looks that every table of `key_tables` exists and has rows (unless it had none when it was dumped), and that each of
/// `checks` (name, SQL) gives one true value. SQL runs in a read-only transaction, in UTC.
pub fn assert_checks(
    url: &DatabaseUrl,
    index: &Index,
    key_tables: &[String],
    checks: &[(String, String)],
) -> Result<Vec<Problem>, MysqlError> {
    let mut connection = Connection::connect(url)?;
    connection.execute("SET NAMES utf8mb4, time_zone = '+00:00'")?;
    let mut problems = Vec::new();
    for table in key_tables {
        problems.extend(check_key_table(&mut connection, index, table)?);
    }
    for (name, sql) in checks {
        connection.execute("START TRANSACTION READ ONLY")?;
        problems.extend(check_sql(&mut connection, name, sql)?);
        connection.execute("ROLLBACK")?;
    }
    Ok(problems)
}

fn check_key_table(connection: &mut Connection, index: &Index, table: &str) -> Result<Option<Problem>, MysqlError> {
    let what = format!("key table `{table}`");
    let had_rows = index.tables.iter().find(|archived| archived.name == table).is_none_or(|archived| archived.rows > 0);
    match connection.query_value(&format!("SELECT EXISTS (SELECT 1 FROM {})", quote_name(table))) {
        Ok(Some(exists)) if exists == "1" || !had_rows => Ok(None),
        Ok(_) => Ok(Some(Problem::new(what, "it is empty"))),
        Err(MysqlError::Server { code, text, .. }) => Ok(Some(Problem::new(what, format!("{text} (error {code})")))),
        Err(error) => Err(error),
    }
}

fn check_sql(connection: &mut Connection, name: &str, sql: &str) -> Result<Option<Problem>, MysqlError> {
    let why = match connection.query_text(sql) {
        Ok(rows) => match rows.as_slice() {
            [row] => match row.as_slice() {
                [Some(value)] if is_true(value) => return Ok(None),
                [Some(_)] => "it is false".to_owned(),
                [None] => "it is NULL".to_owned(),
                values => format!("it gives {} values, one is wanted", values.len()),
            },
            rows => format!("it gives {} rows, one is wanted", rows.len()),
        },
        Err(MysqlError::Server { code, text, .. }) => format!("{text} (error {code})"),
        Err(MysqlError::NotText { .. }) => "it gives bytes, a number is wanted".to_owned(),
        Err(error) => return Err(error),
    };
    let mut problem = Problem::new(format!("check \"{name}\""), why);
    problem.next = "run its SQL on the store; correct the store's data, or the check".to_owned();
    Ok(Some(problem))
}

/// As SQL sees it: a number other than zero.
fn is_true(value: &str) -> bool {
    value.trim().parse::<f64>().is_ok_and(|number| number != 0.0)
}
