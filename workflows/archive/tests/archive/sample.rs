//! A small index to write, read and turn into SQL.

use holdfast_archive::RowSum;
use holdfast_archive::index::{
    Chunk, Column, Data, Grant, Index, ObjectKind, Product, SchemaInfo, Sequence, Server, Snapshot, StoredObject, Table,
};

pub(crate) fn column(name: &str, type_name: &str) -> Column {
    Column {
        name: name.into(),
        type_name: type_name.into(),
        character_set: None,
        nullable: true,
        generated: false,
        invisible: false,
    }
}

pub(crate) fn table(columns: Vec<Column>) -> Table {
    Table {
        name: "odd`name".into(),
        engine: "InnoDB".into(),
        create: "CREATE TABLE `odd``name` (…)".into(),
        columns,
        key: vec![],
        rows: 1,
        raw_bytes: 0,
        sum: RowSum::default(),
        data: Data::Rows,
        versioned: false,
        partitioned: false,
        chunks: vec![],
    }
}

fn object(kind: ObjectKind, name: &str, create: &str) -> StoredObject {
    StoredObject {
        kind,
        name: name.into(),
        create: create.into(),
        definer: "root@localhost".into(),
        sql_mode: "ANSI_QUOTES".into(),
        character_set_client: "latin1".into(),
        collation_connection: "latin1_swedish_ci".into(),
        database_collation: None,
        time_zone: None,
        columns: vec![],
        table: None,
    }
}

pub(crate) fn index(chunks: Vec<Chunk>) -> Index {
    let mut table = table(vec![column("id", "int(11)")]);
    table.chunks = chunks;
    let mut view = object(ObjectKind::View, "v", "CREATE VIEW `v` AS SELECT f() AS `a`");
    view.columns = vec!["a".into()];
    Index {
        server: Server {
            product: Product::MariaDb,
            version: "10.11.6".into(),
            version_comment: String::new(),
            sql_mode: String::new(),
            character_set_server: "utf8mb4".into(),
            collation_server: "utf8mb4_general_ci".into(),
            lower_case_table_names: 0,
            time_zone: "SYSTEM".into(),
        },
        snapshot: Snapshot {
            rung: "M3".into(),
            connections: 1,
            position: None,
            taken_at: Default::default(),
            tables_redone: vec![],
            ddl_seen: vec![],
            engines: Default::default(),
            consistent: true,
            notes: vec![],
        },
        schema: SchemaInfo {
            name: "acme".into(),
            character_set: "utf8mb4".into(),
            collation: "utf8mb4_general_ci".into(),
            schema_digest: String::new(),
        },
        tables: vec![table],
        sequences: vec![Sequence { name: "s".into(), create: "CREATE SEQUENCE `s`".into(), next_value: "7".into() }],
        views: vec![view],
        routines: vec![object(ObjectKind::Function, "f", "CREATE FUNCTION f() RETURNS int RETURN ';;'")],
        triggers: vec![object(ObjectKind::Trigger, "t", "CREATE TRIGGER t … -- é")],
        events: vec![],
        grants: vec![Grant {
            account: "'a'@'%'".into(),
            create_user: Some("CREATE USER `a`@`%`".into()),
            grants: vec!["GRANT SELECT ON `acme`.* TO `a`@`%`".into()],
        }],
    }
}
