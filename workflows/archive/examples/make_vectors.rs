//! Writes `testdata/`: one good backup, the manifest of the next, and each way of being wrong.
//!
//! `cargo run -p holdfast-archive --example make_vectors`. It uses the independent implementation of FORMAT.md, not this
//! crate, so that the crate is tested on archives it did not write. Keys and salts are fixed: the same zstd writes the
//! same files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

#[path = "../tests/archive/independent.rs"]
mod independent;
use independent::*;

const STORE: &str = "acme";
const DEK: [u8; 32] = [0x11; 32];
const STORE_KEY: [u8; 32] = [0x21; 32];
const ESCROW_KEY: [u8; 32] = [0x22; 32];
const OTHER_KEY: [u8; 32] = [0x23; 32];
const SIGNING_KEY: [u8; 32] = [0x31; 32];
const OTHER_SIGNING_KEY: [u8; 32] = [0x32; 32];
const SALT: [u8; 32] = [0x41; 32];

fn backup() -> Uuid {
    Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001)
}

fn other_backup() -> Uuid {
    Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0002)
}

/// Every escape, NULL beside an empty value, a duplicate row, text beyond ASCII.
const FRAMES: [&[u8]; 2] = [
    b"0\tadmin\t\\N\n1\ttab \\t newline \\n return \\r zero \\0 backslash \\\\\t\n",
    b"2\t\xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x9b\x92\tx\n2\t\xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x9b\x92\tx\n3\t\xe9\t\\N\n",
];

fn main() {
    let mut vectors = Vectors { root: Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), bad: Vec::new() };
    let pack = Pack::of(&DEK, backup(), 0, &SALT, &FRAMES);
    let index = serde_json::to_vec(&index(&pack)).unwrap();
    let index_pack = Pack::of(&DEK, backup(), 1, &[0x42; 32], &[&index]);
    let header = header(&DEK, backup());
    let contents = contents(&header, &[&pack.bytes(), &index_pack.bytes()], 1, None);
    let manifest = signed(&contents.to_string(), &SIGNING_KEY);

    vectors.good("header", &header);
    vectors.good("p000000", &pack.bytes());
    vectors.good("p000001", &index_pack.bytes());
    vectors.good("manifest", &manifest);
    vectors.good("index.json", &index);
    vectors.good("rows.tsv", &FRAMES.concat());
    let mut next = contents.clone();
    next["sequence"] = json!(2);
    next["backup"] = json!(other_backup());
    next["previous"] = json!(hex::encode(Sha256::digest(&manifest)));
    vectors.good("next-manifest", &signed(&next.to_string(), &SIGNING_KEY));

    cut_packs(&mut vectors, &pack);
    flipped_packs(&mut vectors, &pack);
    moved_packs(&mut vectors, &pack);
    missealed_packs(&mut vectors, &pack);
    bad_headers(&mut vectors, &header);
    bad_manifests(&mut vectors, &contents, &manifest);
    vectors.finish(&pack);
}

struct Vectors {
    root: PathBuf,
    bad: Vec<Value>,
}

