//! The schema's own users: accounts with privileges on it, and what those are.

use std::collections::BTreeSet;

use holdfast_archive::index::Grant;

use crate::error::MysqlError;
use crate::wire::{Connection, quote_text};

#[derive(Debug, Default)]
pub(crate) struct GrantsRead {
    pub(crate) grants: Vec<Grant>,
    pub(crate) notes: Vec<String>,
}

/// Accounts that hold privileges on the schema or on something in it. Who has them everywhere only is the server's
/// business, not the schema's. Without the right to read them there are none, and a note.
pub(crate) fn read_grants(connection: &mut Connection, schema: &str) -> Result<GrantsRead, MysqlError> {
    let mut read = GrantsRead::default();
    let accounts = match accounts_of(connection, schema) {
        Err(error) if error.is_denied() => {
            read.notes.push(
                "the schema's own users are not in the archive: the account may not read the mysql schema".to_owned(),
            );
            return Ok(read);
        }
        accounts => accounts?,
    };
    for (user, host) in accounts {
        let account = account(&user, &host);
        let create_user =
            if host.is_empty() { Some(format!("CREATE ROLE {account}")) } else { show_user(connection, &account)? };
        if create_user.is_none() {
            read.notes.push(format!(
                "account {account} is in the archive without its login: the dumping account may not read it"
            ));
        }
        let grants = match connection.query_rows::<1>(&format!("SHOW GRANTS FOR {account}")) {
            Err(error) if error.code().is_some() => Vec::new(),
            rows => rows?.into_iter().filter_map(|[grant]| grant).filter(|grant| concerns(grant, schema)).collect(),
        };
        read.grants.push(Grant { account, create_user, grants });
    }
    Ok(read)
}

fn accounts_of(connection: &mut Connection, schema: &str) -> Result<BTreeSet<(String, String)>, MysqlError> {
    let name = quote_text(schema);
    let mut accounts = BTreeSet::new();
    // A schema's name in mysql.db is a pattern.
    let tables = [
        ("db", format!("{name} LIKE Db")),
        ("tables_priv", format!("Db={name}")),
        ("columns_priv", format!("Db={name}")),
        ("procs_priv", format!("Db={name}")),
    ];
    for (table, condition) in tables {
        let rows = connection.query_rows::<2>(&format!("SELECT User, Host FROM mysql.{table} WHERE {condition}"))?;
        accounts.extend(rows.into_iter().map(|[user, host]| (user.unwrap_or_default(), host.unwrap_or_default())));
    }
    accounts.retain(|(user, _)| {
        !user.starts_with("mariadb.sys") && !user.starts_with("mysql.") && !user.is_empty() && user != "PUBLIC"
    });
    Ok(accounts)
}

fn account(user: &str, host: &str) -> String {
    if host.is_empty() { quote_text(user) } else { format!("{}@{}", quote_text(user), quote_text(host)) }
}

fn show_user(connection: &mut Connection, account: &str) -> Result<Option<String>, MysqlError> {
    match connection.query_value(&format!("SHOW CREATE USER {account}")) {
        Err(error) if error.code().is_some() => Ok(None),
        shown => shown,
    }
}

/// Whether a line of SHOW GRANTS is about the schema: `ON `shop`.…`, where `_` and `%` may be escaped.
fn concerns(grant: &str, schema: &str) -> bool {
    let quoted = schema.replace('`', "``");
    let escaped = quoted.replace('_', "\\_").replace('%', "\\%");
    ["ON ", "ON PROCEDURE ", "ON FUNCTION ", "ON PACKAGE ", "ON PACKAGE BODY "]
        .iter()
        .any(|on| [&quoted, &escaped].iter().any(|name| grant.contains(&format!("{on}`{name}`."))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_grants_on_the_schema_concern_it() {
        assert!(concerns("GRANT SELECT ON `my\\_shop`.* TO `a`@`%`", "my_shop"));
        assert!(concerns("GRANT SELECT ON `my_shop`.`t` TO `a`@`%`", "my_shop"));
        assert!(concerns("GRANT EXECUTE ON PROCEDURE `my_shop`.`p` TO `a`@`%`", "my_shop"));
        assert!(!concerns("GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*x'", "my_shop"));
        assert!(!concerns("GRANT SELECT ON `other`.* TO `a`@`%`", "my_shop"));
    }
}
