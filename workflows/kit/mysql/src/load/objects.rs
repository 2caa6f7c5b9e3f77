//! Sequences before the tables; routines, views, triggers, events and grants after the rows. Each stored object is created under
//! the modes and character sets it was written under.

use holdfast_archive::index::{Index, ObjectKind, Sequence, StoredObject};

use super::definition;
use super::refusal::refused;
use super::session::SQL_MODE;
use super::{Definers, LoadOptions};
use crate::error::{MysqlError, code};
use crate::watch::Watch;
use crate::wire::{Connection, quote_name, quote_text};

/// Creates `sequences`, each with the next value the source's server would have handed out.
pub(super) fn create_sequences<'a>(connection: &mut Connection, sequences: impl Iterator<Item = &'a Sequence>) -> Result<(), MysqlError> {
    for sequence in sequences {
        let name = quote_name(&sequence.name);
        let what = format!("sequence {name}");
        connection.execute(&sequence.create).map_err(|error| refused(&what, error))?;
        // RESTART takes what SETVAL refuses: a value below the start (after a cycle), or past the end (used up).
        let next = format!("ALTER SEQUENCE {name} RESTART WITH {}", sequence.next_value);
        connection.execute(&next).map_err(|error| refused(&what, error))?;
    }
    Ok(())
}

/// Where the objects go and how.
pub(super) struct Objects<'a> {
    pub(super) index: &'a Index,
    pub(super) schema: &'a str,
    pub(super) options: &'a LoadOptions,
}

impl Objects<'_> {
    /// Routines first, since a view that calls one cannot be created before it; triggers come in the order they fire in.
    ///
    /// Returns the views that were left out, see `create_views`.
    pub(super) fn create(&self, connection: &mut Connection, watch: &Watch) -> Result<Vec<String>, MysqlError> {
        self.create_all(connection, &self.index.routines, watch)?;
        let left_out = self.create_views(connection, watch)?;
        self.create_all(connection, &self.index.triggers, watch)?;
        self.create_all(connection, &self.index.events, watch)?;
        Ok(left_out)
    }

    fn create_all(&self, connection: &mut Connection, objects: &[StoredObject], watch: &Watch) -> Result<(), MysqlError> {
        for object in objects {
            watch.go_on()?;
            self.create_one(connection, object).map_err(|error| refused(&describe(object), error))?;
        }
        Ok(())
    }

    /// Views stand on views: what names one that is not there yet waits for the next round. What then still names something
    /// missing stops the load, unless what it misses is no part of the archive: such a view is left out.
    fn create_views(&self, connection: &mut Connection, watch: &Watch) -> Result<Vec<String>, MysqlError> {
        let mut waiting: Vec<&StoredObject> = self.index.views.iter().collect();
        loop {
            let before = waiting.len();
            let mut refusals = Vec::new();
            for view in std::mem::take(&mut waiting) {
                watch.go_on()?;
                match self.create_one(connection, view) {
                    Ok(()) => {}
                    Err(error) if names_what_is_missing(&error) => {
                        waiting.push(view);
                        refusals.push(error);
                    }
                    Err(error) => return Err(refused(&describe(view), error)),
                }
            }
            if waiting.len() == before || waiting.is_empty() {
                return self.leave_out(&waiting, refusals);
            }
        }
    }

    fn leave_out(&self, views: &[&StoredObject], refusals: Vec<MysqlError>) -> Result<Vec<String>, MysqlError> {
        for (view, error) in views.iter().zip(refusals) {
            if !definition::may_be_left_out(view, &self.index.schema.name) {
                return Err(refused(&describe(view), error));
            }
            tracing::warn!("{} names what is not in the archive: left out", describe(view));
        }
        Ok(views.iter().map(|view| view.name.clone()).collect())
    }

    fn create_one(&self, connection: &mut Connection, object: &StoredObject) -> Result<(), MysqlError> {
        let text = self.definition(object);
        let (client, text) = in_client_character_set(connection, &object.character_set_client, &text)?;
        let mode = if object.kind == ObjectKind::View { SQL_MODE.to_owned() } else { mode_for(connection, &object.sql_mode) };
        let mut settings = vec![
            format!("sql_mode = {}", quote_text(&mode)),
            format!("character_set_client = {client}"),
            format!("collation_connection = {}", object.collation_connection),
            format!("time_zone = {}", quote_text(object.time_zone.as_deref().unwrap_or("+00:00"))),
        ];
        if object.kind == ObjectKind::Event {
            // One that is due in the past would be dropped as soon as it is created: at this clock it is in the future.
            settings.push("timestamp = 1".to_owned());
        }
        let collation = self.database_collation(object);
        if let Some(collation) = collation {
            self.collate_schema(connection, collation)?;
        }
        connection.execute(&format!("SET SESSION {}", settings.join(", ")))?;
        let created = connection.execute_bytes(&text).map(|_| ());
        let ours = format!("SET NAMES utf8mb4, SESSION timestamp = DEFAULT, SESSION time_zone = '+00:00', SESSION sql_mode = '{SQL_MODE}'");
        connection.execute(&ours)?;
        if collation.is_some() {
            self.collate_schema(connection, &self.index.schema.collation)?;
        }
        created
    }

    fn definition(&self, object: &StoredObject) -> String {
        let (from, to) = (self.index.schema.name.as_str(), self.schema);
        let create = match object.kind {
            ObjectKind::View => definition::view_in_schema(&object.create, from, to),
            ObjectKind::Trigger => definition::trigger_in_schema(&object.create, from, to),
            _ => object.create.clone(),
        };
        match self.options.definers {
            Definers::Keep => create,
            Definers::Current => definition::with_current_definer(&create),
        }
    }

    /// The collation a routine's undeclared text has, where it is not that of the schema.
    fn database_collation<'o>(&self, object: &'o StoredObject) -> Option<&'o str> {
        object.database_collation.as_deref().filter(|collation| *collation != self.index.schema.collation)
    }

    fn collate_schema(&self, connection: &mut Connection, collation: &str) -> Result<(), MysqlError> {
        connection.execute(&format!("ALTER DATABASE {} COLLATE {collation}", quote_name(self.schema))).map(|_| ())
    }
}

