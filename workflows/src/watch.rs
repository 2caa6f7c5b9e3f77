//! Blocking database work under a step: its progress reaches the step's row, the step's cancellation reaches it.

use std::sync::Arc;
use std::time::Duration;

use holdfast_engine::StepContext;
use holdfast_mysql::Watch;
use holdfast_schema::Fault;

/// How often progress is copied into the step; the engine writes it with its heartbeat.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);

/// Runs `work` on a thread of its own until it ends. When the step is cancelled the watch says so, and `work` returns promptly:
/// nothing outlives the step.
pub async fn blocking<T: Send + 'static>(
    step: &StepContext,
    work: impl FnOnce(Arc<Watch>) -> T + Send + 'static,
) -> Result<T, Fault> {
    let watch = Arc::new(Watch::new());
    // Dropped with this future, should the engine not wait for it: the thread must end either way.
    let _ends_with_us = CancelOnDrop(watch.clone());
    let mut task = tokio::task::spawn_blocking({
        let watch = watch.clone();
        move || work(watch)
    });
    loop {
        tokio::select! {
            ended = &mut task => return ended.map_err(|error| panicked(step, &error)),
            () = step.cancelled.cancelled(), if !watch.is_cancelled() => watch.cancel(),
            () = tokio::time::sleep(PROGRESS_EVERY) => {
                let seen = watch.progress();
                step.progress.set(seen.rows_done, seen.rows_total, "rows");
            }
        }
    }
}

struct CancelOnDrop(Arc<Watch>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn panicked(step: &StepContext, error: &tokio::task::JoinError) -> Fault {
    Fault::retry(
        format!("step {} of run {} broke off", step.name, step.run),
        format!("a defect in Holdfast: {error}"),
        "the engine tries again; report it with the worker's log",
    )
}
