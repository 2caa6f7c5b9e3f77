//! Throwaway servers, as processes and as containers: ready, matching, closed, and gone without a trace.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use holdfast_sandbox::local::Installed;
use holdfast_sandbox::{EngineChoice, Kind, Product, Request, Sandbox, SandboxError, reap, start};
use holdfast_testkit::{DockerEngine, fresh_dir, sql_at, templates};

fn request(disk_dir: &Path, engine: EngineChoice) -> Request {
    let version = Installed::of(Product::MariaDb).unwrap().version;
    let mut request = Request::new(Product::MariaDb, &version.series(), disk_dir, "step-1", "");
    (request.engine, request.memory_bytes) = (engine, 768 << 20);
    request.docker_host = Some("unix:///nowhere/docker.sock".to_owned());
    if let Some(docker) = (engine != EngineChoice::Process).then(DockerEngine::shared).flatten() {
        request.docker_host = Some(docker.host().to_owned());
    }
    request
}

fn sql(sandbox: &Sandbox, sql: &str) -> String {
    sql_at(&sandbox.url(), sql.as_bytes()).unwrap_or_else(|error| panic!("{error} in {sql}"))
}

/// A directory for sandboxes that has the initialised data directory of other tests in it already.
fn disk_dir() -> PathBuf {
    let dir = fresh_dir();
    std::os::unix::fs::symlink(templates(), dir.join(".templates")).unwrap();
    dir
}

/// Sandboxes lying in a directory.
fn left_in(disk_dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(disk_dir).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("hf-")).collect()
}

fn is_a_throwaway(sandbox: &Sandbox) {
    let settings = "SELECT @@event_scheduler, @@local_infile, @@max_allowed_packet, @@skip_networking, \
        @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite, @@secure_file_priv <> '', @@lower_case_table_names";
    assert_eq!(sql(sandbox, settings), "OFF\t1\t1073741824\t1\t0\t0\t1\t0\n");
    assert_eq!(
        sql(sandbox, "SELECT User, Host FROM mysql.user WHERE User NOT LIKE 'mariadb.sys' ORDER BY 2"),
        "root\t%\nroot\tlocalhost\n"
    );
    let without_password = format!("mysql://root@localhost/?socket={}", sandbox.socket().display());
    assert!(sql_at(&without_password, b"SELECT 1").unwrap_err().contains("Access denied"));
    let load = "CREATE DATABASE shop; USE shop; CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB); \
        INSERT INTO t SELECT seq, REPEAT('x', 10000) FROM seq_1_to_1000; SELECT COUNT(*), SUM(LENGTH(b)) FROM t";
    assert_eq!(sql(sandbox, load), "1000\t10000000\n");
}

#[tokio::test]
async fn a_process_sandbox_serves_and_leaves_nothing() {
    let disk_dir = disk_dir();
    drop(start(&request(&disk_dir, EngineChoice::Process)).await.unwrap());
    assert!(left_in(&disk_dir).is_empty(), "a dropped one leaves nothing either");
    let begun = Instant::now();
    let sandbox = start(&request(&disk_dir, EngineChoice::Process)).await.unwrap();
    eprintln!("a process sandbox was ready in {:?}", begun.elapsed());
    assert_eq!(sandbox.kind(), Kind::Process);
    is_a_throwaway(&sandbox);
    let socket = sandbox.socket().to_owned();
    sandbox.teardown().await.unwrap();
    assert!(!socket.exists());
    assert!(left_in(&disk_dir).is_empty());
}

#[tokio::test]
async fn a_durable_sandbox_has_the_servers_own_durability() {
    let disk_dir = disk_dir();
    let mut request = request(&disk_dir, EngineChoice::Process);
    (request.durable, request.lower_case_table_names) = (true, 1);
    request.character_set_server = Some("latin2".to_owned());
    let sandbox = start(&request).await.unwrap();
    let settings = "SELECT @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite, @@lower_case_table_names, @@character_set_server";
    assert_eq!(sql(&sandbox, settings), "1\t1\t1\tlatin2\n");
    sandbox.teardown().await.unwrap();
}

