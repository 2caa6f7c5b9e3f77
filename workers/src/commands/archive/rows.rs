//! `holdfast archive cat` and `sql`: what is in a backup, on stdout.

use std::io::{self, BufWriter, Write};

use holdfast_archive::{ArchiveError, ChunkReader, sql as archive_sql};
use holdfast_workflows::faults;
use tokio::runtime::Handle;

use super::shelf::{self, Shelf};
use crate::cli::Place;
use crate::exit::{Exit, Failure};

const BUFFER_BYTES: usize = 1 << 20;

/// The rows of `table` as they are stored (FORMAT.md, "Rows").
pub async fn cat(place: &Place, table: String) -> Result<Exit, Failure> {
    let shelf = Shelf::open(place).await?;
    let found = shelf.choose(place.backup.as_deref()).await?;
    let unlocked = shelf::unlock(&shelf, &found, place).await?;
    let open = shelf.reader(&unlocked.manifest.store, unlocked.manifest.backup, &Handle::current());
    if !unlocked.index.tables.iter().any(|found| found.name == table) {
        return Err(no_table(&table));
    }
    let write = move || -> Result<(), ArchiveError> {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
        let mut reader = ChunkReader::new(&unlocked.dek, unlocked.manifest.backup, open);
        for chunk in unlocked.index.tables.iter().filter(|found| found.name == table).flat_map(|found| &found.chunks) {
            reader.copy(chunk, &mut out)?;
        }
        out.flush().map_err(|source| ArchiveError::Io { object: "stdout".to_owned(), source })
    };
    ended(tokio::task::spawn_blocking(write).await.map_err(|error| faults::broke_off(&error))?, &shelf)
}

/// The backup, or the named tables of it, as SQL for the mysql client.
pub async fn sql(place: &Place, tables: Vec<String>) -> Result<Exit, Failure> {
    let shelf = Shelf::open(place).await?;
    let found = shelf.choose(place.backup.as_deref()).await?;
    let unlocked = shelf::unlock(&shelf, &found, place).await?;
    if let Some(absent) = tables.iter().find(|name| !unlocked.index.tables.iter().any(|table| table.name == **name)) {
        return Err(no_table(absent));
    }
    let open = shelf.reader(&unlocked.manifest.store, unlocked.manifest.backup, &Handle::current());
    let write = move || -> Result<(), ArchiveError> {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
        let mut reader = ChunkReader::new(&unlocked.dek, unlocked.manifest.backup, open);
        let only = (!tables.is_empty()).then_some(tables.as_slice());
        archive_sql::write_sql(&mut out, &unlocked.index, only, &mut reader)?;
        out.flush().map_err(|source| ArchiveError::Io { object: "stdout".to_owned(), source })
    };
    ended(tokio::task::spawn_blocking(write).await.map_err(|error| faults::broke_off(&error))?, &shelf)
}

/// A reader that went away (`… | head`) has what it wanted.
fn ended(written: Result<(), ArchiveError>, shelf: &Shelf) -> Result<Exit, Failure> {
    match written {
        Ok(()) => Ok(Exit::Done),
        Err(ArchiveError::Io { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(faults::archive_at(shelf.location.url(), error).into()),
    }
}

fn no_table(table: &str) -> Failure {
    Failure::not_found(
        format!("the backup has no table {table}"),
        "its index does not name it",
        "`holdfast archive list --key FILE` names the tables",
    )
}
