//! Versions of the configuration, on a real Postgres.

use std::fs;

use holdfast_schema::config::{self, EXAMPLE_INSTALLATION, EXAMPLE_STORE, Loaded, VersionError};
use holdfast_schema::migrations;
use holdfast_testkit::Postgres;
use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector};
use sqlx::PgPool;

async fn database() -> DatabaseConnection {
    let pool = PgPool::connect(&Postgres::shared().database()).await.unwrap();
    migrations::run(&pool).await.unwrap();
    SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
}

#[tokio::test]
async fn a_ledger_that_is_up_to_date_stays_as_it_is_though_its_user_is_named_like_its_schema() {
    let url = Postgres::shared().database();
    for _ in 0..2 {
        let pool = PgPool::connect(&url).await.unwrap();
        let user: String = sqlx::query_scalar("SELECT current_user::text").fetch_one(&pool).await.unwrap();
        assert_eq!(user, "holdfast");
        migrations::run(&pool).await.unwrap();
        pool.close().await;
    }
}

fn load(store: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("stores")).unwrap();
    fs::write(folder.path().join("stores/acme.toml"), store).unwrap();
    // The example's own paths are absolute, so that loading it twice from two folders gives the same document.
    let installation =
        EXAMPLE_INSTALLATION.replace("stores/*.toml", &format!("{}/stores/*.toml", folder.path().display()));
    fs::write(folder.path().join("holdfast.toml"), installation).unwrap();
    let mut loaded = config::load(&folder.path().join("holdfast.toml")).unwrap_or_else(|errors| panic!("{errors}"));
    loaded.installation.stores = "/etc/holdfast/stores/*.toml".into();
    loaded
}

#[tokio::test]
async fn what_is_applied_is_read_back_equal_with_its_number_and_author() {
    let db = database().await;
    assert!(config::current(&db).await.unwrap().is_none());
    let loaded = load(EXAMPLE_STORE);
    let applied = config::apply(&db, &loaded, "anna").await.unwrap();
    assert!(applied.changed);
    assert_eq!(
        applied.diff,
        [
            "installation: added",
            "location cold: added",
            "location hot: added",
            "location warm: added",
            "store acme: added"
        ]
    );
    let current = config::current(&db).await.unwrap().unwrap();
    assert_eq!((current.id, current.author.as_str()), (applied.version, "anna"));
    assert_eq!((&current.installation, &current.stores), (&loaded.installation, &loaded.stores));
    assert_eq!(current.store("acme").unwrap().owner, "ops@acme.example");
}

#[tokio::test]
async fn the_same_content_is_no_new_version_and_a_change_is_told_and_kept() {
    let db = database().await;
    let first = config::apply(&db, &load(EXAMPLE_STORE), "anna").await.unwrap();
    let commented = config::apply(&db, &load(&format!("# a comment\n{EXAMPLE_STORE}")), "bo").await.unwrap();
    assert_eq!((commented.version, commented.changed, commented.diff.len()), (first.version, false, 0));

    let later = load(&EXAMPLE_STORE.replace("15 2 * * *", "0 3 * * *"));
    let told = [r#"store acme: database.schedule "15 2 * * *" → "0 3 * * *""#];
    assert_eq!(config::diff(&db, &later).await.unwrap(), told);
    assert_eq!(config::current(&db).await.unwrap().unwrap().id, first.version, "a dry run stores nothing");
    let second = config::apply(&db, &later, "bo").await.unwrap();
    assert_eq!((second.changed, second.diff.as_slice()), (true, told.map(str::to_owned).as_slice()));

    let old = config::at(&db, first.version).await.unwrap();
    let schedule = |version: &config::Version| version.stores[0].database.schedule.clone().unwrap().to_string();
    assert_eq!(schedule(&old), "15 2 * * *");
    assert_eq!(schedule(&config::current(&db).await.unwrap().unwrap()), "0 3 * * *");
    let absent = config::at(&db, 4711).await.unwrap_err();
    assert!(matches!(absent, VersionError::Absent { version: 4711 }), "{absent}");
}

#[tokio::test]
async fn many_that_apply_the_same_at_once_make_one_version() {
    let db = database().await;
    let loaded = load(EXAMPLE_STORE);
    let applies = (0..8).map(|_| {
        let (db, loaded) = (db.clone(), loaded.clone());
        tokio::spawn(async move { config::apply(&db, &loaded, "anna").await.unwrap() })
    });
    let mut changed = 0;
    for apply in applies.collect::<Vec<_>>() {
        changed += usize::from(apply.await.unwrap().changed);
    }
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn a_version_of_an_older_release_gets_the_defaults_of_what_was_added_since() {
    let db = database().await;
    let loaded = load(EXAMPLE_STORE);
    config::apply(&db, &loaded, "anna").await.unwrap();
    let older = "UPDATE holdfast.config_version SET document = document #- '{stores,0,database,host_limit}' #- '{installation,sandbox,engine}'";
    db.execute_unprepared(older).await.unwrap();
    let current = config::current(&db).await.unwrap().unwrap();
    assert_eq!((&current.installation, &current.stores), (&loaded.installation, &loaded.stores));
    assert!(!config::apply(&db, &loaded, "anna").await.unwrap().changed);
}

#[tokio::test]
async fn secrets_are_stored_as_references() {
    let db = database().await;
    // Cargo sets it for every test, so it resolves; what it resolves to must not be in the table.
    let store = EXAMPLE_STORE.replace("ACME_DATABASE_URL", "CARGO_MANIFEST_DIR");
    config::apply(&db, &load(&store), "anna").await.unwrap();
    let row = db.query_one_raw(sea_orm::Statement::from_string(
        sea_orm::DatabaseBackend::Postgres,
        "SELECT to_jsonb(config_version)::text AS row FROM holdfast.config_version",
    ));
    let row: String = row.await.unwrap().unwrap().try_get("", "row").unwrap();
    assert!(row.contains(r#"{"env": "CARGO_MANIFEST_DIR"}"#), "{row}");
    assert!(!row.contains(env!("CARGO_MANIFEST_DIR")), "{row}");
}
