//! The threads that hash passwords. One core is left to the server: the thread that hashes there has a low priority, so that
//! logins use it while it is idle and do not delay messages. The others have the server's own, so that logins end on a
//! busy machine, too.

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

/// The niceness of the thread with a low priority: next to one that is always busy, it gets a tenth of a core.
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
    /// Starts a thread per core.
    pub(super) fn start(cores: usize) -> Self {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..cores {
            let queue = queue.clone();
            let thread = thread::Builder::new().name("passwords".into());
            let main = move || {
                if number > 0 && number + 1 == cores {
                    lower_priority();
                }
                work(&queue);
            };
            thread.spawn(main).expect("a process may have some threads more");
        }
        Self { jobs }
    }

    /// Does work on one of the threads.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        // The request may have been cancelled.
        let job = Box::new(move || drop(answer.send(work())));
        self.jobs.send(job).map_err(|error| Error::Internal(error.to_string().into()))?;
        answered.await.map_err(|panicked| Error::Internal(panicked.into()))
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // The panic hook logs it, and the request fails.
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
    use std::sync::Barrier;

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn a_panic_fails_only_its_own_job() {
        let hashers = Hashers::start(1);
        assert!(hashers.run(|| panic!("on purpose")).await.is_err());
        assert_eq!(hashers.run(|| 7).await.expect("it works"), 7);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn one_of_several_threads_has_a_low_priority() {
        let niceness = || rustix::process::getpriority_process(None).expect("a priority");
        let own = niceness();
        for (threads, expected) in [(1, vec![own]), (2, vec![own, NICENESS])] {
            let (hashers, all) = (Hashers::start(threads), Arc::new(Barrier::new(threads)));
            let jobs = (0..threads).map(|_| {
                let all = all.clone();
                // None ends before each thread has one.
                hashers.run(move || {
                    all.wait();
                    niceness()
                })
            });
            let mut found: Vec<_> = join_all(jobs).await.into_iter().map(|found| found.expect("it works")).collect();
            found.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}
