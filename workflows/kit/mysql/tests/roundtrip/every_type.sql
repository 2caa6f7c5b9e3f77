SET NAMES utf8mb4;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
SET time_zone = '+00:00';
SET foreign_key_checks = 0;
SET GLOBAL log_bin_trust_function_creators = 1;

CREATE TABLE integers (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  t tinyint, tu tinyint unsigned, s smallint, su smallint unsigned, m mediumint, mu mediumint unsigned,
  i int, iu int unsigned zerofill, b bigint, bu bigint unsigned, bo boolean, b1 bit(1), b7 bit(7), b64 bit(64), y year
) AUTO_INCREMENT = 4711;
INSERT INTO integers VALUES
  (0, -128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, 0, b'0', b'0', b'0', 0),
  (-5, 127, 255, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807, 18446744073709551615, 1, b'1', b'1111111', ~0, 2155),
  (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (8, 9, 10, 13, 92, 39, 34, 0, 7, 1, 1, 1, b'1', 0x09, 0x090A0D5C00272225, 1901);

CREATE TABLE reals (
  d decimal(65,30) NOT NULL, n numeric(10,0), f float, f53 float(30,5), fu float unsigned, db double, dbp double(22,8), PRIMARY KEY (d)
);
INSERT INTO reals VALUES
  (99999999999999999999999999999999999.999999999999999999999999999999, 9999999999, 3.4028234e38, 1.23456, 0.1, 1.7976931348623157e308, 0.12345678),
  (-99999999999999999999999999999999999.999999999999999999999999999999, -9999999999, -3.4028234e38, -1.5, 16777217, -1.7976931348623157e308, -0.1),
  (0, 0, -0.0, 0, 1.17549435e-38, 2.2250738585072014e-308, 0),
  (0.000000000000000000000000000001, NULL, 1.401298464e-45, NULL, 0.333333343, 4.9406564584124654e-324, NULL),
  (1, 1, 0.30000001192092896, 3, 8388607.5, 0.1, 123456789012.12345678), (2, 1, 7.038531e-26, 3, 9.8813129e-30, -0.0, 1);

CREATE TABLE times (
  id int PRIMARY KEY, d date, t time, t6 time(6), dt datetime, dt6 datetime(6), ts timestamp NULL, ts6 timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6), dz date NOT NULL DEFAULT '0000-00-00', tsz timestamp NOT NULL DEFAULT '0000-00-00 00:00:00'
);
INSERT INTO times VALUES
  (0, '0000-00-00', '-838:59:59', '-838:59:59.999999', '0000-00-00 00:00:00', '0000-00-00 00:00:00.000000', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00', 0),
  (1, '9999-12-31', '838:59:59', '838:59:59.999999', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '2038-01-19 03:14:07.999999', '2024-00-00', '1970-01-01 00:00:01'),
  (2, '2023-02-31', '00:00:00', '-00:00:00.000001', '2023-02-31 10:00:00', '2024-04-31 23:59:60', '2024-03-31 02:30:00', '2024-10-27 02:30:00.5', '2024-13-01', '2024-06-01'),
  (3, '2024-00-15', NULL, NULL, NULL, NULL, NULL, '2024-01-01', '0000-05-00', '2024-06-01');

CREATE TABLE texts (
  id int PRIMARY KEY, c char(10), cb char(10) CHARACTER SET binary, vc varchar(200), tt tinytext, tx text, mt mediumtext, lt longtext,
  bi binary(8), vb varbinary(200), tb tinyblob, bb blob, mb mediumblob, lb longblob, l1 varchar(100) CHARACTER SET latin1, u3 varchar(100) CHARACTER SET utf8mb3,
  u2 varchar(100) CHARACTER SET ucs2, u16 text CHARACTER SET utf16, u16l varchar(50) CHARACTER SET utf16le, u32 varchar(50) CHARACTER SET utf32, sj varchar(100) CHARACTER SET sjis, gb varchar(100) CHARACTER SET gbk, b5 char(10) CHARACTER SET big5, c1250 varchar(50) CHARACTER SET cp1250 COLLATE cp1250_czech_cs, koi varchar(20) CHARACTER SET koi8r, j longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin CHECK (json_valid(j))
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
SET @all = '';
INSERT INTO texts (id, c, cb, vc, tx, bi, vb, bb, lb) VALUES (0, '', '', '', '', '', '', '', '');
INSERT INTO texts (id) VALUES (1);
INSERT INTO texts VALUES
 (2, 'ü €', 0x00090A0D5C272200FFFE, CONCAT('tab\t nl\n cr\r bs\\ q'' dq" nul', 0x00, ' b`t z', 0x1A, ' N: \\N'), '\\N', CONCAT('\0', '\0\n\t'), '日本語 العربية עברית हिन्दी', REPEAT('🧡\n', 20000),
  0x0000000000000000, 0x5C4E, 0x5C, 0x0A, 0x09, 0x00, 'naïve ÿ', 'ünï', CONVERT(_utf8mb4'aä\n\\ü€' USING ucs2), CONVERT(_utf8mb4'🧡\t\\ü' USING utf16), CONVERT(_utf8mb4'🧡\t\\ü' USING utf16le), CONVERT(_utf8mb4'🧡\t\\ü\0' USING utf32),
  CONVERT(_utf8mb4'表示ソ能\\' USING sjis), CONVERT(_utf8mb4'誠乗' USING gbk), CONVERT(_utf8mb4'功許蓋' USING big5), CONVERT(_utf8mb4'příšerně' USING cp1250), CONVERT(_utf8mb4'привет' USING koi8r), '{"a":"\\u0000\\n","b":[1,"🧡"]}'),
 (3, 'trailing', 'sp   ', 'trailing   ', ' ', '\n', '\r\n', '\t', 0xFF, 0x00000000, 0x0D0A, 0xC328, 0xEDA080, REPEAT(0x005C0A, 50000), 0xC3BC, 'x', 0x000A, 0x0009, 0x0A00, 0x0000000A, 0x835C, 0xD85C, 0xA55C, 0x9A, 0xFF, 'null');
UPDATE texts SET l1 = CONVERT(CONVERT('Ã¼ mÃ¶' USING binary) USING latin1) WHERE id = 1;

CREATE TABLE choices (
  id int PRIMARY KEY, e enum('a', 'it''s', 'x,y', 'ü', 'back\\slash', '0'), e2 enum('é','ß') CHARACTER SET latin1, e3 enum('ä','日') CHARACTER SET ucs2, e4 enum('表','ソ') CHARACTER SET sjis,
  s set('a', 'b', 'it''s', 'ü'), s2 set('é','ß') CHARACTER SET latin1, s64 set('01','02','03','04','05','06','07','08','09','10','11','12','13','14','15','16','17','18','19','20','21','22','23','24','25','26','27','28','29','30','31','32','33','34','35','36','37','38','39','40','41','42','43','44','45','46','47','48','49','50','51','52','53','54','55','56','57','58','59','60','61','62','63','64')
) DEFAULT CHARSET utf8mb4;
INSERT INTO choices VALUES (1, '0', 'é', 'ä', '表', '', '', ''), (2, 'it''s', 'ß', '日', 'ソ', 'a,it''s,ü', 'é,ß', ~0), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'x,y', 'é', 'ä', '表', 'b', 'ß', '01,64'), (5, 'back\\slash', 'é', 'ä', '表', 'ü', 'é', '33'), (6, 'ü', 'é', 'ä', '表', 'ü', 'é', '33');
INSERT IGNORE INTO choices (id, e, s) VALUES (7, 'not one of them', 'nor this');

CREATE TABLE addresses (u uuid PRIMARY KEY, i6 inet6, i4 inet4);
INSERT INTO addresses VALUES ('00000000-0000-0000-0000-000000000000', '::', '0.0.0.0'), ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '255.255.255.255'), ('123e4567-e89b-12d3-a456-426655440000', '::ffff:1.2.3.4', '10.0.13.92'), ('123e4567-e89b-12d3-a456-426655440001', NULL, NULL);

