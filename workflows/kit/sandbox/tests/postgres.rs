//! The private Postgres of `holdfast up`.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use holdfast_sandbox::PrivatePostgres;
use holdfast_testkit::fresh_dir;
use sqlx::{Connection, PgConnection};

async fn run(url: &str, sql: &'static str) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(sql).execute(&mut connection).await?;
    connection.close().await
}

fn new_dir() -> PathBuf {
    fresh_dir().join("postgres")
}

#[tokio::test]
async fn other_commands_find_the_running_one_and_it_keeps_its_port_and_its_data() {
    let dir = new_dir();
    assert_eq!(PrivatePostgres::running_at(&dir), None);
    let first = PrivatePostgres::start(&dir).await.unwrap();
    let url = first.url();
    assert_eq!(PrivatePostgres::running_at(&dir).as_ref(), Some(&url));
    run(&url, "CREATE TABLE t (id INT)").await.unwrap();
    let (login, server) = url.split_once('@').unwrap();
    assert!(run(&format!("{login}x@{server}"), "SELECT 1").await.is_err(), "a wrong password is refused");
    assert!(run(&format!("postgres://holdfast@{server}"), "SELECT 1").await.is_err(), "and so is none");
    let mode = std::fs::metadata(dir.join("password")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    first.stop().await;
    assert_eq!(PrivatePostgres::running_at(&dir), None);
    let again = PrivatePostgres::start(&dir).await.unwrap();
    assert_eq!(again.url(), url);
    run(&url, "INSERT INTO t VALUES (1)").await.unwrap();
    again.stop().await;
}

#[tokio::test]
async fn of_two_that_start_at_once_one_starts_and_the_other_takes_over_when_it_ends() {
    let dir = new_dir();
    let (one, other) = tokio::join!(PrivatePostgres::start(&dir), PrivatePostgres::start(&dir));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.url(), other.url());
    let (owner, guest) = if one.is_ours().await { (one, other) } else { (other, one) };
    assert!(owner.is_ours().await && !guest.is_ours().await);
    owner.stop().await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while !guest.is_ours().await {
        assert!(Instant::now() < deadline, "the guest has not taken over");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    run(&guest.url(), "SELECT 1").await.unwrap();
    guest.stop().await;
    assert_eq!(PrivatePostgres::running_at(&dir), None);
}

#[tokio::test]
async fn what_a_power_cut_leaves_does_not_keep_it_from_starting() {
    let dir = new_dir();
    let postgres = PrivatePostgres::start(&dir).await.unwrap();
    let url = postgres.url();
    run(&url, "CREATE TABLE t (id INT)").await.unwrap();
    postgres.kill().await;
    let pid_file = dir.join("data/postmaster.pid");
    let left = std::fs::read_to_string(&pid_file).unwrap();
    // The pid it names has become another process: this one.
    let (_, rest) = left.split_once('\n').unwrap();
    std::fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    assert_eq!(PrivatePostgres::running_at(&dir), None);
    let again = PrivatePostgres::start(&dir).await.unwrap();
    assert_eq!(again.url(), url);
    run(&url, "SELECT * FROM t").await.unwrap();
    again.stop().await;
}

#[tokio::test]
async fn an_interrupted_initialisation_is_begun_anew() {
    let dir = new_dir();
    std::fs::create_dir_all(dir.join("data.new/base")).unwrap();
    std::fs::write(dir.join("password.new"), "half").unwrap();
    let postgres = PrivatePostgres::start(&dir).await.unwrap();
    run(&postgres.url(), "SELECT 1").await.unwrap();
    postgres.stop().await;
}
