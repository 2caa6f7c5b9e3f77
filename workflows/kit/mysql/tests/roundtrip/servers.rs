use std::sync::LazyLock;

use holdfast_testkit::MariaDb;

/// The server that stores are dumped from, with a binary log as production has it.
pub(crate) fn source() -> &'static MariaDb {
    MariaDb::shared()
}

/// The server that archives are loaded into; its counters let the chunks of one table in side by side, as a sandbox's do.
pub(crate) fn target() -> &'static MariaDb {
    static TARGET: LazyLock<MariaDb> = LazyLock::new(|| MariaDb::start(&["--innodb-autoinc-lock-mode=2"]));
    &TARGET
}

/// A schema on the source filled by `sql`.
pub(crate) fn store(sql: &str) -> String {
    let schema = source().schema();
    source().sql_in(&schema, sql);
    schema
}

/// A name no schema of the target has.
pub(crate) fn free_name() -> String {
    let schema = target().schema();
    target().sql(&format!("DROP DATABASE {schema}"));
    schema
}
