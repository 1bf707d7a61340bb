//! The log of commits: one row for each transaction whose effect another process or a later consumer must learn of,
//! with the events that it caused. It is the durable source of everything that happens because of a change: consumers
//! read it in order per writer, at least once, and continue after a crash where they stopped. See [`Store::followed`].
//!
//! A row is inserted together with the COMMIT, in the order of the rows' numbers: the next one is sent only when the
//! outcome of the one before is known. So a consumer that has seen row 7 of a writer has seen rows 1 to 6.

mod consumers;
mod others;

use std::{
    mem::take,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::{Row, any::AnyRow};
use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard, broadcast, mpsc, oneshot},
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
    model::{Cursor, Event, Logged, Timestamp},
};

pub use consumers::Commit;
pub use others::OthersCommit;
pub(super) use others::WRITERS;

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

/// The same for a server of several: the row also names the newest rows of the others. Those that this transaction has
/// waited for are among them, because it holds its locks already.
pub(super) static LOG_FOLLOWING: Prepared = Prepared::new(
    "log_following(BIGINT, BIGINT, BIGINT, TEXT)",
    "INSERT INTO commits (writer, n, at, events, follows) VALUES ($1, $2, $3, $4, COALESCE((\
       SELECT CAST(json_agg(json_build_array(w.generation, k.n)) AS TEXT) FROM writers w \
         JOIN LATERAL (SELECT c.n FROM commits c WHERE c.writer = w.generation ORDER BY c.n DESC LIMIT 1) k ON TRUE \
       WHERE w.generation <> $1), '[]')) RETURNING follows",
);

/// What the column `events` has by default.
const NO_EVENTS: &str = "[]";

/// How many late changes wait to be delivered: more than there can be transactions at a time.
const LATE: usize = 1024;

/// The number of this process's newest row. Its lock is held from the choice of a number until the outcome is known.
pub(super) type Order = Arc<AsyncMutex<i64>>;

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

/// A row that this process has logged outside of the writer's batches, for the other servers.
#[derive(Debug)]
pub struct Aside {
    /// The row.
    pub logged: Logged,
    /// What it caused; none if the number is that of a transaction which was not committed.
    pub events: Vec<Event>,
}

