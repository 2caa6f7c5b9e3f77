//! The format as others meet it: read, written, damaged, checked, and turned into SQL.

mod check;
mod independent;
mod index;
mod keys;
mod packs;
mod rows;
mod sample;
mod sql;
mod vectors;
