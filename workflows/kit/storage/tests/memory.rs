//! Memory does not grow with the object. Alone in its process, so that the peak is its own.

use bytes::Bytes;
use holdfast_storage::Location;

/// Peak resident memory of this process in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn an_object_of_256_mib_passes_through_16_mib_of_memory() {
    let dir = tempfile::tempdir().unwrap();
    let location = Location::prepare("hot", &format!("file://{}", dir.path().display())).await.unwrap();
    let before = peak();
    let mut upload = location.create("acme/big").await.unwrap();
    for _ in 0..4096 {
        upload.write(Bytes::from(vec![5; 64 << 10])).await.unwrap();
    }
    upload.finish().await.unwrap();
    assert_eq!(location.digest("acme/big").await.unwrap().bytes, 256 << 20);
    let grown = peak() - before;
    eprintln!("peak memory grew by {} KiB", grown / 1024);
    assert!(grown < 16 << 20, "it grew by {grown} bytes");
}
