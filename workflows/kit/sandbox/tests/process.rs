//! Servers as child processes: they die with us, and say why they died.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use holdfast_sandbox::SandboxError;
use holdfast_sandbox::process::ServerCommand;

fn sleeper(dir: &Path) -> ServerCommand {
    ServerCommand::new(Path::new("/bin/sleep"), &dir.join("log")).args(["1000"])
}

fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

async fn until_gone(pid: u32) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_running(pid) {
        assert!(Instant::now() < deadline, "process {pid} is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Not a test of its own: the process that `a_server_dies_with_its_process_even_by_kill_9` starts and kills.
#[tokio::test]
async fn the_process_to_be_killed() {
    let Ok(dir) = std::env::var("HOLDFAST_TEST_KILLED") else { return };
    let server = sleeper(Path::new(&dir)).spawn().await.unwrap();
    println!("server {}", server.pid());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_server_dies_with_its_process_even_by_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["the_process_to_be_killed", "--exact", "--nocapture"]).env("HOLDFAST_TEST_KILLED", dir.path());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let pid = lines.map_while(Result::ok).find_map(|line| line.split_once("server ")?.1.parse::<u32>().ok()).unwrap();
    assert!(is_running(pid));
    child.kill().unwrap();
    child.wait().unwrap();
    until_gone(pid).await;
}

#[test]
fn a_server_outlives_the_thread_and_the_runtime_that_started_it() {
    let dir = tempfile::tempdir().unwrap();
    let command = sleeper(dir.path());
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = std::thread::spawn(move || runtime().block_on(command.spawn()).unwrap()).join().unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert!(is_running(server.pid()) && server.status().is_none());
    let pid = server.pid();
    drop(server);
    assert!(!is_running(pid), "dropped means gone");
}

#[tokio::test]
async fn a_server_that_does_not_heed_sigterm_is_killed_after_its_grace() {
    let dir = tempfile::tempdir().unwrap();
    let deaf = ServerCommand::new(Path::new("/bin/sh"), &dir.path().join("log"));
    let server = deaf.args(["-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"]).spawn().await.unwrap();
    server
        .wait_ready(Duration::from_secs(5), || std::future::ready((server.last_words() == "deaf").then_some(())))
        .await
        .unwrap();
    let begun = Instant::now();
    let status = server.stop(Duration::from_millis(100)).await;
    assert!(!status.success() && begun.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn a_program_that_fails_is_quoted() {
    let dir = tempfile::tempdir().unwrap();
    let failing = ServerCommand::new(Path::new("/bin/sh"), &dir.path().join("log"));
    let error = failing.args(["-c", "echo starting; echo 'no space left' >&2; exit 3"]).run().await.unwrap_err();
    assert_eq!(error.to_string(), "sh ended with exit status: 3; its last words: starting; no space left");
    let absent = ServerCommand::new(Path::new("/no/such/mariadbd"), &dir.path().join("log"));
    assert!(matches!(absent.run().await, Err(SandboxError::Spawn { program, .. }) if program == "mariadbd"));
}
