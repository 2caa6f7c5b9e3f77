//! The rows of a result, as they pass by. Nothing is copied: a row is slices of the receive buffer, and a row larger
//! than the buffer comes in pieces, so memory stays the same whatever the rows' size.

use super::answer::{more_follows, refusal, take_count, take_text};
use super::channel::{Channel, FULL_PACKET};
use super::{Connection, State};
use crate::error::MysqlError;

/// A column of a result, as the server describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    pub name: String,
    pub type_code: u8,
    /// 63 is binary.
    pub collation_id: u16,
}

pub(super) fn parse_column(packet: &[u8]) -> Option<ResultColumn> {
    let mut rest = packet;
    for _catalog_schema_table_original in 0..4 {
        take_text(&mut rest)?;
    }
    let name = String::from_utf8_lossy(take_text(&mut rest)?).into_owned();
    take_text(&mut rest)?;
    take_count(&mut rest)?;
    let collation_id = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
    Some(ResultColumn { name, type_code: *rest.get(6)?, collation_id })
}

/// An open result. Dropped before its end, the rest is read past by the connection's next command.
pub struct RowStream<'c> {
    pub(super) connection: &'c mut Connection,
    pub(super) columns: Vec<ResultColumn>,
    /// Bytes left of the wide row's present value.
    pub(super) field_left: Option<u64>,
}

/// What stands next in an open result.
pub enum Next<'a> {
    Row(Row<'a>),
    /// A row larger than the receive buffer: `RowStream::next_piece` gives it.
    Wide,
    End,
}

/// A part of a wide row.
pub enum Piece<'a> {
    Null,
    /// The next bytes of a value; `ends` when they are its last.
    Bytes {
        bytes: &'a [u8],
        ends: bool,
    },
}

impl RowStream<'_> {
    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// # Errors
    /// The server's ERR in the middle of the rows (1412, 1317 …), or the connection's end.
    #[inline]
    pub fn next_row(&mut self) -> Result<Next<'_>, MysqlError> {
        match self.connection.state {
            State::Rows => {}
            State::InRow { .. } => self.connection.skip_row()?,
            State::Idle | State::MoreResults => return Ok(Next::End),
        }
        let channel = &mut self.connection.channel;
        let length = channel.peek_length()?;
        if length == FULL_PACKET || !Channel::fits(length) {
            channel.take_header()?;
            self.connection.state = State::InRow { left: length, last: length != FULL_PACKET };
            self.field_left = None;
            return Ok(Next::Wide);
        }
        let range = channel.take_packet(length)?;
        match channel.bytes(range.clone()) {
            [0xFE, ..] if length < 9 => {
                let more = more_follows(channel.bytes(range));
                self.connection.state = if more { State::MoreResults } else { State::Idle };
                Ok(Next::End)
            }
            [0xFF, ..] => {
                self.connection.state = State::Idle;
                let channel = &self.connection.channel;
                Err(refusal(channel.bytes(range), &channel.server, &channel.doing))
            }
            _ => Ok(Next::Row(Row { payload: self.connection.channel.bytes(range) })),
        }
    }

    /// The wide row's next piece; `None` after its last value.
    pub fn next_piece(&mut self) -> Result<Option<Piece<'_>>, MysqlError> {
        let left = match self.field_left {
            Some(left) => left,
            None if !self.connection.row_continues()? => return Ok(None),
            None => match self.take_field_length()? {
                Some(length) => length,
                None => return Ok(Some(Piece::Null)),
            },
        };
        if left == 0 {
            return Ok(Some(Piece::Bytes { bytes: &[], ends: true }));
        }
        let range = self.connection.take_of_row(left)?;
        let left = left - range.len() as u64;
        self.field_left = (left > 0).then_some(left);
        Ok(Some(Piece::Bytes { bytes: self.connection.channel.bytes(range), ends: left == 0 }))
    }

    fn take_field_length(&mut self) -> Result<Option<u64>, MysqlError> {
        let first = self.take_byte()?;
        let width = match first {
            0xFB => return Ok(None),
            0xFC => 2,
            0xFD => 3,
            0xFE => 8,
            small => return Ok(Some(u64::from(small))),
        };
        let mut wide = [0; 8];
        for byte in &mut wide[..width] {
            *byte = self.take_byte()?;
        }
        Ok(Some(u64::from_le_bytes(wide)))
    }

    fn take_byte(&mut self) -> Result<u8, MysqlError> {
        let range = self.connection.take_of_row(1)?;
        Ok(self.connection.channel.bytes(range)[0])
    }
}

/// One row that lies whole in the receive buffer.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    payload: &'a [u8],
}

impl<'a> Row<'a> {
    /// The values in order; `None` is NULL. Ends early when the packet is malformed: count them.
    #[inline]
    pub fn fields(self) -> Fields<'a> {
        Fields { rest: self.payload }
    }
}

pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<&'a [u8]>;

    #[inline]
    fn next(&mut self) -> Option<Option<&'a [u8]>> {
        let (&first, tail) = self.rest.split_first()?;
        if first == 0xFB {
            self.rest = tail;
            return Some(None);
        }
        take_text(&mut self.rest).map(Some)
    }
}

/// A row that goes on over buffers and packets.
impl Connection {
    /// Whether the row being read in pieces has more bytes; opens its next packet when one ended.
    fn row_continues(&mut self) -> Result<bool, MysqlError> {
        while let State::InRow { left: 0, last } = self.state {
            if last {
                self.state = State::Rows;
                return Ok(false);
            }
            let length = self.channel.take_header()?;
            self.state = State::InRow { left: length, last: length != FULL_PACKET };
        }
        Ok(matches!(self.state, State::InRow { .. }))
    }

    /// Up to `most` bytes of the row, at least one.
    fn take_of_row(&mut self, most: u64) -> Result<std::ops::Range<usize>, MysqlError> {
        if !self.row_continues()? {
            return Err(self.channel.broken("a row ended within a value"));
        }
        let State::InRow { left, last } = self.state else {
            return Err(self.channel.broken("a row ended within a value"));
        };
        let range = self.channel.take_some(left.min(usize::try_from(most).unwrap_or(usize::MAX)))?;
        self.state = State::InRow { left: left - range.len(), last };
        Ok(range)
    }

    pub(super) fn skip_row(&mut self) -> Result<(), MysqlError> {
        while self.row_continues()? {
            self.take_of_row(u64::MAX)?;
        }
        Ok(())
    }
}