#[tokio::test]
async fn a_long_path_still_gets_a_socket() {
    let disk_dir = fresh_dir().join("long".repeat(30));
    let sandbox = start(&request(&disk_dir, EngineChoice::Process)).await.unwrap();
    assert!(sandbox.socket().as_os_str().len() < 108);
    assert_eq!(sql(&sandbox, "SELECT 1"), "1\n");
    let short_dir = sandbox.socket().parent().unwrap().to_owned();
    sandbox.teardown().await.unwrap();
    assert!(!short_dir.exists());
}

#[tokio::test]
async fn a_source_of_another_series_gets_no_sandbox_unless_it_may_be_another() {
    let disk_dir = disk_dir();
    let mut other = request(&disk_dir, EngineChoice::Process);
    other.version = "10.3.39-MariaDB".to_owned();
    let error = start(&other).await.unwrap_err();
    assert!(matches!(&error, SandboxError::OtherVersion { wanted, .. } if wanted == "mariadb 10.3.39"), "{error}");
    other.allow_other_version = true;
    start(&other).await.unwrap().teardown().await.unwrap();
    assert!(left_in(&disk_dir).is_empty());
}

#[tokio::test]
async fn auto_takes_a_process_where_no_engine_answers_and_docker_alone_is_refused() {
    let disk_dir = disk_dir();
    let mut request = request(&disk_dir, EngineChoice::Auto);
    request.docker_host = Some("unix:///nowhere/docker.sock".to_owned());
    let sandbox = start(&request).await.unwrap();
    assert_eq!(sandbox.kind(), Kind::Process);
    sandbox.teardown().await.unwrap();
    request.engine = EngineChoice::Docker;
    assert!(matches!(start(&request).await, Err(SandboxError::NoDocker { .. })));
}

#[tokio::test]
async fn a_server_that_does_not_start_is_quoted_and_leaves_nothing() {
    let disk_dir = disk_dir();
    let mut request = request(&disk_dir, EngineChoice::Process);
    request.collation_server = Some("klingon_ci".to_owned());
    let error = start(&request).await.unwrap_err();
    assert!(error.to_string().contains("klingon_ci"), "{error}");
    assert!(left_in(&disk_dir).is_empty());
}

#[tokio::test]
async fn a_container_is_closed_to_all_but_its_socket_and_leaves_nothing() {
    let Some(docker) = DockerEngine::shared() else { return };
    let disk_dir = disk_dir();
    for data_bytes in [Some(50 << 20), None] {
        let mut request = request(&disk_dir, EngineChoice::Auto);
        request.data_bytes = data_bytes;
        let begun = Instant::now();
        let sandbox = start(&request).await.unwrap();
        eprintln!("a container sandbox was ready in {:?}", begun.elapsed());
        assert_eq!(sandbox.kind(), Kind::Docker);
        is_a_throwaway(&sandbox);
        let name = left_in(&disk_dir)[0].file_name().unwrap().to_string_lossy().into_owned();
        let facts = "{{.HostConfig.NetworkMode}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} \
            {{.HostConfig.SecurityOpt}} {{.HostConfig.Memory}} {{.HostConfig.Privileged}}";
        let inspected = docker.docker(&["inspect", "--format", facts, &name]);
        assert_eq!(inspected.trim(), "none true [ALL] [no-new-privileges] 805306368 false");
        assert_eq!(
            docker.docker(&["exec", &name, "/bin/sh", "-c", "echo /sys/class/net/*"]).trim(),
            "/sys/class/net/lo"
        );
        let on_disk = disk_dir.join(&name).join("data/ibdata1").exists();
        assert_eq!(on_disk, data_bytes.is_none(), "small data live in memory, others under disk_dir");
        sandbox.teardown().await.unwrap();
        assert_eq!(docker.docker(&["ps", "--all", "--quiet", "--filter", &format!("name={name}")]), "");
        assert!(left_in(&disk_dir).is_empty());
    }
}

