//! The server's short answers: OK, ERR and the counts and strings they are made of.

use crate::error::{MysqlError, code};

/// What a statement without rows did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Affected {
    pub rows: u64,
    pub warnings: u16,
    pub(super) more: bool,
}

const MORE_RESULTS_EXIST: u16 = 0x0008;

/// OK packet: 0x00, affected rows, last insert id, status, warnings.
pub(super) fn affected(packet: &[u8]) -> Option<Affected> {
    let mut rest = packet.get(1..)?;
    let rows = take_count(&mut rest)?;
    take_count(&mut rest)?;
    let status = take_u16(&mut rest)?;
    Some(Affected { rows, warnings: take_u16(&mut rest)?, more: status & MORE_RESULTS_EXIST != 0 })
}

/// EOF packet: 0xFE, warnings, status. Whether another result follows.
pub(super) fn more_follows(eof: &[u8]) -> bool {
    eof.get(3..5).is_some_and(|status| u16::from_le_bytes([status[0], status[1]]) & MORE_RESULTS_EXIST != 0)
}

/// ERR packet: 0xFF, code, `#` and 5 of sqlstate, text.
pub(super) fn refusal(packet: &[u8], server: &str, doing: &str) -> MysqlError {
    let number = packet.get(1..3).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]));
    let rest = packet.get(3..).unwrap_or_default();
    let (sqlstate, text) = match rest.split_first() {
        Some((b'#', state)) if state.len() >= 5 => state.split_at(5),
        _ => (&b"HY000"[..], rest),
    };
    MysqlError::Server {
        server: server.to_owned(),
        doing: doing.to_owned(),
        code: number,
        sqlstate: String::from_utf8_lossy(sqlstate).into_owned(),
        text: without_values(number, &String::from_utf8_lossy(text)),
    }
}

/// Some errors quote a row's value or the statement itself; what they quote is left out.
pub(crate) fn without_values(number: u16, text: &str) -> String {
    let quotes_a_value = matches!(number, code::DUP_ENTRY | 1264 | 1292 | 1366 | 1411 | 1525 | 3140);
    let quotes_a_secret = number == code::PARSE && text.to_ascii_lowercase().contains("identified");
    if !quotes_a_value && !quotes_a_secret {
        return text.to_owned();
    }
    let end =
        [" for key", " for column", " at row", " at line", " in "].iter().filter_map(|mark| text.rfind(mark)).min();
    match (text.find('\''), end) {
        (Some(from), Some(to)) if from < to => format!("{}'…'{}", &text[..from], &text[to..]),
        (Some(from), _) => format!("{}'…'", &text[..from]),
        (None, _) => text.to_owned(),
    }
}

/// A length-encoded integer; `None` when the bytes end early or it stands for NULL.
#[inline]
pub(super) fn take_count(rest: &mut &[u8]) -> Option<u64> {
    let (&first, tail) = rest.split_first()?;
    let width = match first {
        0..=0xFA => {
            *rest = tail;
            return Some(u64::from(first));
        }
        0xFC => 2,
        0xFD => 3,
        0xFE => 8,
        _ => return None,
    };
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(tail.get(..width)?);
    *rest = &tail[width..];
    Some(u64::from_le_bytes(wide))
}

/// A length-encoded string.
pub(super) fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_count(rest)?).ok()?;
    let (text, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(text)
}

fn take_u16(rest: &mut &[u8]) -> Option<u16> {
    let (pair, tail) = rest.split_first_chunk::<2>()?;
    *rest = tail;
    Some(u16::from_le_bytes(*pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_text_never_repeats_a_value_or_a_secret() {
        let told = |number, text| without_values(number, text);
        assert_eq!(told(1062, "Duplicate entry 'it's me@x.y' for key 'email'"), "Duplicate entry '…' for key 'email'");
        let column = told(1366, "Incorrect integer value: 'a for column' for column `s`.`t`.`c` at row 1");
        assert!(!column.contains("a for"), "{column}");
        let parse = told(1064, "You have an error near 'IDENTIFIED BY 'hunter2'' at line 1");
        assert!(!parse.contains("hunter2"), "{parse}");
        assert_eq!(told(1146, "Table 's.t' doesn't exist"), "Table 's.t' doesn't exist");
    }
}
