//! What our account may do, read from SHOW GRANTS. What may not be seen is missing from every list without a word, so what
//! a dump must see is asked for before it trusts any list.

use std::collections::BTreeSet;

use crate::error::MysqlError;
use crate::wire::{Connection, quote_name, quote_text};

/// Privileges of the session's account, on everything and on one schema.
#[derive(Debug, Default, Clone)]
pub(crate) struct Privileges {
    /// `'user'@'host'`, as a GRANT names it.
    pub(crate) account: String,
    held: BTreeSet<String>,
    global: BTreeSet<String>,
    /// Roles are granted whose privileges SHOW GRANTS does not list here.
    has_roles: bool,
}

impl Privileges {
    pub(crate) fn read(connection: &mut Connection, schema: &str) -> Result<Privileges, MysqlError> {
        let current = connection.query_value("SELECT CURRENT_USER()")?.unwrap_or_default();
        let (user, host) = current.rsplit_once('@').unwrap_or((&current, "%"));
        let mut privileges =
            Privileges { account: format!("{}@{}", quote_text(user), quote_text(host)), ..Privileges::default() };
        for [grant] in connection.query_rows::<1>("SHOW GRANTS")? {
            privileges.add(&grant.unwrap_or_default(), schema);
        }
        Ok(privileges)
    }

    /// Whether the account holds it, on everything or on the schema.
    pub(crate) fn has(&self, privilege: &str) -> bool {
        self.held.contains(privilege) || self.held.contains("ALL PRIVILEGES") || self.has_globally(privilege)
    }

    pub(crate) fn has_globally(&self, privilege: &str) -> bool {
        self.global.contains(privilege) || self.global.contains("ALL PRIVILEGES")
    }

    fn add(&mut self, grant: &str, schema: &str) {
        let Some((list, rest)) = grant.strip_prefix("GRANT ").and_then(|grant| grant.split_once(" ON ")) else {
            self.has_roles |= grant.starts_with("GRANT ");
            return;
        };
        let Some((object, _)) = rest.split_once(" TO ") else { return };
        let names = list.split(',').map(|name| name.trim().to_ascii_uppercase());
        if object == "*.*" {
            self.global.extend(names);
        } else if object.strip_suffix(".*").is_some_and(|pattern| matches(pattern, schema)) {
            self.held.extend(names);
        }
    }
}

/// Whether the quoted name, in which `_` and `%` are wildcards unless escaped, stands for the schema.
fn matches(quoted: &str, schema: &str) -> bool {
    let inner = quoted.strip_prefix('`').and_then(|name| name.strip_suffix('`')).unwrap_or(quoted).replace("``", "`");
    like(&inner.chars().collect::<Vec<_>>(), &schema.chars().collect::<Vec<_>>())
}

fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|at| like(rest, &text[at..])),
        ['\\', literal, rest @ ..] => text.first() == Some(literal) && like(rest, &text[1..]),
        ['_', rest @ ..] => !text.is_empty() && like(rest, &text[1..]),
        [literal, rest @ ..] => text.first() == Some(literal) && like(rest, &text[1..]),
    }
}

/// What every dump needs on its schema, and what would be missing from the archive without it.
pub(crate) const NEEDED: [(&str, &str); 4] = [
    ("SELECT", "tables would be missing"),
    ("SHOW VIEW", "the text of views is hidden"),
    ("TRIGGER", "triggers would be missing"),
    ("EVENT", "events would be missing"),
];

/// # Errors
/// `Lacks`, with the GRANT that mends it, for the first thing a dump would lose without a word.
pub(crate) fn require(connection: &mut Connection) -> Result<(), MysqlError> {
    let schema = connection.query_value("SELECT DATABASE()")?.unwrap_or_default();
    let privileges = Privileges::read(connection, &schema)?;
    if privileges.has_roles && !connection.is_mariadb() {
        return Ok(());
    }
    for (privilege, _) in NEEDED {
        if !privileges.has(privilege) {
            let grant = grant_on_schema(privilege, &schema, &privileges.account);
            return Err(MysqlError::Lacks {
                user: privileges.account,
                missing: format!("{privilege} on {}", quote_name(&schema)),
                grant,
            });
        }
    }
    match sees_routines(connection, &privileges)? {
        true => Ok(()),
        false => {
            let grant = routine_grant(connection, &privileges.account);
            Err(MysqlError::Lacks {
                user: privileges.account,
                missing: "the right to read the text of routines".to_owned(),
                grant,
            })
        }
    }
}

pub(crate) fn grant_on_schema(privilege: &str, schema: &str, account: &str) -> String {
    format!("GRANT {privilege} ON {}.* TO {account}", quote_name(schema))
}

/// Whether every routine is listed, with its text.
pub(crate) fn sees_routines(connection: &mut Connection, privileges: &Privileges) -> Result<bool, MysqlError> {
    if privileges.has("SHOW CREATE ROUTINE")
        || privileges.has_globally("SHOW_ROUTINE")
        || privileges.has_globally("SELECT")
    {
        return Ok(true);
    }
    if !connection.is_mariadb() {
        return Ok(false);
    }
    match connection.execute("SELECT 1 FROM mysql.proc LIMIT 0") {
        Ok(_) => Ok(true),
        Err(error) if error.is_denied() => Ok(false),
        Err(error) => Err(error),
    }
}

pub(crate) fn routine_grant(connection: &Connection, account: &str) -> String {
    if connection.is_mariadb() {
        format!("GRANT SELECT ON mysql.proc TO {account}")
    } else {
        format!("GRANT SHOW_ROUTINE ON *.* TO {account}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_on_the_schema_count_and_others_do_not() {
        let mut privileges = Privileges::default();
        privileges.add("GRANT USAGE ON *.* TO `b`@`%` IDENTIFIED BY PASSWORD '*X'", "my_shop");
        privileges.add("GRANT SELECT, SHOW VIEW ON `my\\_shop`.* TO `b`@`%`", "my_shop");
        privileges.add("GRANT BACKUP_ADMIN,SHOW_ROUTINE ON *.* TO `b`@`%`", "my_shop");
        assert!(privileges.has_globally("BACKUP_ADMIN") && privileges.has_globally("SHOW_ROUTINE"));
        privileges.add("GRANT TRIGGER ON `other`.* TO `b`@`%`", "my_shop");
        privileges.add("GRANT EVENT ON `my_shop`.`t` TO `b`@`%`", "my_shop");
        assert!(privileges.has("SELECT") && privileges.has("SHOW VIEW") && !privileges.has_globally("SELECT"));
        assert!(!privileges.has("TRIGGER") && !privileges.has("EVENT"));
        privileges.add("GRANT ALL PRIVILEGES ON `my%`.* TO `b`@`%`", "my_shop");
        assert!(privileges.has("EVENT"));
    }
}