/// Passes on what other servers must be told, if there are any.
#[derive(Clone, Default)]
pub(super) struct Asides {
    sender: Option<mpsc::UnboundedSender<Aside>>,
    /// Until somebody asks for it.
    receiver: Arc<Mutex<Option<mpsc::UnboundedReceiver<Aside>>>>,
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
    ) -> Result<Option<Logged>, Uncommitted> {
        let Some(writer) = self.fence.generation().filter(|_| !events.is_empty()) else {
            let committed = self.commit_in_time(change, &last.then("COMMIT")).await;
            return committed.map(|_| None).map_err(Uncommitted::Undone);
        };
        let order = timeout(self.timeout, self.order.clone().lock_owned()).await;
        let mut order = order.map_err(|_| Uncommitted::Undone(DatabaseError::PoolTimedOut))?;
        *order += 1;
        let n = *order;
        let log = if self.fence.is_shared() { &LOG_FOLLOWING } else { &LOG };
        let ending = last.execute(log, row(writer, n, events)).then("COMMIT");
        let committed = self.commit_in_time(change, &ending).await;
        let committed = committed.and_then(|answers| {
            let follows = answers.iter().flatten().next().map(|row| follows(row.try_get("follows")?)).transpose()?;
            Ok(Some(Logged { n, follows: follows.unwrap_or_default() }))
        });
        committed.map_err(|error| match self.engine {
            // SQLite answers every COMMIT.
            Engine::Sqlite => Uncommitted::Undone(error),
            Engine::Postgres => Uncommitted::Unknown(Unanswered { writer, n, _order: order }, error),
        })
    }

    async fn commit_in_time(&self, change: Change, ending: &Script) -> DatabaseResult<Vec<Vec<AnyRow>>> {
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
        let events_of = events.iter().collect::<Vec<_>>();
        let logged = match self.commit_logged(change, Script::empty(self.engine), &events_of).await {
            Ok(logged) => logged,
            Err(Uncommitted::Undone(error)) => return Err(error),
            Err(Uncommitted::Unknown(unanswered, error)) => match self.outcome(&unanswered).await {
                Ok(Some(logged)) => Some(logged),
                Ok(None) | Err(_) => return Err(error),
            },
        };
        if let Some(logged) = logged {
            self.asides.pass(|| Aside { logged, events: events.to_vec() });
        }
        let changed = events.iter().filter_map(|event| match event {
            Event::PersonAdded { user } | Event::PersonRenamed { user, .. } => Some(*user),
            _ => None,
        });
        self.names.have_changed(changed);
        Ok(())
    }

    /// Asks [`Self::was_committed`] until the database answers. Fails when the store is closed.
    pub async fn outcome(&self, unanswered: &Unanswered) -> DatabaseResult<Option<Logged>> {
        loop {
            match self.was_committed(unanswered).await {
                Err(error) if !matches!(error, DatabaseError::PoolClosed) => tokio::time::sleep(ASK_EVERY).await,
                answer => return answer,
            }
        }
    }

    /// The row of a transaction whose COMMIT was not answered. If it was not committed, it never will be.
    pub async fn was_committed(&self, unanswered: &Unanswered) -> DatabaseResult<Option<Logged>> {
        let Unanswered { writer, n, .. } = *unanswered;
        // The COMMIT may still be under way: this waits for a transaction that has inserted the row, and takes the
        // number from one that has not. Not a connection for writes: all of them may wait for `unanswered`.
        let claim = sqlx::query("INSERT INTO commits (writer, n, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        let claim = claim.bind(writer).bind(n).bind(Timestamp::now()).persistent(false);
        // The row may be an earlier claim, whose answer was lost: only a claim has no events.
        let look = sqlx::query("SELECT events, follows FROM commits WHERE writer = $1 AND n = $2").bind(writer).bind(n);
        let work = async {
            claim.execute(&self.reads).await?;
            let row = look.fetch_one(&self.reads).await?;
            if row.try_get::<String, _>("events")? == NO_EVENTS {
                self.asides.pass(|| Aside { logged: Logged { n, follows: Vec::new() }, events: Vec::new() });
                return Ok(None);
            }
            Ok(Some(Logged { n, follows: follows(row.try_get("follows")?)? }))
        };
        timeout(self.timeout, work).await.unwrap_or(Err(DatabaseError::PoolTimedOut))
    }

    /// What this process logs outside of the writer's batches, from now on. `None` if no other server follows it, or if
    /// it was asked for before.
    pub fn asides(&self) -> Option<mpsc::UnboundedReceiver<Aside>> {
        self.asides.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
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

impl Asides {
    /// For a server of several.
    pub(super) fn shared() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender: Some(sender), receiver: Arc::new(Mutex::new(Some(receiver))) }
    }

    fn pass(&self, aside: impl FnOnce() -> Aside) {
        if let Some(sender) = &self.sender {
            // Fails when the server stops.
            drop(sender.send(aside()));
        }
    }
}

/// The rows that a row of the log names, from `[[writer, n], …]`.
pub(super) fn follows(text: &str) -> DatabaseResult<Vec<Cursor>> {
    let pairs: Vec<(i64, i64)> = serde_json::from_str(text).map_err(|error| DatabaseError::Decode(Box::new(error)))?;
    Ok(pairs.into_iter().map(|(writer, n)| Cursor { writer, n }).collect())
}

/// The values of [`LOG`].
fn row(writer: i64, n: i64, events: &[&Event]) -> [Value; 4] {
    let events = serde_json::to_string(events).expect("events have string keys");
    [Value::Number(writer), Value::Number(n), Value::Number(Timestamp::now().0), Value::Text(events)]
}
