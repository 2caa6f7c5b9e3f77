//! Views, routines, triggers and events: their text, and what it means only together with.
//!
//! The server keeps a body in the character set its author typed it in; here it is asked for as UTF-8, and the character
//! set stands beside it.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_archive::index::{ObjectKind, StoredObject};

use crate::error::MysqlError;
use crate::wire::{Connection, quote_name, quote_text};

#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) views: Vec<StoredObject>,
    pub(crate) routines: Vec<StoredObject>,
    pub(crate) triggers: Vec<StoredObject>,
    pub(crate) events: Vec<StoredObject>,
}

/// Every stored object of the schema in load order; `views` are the views' names with their columns'.
pub(crate) fn read_objects(
    connection: &mut Connection,
    schema: &str,
    views: &[(String, Vec<String>)],
) -> Result<Objects, MysqlError> {
    connection.execute("SET character_set_results=utf8mb4")?;
    let objects = Objects {
        views: read_views(connection, schema, views)?,
        routines: read_routines(connection, schema)?,
        triggers: read_triggers(connection, schema)?,
        events: read_events(connection, schema)?,
    };
    connection.execute("SET character_set_results=NULL")?;
    Ok(objects)
}

fn read_views(
    connection: &mut Connection,
    schema: &str,
    views: &[(String, Vec<String>)],
) -> Result<Vec<StoredObject>, MysqlError> {
    let sql =
        format!("SELECT TABLE_NAME, DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA={}", quote_text(schema));
    let definers: BTreeMap<_, _> =
        connection.query_rows::<2>(&sql)?.into_iter().map(|[name, definer]| (name, definer)).collect();
    let mut read = Vec::new();
    for (name, columns) in views {
        let shown = show(connection, "VIEW", name)?;
        let [_, create, client, collation] = shown.try_into().map_err(|_| unlike("VIEW"))?;
        read.push(StoredObject {
            kind: ObjectKind::View,
            name: name.clone(),
            create: create.ok_or_else(|| hidden("view", name, "SHOW VIEW"))?,
            definer: definers.get(&Some(name.clone())).cloned().flatten().unwrap_or_default(),
            sql_mode: String::new(),
            character_set_client: client.unwrap_or_default(),
            collation_connection: collation.unwrap_or_default(),
            database_collation: None,
            time_zone: None,
            columns: columns.clone(),
            table: None,
        });
    }
    Ok(after_what_they_read(read))
}

/// Views after the views whose names stand in their text.
fn after_what_they_read(views: Vec<StoredObject>) -> Vec<StoredObject> {
    let mut waiting: BTreeMap<String, StoredObject> = views.into_iter().map(|view| (view.name.clone(), view)).collect();
    let names: BTreeSet<String> = waiting.keys().cloned().collect();
    let reads = |view: &StoredObject| -> BTreeSet<String> {
        let quoted = view.create.split('`').skip(1).step_by(2);
        quoted.filter(|name| names.contains(*name) && *name != view.name).map(str::to_owned).collect()
    };
    let mut ordered: Vec<StoredObject> = Vec::new();
    while !waiting.is_empty() {
        let ready = waiting.values().find(|view| reads(view).iter().all(|name| !waiting.contains_key(name)));
        // A circle can only be of names that mean something else: any order is as good as another.
        let next = ready.or_else(|| waiting.values().next()).map(|view| view.name.clone());
        ordered.extend(next.and_then(|name| waiting.remove(&name)));
    }
    ordered
}

fn read_routines(connection: &mut Connection, schema: &str) -> Result<Vec<StoredObject>, MysqlError> {
    let sql = format!(
        "SELECT ROUTINE_TYPE, ROUTINE_NAME, DEFINER, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION \
         FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA={}",
        quote_text(schema)
    );
    let mut rows = connection.query_rows::<7>(&sql)?;
    rows.sort();
    let mut read = Vec::new();
    for [routine, name, definer, sql_mode, client, collation, database_collation] in rows {
        let routine = routine.unwrap_or_default();
        let name = name.unwrap_or_default();
        let kind = match routine.as_str() {
            "FUNCTION" => ObjectKind::Function,
            "PACKAGE" => ObjectKind::Package,
            "PACKAGE BODY" => ObjectKind::PackageBody,
            _ => ObjectKind::Procedure,
        };
        let create = show(connection, &routine, &name)?.into_iter().nth(2).flatten();
        read.push(StoredObject {
            kind,
            create: create.ok_or_else(|| hidden_routine(connection, &name))?,
            name,
            definer: definer.unwrap_or_default(),
            sql_mode: sql_mode.unwrap_or_default(),
            character_set_client: client.unwrap_or_default(),
            collation_connection: collation.unwrap_or_default(),
            database_collation,
            time_zone: None,
            columns: Vec::new(),
            table: None,
        });
    }
    Ok(read)
}

