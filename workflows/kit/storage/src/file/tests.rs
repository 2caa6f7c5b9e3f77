//! `file://` on real file systems: the contract, and what a disk can do to it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::conformance::conformance;
use crate::{Location, StorageError};

async fn prepared(dir: &Path) -> Location {
    Location::prepare("hot", &format!("file://{}", dir.display())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_conforms() {
    let dir = tempfile::tempdir().unwrap();
    let location = prepared(dir.path()).await;
    conformance(&location).await;
    let partials = fs::read_dir(dir.path().join(".partial")).unwrap().count();
    assert_eq!(partials, 0, "no upload left anything");
}

#[tokio::test]
async fn a_location_is_prepared_once_and_opened_ever_after() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("file://{}/new%20one", dir.path().display());
    assert!(matches!(Location::open("hot", &url).await, Err(StorageError::Unreachable { .. })));
    assert!(!dir.path().join("new one").exists(), "opening makes nothing");
    Location::prepare("hot", &url).await.unwrap().put("a", b"1").await.unwrap();
    Location::prepare("hot", &url).await.unwrap();
    assert_eq!(Location::open("hot", &url).await.unwrap().get("a").await.unwrap(), b"1".as_slice());
}

#[tokio::test]
async fn a_disk_that_is_not_mounted_any_more_is_unreachable_and_gets_nothing_written_under_it() {
    let dir = tempfile::tempdir().unwrap();
    let location = prepared(dir.path()).await;
    location.put("acme/1/manifest", b"x").await.unwrap();
    let away = tempfile::tempdir().unwrap();
    fs::rename(dir.path().join(".holdfast-location"), away.path().join("marker")).unwrap();
    fs::rename(dir.path().join("acme"), away.path().join("acme")).unwrap();
    let answers = [
        location.put("acme/2/header", b"x").await.map(drop),
        location.get("acme/1/manifest").await.map(drop),
        location.stat("acme/1/manifest").await.map(drop),
        location.list("", None, 9).await.map(drop),
        location.delete("acme/1/manifest").await.map(drop),
        location.discard_uploads("").await.map(drop),
    ];
    assert!(answers.iter().all(|answer| matches!(answer, Err(StorageError::Unreachable { .. }))), "{answers:?}");
    assert!(!dir.path().join("acme").exists());
    let problems = location.probe().await;
    assert!(problems[0].why.contains("not mounted"), "{problems:?}");
}

#[tokio::test]
async fn what_a_killed_process_left_of_an_upload_is_discarded_by_prefix() {
    let dir = tempfile::tempdir().unwrap();
    let location = prepared(dir.path()).await;
    for name in ["018f~acme~1~p~000000", "018e~acme~2~p~000000", "018d~beta~1~p~000000"] {
        fs::write(dir.path().join(".partial").join(name), b"half a pack").unwrap();
    }
    assert_eq!(location.list("", None, 9).await.unwrap(), []);
    assert_eq!(location.discard_uploads("acme/1/").await.unwrap(), 1);
    assert_eq!(location.discard_uploads("acme/").await.unwrap(), 1);
    assert_eq!(location.discard_uploads("").await.unwrap(), 1);
}

#[tokio::test]
async fn a_bad_url_is_explained() {
    for (url, why) in [
        ("s3://bucket/prefix", "s3:// is not built in yet"),
        ("ftp://host/path", "no ftp://"),
        ("/var/lib/holdfast", "begins with file://"),
        ("file://var/lib", "not absolute"),
        ("file:///a/../b", "`..`"),
        ("file:///a%2", "%-escapes"),
    ] {
        let error = Location::open("hot", url).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

/// A file system of its own in memory; unmounted when dropped.
struct Mount(TempDir);

impl Mount {
    /// `None` without the right to mount.
    fn new(options: &str) -> Option<Mount> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(dir.path()).output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("no right to mount a tmpfs here: run as root to test a full and a read-only disk");
        }
        mounted.then_some(Mount(dir))
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(Command::new("mount").args(["-o", &options]).arg(self.0.path()).status().unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_says_full_and_publishes_nothing_and_is_usable_again_with_space() {
    let Some(mount) = Mount::new("size=4m") else { return };
    let location = prepared(mount.0.path()).await;
    assert!(location.free_bytes().await.unwrap().unwrap() <= 4 << 20);
    let mut upload = location.create("acme/1/p/000000").await.unwrap();
    let mut answer = Ok(());
    for _ in 0..8 {
        answer = upload.write(vec![7; 1 << 20].into()).await;
        if answer.is_err() {
            break;
        }
    }
    assert!(matches!(&answer, Err(StorageError::Full { location, .. }) if location == "hot"), "{answer:?}");
    assert!(upload.finish().await.is_err(), "an upload that lost bytes cannot be finished");
    assert_eq!(location.list("", None, 9).await.unwrap(), []);
    location.put("acme/1/manifest", b"there is space again").await.unwrap();
}

#[tokio::test]
async fn a_read_only_disk_refuses_writes_and_still_reads() {
    let Some(mount) = Mount::new("size=4m") else { return };
    let location = prepared(mount.0.path()).await;
    location.put("acme/1/manifest", b"x").await.unwrap();
    mount.remount("ro");
    let refused = [location.put("acme/2", b"x").await.map(drop), location.delete("acme/1/manifest").await.map(drop)];
    assert!(refused.iter().all(|answer| matches!(answer, Err(StorageError::Refused { .. }))), "{refused:?}");
    assert_eq!(location.get("acme/1/manifest").await.unwrap(), b"x".as_slice());
    let problems = location.probe().await;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].what.starts_with("hot refused to put `canary/"), "{problems:?}");
}
