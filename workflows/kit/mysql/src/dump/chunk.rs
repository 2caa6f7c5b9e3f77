//! Rows of one statement into a pack, as chunks.

use std::io::Write;

use holdfast_archive::index::{Chunk, Table};
use holdfast_archive::pack::PackWriter;
use holdfast_archive::rows::{ROW_END, RowHasher, fields};

use super::packs::pack_error;
use crate::error::MysqlError;
use crate::read::{RowText, Stop};
use crate::watch::Watch;

/// One chunk, begun in an open pack.
pub(super) struct ChunkDraft<'k> {
    keys: &'k KeyColumns,
    pack: u32,
    offset: u64,
    first_frame: u32,
    first_key: Option<Vec<String>>,
    last_key: Option<Vec<String>>,
    mid_row: bool,
}

/// Where the key stands in a row, and which of its columns print as numbers.
#[derive(Debug, Default, Clone)]
pub(super) struct KeyColumns {
    columns: Vec<(usize, bool)>,
}

impl KeyColumns {
    pub(super) fn of(table: &Table, places: &[usize]) -> KeyColumns {
        let columns: Vec<_> = table.row_columns().collect();
        let is_number = |place: usize| columns.get(place).is_some_and(|column| is_integer(&column.type_name));
        KeyColumns { columns: places.iter().map(|place| (*place, is_number(*place))).collect() }
    }

    /// The key of the row that `text` begins with, as SQL literals; `None` when it is cut off before the key's end.
    fn of_row(&self, text: &[u8]) -> Option<Vec<String>> {
        let (row, whole) = match memchr::memchr(ROW_END, text) {
            Some(end) => (&text[..end], true),
            None => (text, false),
        };
        let furthest = self.columns.iter().map(|(place, _)| *place).max()?;
        let values: Vec<_> = fields(row).take(furthest + 2).collect::<Result<_, _>>().ok()?;
        if values.len() <= furthest || (!whole && values.len() == furthest + 1) {
            return None;
        }
        let literal = |(place, is_number): &(usize, bool)| match &values[*place] {
            Some(value) if *is_number => String::from_utf8_lossy(value).into_owned(),
            Some(value) if value.is_empty() => "''".to_owned(),
            Some(value) => format!("0x{}", hex::encode(value)),
            None => "NULL".to_owned(),
        };
        Some(self.columns.iter().map(literal).collect())
    }
}

pub(super) fn is_integer(type_name: &str) -> bool {
    ["int", "bigint", "mediumint", "smallint", "tinyint"]
        .iter()
        .any(|kind| type_name.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with(['(', ' '])))
}

impl<'k> ChunkDraft<'k> {
    pub(super) fn begin<W: Write>(pack: &PackWriter<W>, keys: &'k KeyColumns) -> ChunkDraft<'k> {
        ChunkDraft {
            keys,
            pack: pack.number(),
            offset: pack.stored_bytes(),
            first_frame: pack.next_frame(),
            first_key: None,
            last_key: None,
            mid_row: false,
        }
    }

    /// Writes one frame of the chunk; says why it ended.
    pub(super) fn write_frame<W: Write>(
        &mut self,
        pack: &mut PackWriter<W>,
        text: &mut RowText<'_>,
        block: &mut Vec<u8>,
        hasher: &mut RowHasher,
        frame_bytes: u64,
        watch: &Watch,
    ) -> Result<Stop, MysqlError> {
        let mut frame = pack.begin_frame();
        loop {
            let stop = text.fill(block)?;
            self.follow_keys(block, stop);
            hasher.update(block);
            frame.write_all(block).map_err(MysqlError::Pack)?;
            watch.add_bytes(block.len() as u64);
            let goes_on = stop == Stop::MidRow || (stop == Stop::Full && frame.raw_bytes() < frame_bytes);
            if goes_on {
                continue;
            }
            if frame.raw_bytes() > 0 {
                frame.finish().map_err(pack_error)?;
            }
            return Ok(stop);
        }
    }

    fn follow_keys(&mut self, block: &[u8], stop: Stop) {
        if block.is_empty() || self.keys.columns.is_empty() {
            return;
        }
        if self.first_key.is_none() && !self.mid_row {
            self.first_key = self.keys.of_row(block);
        }
        let body = if stop == Stop::MidRow { block } else { &block[..block.len() - 1] };
        let last_row = memchr::memrchr(ROW_END, body).map(|end| end + 1).or((!self.mid_row).then_some(0));
        if let Some(start) = last_row {
            self.last_key = self.keys.of_row(&block[start..]);
        }
        self.mid_row = stop == Stop::MidRow;
    }

    /// The chunk, when it holds any row.
    pub(super) fn end<W: Write>(
        self,
        pack: &PackWriter<W>,
        hasher: &mut RowHasher,
        watch: &Watch,
    ) -> Result<Option<Chunk>, MysqlError> {
        let tally = hasher.take()?;
        watch.add_rows(tally.rows);
        let frames = pack.next_frame() - self.first_frame;
        Ok((tally.rows > 0).then_some(Chunk {
            pack: self.pack,
            offset: self.offset,
            first_frame: self.first_frame,
            frames,
            first_key: self.first_key,
            last_key: self.last_key,
            rows: tally.rows,
            raw_bytes: tally.raw_bytes,
            sum: tally.sum,
        }))
    }
}