fn read_triggers(connection: &mut Connection, schema: &str) -> Result<Vec<StoredObject>, MysqlError> {
    // Several triggers of one event run in the order they were created in: they are listed in it.
    let sql = format!(
        "SELECT EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, LPAD(ACTION_ORDER,6,'0'), TRIGGER_NAME, DEFINER, SQL_MODE, \
         CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA={}",
        quote_text(schema)
    );
    let mut rows = connection.query_rows::<10>(&sql)?;
    rows.sort();
    let mut read = Vec::new();
    for [table, _, _, _, name, definer, sql_mode, client, collation, database_collation] in rows {
        let name = name.unwrap_or_default();
        let create = show(connection, "TRIGGER", &name)?.into_iter().nth(2).flatten();
        read.push(StoredObject {
            kind: ObjectKind::Trigger,
            create: create.ok_or_else(|| hidden("trigger", &name, "TRIGGER"))?,
            name,
            definer: definer.unwrap_or_default(),
            sql_mode: sql_mode.unwrap_or_default(),
            character_set_client: client.unwrap_or_default(),
            collation_connection: collation.unwrap_or_default(),
            database_collation,
            time_zone: None,
            columns: Vec::new(),
            table,
        });
    }
    Ok(read)
}

fn read_events(connection: &mut Connection, schema: &str) -> Result<Vec<StoredObject>, MysqlError> {
    let sql = format!(
        "SELECT EVENT_NAME, DEFINER, SQL_MODE, TIME_ZONE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION \
         FROM information_schema.EVENTS WHERE EVENT_SCHEMA={}",
        quote_text(schema)
    );
    let mut rows = connection.query_rows::<7>(&sql)?;
    rows.sort();
    let mut read = Vec::new();
    for [name, definer, sql_mode, time_zone, client, collation, database_collation] in rows {
        let name = name.unwrap_or_default();
        let create = show(connection, "EVENT", &name)?.into_iter().nth(3).flatten();
        read.push(StoredObject {
            kind: ObjectKind::Event,
            create: create.ok_or_else(|| hidden("event", &name, "EVENT"))?,
            name,
            definer: definer.unwrap_or_default(),
            sql_mode: sql_mode.unwrap_or_default(),
            character_set_client: client.unwrap_or_default(),
            collation_connection: collation.unwrap_or_default(),
            database_collation,
            time_zone,
            columns: Vec::new(),
            table: None,
        });
    }
    Ok(read)
}

fn show(connection: &mut Connection, kind: &str, name: &str) -> Result<Vec<Option<String>>, MysqlError> {
    let rows =
        connection.query_text(&format!("SHOW CREATE {kind} {}", quote_name(name))).map_err(|error| match error {
            MysqlError::NotText { .. } => {
                MysqlError::NotText { what: format!("the definition of {} `{name}`", kind.to_lowercase()) }
            }
            other => other,
        })?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

/// The server shows the object but not its text: a dump without it would lose it silently.
fn hidden(kind: &str, name: &str, privilege: &str) -> MysqlError {
    MysqlError::Lacks {
        user: "the account".to_owned(),
        missing: format!("{privilege}, so the text of {kind} `{name}` is hidden from it"),
        grant: format!("GRANT {privilege} on the schema to it"),
    }
}

fn hidden_routine(connection: &Connection, name: &str) -> MysqlError {
    let grant = if connection.is_mariadb() {
        "GRANT SELECT ON mysql.proc to it (SHOW CREATE ROUTINE from 11.3 on)"
    } else {
        "GRANT SHOW_ROUTINE ON *.* to it"
    };
    MysqlError::Lacks {
        user: "the account".to_owned(),
        missing: format!("what shows a routine's text, so `{name}` is hidden from it"),
        grant: grant.to_owned(),
    }
}

fn unlike(kind: &str) -> MysqlError {
    MysqlError::Protocol {
        server: "the server".to_owned(),
        problem: format!("SHOW CREATE {kind} has other columns than known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(name: &str, create: &str) -> StoredObject {
        StoredObject {
            kind: ObjectKind::View,
            name: name.to_owned(),
            create: create.to_owned(),
            definer: String::new(),
            sql_mode: String::new(),
            character_set_client: String::new(),
            collation_connection: String::new(),
            database_collation: None,
            time_zone: None,
            columns: Vec::new(),
            table: None,
        }
    }

    #[test]
    fn a_view_stands_after_the_views_it_reads() {
        let views = vec![
            view("a", "VIEW `a` AS select 1 from `b` join `c`"),
            view("b", "VIEW `b` AS select 1 from `c`"),
            view("c", "VIEW `c` AS select `t`.`a` from `t`"),
        ];
        let names: Vec<_> = after_what_they_read(views).into_iter().map(|view| view.name).collect();
        // `c` names a column like the view `a`, which makes a circle that is none.
        assert_eq!(names.len(), 3);
        assert!(
            names.iter().position(|name| name == "b") > names.iter().position(|name| name == "c") || names[0] == "a"
        );
    }
}
