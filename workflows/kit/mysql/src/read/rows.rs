//! Rows from the wire as row text, block by block.

use holdfast_archive::rows::{FIELD_END, ROW_END, push_escaped, push_field};

use super::cut::Cutter;
use crate::error::MysqlError;
use crate::wire::{Next, Piece, Row, RowStream};

/// A block is handed on when it holds this much.
const BLOCK_BYTES: usize = 256 << 10;

/// Why a block was handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is full, and ends with a row.
    Full,
    /// It is full in the middle of a row.
    MidRow,
    /// The chunk ends here.
    Cut,
    /// There are no more rows.
    End,
}

/// The rows of one statement as row text. What it holds at a time is one block, whatever a row's size.
pub(crate) struct RowText<'c> {
    rows: RowStream<'c>,
    width: usize,
    cutter: Cutter,
    /// The row that begins the next chunk.
    begun: Vec<u8>,
    wide: Option<WideRow>,
}

/// Where in a row larger than the receive buffer we are.
#[derive(Default)]
struct WideRow {
    field: usize,
    mid_field: bool,
}

impl<'c> RowText<'c> {
    pub(crate) fn new(rows: RowStream<'c>, cutter: Cutter) -> RowText<'c> {
        let width = rows.columns().len();
        RowText { rows, width, cutter, begun: Vec::new(), wide: None }
    }

    /// Replaces `block` by the next rows' text.
    pub(crate) fn fill(&mut self, block: &mut Vec<u8>) -> Result<Stop, MysqlError> {
        block.clear();
        block.append(&mut self.begun);
        loop {
            if self.wide.is_some() && !self.go_on_wide(block)? {
                return Ok(Stop::MidRow);
            }
            if block.len() >= BLOCK_BYTES {
                return Ok(Stop::Full);
            }
            match self.rows.next_row()? {
                Next::Row(row) if self.cutter.ends_before(row) => {
                    push_row(&mut self.begun, row, self.width)?;
                    return Ok(Stop::Cut);
                }
                Next::Row(row) => push_row(block, row, self.width)?,
                Next::Wide => self.wide = Some(WideRow::default()),
                Next::End => return Ok(Stop::End),
            }
        }
    }

    /// Writes the wide row on; false when the block is full before the row ends.
    fn go_on_wide(&mut self, block: &mut Vec<u8>) -> Result<bool, MysqlError> {
        let Some(wide) = &mut self.wide else { return Ok(true) };
        while block.len() < BLOCK_BYTES {
            match self.rows.next_piece()? {
                Some(Piece::Null) => {
                    wide.begin_field(block);
                    push_field(block, None);
                    wide.mid_field = false;
                }
                Some(Piece::Bytes { bytes, ends }) => {
                    wide.begin_field(block);
                    push_escaped(block, bytes);
                    wide.mid_field = !ends;
                }
                None => {
                    let complete = wide.field == self.width;
                    block.push(ROW_END);
                    self.wide = None;
                    return if complete { Ok(true) } else { Err(short_row()) };
                }
            }
        }
        Ok(false)
    }
}

impl WideRow {
    fn begin_field(&mut self, block: &mut Vec<u8>) {
        if self.mid_field {
            return;
        }
        if self.field > 0 {
            block.push(FIELD_END);
        }
        self.field += 1;
    }
}

#[inline]
fn push_row(block: &mut Vec<u8>, row: Row<'_>, width: usize) -> Result<(), MysqlError> {
    let mut fields = 0;
    for field in row.fields() {
        push_field(block, field);
        block.push(FIELD_END);
        fields += 1;
    }
    match block.last_mut() {
        Some(end) if fields == width => *end = ROW_END,
        _ => return Err(short_row()),
    }
    Ok(())
}

fn short_row() -> MysqlError {
    MysqlError::Protocol {
        server: "the server".to_owned(),
        problem: "a row has fewer values than its result has columns".to_owned(),
    }
}
