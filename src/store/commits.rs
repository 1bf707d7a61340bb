//! The log of commits: one row for each transaction whose effect another process or a later consumer must learn of,
//! with the events that it caused. It is the durable source of everything that happens because of a change: consumers
//! read it in order per writer, at least once, and continue after a crash where they stopped. See [`Store::followed`].
//!
//! A row is inserted together with the COMMIT, in the order of the rows' numbers: the next one is sent only when the
//! outcome of the one before is known. So a consumer that has seen row 7 of a writer has seen rows 1 to 6.

mod consumers;

use std::{mem::take, sync::Arc};

use tokio::{
    sync::{Mutex, OwnedMutexGuard, broadcast, oneshot},
    time::timeout,
};

use super::{
    DatabaseError, DatabaseResult, Store,
    change::Change,
    engine::Engine,
    script::{Prepared, Script, Value},
};
use crate::{
    error::Result,
    model::{Event, Timestamp},
};

pub use consumers::{Commit, Cursor};

/// How long rows are kept, whether or not they were read.
pub const KEPT_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// Rows removed in one step.
const STEP: i64 = 500;
/// How often to look up the outcome of a transaction.
const ASK_EVERY: std::time::Duration = std::time::Duration::from_millis(50);

pub(super) static LOG: Prepared = Prepared::new(
    "log_commit(BIGINT, BIGINT, BIGINT, TEXT)",
    "INSERT INTO commits (writer, n, at, events) VALUES ($1, $2, $3, $4)",
);

/// What the column `events` has by default.
const NO_EVENTS: &str = "[]";

/// How many late changes wait to be delivered: more than there can be transactions at a time.
const LATE: usize = 1024;

/// The number of this process's newest row. Its lock is held from the choice of a number until the outcome is known.
pub(super) type Order = Arc<Mutex<i64>>;

/// Events of changes that were committed after their requesters had stopped waiting.
#[derive(Clone)]
pub(super) struct Late(broadcast::Sender<Vec<Event>>);

impl Default for Late {
    fn default() -> Self {
        Self(broadcast::Sender::new(LATE))
    }
}

/// What a committed change caused. If it is dropped before its requester knows of it, nobody has delivered the events:
/// then they are late.
struct Caused {
    events: Vec<Event>,
    late: Late,
}

impl Caused {
    fn take_note(mut self) {
        self.events.clear();
    }
}

impl Drop for Caused {
    fn drop(&mut self) {
        let events = take(&mut self.events);
        if !events.is_empty() {
            // Fails if nobody receives them: commands have no connections.
            drop(self.late.0.send(events));
        }
    }
}

/// A transaction whose COMMIT was not answered. Until this is dropped, nothing else is logged: first ask
/// [`Store::was_committed`] for its outcome.
#[derive(Debug)]
pub struct Unanswered {
    writer: i64,
    n: i64,
    _order: OwnedMutexGuard<i64>,
}

/// Why a transaction is not known to be committed.
#[derive(Debug)]
pub enum Uncommitted {
    /// It changed nothing.
    Undone(DatabaseError),
    /// The answer to COMMIT was lost: ask [`Store::was_committed`].
    Unknown(Unanswered, DatabaseError),
}

impl Store {
    /// Commits a transaction with its last statements and the row of what it caused: all of it is on disk when this
    /// returns. Without events there is no row.
    pub(super) async fn commit_logged(
        &self,
        change: Change,
        last: Script,
        events: &[&Event],
    ) -> Result<(), Uncommitted> {
        let Some(writer) = self.fence.generation().filter(|_| !events.is_empty()) else {
            return self.commit_in_time(change, &last.then("COMMIT")).await.map_err(Uncommitted::Undone);
        };
        let order = timeout(self.timeout, self.order.clone().lock_owned()).await;
        let mut order = order.map_err(|_| Uncommitted::Undone(DatabaseError::PoolTimedOut))?;
        *order += 1;
        let n = *order;
        let ending = last.execute(&LOG, row(writer, n, events)).then("COMMIT");
        let committed = self.commit_in_time(change, &ending).await;
        committed.map_err(|error| match self.engine {
            // SQLite answers every COMMIT.
            Engine::Sqlite => Uncommitted::Undone(error),
            Engine::Postgres => Uncommitted::Unknown(Unanswered { writer, n, _order: order }, error),
        })
    }

