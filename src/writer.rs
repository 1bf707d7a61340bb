//! Group commit: whatever changes a chat is a command in one queue. One task takes all that is queued, applies it in
//! queue order in ONE transaction, checks membership, role, budgets and storage there, commits, and hands the results to the publisher.

mod admission;
mod allowances;
mod apply;
mod blocks;
mod budgets;
mod command;
mod commit;
mod delivery;
mod edits;
mod groups;
mod notices;
mod permissions;
mod privacy;
mod rosters;
mod sends;
mod standings;
mod storage;

use std::{future::Future, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    config::Limits,
    error::{Error, Result},
    live::{Broadcast, Publication, Turn},
    model::{SessionId, UserId},
    protocol::{Answer, Texts},
    store::Store,
};
use commit::Committer;

pub use command::{Action, Command, Origin, PrivacyChange};
pub use edits::MAX_REACTIONS;
pub use standings::RECEIPTS_UP_TO;

/// Commands that may wait: half a second's worth. When it is full, clients are told to come back.
const QUEUE: usize = 8192;
/// Commands of one transaction: enough to pay for its sync, few enough to keep it short.
const BATCH: usize = 256;
/// Batches that may wait for the publisher; then the writer waits, too.
const PUBLISHER_QUEUE: usize = 16;
/// How often the outcome of a batch is asked for after its requests were refused.
const SETTLE_EVERY: Duration = Duration::from_secs(1);

const BUSY: &str = "The server is busy: try again later";
const STOPPING: &str = "The server is restarting: try again in a moment";

enum Task {
    Command(Command),
    EraseAccount {
        user: UserId,
        texts: Texts,
    },
    SetPrivacy(PrivacyChange),
    /// Only to come out at the other end.
    Nothing,
}

/// What a task led to.
#[derive(Default)]
struct Outcome {
    answer: Answer,
    broadcasts: Vec<Broadcast>,
    /// Of an account that was deleted.
    ended_sessions: Option<(UserId, Vec<SessionId>)>,
    /// Of a person who shows their presence from now on, or no longer.
    shows_presence: Option<(UserId, bool)>,
}

struct Entry {
    task: Task,
    reply: Reply,
}

/// To whoever asked, with the answer's turn among what the publisher tells.
type Reply = oneshot::Sender<(Turn, Result<Done>)>;

struct Done {
    answer: Answer,
    ended_sessions: Vec<SessionId>,
}

/// The way into the queue. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Entry>,
}

/// A command in the queue.
pub struct Pending(oneshot::Receiver<(Turn, Result<Done>)>);

impl Pending {
    /// Waits until the command is on disk and everybody was told, or was refused.
    pub async fn answer(self) -> Result<Answer> {
        self.answer_in_turn().await.1
    }

    /// The same, with the answer's turn.
    pub async fn answer_in_turn(self) -> (Turn, Result<Answer>) {
        let (turn, done) = self.done().await;
        (turn, done.map(|done| done.answer))
    }

    async fn done(self) -> (Turn, Result<Done>) {
        self.0.await.unwrap_or_else(|_| (Turn::of_answer(), Err(Error::Unavailable(STOPPING))))
    }
}

impl Writer {
    /// Queues a command; commands take effect in the order of these calls.
    pub fn submit(&self, command: Command) -> Result<Pending> {
        self.push(Task::Command(command))
    }

    /// Erases an account with all that hangs on it. The sessions that ended.
    pub async fn erase_account(&self, user: UserId, texts: Texts) -> Result<Vec<SessionId>> {
        let pending = self.push(Task::EraseAccount { user, texts })?;
        pending.done().await.1.map(|done| done.ended_sessions)
    }

    /// Changes what others see of a person.
    pub async fn set_privacy(&self, change: PrivacyChange) -> Result<()> {
        self.push(Task::SetPrivacy(change))?.done().await.1.map(|_| ())
    }

    /// Whether writer and publisher still work: an empty task passes through both. It may well be refused, by a database
    /// that does not answer, say.
    pub async fn works(self) -> bool {
        let (reply, pending) = oneshot::channel();
        // A full queue is waited for: a server that has much to do does it.
        self.queue.send(Entry { task: Task::Nothing, reply }).await.is_ok() && pending.await.is_ok()
    }

    fn push(&self, task: Task) -> Result<Pending> {
        let (reply, pending) = oneshot::channel();
        self.queue.try_send(Entry { task, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Unavailable(BUSY),
            mpsc::error::TrySendError::Closed(_) => Error::Unavailable(STOPPING),
        })?;
        Ok(Pending(pending))
    }
}

/// The queue, the task that works on it, and what the publisher is to be fed with. The task ends when every
/// [`Writer`] is gone and the queue is empty.
pub fn start(
    store: Store,
    limits: &Limits,
) -> (Writer, impl Future<Output = ()> + Send + use<>, mpsc::Receiver<Vec<Publication>>) {
    let (queue, entries) = mpsc::channel(QUEUE);
    let (publisher, batches) = mpsc::channel(PUBLISHER_QUEUE);
    let committer = Committer::new(store, limits);
    (Writer { queue }, run(committer, entries, publisher), batches)
}

async fn run(mut committer: Committer, mut entries: mpsc::Receiver<Entry>, publisher: mpsc::Sender<Vec<Publication>>) {
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
        let late =
            committer.settle().await.into_iter().filter_map(|outcome| Some(publication(Ok(outcome.ok()?), None)));
        let mut publications: Vec<_> = late.collect();
        let (tasks, mut replies): (Vec<_>, Vec<_>) = batch.drain(..).map(|entry| (entry.task, entry.reply)).unzip();
        let mut outcomes = committer.commit(&tasks).await;
        let outage = outcomes.last().and_then(|outcome| outcome.as_ref().err()?.outage());
        if let Some(outage) = outage {
            // Whoever waits behind these has waited for the database, too: the last of a full queue would for minutes.
            let waiting = (0..entries.len()).map_while(|_| entries.try_recv().ok());
            replies.extend(waiting.map(|entry| entry.reply));
            outcomes.extend((outcomes.len()..replies.len()).filter_map(|_| outage.outage().map(Err)));
        }
        let answered = outcomes.into_iter().zip(replies);
        publications.extend(answered.map(|(outcome, reply)| publication(outcome, Some(reply))));
        if publisher.send(publications).await.is_err() {
            return;
        }
    }
}

/// Without a reply if whoever asked was answered earlier that the database is away.
fn publication(outcome: Result<Outcome>, reply: Option<Reply>) -> Publication {
    let (broadcasts, ended_sessions, shows_presence, done) = match outcome {
        Ok(Outcome { answer, broadcasts, ended_sessions, shows_presence }) => {
            let ended = ended_sessions.iter().flat_map(|(_, sessions)| sessions).copied().collect();
            (broadcasts, ended_sessions, shows_presence, Ok(Done { answer, ended_sessions: ended }))
        }
        Err(error) => (Vec::new(), None, None, Err(error)),
    };
    // Whoever asked may be gone by now: what was committed stays.
    let acknowledge = Box::new(move || {
        if let Some(reply) = reply {
            drop(reply.send((Turn::of_answer(), done)));
        }
    });
    Publication { broadcasts, ended_sessions, shows_presence, acknowledge }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_writer_with_much_to_do_works() {
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