/// `view `x``, as faults and problems name it.
pub(crate) fn describe(object: &StoredObject) -> String {
    let kind = match object.kind {
        ObjectKind::View => "view",
        ObjectKind::Function => "function",
        ObjectKind::Procedure => "procedure",
        ObjectKind::Package => "package",
        ObjectKind::PackageBody => "package body",
        ObjectKind::Trigger => "trigger",
        ObjectKind::Event => "event",
    };
    format!("{kind} `{}`", object.name)
}

/// No such table, function, column, or a view that does not hold.
fn names_what_is_missing(error: &MysqlError) -> bool {
    matches!(error.code(), Some(code::NO_SUCH_TABLE | code::BAD_FIELD | code::VIEW_INVALID | code::SP_DOES_NOT_EXIST))
}

/// The modes as SET takes them: MariaDB's table of routines has an older name for one, and MySQL 8 no longer knows a mode that older
/// servers put into every routine.
fn mode_for(connection: &Connection, sql_mode: &str) -> String {
    let known = |mode: &&str| connection.is_mariadb() || *mode != "NO_AUTO_CREATE_USER";
    let renamed = |mode| if mode == "INVALID_DATES" { "ALLOW_INVALID_DATES" } else { mode };
    sql_mode.split(',').filter(known).map(renamed).collect::<Vec<_>>().join(",")
}

/// The character set to send a definition in, and its bytes in it. The server converts: it knows its character sets.
///
/// Text that its own client character set cannot hold is sent as UTF-8, which loses nothing.
fn in_client_character_set(connection: &mut Connection, client: &str, text: &str) -> Result<(String, Vec<u8>), MysqlError> {
    if text.is_ascii() || client.starts_with("utf8") {
        return Ok((client.to_owned(), text.as_bytes().to_vec()));
    }
    let utf8 = format!("CONVERT(x'{}' USING utf8mb4)", hex::encode(text));
    let there = format!("CONVERT({utf8} USING {client})");
    let sql = format!("SELECT HEX({there}), HEX(CONVERT({there} USING utf8mb4)) = HEX({utf8})");
    let answer = connection.query_text(&sql)?.into_iter().next().unwrap_or_default();
    match answer.as_slice() {
        [Some(bytes), Some(same)] if same == "1" => match hex::decode(bytes) {
            Ok(bytes) => Ok((client.to_owned(), bytes)),
            Err(_) => Ok(("utf8mb4".to_owned(), text.as_bytes().to_vec())),
        },
        _ => Ok(("utf8mb4".to_owned(), text.as_bytes().to_vec())),
    }
}
