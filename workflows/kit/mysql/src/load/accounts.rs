//! The accounts of the schema's own users, and what they may do in it.

use holdfast_archive::index::{Grant, Index};

use super::definition;
use super::refusal::refused;
use crate::error::MysqlError;
use crate::wire::Connection;

/// Creates each account that is not there yet, then grants what the source granted in the schema.
pub(super) fn grant(connection: &mut Connection, index: &Index, schema: &str) -> Result<(), MysqlError> {
    for account in &index.grants {
        create(connection, account)?;
    }
    for account in &index.grants {
        for grant in &account.grants {
            let grant = definition::grant_in_schema(grant, &index.schema.name, schema);
            connection
                .execute(&grant)
                .map_err(|error| refused(&format!("the grants of {}", account.account), error))?;
        }
    }
    Ok(())
}

fn create(connection: &mut Connection, account: &Grant) -> Result<(), MysqlError> {
    let Some(create) = &account.create_user else { return Ok(()) };
    let create = definition::if_not_exists(create);
    connection.execute(&create).map(|_| ()).map_err(|error| refused(&format!("account {}", account.account), error))
}
