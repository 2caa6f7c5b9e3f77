//! A table's rows as row text: one way of asking for them and one way of writing them, for the dump and for reading a
//! restored table back.

mod columns;
mod cut;
mod rows;

pub(crate) use columns::{from_table, select_list};
pub(crate) use cut::{Cut, Cutter};
pub(crate) use rows::{RowText, Stop};
