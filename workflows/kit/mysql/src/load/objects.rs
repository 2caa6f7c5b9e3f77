//! Sequences before the tables; routines, views, triggers, events and grants after the rows. Each stored object is created under
//! the modes and character sets it was written under.

use holdfast_archive::index::{Index, ObjectKind, Sequence, StoredObject};

use super::definition;
use super::refusal::refused;
use super::session::{SQL_MODE, ours};
use super::{Definers, LoadOptions};
use crate::error::{MysqlError, code};
use crate::watch::Watch;
use crate::wire::{Connection, quote_name, quote_text};

/// Creates `sequences`, each with the next value the source's server would have handed out.
pub(super) fn create_sequences<'a>(
    connection: &mut Connection,
    sequences: impl Iterator<Item = &'a Sequence>,
) -> Result<(), MysqlError> {
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

/// Creates the stored objects, over one connection whose settings follow what each object was written under.
pub(super) struct Objects<'a> {
    connection: &'a mut Connection,
    index: &'a Index,
    schema: &'a str,
    options: &'a LoadOptions,
    watch: &'a Watch,
    /// The settings the session has now; most objects of a store have the same.
    settings: String,
}

impl<'a> Objects<'a> {
    pub(super) fn new(
        connection: &'a mut Connection,
        index: &'a Index,
        schema: &'a str,
        options: &'a LoadOptions,
        watch: &'a Watch,
    ) -> Objects<'a> {
        Objects { connection, index, schema, options, watch, settings: String::new() }
    }

    /// Routines first, since a view that calls one cannot be created before it; triggers come in the order they fire in.
    ///
    /// Returns the views that were left out, see `create_views`.
    pub(super) fn create(mut self) -> Result<Vec<String>, MysqlError> {
        let index = self.index;
        self.create_all(&index.routines)?;
        let left_out = self.create_views()?;
        self.create_all(&index.triggers)?;
        self.create_all(&index.events)?;
        self.set(&ours())?;
        Ok(left_out)
    }

    fn create_all(&mut self, objects: &[StoredObject]) -> Result<(), MysqlError> {
        for object in objects {
            self.create_one(object).map_err(|error| refused(&describe(object), error))?;
        }
        Ok(())
    }

    /// Views stand on views: what names one that is not there yet waits for the next round. What then still names something
    /// missing stops the load, unless what it misses is no part of the archive: such a view is left out.
    fn create_views(&mut self) -> Result<Vec<String>, MysqlError> {
        let index = self.index;
        let mut waiting: Vec<&StoredObject> = index.views.iter().collect();
        loop {
            let before = waiting.len();
            let mut refusals = Vec::new();
            for view in std::mem::take(&mut waiting) {
                match self.create_one(view) {
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

    fn create_one(&mut self, object: &StoredObject) -> Result<(), MysqlError> {
        self.watch.go_on()?;
        let text = self.definition(object);
        let (client, text) = in_client_character_set(self.connection, &object.character_set_client, &text)?;
        let settings = settings_for(self.connection, object, &client);
        // The collation of a routine's undeclared text is the schema's at that moment.
        match object.database_collation.as_deref().filter(|collation| *collation != self.index.schema.collation) {
            None => {
                self.set(&settings)?;
                self.connection.execute_bytes(&text).map(|_| ())
            }
            Some(collation) => {
                self.collate_schema(collation)?;
                self.set(&settings)?;
                let created = self.connection.execute_bytes(&text).map(|_| ());
                self.collate_schema(&self.index.schema.collation)?;
                created
            }
        }
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

    fn set(&mut self, settings: &str) -> Result<(), MysqlError> {
        if self.settings != settings {
            self.connection.execute(&format!("SET {settings}"))?;
            settings.clone_into(&mut self.settings);
        }
        Ok(())
    }

    fn collate_schema(&mut self, collation: &str) -> Result<(), MysqlError> {
        self.set(&ours())?;
        self.connection.execute(&format!("ALTER DATABASE {} COLLATE {collation}", quote_name(self.schema))).map(|_| ())
    }
}

fn settings_for(connection: &Connection, object: &StoredObject, client: &str) -> String {
    let mode =
        if object.kind == ObjectKind::View { SQL_MODE.to_owned() } else { mode_for(connection, &object.sql_mode) };
    // An event that is due in the past would be dropped as soon as it is created: at this clock it is in the future.
    let clock = if object.kind == ObjectKind::Event { "1" } else { "DEFAULT" };
    format!(
        "sql_mode = {}, character_set_client = {client}, collation_connection = {}, time_zone = {}, timestamp = {clock}",
        quote_text(&mode),
        object.collation_connection,
        quote_text(object.time_zone.as_deref().unwrap_or("+00:00"))
    )
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
fn in_client_character_set(
    connection: &mut Connection,
    client: &str,
    text: &str,
) -> Result<(String, Vec<u8>), MysqlError> {
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
