//! An archive as SQL text.

use std::io::{Cursor, Write};

use holdfast_archive::index::{Chunk, Column};
use holdfast_archive::rows::push_row;
use holdfast_archive::sql::{RowsToSql, write_sql};
use holdfast_archive::{ArchiveError, ChunkReader, Dek, PackWriter, RowSum};
use uuid::Uuid;

use crate::sample::{column, index, table};

fn inserts(columns: Vec<Column>, rows: &[u8]) -> std::io::Result<String> {
    let mut sql = Vec::new();
    let mut writer = RowsToSql::new(&mut sql, &table(columns));
    // In pieces, as frames are handed on.
    for piece in rows.chunks(5) {
        writer.write_all(piece)?;
    }
    writer.finish()?;
    Ok(String::from_utf8(sql).unwrap())
}

#[test]
fn values_are_written_as_their_type_needs() {
    let mut generated = column("g", "int(11)");
    generated.generated = true;
    let columns = vec![
        column("id", "int(10) unsigned"),
        generated,
        column("price", "decimal(12,4)"),
        column("text", "varchar(255)"),
        column("blob", "mediumblob"),
        column("bit", "bit(1)"),
        column("uuid", "uuid"),
        column("at", "datetime"),
    ];
    let mut rows = Vec::new();
    push_row(
        &mut rows,
        [
            Some(b"0".as_slice()),
            Some(b"-1.5000"),
            Some("it's \\ 漢字\n\x1a\0".as_bytes()),
            Some(b"\0\xff"),
            Some(b"\x01"),
            Some(b"00000000-0000-0000-0000-000000000001"),
            Some(b"0000-00-00 00:00:00"),
        ],
    );
    push_row(&mut rows, [Some(b"1".as_slice()), None, Some(b"\xe9t\xe9"), Some(b""), None, None, None]);
    assert_eq!(
        inserts(columns, &rows).unwrap(),
        "INSERT INTO `odd``name` (`id`,`price`,`text`,`blob`,`bit`,`uuid`,`at`) VALUES\n\
         (0,-1.5000,'it\\'s \\\\ 漢字\\n\\Z\\0',0x00ff,0x01,_utf8mb4'00000000-0000-0000-0000-000000000001','0000-00-00 00:00:00'),\n\
         (1,NULL,0xe974e9,'',NULL,NULL,NULL);\n"
    );
}

#[test]
fn a_number_column_cannot_carry_anything_but_a_number() {
    let sql = inserts(vec![column("id", "int(11)")], b"1); DROP TABLE x; --\n").unwrap();
    assert!(sql.ends_with("('1); DROP TABLE x; --');\n"), "{sql}");
}

#[test]
fn rows_that_do_not_fit_the_table_are_refused() {
    let two = || vec![column("a", "int(11)"), column("b", "int(11)")];
    for rows in [b"1\n".as_slice(), b"1\t2\t3\n", b"1\t2"] {
        assert!(inserts(two(), rows).is_err(), "{rows:?}");
    }
}

#[test]
fn long_tables_are_cut_into_statements() {
    let mut rows = Vec::new();
    (0..3000).for_each(|_| push_row(&mut rows, [Some([b'x'; 1000].as_slice())]));
    let sql = inserts(vec![column("a", "text")], &rows).unwrap();
    assert_eq!(sql.matches("INSERT INTO").count(), 3);
    assert_eq!(sql.matches("'),\n(").count() + 3, 3000);
}

/// A pack of two chunks of one row each, and the chunks.
fn packed(dek: &Dek, backup: Uuid) -> (Vec<u8>, Vec<Chunk>) {
    let mut pack = PackWriter::create(dek, backup, 0, Vec::new()).unwrap();
    let mut chunks = Vec::new();
    for row in [b"1\n", b"2\n"] {
        let mut frame = pack.begin_frame();
        frame.write_all(row).unwrap();
        let info = frame.finish().unwrap();
        chunks.push(Chunk {
            pack: 0,
            offset: info.offset,
            first_frame: info.frame,
            frames: 1,
            first_key: None,
            last_key: None,
            rows: 1,
            raw_bytes: 2,
            sum: RowSum::default(),
        });
    }
    (pack.finish().unwrap().1, chunks)
}

fn sql(only: Option<&[String]>) -> Result<String, ArchiveError> {
    let (dek, backup) = (Dek::generate(), Uuid::now_v7());
    let (object, chunks) = packed(&dek, backup);
    let mut reader = ChunkReader::new(&dek, backup, |_, offset| Ok(Cursor::new(object[offset as usize..].to_vec())));
    let mut sql = Vec::new();
    write_sql(&mut sql, &index(chunks), only, &mut reader)?;
    Ok(String::from_utf8(sql).unwrap())
}

#[test]
fn a_backup_is_written_in_load_order() {
    let sql = sql(None).unwrap();
    let mut at = 0;
    for piece in [
        "SET NAMES utf8mb4;",
        "NO_AUTO_VALUE_ON_ZERO",
        "CREATE SEQUENCE `s`;\nDO SETVAL(`s`, 7, 0);",
        "CREATE TABLE `odd``name`",
        "SET NAMES binary;\nINSERT INTO `odd``name` (`id`) VALUES\n(1),\n(2);\nSET NAMES utf8mb4;",
        "CREATE VIEW `v` AS SELECT 1 AS `a`;",
        // The delimiter keeps out of the text's way, and ASCII text keeps the character set it was made under.
        "SET character_set_client = latin1, collation_connection = latin1_swedish_ci, SESSION sql_mode = 'ANSI_QUOTES';",
        "DELIMITER ;;;\nCREATE FUNCTION f() RETURNS int RETURN ';;'\n;;;\nDELIMITER ;",
        "DROP VIEW IF EXISTS `v`;",
        "DELIMITER ;;\nCREATE VIEW `v` AS SELECT f() AS `a`\n;;\nDELIMITER ;",
        "SET character_set_client = utf8mb4, collation_connection = latin1_swedish_ci",
        "CREATE TRIGGER t … -- é\n;;",
        "CREATE USER IF NOT EXISTS `a`@`%`;\nGRANT SELECT ON `acme`.* TO `a`@`%`;",
        "-- End of the backup.",
    ] {
        at += sql[at..].find(piece).unwrap_or_else(|| panic!("no {piece} after byte {at} of\n{sql}"));
    }
}

#[test]
fn one_table_is_written_alone_and_an_unknown_one_is_named() {
    let alone = sql(Some(&["odd`name".into()])).unwrap();
    assert!(alone.contains("CREATE TABLE") && alone.contains("(2);"));
    assert!(!alone.contains("SEQUENCE") && !alone.contains("TRIGGER") && !alone.contains("GRANT"));
    let refused = sql(Some(&["sales".into()])).unwrap_err();
    assert_eq!(refused.to_string(), "the backup holds no table sales");
}