CREATE TABLE places (id int PRIMARY KEY, g geometry, p point NOT NULL, l linestring, po polygon, mp multipoint, ml multilinestring, mpo multipolygon, gc geometrycollection, SPATIAL KEY sp (p)) ;
INSERT INTO places VALUES
 (1, ST_GeomFromText('POINT(1 2)', 4326), POINT(9.2e-5, -10.13), ST_GeomFromText('LINESTRING(0 0,1 1)'), ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))'), ST_GeomFromText('MULTIPOINT(0 0,1 1)'), ST_GeomFromText('MULTILINESTRING((0 0,1 1))'), ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))'), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')),
 (2, NULL, POINT(0, 0), NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE derived (
  id int NOT NULL AUTO_INCREMENT, a int, v int GENERATED ALWAYS AS (a + 1) VIRTUAL, s varchar(40) GENERATED ALWAYS AS (CONCAT('x', a)) STORED, u int GENERATED ALWAYS AS (a * 2) VIRTUAL, hid int INVISIBLE DEFAULT 5,
  PRIMARY KEY (id), KEY v (v), UNIQUE KEY u (u), UNIQUE KEY s (s), KEY a (a)
);
INSERT INTO derived (id, a, hid) VALUES (0, 1, 7), (1, 2, NULL), (2, -3, DEFAULT), (9, NULL, 1);

CREATE TABLE parts_range (id int NOT NULL, d date NOT NULL, KEY d (d), PRIMARY KEY (id, d)) PARTITION BY RANGE (TO_DAYS(d)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (TO_DAYS('2024-01-01')), PARTITION `p max` VALUES LESS THAN MAXVALUE COMMENT = 'a ) b');
INSERT INTO parts_range VALUES (0, '2023-05-05'), (1, '2024-05-05'), (2, '0000-00-00');
CREATE TABLE parts_list (a varchar(10) CHARACTER SET utf8mb4 NOT NULL, b int, KEY b (b)) PARTITION BY LIST COLUMNS (a) (PARTITION p1 VALUES IN ('x', ')', 'ü'), PARTITION p2 DEFAULT);
INSERT INTO parts_list VALUES ('x', 1), (')', 2), ('else', 3), ('else', 3);
CREATE TABLE parts_hash (id bigint unsigned PRIMARY KEY, k int, KEY k (k)) PARTITION BY KEY (id) PARTITIONS 5;
INSERT INTO parts_hash SELECT seq, seq % 7 FROM seq_1_to_500;

CREATE TABLE searched (id int AUTO_INCREMENT PRIMARY KEY, title varchar(200), body text, FULLTEXT KEY ft (title), FULLTEXT KEY ft2 (title, body)) DEFAULT CHARSET utf8mb4;
INSERT INTO searched (title, body) VALUES ('quick brown fox', 'jumps over'), ('lazy dog', 'sleeps'), (NULL, NULL);

CREATE TABLE checked (a int CHECK (a > 0), b varchar(20), CONSTRAINT `odd ``name` CHECK (b <> 'a,b)' or `a` > 5));
SET check_constraint_checks = 0;
INSERT INTO checked VALUES (-1, 'a,b)'), (7, 'x');
SET check_constraint_checks = 1;

CREATE TABLE parent (id int PRIMARY KEY, code varchar(20) NOT NULL, UNIQUE KEY code (code));
CREATE TABLE child (id int PRIMARY KEY, parent_id int, code varchar(20), self_id int, KEY self (self_id), CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL, CONSTRAINT fk_code FOREIGN KEY (code) REFERENCES parent (code), CONSTRAINT fk_self FOREIGN KEY (self_id) REFERENCES child (id));
CREATE TABLE ring_a (id int PRIMARY KEY, b int, CONSTRAINT ring_ab FOREIGN KEY (b) REFERENCES ring_b (id));
CREATE TABLE ring_b (id int PRIMARY KEY, a int, CONSTRAINT ring_ba FOREIGN KEY (a) REFERENCES ring_a (id));
INSERT INTO parent VALUES (0, 'zero'), (1, 'one');
INSERT INTO child VALUES (1, 0, 'one', 1), (2, 1, NULL, 1), (3, NULL, 'zero', NULL), (4, 99, NULL, NULL);
INSERT INTO ring_a VALUES (1, 1); INSERT INTO ring_b VALUES (1, 1);

CREATE SEQUENCE plain_seq; SELECT NEXTVAL(plain_seq);
CREATE SEQUENCE cycled_seq START WITH 100 MINVALUE 1 MAXVALUE 101 NOCACHE CYCLE; SELECT NEXTVAL(cycled_seq), NEXTVAL(cycled_seq), NEXTVAL(cycled_seq);
CREATE SEQUENCE used_up_seq MAXVALUE 2 NOCACHE; SELECT NEXTVAL(used_up_seq), NEXTVAL(used_up_seq);
CREATE SEQUENCE down_seq START WITH -1 INCREMENT BY -1 MINVALUE -10 MAXVALUE -1 NOCACHE; SELECT NEXTVAL(down_seq);
CREATE TABLE numbered (id bigint PRIMARY KEY DEFAULT NEXTVAL(plain_seq), x int);
INSERT INTO numbered (x) VALUES (1), (2);

CREATE TABLE versioned (a int PRIMARY KEY, b int, c text, KEY b (b)) WITH SYSTEM VERSIONING;
INSERT INTO versioned VALUES (1, 1, 'x'), (2, 2, 'y'); UPDATE versioned SET b = b + 10; DELETE FROM versioned WHERE a = 1;
CREATE TABLE versioned_named (a int PRIMARY KEY, b int WITHOUT SYSTEM VERSIONING, c int, rs timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE, re timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (rs, re)) WITH SYSTEM VERSIONING;
INSERT INTO versioned_named (a, b, c) VALUES (1, 1, 1); UPDATE versioned_named SET c = 2;
CREATE TABLE periods (a int, d1 date, d2 date, PERIOD FOR valid (d1, d2), UNIQUE (a, valid WITHOUT OVERLAPS));
INSERT INTO periods VALUES (1, '2024-01-01', '2024-02-01'), (1, '2024-02-01', '2024-03-01');

CREATE TABLE heap_of_duplicates (a int, b varchar(10), KEY b (b));
INSERT INTO heap_of_duplicates VALUES (1, 'x'), (1, 'x'), (1, 'x'), (NULL, NULL), (NULL, NULL), (2, '');
CREATE TABLE nothing_in_it (id int AUTO_INCREMENT PRIMARY KEY, a int, KEY a (a)) AUTO_INCREMENT = 100;
CREATE TABLE one_text (a varchar(10));
INSERT INTO one_text VALUES (''), (NULL), ('\\N'), ('\n'), ('');
CREATE TABLE `odd ``name``.ü select` (`a b` int PRIMARY KEY, `c``d` int, `ключ` int, `from` int, KEY `k ``ü` (`c``d`, `from`)) COMMENT = 'it''s ; -- "x" \\ `y`';
INSERT INTO `odd ``name``.ü select` VALUES (1, 2, 3, 4);
CREATE TABLE compressed (id int PRIMARY KEY, t text, KEY t (t(20))) ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 8;
INSERT INTO compressed SELECT seq, REPEAT('x', seq) FROM seq_1_to_300;
CREATE TABLE packed (id int PRIMARY KEY, t blob COMPRESSED, v varchar(100) COMPRESSED) PAGE_COMPRESSED = 0;
INSERT INTO packed VALUES (1, REPEAT('abc', 1000), REPEAT('y', 100)), (2, NULL, '');
CREATE TABLE second_counter (a int NOT NULL, id int NOT NULL AUTO_INCREMENT, KEY a (a), KEY id (id), KEY z (a, id)) AUTO_INCREMENT = 50;
INSERT INTO second_counter VALUES (1, 0), (2, 9);
CREATE TABLE long_unique (a int PRIMARY KEY, b text, UNIQUE KEY b (b), KEY ign (a) IGNORED);
INSERT INTO long_unique VALUES (1, REPEAT('q', 5000)), (2, REPEAT('r', 5000)), (3, NULL);
CREATE TABLE defaults (a int DEFAULT (1 + 2), b varchar(50) DEFAULT CONCAT('a', '\n', UUID()), c timestamp DEFAULT CURRENT_TIMESTAMP, d blob DEFAULT 'x', e varchar(20) DEFAULT 'it''s \\ "q" ü' COMMENT 'c''o,m) \n "', f datetime(3) DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3)) DEFAULT CHARSET utf8mb4;
INSERT INTO defaults VALUES (1, 'b', '2024-01-01', 'y', 'z', NULL);

CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2;
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES';
CREATE PROCEDURE odd_modes(IN a varchar(20), OUT b varchar(20)) SQL SECURITY INVOKER COMMENT 'it''s ' SELECT a || '\' || "id" INTO b FROM "integers" LIMIT 1;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
SET NAMES latin1;
CREATE FUNCTION in_latin1() RETURNS varchar(20) CHARSET latin1 DETERMINISTIC RETURN 'café';
SET NAMES utf8mb4 COLLATE utf8mb4_czech_ci;
CREATE FUNCTION in_czech(x varchar(10)) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT(x, 'čeština 🧡');
CREATE VIEW czech_view AS SELECT vc = 'č' AS c, 'ž🧡' AS z FROM texts;
SET NAMES utf8mb4;
CREATE VIEW z_base AS SELECT id, twice(t) AS n FROM integers;
CREATE VIEW v_middle AS SELECT * FROM z_base;
CREATE ALGORITHM = MERGE DEFINER = CURRENT_USER SQL SECURITY INVOKER VIEW a_view_on_views AS SELECT n AS `odd ``column``` FROM v_middle WHERE n > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW next_of_sequence AS SELECT PREVIOUS VALUE FOR plain_seq AS n, 'a -- b' AS t;

CREATE TABLE journal (id int AUTO_INCREMENT PRIMARY KEY, t varchar(100));
DELIMITER //
CREATE TRIGGER z_first BEFORE INSERT ON parent FOR EACH ROW BEGIN INSERT INTO journal (t) VALUES ('first; ü'); END//
CREATE TRIGGER m_third BEFORE INSERT ON parent FOR EACH ROW INSERT INTO journal (t) VALUES ('third')//
CREATE TRIGGER a_second BEFORE INSERT ON parent FOR EACH ROW FOLLOWS z_first INSERT INTO journal (t) VALUES ('second')//
CREATE TRIGGER after_all AFTER DELETE ON parent FOR EACH ROW SET @gone = OLD.id//
CREATE PROCEDURE fill(INOUT n int) MODIFIES SQL DATA
BEGIN
  DECLARE done int DEFAULT 0; -- a comment; with 'quotes
  WHILE done < n DO SET done = done + 1; END WHILE;
  /* another ' ; */ INSERT INTO journal (t) VALUES (CONCAT('filled ', n));
