//! The floor of a dump: every row of every table through our client into nothing.

use std::sync::{Mutex, PoisonError};
use std::thread;

use holdfast_mysql::wire::{Next, quote_name};
use holdfast_mysql::{Connection, DatabaseUrl};
use serde_json::{Value, json};

use crate::Outcome;

pub fn run(source: &str, parallel: usize) -> Outcome<Value> {
    let url = DatabaseUrl::parse(source)?;
    let tables = "SELECT table_name FROM information_schema.tables \
                  WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY data_length";
    let tables = Connection::connect(&url)?.query_rows::<1>(tables)?;
    let tables = Mutex::new(tables.into_iter().filter_map(|[name]| name).collect::<Vec<_>>());
    let next = || tables.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let read = || -> Outcome<u64> {
        let mut connection = Connection::connect(&url)?;
        connection.execute("SET character_set_results = NULL")?;
        let mut rows = 0;
        while let Some(table) = next() {
            rows += read_table(&mut connection, &table)?;
        }
        Ok(rows)
    };
    let rows = thread::scope(|scope| {
        let readers: Vec<_> = (0..parallel).map(|_| scope.spawn(read)).collect();
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap_or_else(|_| Err("a reading thread panicked".into())))
            .sum::<Outcome<u64>>()
    })?;
    Ok(json!({ "rows": rows }))
}

fn read_table(connection: &mut Connection, table: &str) -> Outcome<u64> {
    let mut stream = connection.stream(&format!("SELECT * FROM {}", quote_name(table)))?;
    let mut rows = 0;
    loop {
        match stream.next_row()? {
            Next::Row(_) => {}
            Next::Wide => while stream.next_piece()?.is_some() {},
            Next::End => return Ok(rows),
        }
        rows += 1;
    }
}
