//! A few connections that share a heap of tasks, heaviest first, until none is left or one fails.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::MysqlError;
use crate::watch::Watch;
use crate::wire::{Canceller, Connection};

/// How soon a wish to stop reaches a connection that is busy.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A task and what it weighs: the longest work begins first, so that it does not end last.
pub(crate) struct Weighed<T> {
    pub(crate) weight: u64,
    pub(crate) task: T,
}

impl<T> Ord for Weighed<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.weight.cmp(&other.weight)
    }
}

impl<T> PartialOrd for Weighed<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Weighed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.weight == other.weight
    }
}

impl<T> Eq for Weighed<T> {}

struct Board<T> {
    ready: BinaryHeap<Weighed<T>>,
    running: usize,
    failure: Option<MysqlError>,
}

struct Crew<T> {
    board: Mutex<Board<T>>,
    changed: Condvar,
    cancellers: Mutex<Vec<Canceller>>,
}

/// Runs every task, and every task that a task returns, on up to `workers` connections of `open`.
/// A hand is a connection, or what a worker keeps beside it; `leave` ends it when no task is left.
///
/// The first failure (or `watch`'s cancellation) cuts every connection and is what comes back; what the others then say is
/// its consequence.
pub(crate) fn run<T: Send, H: Borrow<Connection>>(
    tasks: Vec<Weighed<T>>,
    workers: usize,
    watch: &Watch,
    open: impl Fn() -> Result<H, MysqlError> + Sync,
    work: impl Fn(&mut H, T) -> Result<Vec<Weighed<T>>, MysqlError> + Sync,
    leave: impl Fn(H) -> Result<(), MysqlError> + Sync,
) -> Result<(), MysqlError> {
    if tasks.is_empty() {
        return Ok(());
    }
    let crew = Crew {
        board: Mutex::new(Board { ready: tasks.into(), running: 0, failure: None }),
        changed: Condvar::new(),
        cancellers: Mutex::default(),
    };
    thread::scope(|scope| {
        let hands: Vec<_> = (0..workers.max(1))
            .map(|_| {
                scope.spawn(|| {
                    if let Err(error) = crew.toil(&open, &work, &leave) {
                        crew.fail(error);
                    }
                })
            })
            .collect();
        crew.wait(watch);
        for hand in hands {
            // A panic in a task is a defect: it goes on where the work was asked for.
            hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    let board = crew.board.into_inner().unwrap_or_else(PoisonError::into_inner);
    board.failure.map_or(Ok(()), Err)
}

impl<T> Crew<T> {
    fn toil<H: Borrow<Connection>>(
        &self,
        open: impl Fn() -> Result<H, MysqlError>,
        work: impl Fn(&mut H, T) -> Result<Vec<Weighed<T>>, MysqlError>,
        leave: impl Fn(H) -> Result<(), MysqlError>,
    ) -> Result<(), MysqlError> {
        let mut hand = open()?;
        if let Ok(canceller) = hand.borrow().canceller() {
            self.cancellers.lock().unwrap_or_else(PoisonError::into_inner).push(canceller);
        }
        while let Some(task) = self.next() {
            let _rest = Running { crew: self };
            let following = work(&mut hand, task)?;
            self.lock().ready.extend(following);
        }
        if self.lock().failure.is_some() { Ok(()) } else { leave(hand) }
    }

    /// The heaviest task that is ready. Waits while others run that may bring more.
    fn next(&self) -> Option<T> {
        let mut board = self.lock();
        loop {
            if board.failure.is_some() {
                return None;
            }
            if let Some(next) = board.ready.pop() {
                board.running += 1;
                return Some(next.task);
            }
            if board.running == 0 {
                return None;
            }
            board = self.changed.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn fail(&self, error: MysqlError) {
        self.lock().failure.get_or_insert(error);
        for canceller in self.cancellers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            canceller.cancel();
        }
        self.changed.notify_all();
    }

    /// Until nothing runs and nothing is ready; passes on the wish to stop.
    fn wait(&self, watch: &Watch) {
        let mut board = self.lock();
        while board.failure.is_none() && (board.running > 0 || !board.ready.is_empty()) {
            if watch.is_cancelled() {
                drop(board);
                return self.fail(MysqlError::Cancelled);
            }
            (board, _) = self.changed.wait_timeout(board, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Board<T>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task under way; dropped when it ends, in whatever way, so that nobody waits for it in vain.
struct Running<'a, T> {
    crew: &'a Crew<T>,
}

impl<T> Drop for Running<'_, T> {
    fn drop(&mut self) {
        self.crew.lock().running -= 1;
        self.crew.changed.notify_all();
    }
}
