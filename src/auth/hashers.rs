//! The threads that hash passwords: one per core, at a low priority, so that logins use idle cores and never delay
//! messages.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use tokio::sync::oneshot;

use crate::error::{Error, Result};

/// The niceness of the threads: next to a busy server they get a tenth of a core, so that logins still end.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

type Job = Box<dyn FnOnce() + Send>;

/// A handle to the threads, which end with the last one. Cheap to clone.
#[derive(Clone)]
pub(super) struct Hashers {
    /// Unbounded: as many jobs as there are turns.
    jobs: Sender<Job>,
}

impl Hashers {
    /// Starts as many threads.
    pub(super) fn start(count: usize) -> Self {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..count {
            let queue = queue.clone();
            let thread = thread::Builder::new().name("passwords".into());
            thread.spawn(move || work(&queue)).expect("a process may have some threads more");
        }
        Self { jobs }
    }

    /// Does work on one of the threads.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        // Nobody may wait for the answer any longer.
        let job = Box::new(move || drop(answer.send(work())));
        self.jobs.send(job).map_err(|error| Error::Internal(error.to_string().into()))?;
        answered.await.map_err(|panicked| Error::Internal(panicked.into()))
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    lower_priority();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A panic is reported by the hook, and to who waits for the answer.
        drop(catch_unwind(AssertUnwindSafe(job)));
    }
}

/// Elsewhere, priorities belong to processes.
#[cfg(target_os = "linux")]
fn lower_priority() {
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(cause = %error, "the priority of hashing cannot be lowered");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_fails_only_its_own_job() {
        let hashers = Hashers::start(1);
        assert!(hashers.run(|| panic!("on purpose")).await.is_err());
        assert_eq!(hashers.run(|| 7).await.expect("it works"), 7);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_hashing_has_a_low_priority() {
        let niceness = || rustix::process::getpriority_process(None).expect("a priority");
        let own = niceness();
        assert_eq!(Hashers::start(1).run(niceness).await.expect("it works"), NICENESS);
        assert_eq!(niceness(), own);
    }
}
