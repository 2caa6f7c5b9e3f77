//! `holdfast archive list|verify|cat|sql`: reads archives with nothing but their objects and a key. No ledger, no configuration.

mod list;
mod rows;
mod shelf;
mod verify;

use crate::cli::Archive;
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub async fn run(command: Archive, output: Output) -> Result<Exit, Failure> {
    match command {
        Archive::List(place) => list::run(&place, output).await,
        Archive::Verify(place) => verify::run(&place, output).await,
        Archive::Cat { place, table } => rows::cat(&place, table).await,
        Archive::Sql { place, tables } => rows::sql(&place, tables).await,
    }
}