    async fn commit_in_time(&self, change: Change, ending: &Script) -> DatabaseResult<()> {
        match self.engine {
            Engine::Sqlite => change.commit_by(ending).await,
            Engine::Postgres => {
                let committed = timeout(self.timeout, change.commit_by(ending)).await;
                committed.unwrap_or(Err(DatabaseError::PoolTimedOut))
            }
        }
    }

    /// Like [`Self::commit_logged`], for transactions outside of the writer. If the answer to COMMIT is lost, looks up
    /// the outcome until the database answers. If the caller has stopped waiting by then, the events are late.
    pub(super) async fn commit_and_settle(&self, change: Change, events: Vec<Event>) -> DatabaseResult<()> {
        let store = self.clone();
        let (answer, answered) = oneshot::channel();
        // A task of its own, because the caller may stop waiting at any moment: until the outcome is known, nothing else
        // may be logged. It ends when the store is closed.
        tokio::spawn(async move {
            let settled = store.settle(change, &events).await;
            let caused = settled.map(|()| Caused { events, late: store.late.clone() });
            // If the caller has stopped waiting, this drops `caused`.
            drop(answer.send(caused));
        });
        answered.await.unwrap_or(Err(DatabaseError::WorkerCrashed)).map(Caused::take_note)
    }

    /// The events of changes that are committed after their requesters have stopped waiting, from now on.
    pub fn late_events(&self) -> broadcast::Receiver<Vec<Event>> {
        self.late.0.subscribe()
    }

    async fn settle(&self, change: Change, events: &[Event]) -> DatabaseResult<()> {
        match self.commit_logged(change, Script::empty(self.engine), &events.iter().collect::<Vec<_>>()).await {
            Ok(()) => {}
            Err(Uncommitted::Undone(error)) => return Err(error),
            Err(Uncommitted::Unknown(unanswered, error)) => {
                if !self.outcome(&unanswered).await.unwrap_or(false) {
                    return Err(error);
                }
            }
        }
        let changed = events.iter().filter_map(|event| match event {
            Event::PersonAdded { user } | Event::PersonRenamed { user, .. } => Some(*user),
            _ => None,
        });
        self.names.have_changed(changed);
        Ok(())
    }

    /// Asks [`Self::was_committed`] until the database answers. Fails when the store is closed.
    pub async fn outcome(&self, unanswered: &Unanswered) -> DatabaseResult<bool> {
        loop {
            match self.was_committed(unanswered).await {
                Err(error) if !matches!(error, DatabaseError::PoolClosed) => tokio::time::sleep(ASK_EVERY).await,
                answer => return answer,
            }
        }
    }

    /// Whether a transaction was committed whose COMMIT was not answered. If it was not, it never will be.
    pub async fn was_committed(&self, unanswered: &Unanswered) -> DatabaseResult<bool> {
        let Unanswered { writer, n, .. } = *unanswered;
        // The COMMIT may still be under way: this waits for a transaction that has inserted the row, and takes the
        // number from one that has not. Not a connection for writes: all of them may wait for `unanswered`.
        let claim = sqlx::query("INSERT INTO commits (writer, n, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        let claim = claim.bind(writer).bind(n).bind(Timestamp::now()).persistent(false);
        // The row may be an earlier claim, whose answer was lost: only a claim has no events.
        let look = sqlx::query_scalar("SELECT events FROM commits WHERE writer = $1 AND n = $2").bind(writer).bind(n);
        let work = async {
            claim.execute(&self.reads).await?;
            let events: String = look.fetch_one(&self.reads).await?;
            Ok(events != NO_EVENTS)
        };
        timeout(self.timeout, work).await.unwrap_or(Err(DatabaseError::PoolTimedOut))
    }

    /// Removes some old rows. Returns whether there may be more.
    pub async fn forget_commits(&self, now: Timestamp) -> Result<bool> {
        // The oldest rows are the first of the primary key.
        let query = sqlx::query(
            "DELETE FROM commits WHERE (writer, n) IN (SELECT writer, n FROM (\
               SELECT writer, n, at FROM commits ORDER BY writer, n LIMIT $1) oldest WHERE at < $2)",
        );
        let query = query.bind(STEP).bind(now.plus_millis(-KEPT_MILLIS));
        Ok(self.within(self.write(query)).await? == STEP.unsigned_abs())
    }
}

/// The values of [`LOG`].
fn row(writer: i64, n: i64, events: &[&Event]) -> [Value; 4] {
    let events = serde_json::to_string(events).expect("events have string keys");
    [Value::Number(writer), Value::Number(n), Value::Number(Timestamp::now().0), Value::Text(events)]
}
