//! The store as plain files of row text, and LOAD DATA of them: how the source is filled, and the floor of a restore.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use holdfast_mysql::{Connection, DatabaseUrl};
use holdfast_sample::{SESSION, SampleStore, Table};

use crate::Outcome;

/// The store of a bench of this size, the same every time.
pub fn store(size: u64) -> SampleStore {
    SampleStore::new(3, size)
}

/// Writes a file a table into `directory`; returns their bytes together.
pub fn write_files(store: &SampleStore, directory: &Path) -> Outcome<u64> {
    fs::create_dir_all(directory)?;
    let mut bytes = 0;
    for table in store.tables() {
        let mut file = File::create(directory.join(table.name))?;
        for chunk in store.rows(table) {
            file.write_all(&chunk)?;
            bytes += chunk.len() as u64;
        }
    }
    Ok(bytes)
}

/// Tables, rows, secondary keys, each table by one connection and the largest first; then foreign keys.
/// Views, triggers and routines are not part of it.
pub fn load(store: &SampleStore, directory: &Path, url: &DatabaseUrl, parallel: usize, log: bool) -> Outcome<()> {
    let mut tables: Vec<&Table> = store.tables().iter().collect();
    tables.sort_by_key(|table| fs::metadata(directory.join(table.name)).map_or(0, |file| file.len()));
    let tables = Mutex::new(tables);
    let next = || tables.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || -> Outcome<()> {
        let mut connection = session(url, log)?;
        while let Some(table) = next() {
            load_table(&mut connection, store, table, directory)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..parallel).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|_| Err("a loading thread panicked".into())))
    })?;
    let mut connection = session(url, log)?;
    for table in store.tables() {
        if let Some(statement) = table.add_constraints() {
            connection.execute(&statement)?;
        }
    }
    Ok(())
}

/// Everything else the store has.
pub fn add_objects(store: &SampleStore, url: &DatabaseUrl) -> Outcome<()> {
    let mut connection = session(url, false)?;
    for statement in store.objects_after_data() {
        connection.execute(&statement)?;
    }
    Ok(())
}

fn load_table(connection: &mut Connection, store: &SampleStore, table: &Table, directory: &Path) -> Outcome<()> {
    connection.execute(&table.create())?;
    let file = directory.join(table.name);
    if fs::metadata(&file)?.len() > 0 {
        connection.load_local(&store.load_statement(table), |out| {
            let mut buffered = io::BufReader::with_capacity(1 << 18, File::open(&file)?);
            io::copy(&mut buffered, out).map(|_| ())
        })?;
    }
    if let Some(statement) = table.add_keys() {
        connection.execute(&statement)?;
    }
    Ok(())
}

fn session(url: &DatabaseUrl, log: bool) -> Outcome<Connection> {
    let mut connection = Connection::connect(url)?;
    for statement in SESSION {
        connection.execute(statement)?;
    }
    // As the restore has it: with the checks off MariaDB keeps whole statements in memory.
    connection.execute("SET unique_checks = 1")?;
    if !log {
        connection.execute("SET sql_log_bin = 0")?;
    }
    Ok(connection)
}