END//
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01 03:00:00' ON COMPLETION PRESERVE ENABLE COMMENT 'it''s ü' DO BEGIN DELETE FROM journal WHERE id < 0; END//
DELIMITER ;
SET time_zone = '+05:30';
SET timestamp = 1000000000;
CREATE EVENT one_time_long_ago ON SCHEDULE AT '2020-01-01 00:00:00' DISABLE DO SELECT 1;
SET timestamp = DEFAULT;
SET time_zone = '+00:00';

CREATE TABLE many_rows (id bigint unsigned NOT NULL AUTO_INCREMENT, sku varchar(64) NOT NULL, qty int, note text, PRIMARY KEY (id), UNIQUE KEY sku (sku), KEY qty (qty), FULLTEXT KEY ft (note)) DEFAULT CHARSET utf8mb4;
INSERT INTO many_rows SELECT seq * 3, CONCAT('sku-', MD5(seq)), seq % 97, REPEAT(CONCAT('wort ', seq, ' ü '), 3) FROM seq_1_to_30000;
CREATE TABLE many_words (word varchar(80) NOT NULL, lang char(2) NOT NULL, n int, PRIMARY KEY (word, lang), KEY n (n)) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci;
INSERT INTO many_words SELECT CONCAT(MD5(seq), REPEAT('é', seq % 40)), IF(seq % 2, 'de', 'FR'), seq FROM seq_1_to_30000;
CREATE TABLE in_myisam (a int NOT NULL, id int NOT NULL AUTO_INCREMENT, t text, PRIMARY KEY (a, id), FULLTEXT KEY t (t)) ENGINE = MyISAM;
INSERT INTO in_myisam (a, t) VALUES (1, 'x'), (1, 'y'), (2, 'z');
CREATE TABLE in_aria (id int PRIMARY KEY, t text, KEY t (t(5))) ENGINE = Aria;
INSERT INTO in_aria VALUES (0, 'x'), (1, NULL);
CREATE TABLE in_memory (id int PRIMARY KEY, t varchar(20)) ENGINE = MEMORY;
INSERT INTO in_memory VALUES (1, 'gone at the next restart');
CREATE TABLE bytes_by_default (id int PRIMARY KEY, b binary(4) NOT NULL DEFAULT 0xFF002780, v varbinary(10) DEFAULT 0x00);
INSERT INTO bytes_by_default VALUES (1, DEFAULT, DEFAULT);
