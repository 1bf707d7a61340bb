//! Group commit: every change of a chat is a command in one queue. One task takes everything queued, applies it in
//! queue order in ONE transaction, checks membership, roles, budgets and storage there, commits, and passes the
//! resulting events to the publisher. Knows no frames and no protocols.

mod admission;
mod allowances;
mod apply;
mod blocks;
mod budgets;
mod command;
mod commit;
mod edits;
mod erasure;
mod expiry;
mod groups;
mod notices;
mod permissions;
mod privacy;
mod rosters;
mod sends;
mod standings;
mod storage;

use std::{future::Future, iter, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    config::Limits,
    error::{Error, Result},
    live::{Committed, Outcome, Publication, Reply, Turn},
    model::{Texts, UserId},
    store::{Expiring, Store},
};
use command::Task;
use commit::{Committer, Done};

pub use command::{Command, PrivacyChange};

/// Commands that may wait: about half a second of work. When the queue is full, clients must retry.
const QUEUE: usize = 8192;
/// Commands per transaction: enough to share the cost of its sync, few enough to keep it short.
const BATCH: usize = 256;
/// Batches that may wait for the publisher; when it is full, the writer waits.
const PUBLISHER_QUEUE: usize = 16;
/// How often to look up the outcome of a batch whose requests were already rejected.
const SETTLE_EVERY: Duration = Duration::from_secs(1);

const BUSY: &str = "The server is busy: try again later";
const STOPPING: &str = "The server is restarting: try again in a moment";

struct Queued {
    task: Task,
    reply: Reply,
}

/// A handle to the queue. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Queued>,
}

/// A task in the queue.
pub struct Pending(oneshot::Receiver<(Turn, Result<Outcome>)>);

impl Pending {
    /// Waits until the command is on disk and pushed to everyone else, or rejected.
    pub async fn outcome(self) -> Result<Outcome> {
        self.outcome_in_turn().await.1
    }

    /// Like [`Self::outcome`], with the answer's turn among the frames of its connection.
    pub async fn outcome_in_turn(self) -> (Turn, Result<Outcome>) {
        self.0.await.unwrap_or_else(|_| (Turn::of_answer(), Err(Error::Unavailable(STOPPING))))
    }
}

impl Writer {
    /// Queues a command; commands take effect in the order of these calls.
    pub fn submit(&self, command: Command) -> Result<Pending> {
        self.push(Task::Change(command))
    }

    /// Erases an account and everything that belongs to it.
    pub async fn erase_account(&self, user: UserId, texts: Texts) -> Result<()> {
        self.push(Task::EraseAccount { user, texts })?.outcome().await.map(|_| ())
    }

    /// Changes a user's privacy settings.
    pub async fn set_privacy(&self, change: PrivacyChange) -> Result<()> {
        self.push(Task::SetPrivacy(change))?.outcome().await.map(|_| ())
    }

    /// Deletes the oldest expired messages of a chat: one step. Returns whether there were any.
    pub async fn expire(&self, expiring: Expiring) -> Result<bool> {
        Ok(!self.push(Task::Expire(expiring))?.outcome().await?.events.is_empty())
    }

    /// Whether writer and publisher still work: passes an empty task through both. The task may be rejected, for
    /// example if the database does not answer.
    pub async fn works(self) -> bool {
        let (reply, pending) = oneshot::channel();
        // Waits for a place in a full queue: a busy server still works.
        self.queue.send(Queued { task: Task::Nothing, reply }).await.is_ok() && pending.await.is_ok()
    }

    fn push(&self, task: Task) -> Result<Pending> {
        let (reply, pending) = oneshot::channel();
        self.queue.try_send(Queued { task, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Unavailable(BUSY),
            mpsc::error::TrySendError::Closed(_) => Error::Unavailable(STOPPING),
        })?;
        Ok(Pending(pending))
    }
}

/// Returns the queue, the task that works on it, and the batches for the publisher. The task ends when every [`Writer`]
/// is dropped and the queue is empty.
pub fn start(
    store: Store,
    limits: &Limits,
) -> (Writer, impl Future<Output = ()> + Send + use<>, mpsc::Receiver<Vec<Committed>>) {
    let (queue, entries) = mpsc::channel(QUEUE);
    let (publisher, batches) = mpsc::channel(PUBLISHER_QUEUE);
    let committer = Committer::new(store, limits);
    (Writer { queue }, run(committer, entries, publisher), batches)
}

async fn run(mut committer: Committer, mut entries: mpsc::Receiver<Queued>, publisher: mpsc::Sender<Vec<Committed>>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let received = entries.recv_many(&mut batch, BATCH);
        let received = if committer.is_unsettled() {
            timeout(SETTLE_EVERY, received).await.unwrap_or(usize::MAX)
        } else {
            received.await
        };
        if received == 0 {
            return;
        }
        // Their requests were rejected long ago.
        let late = committer.settle().await.map(|done| committed(done, &mut iter::empty()));
        let (tasks, mut replies): (Vec<_>, Vec<_>) = batch.drain(..).map(|entry| (entry.task, entry.reply)).unzip();
        let mut all = committer.commit(&tasks).await;
        let last = all.last_mut().map(|done| &mut done.outcomes);
        let outage = last.as_ref().and_then(|outcomes| outcomes.last()?.as_ref().err()?.outage());
        if let Some((outage, outcomes)) = outage.zip(last) {
            // Commands behind these have waited for the database, too: the last of a full queue would wait for minutes.
            let waiting = (0..entries.len()).map_while(|_| entries.try_recv().ok());
            replies.extend(waiting.map(|entry| entry.reply));
            outcomes.extend((tasks.len()..replies.len()).filter_map(|_| outage.outage().map(Err)));
        }
        let mut replies = replies.into_iter();
        let all = late.into_iter().chain(all.into_iter().map(|done| committed(done, &mut replies)));
        if publisher.send(all.collect()).await.is_err() {
            return;
        }
    }
}

/// What is published of a transaction, each outcome with the next reply.
fn committed(done: Done, replies: &mut dyn Iterator<Item = Reply>) -> Committed {
    let publication = |outcome| Publication { outcome, reply: replies.next() };
    Committed { logged: done.logged, publications: done.outcomes.into_iter().map(publication).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_busy_writer_works() {
        let (queue, mut entries) = mpsc::channel(1);
        let writer = Writer { queue };
        let _waiting = writer.push(Task::Nothing).unwrap();
        let work = async {
            for _ in 0..2 {
                let entry = entries.recv().await.unwrap();
                let _ = entry.reply.send((Turn::of_answer(), Err(Error::Unavailable(BUSY))));
            }
        };
        assert!(tokio::join!(writer.works(), work).0);
    }
}