impl Vectors {
    fn good(&self, name: &str, bytes: &[u8]) {
        let path = self.root.join("good").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// `kind` is what it stands in for: `pack` (number 0), `header` or `manifest`.
    fn bad(&mut self, kind: &str, name: &str, refused_as: &str, bytes: &[u8]) {
        let file = format!("bad/{kind}-{name}");
        fs::create_dir_all(self.root.join("bad")).unwrap();
        fs::write(self.root.join(&file), bytes).unwrap();
        self.bad.push(json!({ "file": file, "kind": kind, "refused_as": refused_as }));
    }

    fn finish(self, pack: &Pack) {
        let verifying = |seed| *ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().as_bytes();
        let all = json!({
            "store": STORE,
            "backup": backup(),
            "dek": hex::encode(DEK),
            "keys": {
                "store": key_text("hf-key-1:", &STORE_KEY),
                "store_public": key_text("hf-pub-1:", &public_of(&STORE_KEY)),
                "store_id": key_id(&public_of(&STORE_KEY)),
                "escrow": key_text("hf-key-1:", &ESCROW_KEY),
                "escrow_id": key_id(&public_of(&ESCROW_KEY)),
                "other": key_text("hf-key-1:", &OTHER_KEY),
                "signing": key_text("hf-sign-1:", &SIGNING_KEY),
                "verifying": key_text("hf-verify-1:", &verifying(&SIGNING_KEY)),
                "verifying_id": key_id(&verifying(&SIGNING_KEY)),
                "other_verifying": key_text("hf-verify-1:", &verifying(&OTHER_SIGNING_KEY)),
            },
            "pack_0": {
                "salt": hex::encode(SALT),
                "label": hex::encode(pack.keys.label),
                "key": hex::encode(pack.keys.key),
                "base_nonce": hex::encode(pack.keys.base_nonce),
                "commitment": hex::encode(pack.keys.commitment),
            },
            "rows": {
                "each": FRAMES.concat().split_inclusive(|b| *b == b'\n').map(|row| row_sum(STORE, row)).collect::<Vec<_>>(),
                "sum": row_sum(STORE, &FRAMES.concat()),
            },
            "bad": self.bad,
        });
        fs::write(self.root.join("vectors.json"), serde_json::to_vec_pretty(&all).unwrap()).unwrap();
    }
}

struct Pack {
    keys: PackKeys,
    prologue: Vec<u8>,
    /// Terminal frame included.
    frames: Vec<Vec<u8>>,
}

impl Pack {
    fn of(dek: &[u8; 32], backup: Uuid, number: u32, salt: &[u8; 32], raw: &[&[u8]]) -> Pack {
        let keys = pack_keys(dek, backup, number, salt);
        let mut frames: Vec<Vec<u8>> = (0..)
            .zip(raw)
            .map(|(frame, raw)| seal_frame(&keys, frame, 0, raw.len() as u64, &zstd::encode_all(*raw, 3).unwrap()))
            .collect();
        frames.push(seal_frame(&keys, frames.len() as u32, 1, 0, b""));
        Pack { prologue: prologue(&keys, salt), keys, frames }
    }

    fn bytes(&self) -> Vec<u8> {
        self.with(&[&self.frames[..]])
    }

