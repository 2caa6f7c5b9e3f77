//! The generated rows by themselves, without a server.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use holdfast_sample::SampleStore;

fn bytes(store: &SampleStore) -> BTreeMap<&'static str, u64> {
    store.tables().iter().map(|table| (table.name, store.rows(table).map(|chunk| chunk.len() as u64).sum())).collect()
}

fn digest(store: &SampleStore) -> u64 {
    let mut hasher = DefaultHasher::new();
    for table in store.tables() {
        store.rows(table).for_each(|chunk| chunk.hash(&mut hasher));
    }
    hasher.finish()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let digest = |seed| digest(&SampleStore::new(seed, 1_000_000));
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn a_store_has_about_the_size_asked_for() {
    for asked in [1_000_000, 5_000_000, 50_000_000] {
        let started = Instant::now();
        let tables = bytes(&SampleStore::new(7, asked));
        let made: u64 = tables.values().sum();
        println!("asked for {asked} bytes, made {made} in {:?}", started.elapsed());
        assert!(made.abs_diff(asked) <= asked / 5, "asked for {asked} bytes, made {made}: {tables:#?}");
    }
    let smallest: u64 = bytes(&SampleStore::new(7, 0)).values().sum();
    assert!((200_000..400_000).contains(&smallest), "the smallest store has {smallest} bytes");
}

#[test]
fn every_row_has_a_field_for_every_column() {
    let store = SampleStore::new(3, 2_000_000);
    for table in store.tables() {
        let columns = table.loaded_columns().count();
        for chunk in store.rows(table) {
            assert_eq!(chunk.last(), Some(&b'\n'), "{} is cut in mid-row", table.name);
            for row in chunk.split_inclusive(|&byte| byte == b'\n') {
                let fields = row.iter().filter(|&&byte| byte == b'\t').count() + 1;
                assert_eq!(fields, columns, "{}: {}", table.name, String::from_utf8_lossy(row));
            }
        }
    }
}

#[test]
fn planted_values_stand_where_they_are_said_to_stand_and_more_than_once() {
    let store = SampleStore::new(11, 0);
    let mut everything = Vec::new();
    for table in store.tables() {
        let text = store.rows(table).collect::<Vec<_>>().concat();
        for planted in store.planted().iter().filter(|planted| planted.table == table.name) {
            assert!(contains(&text, planted.value), "{} is not in {}", planted.what, table.name);
        }
        everything.extend(text);
    }
    assert!(store.planted().iter().all(|planted| contains(&everything, planted.value)));
}

fn contains(text: &[u8], value: &str) -> bool {
    text.windows(value.len()).any(|window| window == value.as_bytes())
}

#[test]
fn a_store_has_every_awkward_value() {
    let store = SampleStore::new(5, 1_000_000);
    let text: Vec<u8> = store.tables().iter().flat_map(|table| store.rows(table)).flatten().collect();
    let awkward = [
        "\\0",
        "\\n",
        "\\r",
        "\\t",
        "\\\\",
        "\\N",
        "'",
        "\"",
        "🔥",
        "👩‍🔧",
        "𠮷",
        "עַ",
        "Ł",
        "ソ",
        "0000-00-00",
        "a:1:{",
        "\\\\u00",
    ];
    for value in awkward {
        assert!(contains(&text, value), "no {value:?}");
    }
    for table in ["store", "store_website", "store_group", "customer_group"] {
        let table = store.tables().iter().find(|known| known.name == table).unwrap();
        assert!(store.rows(table).next().unwrap().starts_with(b"0\t"), "{} has no row 0", table.name);
    }
}