#[tokio::test]
async fn a_dropped_container_is_removed_and_one_killed_for_its_memory_says_so() {
    let Some(docker) = DockerEngine::shared() else { return };
    let disk_dir = disk_dir();
    let sandbox = start(&request(&disk_dir, EngineChoice::Docker)).await.unwrap();
    let name = left_in(&disk_dir)[0].file_name().unwrap().to_string_lossy().into_owned();
    let too_much = "CREATE DATABASE test; USE test; SET tmp_memory_table_size = 4294967296, max_heap_table_size = 4294967296; \
        CREATE TEMPORARY TABLE t (b VARCHAR(10000)) ENGINE=MEMORY AS SELECT REPEAT('x', 10000) b FROM seq_1_to_300000";
    let error = sql_at(&sandbox.url(), too_much.as_bytes()).expect_err("768 MiB hold no 3 GB");
    let words = sandbox.last_words().await;
    assert!(words.contains("more than its 768 MiB of memory"), "{error}: {words}");
    drop(sandbox);
    assert_eq!(docker.docker(&["ps", "--all", "--quiet", "--filter", &format!("name={name}")]), "");
    assert!(left_in(&disk_dir).is_empty());
}

/// Not a test of its own: the worker that the reaper's tests start and kill.
#[tokio::test]
async fn the_worker_to_be_killed() {
    let Ok(disk_dir) = std::env::var("HOLDFAST_TEST_DISK_DIR") else { return };
    let engine = std::env::var("HOLDFAST_TEST_DOCKER_HOST").ok();
    let choice = if engine.is_some() { EngineChoice::Docker } else { EngineChoice::Process };
    let mut request = request(Path::new(&disk_dir), EngineChoice::Process);
    (request.engine, request.docker_host) = (choice, engine);
    let sandbox = start(&request).await.unwrap();
    println!("ready {}", sandbox.socket().display());
    std::future::pending::<()>().await;
}

fn worker(disk_dir: &Path, docker: Option<&DockerEngine>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["the_worker_to_be_killed", "--exact", "--nocapture"]).env("HOLDFAST_TEST_DISK_DIR", disk_dir);
    command.envs(docker.map(|docker| ("HOLDFAST_TEST_DOCKER_HOST", docker.host())));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("ready ")), "the worker's sandbox is ready");
    child
}

#[tokio::test]
async fn the_reaper_removes_what_a_killed_worker_left_and_nothing_of_a_live_one() {
    let disk_dir = disk_dir();
    let nowhere = Some("unix:///nowhere/docker.sock");
    let live = start(&request(&disk_dir, EngineChoice::Process)).await.unwrap();
    let mut killed = worker(&disk_dir, None);
    assert_eq!(reap(&disk_dir, nowhere, |_| false).await.unwrap().directories, 0, "both workers live");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(left_in(&disk_dir).len(), 2);
    assert_eq!(reap(&disk_dir, nowhere, |_| true).await.unwrap().directories, 1);
    assert_eq!(reap(&disk_dir, nowhere, |_| true).await.unwrap().directories, 0);
    assert_eq!(sql(&live, "SELECT 1"), "1\n");
    live.teardown().await.unwrap();
    assert!(left_in(&disk_dir).is_empty());
}

#[tokio::test]
async fn the_reaper_removes_the_containers_of_a_killed_worker() {
    let Some(docker) = DockerEngine::shared() else { return };
    let disk_dir = disk_dir();
    let mut killed = worker(&disk_dir, Some(docker));
    let name = left_in(&disk_dir)[0].file_name().unwrap().to_string_lossy().into_owned();
    let host = Some(docker.host());
    assert_eq!(reap(&disk_dir, host, |_| false).await.unwrap().directories, 0, "the worker lives");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_ne!(docker.docker(&["ps", "--quiet", "--filter", &format!("name={name}")]), "", "it outlives its worker");
    let reaped = reap(&disk_dir, host, |_| true).await.unwrap();
    assert_eq!((reaped.containers, reaped.directories), (1, 1));
    assert_eq!(docker.docker(&["ps", "--all", "--quiet", "--filter", &format!("name={name}")]), "");
    assert!(left_in(&disk_dir).is_empty());
}
