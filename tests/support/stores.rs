//! Schemas for stores to have.

use holdfast_sample::SampleStore;
use holdfast_testkit::{MariaDb, sql_at};

/// A generated Magento store of about `bytes` of rows, in a new schema of `server`; answers the schema's name.
pub fn sample_schema(server: &MariaDb, seed: u64, bytes: u64) -> String {
    let schema = server.schema();
    let mut script = Vec::new();
    let store = SampleStore::new(seed, bytes).as_of(chrono::Utc::now().timestamp());
    store.to_sql(&mut script).expect("memory takes it");
    sql_at(&server.url(&schema), &script).unwrap_or_else(|error| panic!("the sample store does not load: {error}"));
    schema
}

/// A schema of one table with `rows` rows of some 100 bytes; answers its name.
pub fn small_schema(server: &MariaDb, rows: u32) -> String {
    let schema = server.schema();
    server.sql_in(
        &schema,
        &format!(
            "CREATE TABLE sales_order (entity_id INT PRIMARY KEY, increment_id VARCHAR(32), note TEXT);
             INSERT INTO sales_order SELECT seq, LPAD(seq, 9, '0'), REPEAT(MD5(seq), 2) FROM seq_1_to_{rows};"
        ),
    );
    schema
}