    fn with(&self, frames: &[&[Vec<u8>]]) -> Vec<u8> {
        [self.prologue.clone(), frames.concat().concat()].concat()
    }
}

fn cut_packs(vectors: &mut Vectors, pack: &Pack) {
    let whole = pack.bytes();
    let first_end = 96 + pack.frames[0].len();
    let second_end = first_end + pack.frames[1].len();
    for (name, length) in [
        ("cut-to-nothing", 0),
        ("cut-in-magic", 5),
        ("cut-in-prologue", 50),
        ("cut-after-prologue", 96),
        ("cut-in-frame-head", 96 + 7),
        ("cut-after-frame-head", 96 + 16),
        ("cut-in-ciphertext", 96 + 40),
        ("cut-before-tag", first_end - 16),
        ("cut-in-tag", first_end - 1),
        ("cut-between-frames", first_end),
        ("cut-before-terminal-frame", second_end),
        ("cut-in-terminal-head", second_end + 9),
        ("cut-in-terminal-tag", second_end + 20),
    ] {
        vectors.bad("pack", name, "Truncated", &whole[..length]);
    }
    let trailing = [whole.as_slice(), b"\n"].concat();
    vectors.bad("pack", "byte-after-terminal-frame", "TrailingData", &trailing);
    let trailing = [whole, pack.frames[0].clone()].concat();
    vectors.bad("pack", "frame-after-terminal-frame", "TrailingData", &trailing);
}

fn flipped_packs(vectors: &mut Vectors, pack: &Pack) {
    let terminal = pack.bytes().len() - 32;
    for (name, byte, bit, refused_as) in [
        ("flip-magic", 0, 0x01, "NotAnArchive"),
        ("flip-format", 9, 0x02, "TooNew"),
        ("flip-suite", 11, 0x02, "UnknownSuite"),
        ("flip-number", 15, 0x01, "Foreign"),
        ("flip-backup", 20, 0x01, "Foreign"),
        ("flip-salt", 40, 0x01, "WrongCommitment"),
        ("flip-commitment", 95, 0x80, "WrongCommitment"),
        ("flip-length-down", 96 + 3, 0x01, "Damaged"),
        ("flip-length-up", 96 + 2, 0x10, "Truncated"),
        ("flip-length-to-1-gib", 96, 0x40, "Truncated"),
        ("flip-length-to-2-gib", 96, 0x80, "Damaged"),
        ("flip-last-flag", 96 + 7, 0x01, "Damaged"),
        ("flip-unknown-flag", 96 + 7, 0x02, "Damaged"),
        ("flip-raw-bytes", 96 + 15, 0x01, "Damaged"),
        ("flip-ciphertext", 96 + 20, 0x01, "Damaged"),
        ("flip-tag", 96 + pack.frames[0].len() - 1, 0x01, "Damaged"),
        ("flip-terminal-last-flag", terminal + 7, 0x01, "Damaged"),
        ("flip-terminal-tag", terminal + 16, 0x01, "Damaged"),
    ] {
        let mut bytes = pack.bytes();
        bytes[byte] ^= bit;
        // A shortened frame would run into the next one's bytes as its tag: it must be damage, whatever stands there.
        vectors.bad("pack", name, refused_as, &bytes);
    }
}

fn moved_packs(vectors: &mut Vectors, pack: &Pack) {
    let [first, second, terminal] = [0, 1, 2].map(|i| &pack.frames[i..=i]);
    vectors.bad("pack", "frames-swapped", "Damaged", &pack.with(&[second, first, terminal]));
    vectors.bad("pack", "frame-repeated", "Damaged", &pack.with(&[first, first, second, terminal]));
    vectors.bad("pack", "frame-left-out", "Damaged", &pack.with(&[second, terminal]));
    vectors.bad("pack", "terminal-frame-too-early", "Damaged", &pack.with(&[first, terminal]));

    let sibling = Pack::of(&DEK, backup(), 2, &[0x43; 32], &FRAMES);
    let stranger = Pack::of(&[0x12; 32], other_backup(), 0, &[0x44; 32], &FRAMES);
    let retry = Pack::of(&DEK, backup(), 0, &[0x45; 32], &FRAMES);
    for (name, other) in [("another-pack", &sibling), ("another-backup", &stranger), ("another-attempt", &retry)] {
        let spliced = pack.with(&[first, &other.frames[1..2], terminal]);
        vectors.bad("pack", &format!("frame-from-{name}"), "Damaged", &spliced);
        let spliced = pack.with(&[first, second, &other.frames[2..]]);
        vectors.bad("pack", &format!("terminal-frame-from-{name}"), "Damaged", &spliced);
    }
    vectors.bad("pack", "of-another-number", "Foreign", &sibling.bytes());
    vectors.bad("pack", "of-another-backup", "Foreign", &stranger.bytes());
    let relabelled = [&pack.prologue[..32], &stranger.bytes()[32..]].concat();
    vectors.bad("pack", "of-another-backup-relabelled", "WrongCommitment", &relabelled);
    let wrong_key = Pack::of(&[0x13; 32], backup(), 0, &SALT, &FRAMES);
    vectors.bad("pack", "of-another-key", "WrongCommitment", &wrong_key.bytes());
    // The commitment of the right key over frames of another: the frames are what fails.
    let recommitted = pack.with(&[&wrong_key.frames]);
    vectors.bad("pack", "of-another-key-recommitted", "Damaged", &recommitted);
}

/// Sealed with the right keys, by a writer that does not keep to the format.
fn missealed_packs(vectors: &mut Vectors, pack: &Pack) {
    let keys = &pack.keys;
    let raw = FRAMES[0].len() as u64;
    let text = zstd::encode_all(FRAMES[0], 3).unwrap();
    let end = |frame| seal_frame(keys, frame, 1, 0, b"");
    for (name, frames) in [
        ("not-zstd", vec![seal_frame(keys, 0, 0, 9, b"not zstd."), end(1)]),
        ("empty-plaintext", vec![seal_frame(keys, 0, 0, 0, b""), end(1)]),
        ("half-a-zstd-frame", vec![seal_frame(keys, 0, 0, raw, &text[..text.len() - 4]), end(1)]),
        ("two-zstd-frames", vec![seal_frame(keys, 0, 0, 2 * raw, &[text.clone(), text.clone()].concat()), end(1)]),
        ("longer-than-it-says", vec![seal_frame(keys, 0, 0, raw - 1, &text), end(1)]),
        ("shorter-than-it-says", vec![seal_frame(keys, 0, 0, raw + 1, &text), end(1)]),
        ("terminal-frame-with-text", vec![seal_frame(keys, 0, 1, raw, &text)]),
        ("unknown-flag-sealed", vec![seal_frame(keys, 0, 2, raw, &text), end(1)]),
    ] {
        vectors.bad("pack", name, "Damaged", &pack.with(&[&frames]));
    }
}

fn header(dek: &[u8; 32], backup: Uuid) -> Vec<u8> {
    let recipient = |seed, private: &[u8; 32], kind| {
        let public = public_of(private);
        json!({ "kind": kind, "key_id": key_id(&public), "wrapped": wrap(seed, dek, &public, STORE, backup, kind) })
    };
    let header = json!({
        "format": 1, "suite": 1, "backup": backup, "store": STORE, "captured_at": "2026-01-02T03:04:05Z",
        "recipients": [recipient(0x51, &STORE_KEY, "store"), recipient(0x52, &ESCROW_KEY, "escrow")],
    });
    serde_json::to_vec_pretty(&header).unwrap()
}

fn bad_headers(vectors: &mut Vectors, good: &[u8]) {
    let good: Value = serde_json::from_slice(good).unwrap();
    let mut bad = |name, refused_as, alter: &dyn Fn(&mut Value)| {
        let mut header = good.clone();
        alter(&mut header);
        vectors.bad("header", name, refused_as, &serde_json::to_vec_pretty(&header).unwrap());
    };
    bad("wrap-flipped", "WrapInvalid", &|header| {
        let wrapped = header["recipients"][0]["wrapped"].as_str().unwrap();
        let wrapped = format!("A{}", &wrapped[1..]);
        assert_ne!(header["recipients"][0]["wrapped"], json!(wrapped));
        header["recipients"][0]["wrapped"] = json!(wrapped);
    });
    bad("wrap-cut", "WrapInvalid", &|header| header["recipients"][0]["wrapped"] = json!("AAAA"));
    bad("wraps-swapped", "WrapInvalid", &|header| {
        let first = header["recipients"][0]["wrapped"].clone();
        header["recipients"][0]["wrapped"] = header["recipients"][1]["wrapped"].clone();
        header["recipients"][1]["wrapped"] = first;
    });
    bad("kind-altered", "WrapInvalid", &|header| header["recipients"][0]["kind"] = json!("escrow"));
    bad("store-altered", "WrapInvalid", &|header| header["store"] = json!("acme2"));
    bad("backup-altered", "WrapInvalid", &|header| header["backup"] = json!(other_backup()));
    bad("recipient-removed", "WrongKey", &|header| {
        header["recipients"].as_array_mut().unwrap().remove(0);
    });
    bad("recipient-renamed", "WrongKey", &|header| header["recipients"][0]["key_id"] = json!("0000000000000000"));
    bad("format-2", "TooNew", &|header| header["format"] = json!(2));
    bad("suite-2", "UnknownSuite", &|header| header["suite"] = json!(2));
    bad("no-recipients", "Malformed", &|header| {
        header.as_object_mut().unwrap().remove("recipients");
    });
    vectors.bad("header", "not-json", "Malformed", b"holdfast");
    vectors.bad("header", "other-json", "NotAnArchive", b"{\"hello\": 1}");
    vectors.bad("header", "empty", "Malformed", b"");
}

fn index(pack: &Pack) -> Value {
    let raw = FRAMES.concat();
    let chunk = |frame: usize, offset: usize| {
        let rows = FRAMES[frame];
        json!({
            "pack": 0, "offset": offset, "first_frame": frame, "frames": 1,
            "first_key": [format!("{}", [0, 2][frame])], "last_key": [format!("{}", [1, 3][frame])],
            "rows": ([2, 3][frame]), "raw_bytes": rows.len(), "sum": row_sum(STORE, rows),
        })
    };
    let column = |name: &str, type_name: &str, character_set: Value| {
        json!({ "name": name, "type_name": type_name, "character_set": character_set,
                "nullable": name != "id", "generated": name == "length", "invisible": false })
    };
    json!({
        "server": { "product": "mariadb", "version": "10.11.6", "version_comment": "MariaDB Server", "sql_mode": "",
                    "character_set_server": "utf8mb4", "collation_server": "utf8mb4_general_ci",
                    "lower_case_table_names": 0, "time_zone": "SYSTEM" },
        "snapshot": { "rung": "M2", "connections": 4,
                      "position": { "file": "binlog.000007", "offset": 4711, "gtid": "0-1-42" },
                      "taken_at": "2026-01-02T03:04:05Z", "tables_redone": [], "ddl_seen": [],
                      "engines": { "InnoDB": 1 }, "consistent": true, "notes": [] },
        "schema": { "name": "acme", "character_set": "utf8mb4", "collation": "utf8mb4_general_ci",
                    "schema_digest": "00" },
        "tables": [ {
            "name": "customer", "engine": "InnoDB",
            "create": "CREATE TABLE `customer` (`id` int(11) NOT NULL, `name` varchar(255) CHARACTER SET latin1 DEFAULT NULL, `note` varbinary(255) DEFAULT NULL, `length` int(11) GENERATED ALWAYS AS (length(`name`)) VIRTUAL)",
            "columns": [ column("id", "int(11)", Value::Null), column("name", "varchar(255)", json!("latin1")),
                         column("note", "varbinary(255)", Value::Null), column("length", "int(11)", Value::Null) ],
            "key": [], "rows": 5, "raw_bytes": raw.len(), "sum": row_sum(STORE, &raw), "data": "rows",
            "versioned": false, "partitioned": false,
            "chunks": [chunk(0, 96), chunk(1, 96 + pack.frames[0].len())],
        } ],
        "sequences": [], "views": [], "routines": [], "triggers": [], "events": [], "grants": [],
    })
}

fn contents(header: &[u8], packs: &[&[u8]], sequence: u64, previous: Option<&str>) -> Value {
    let pack = |(number, bytes): (usize, &&[u8])| {
        json!({ "number": number, "bytes": bytes.len(), "sha256": hex::encode(Sha256::digest(bytes)),
                "crc32c": format!("{:08x}", crc32c::crc32c(bytes)) })
    };
    json!({
        "format": 1, "kind": "database", "store": STORE, "backup": backup(), "captured_at": "2026-01-02T03:04:05Z",
        "sequence": sequence, "previous": previous, "header_sha256": hex::encode(Sha256::digest(header)),
        "packs": packs.iter().enumerate().map(pack).collect::<Vec<_>>(), "index_pack": 1,
        "tables": 1, "rows": 5, "raw_bytes": FRAMES.concat().len(),
    })
}

fn bad_manifests(vectors: &mut Vectors, contents: &Value, manifest: &[u8]) {
    let second = manifest.splitn(2, |byte| *byte == b'\n').nth(1).unwrap();
    let resigned = |alter: &dyn Fn(&mut Value)| {
        let mut contents = contents.clone();
        alter(&mut contents);
        signed(&contents.to_string(), &SIGNING_KEY)
    };
    let mut more_rows = contents.clone();
    more_rows["rows"] = json!(6);
    let altered = [more_rows.to_string().as_bytes(), b"\n", second].concat();
    vectors.bad("manifest", "field-altered", "SignatureInvalid", &altered);
    let respaced = [contents.to_string().replacen(':', ": ", 1).as_bytes(), b"\n", second].concat();
    vectors.bad("manifest", "space-added", "SignatureInvalid", &respaced);
    let by_other = signed(&contents.to_string(), &OTHER_SIGNING_KEY);
    vectors.bad("manifest", "other-signer", "UnknownSigner", &by_other);
    let ids = [&SIGNING_KEY, &OTHER_SIGNING_KEY]
        .map(|seed| key_id(ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().as_bytes()));
    let posing = String::from_utf8(by_other).unwrap().replace(&ids[1], &ids[0]);
    vectors.bad("manifest", "other-signer-under-our-name", "SignatureInvalid", posing.as_bytes());
    let cut_signature =
        [contents.to_string().as_bytes(), b"\n{\"signer\":\"", ids[0].as_bytes(), b"\",\"signature\":\"AAAA\"}\n"]
            .concat();
    vectors.bad("manifest", "signature-cut", "SignatureInvalid", &cut_signature);

    vectors.bad("manifest", "format-2", "TooNew", &resigned(&|contents| contents["format"] = json!(2)));
    vectors.bad("manifest", "unknown-kind", "Malformed", &resigned(&|contents| contents["kind"] = json!("disk")));
    vectors.bad(
        "manifest",
        "pack-missing",
        "Malformed",
        &resigned(&|contents| {
            contents["packs"].as_array_mut().unwrap().remove(0);
        }),
    );
    vectors.bad("manifest", "no-index-pack", "Malformed", &resigned(&|contents| contents["index_pack"] = json!(9)));
    vectors.bad("manifest", "without-signature", "Malformed", contents.to_string().as_bytes());
    vectors.bad("manifest", "cut-in-contents", "Malformed", &manifest[..100]);
    vectors.bad("manifest", "cut-in-signature", "Malformed", &manifest[..manifest.len() - 9]);
    vectors.bad("manifest", "third-line", "Malformed", &[manifest, b"{}\n"].concat());
    vectors.bad("manifest", "empty", "Malformed", b"");
    vectors.bad("manifest", "other-json", "NotAnArchive", b"{\"hello\": 1}\n{}\n");
}
