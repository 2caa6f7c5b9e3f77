//! The servers' own runtime: tests may be plain functions, or run in a runtime that ends before the servers do.

use std::sync::LazyLock;

use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime starts"));

/// Waits for `future`, from a plain test as from an async one.
pub(crate) fn wait<T: Send>(future: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        scope.spawn(|| RUNTIME.block_on(future)).join().expect("the server's start does not panic")
    })
}
