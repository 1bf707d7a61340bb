//! Commits batches. Repeats a batch after a conflict with another transaction, applies it task by task if one task
//! makes all of them fail, and looks up its outcome if the answer to the commit was lost.

use tokio::time::timeout;

use super::{
    apply::{self, Memory},
    command::Task,
};
#[cfg(feature = "mutations")]
use crate::mutations::{self, Mutation};
use crate::{
    config::Limits,
    error::Result,
    live::Outcome,
    model::Logged,
    store::{self, DatabaseError, Store, Unanswered, Uncommitted},
};

/// How often a batch is tried when it conflicts with other transactions.
const ATTEMPTS: usize = 3;

pub(super) struct Committer {
    store: Store,
    memory: Memory,
    /// Nothing else is committed before its outcome is known, to keep events in order.
    unsettled: Option<Unsettled>,
}

/// A batch whose COMMIT was not answered, and its outcomes if it was committed.
struct Unsettled {
    batch: Unanswered,
    outcomes: Vec<Result<Outcome>>,
}

/// A transaction that was committed, or was rejected as a whole.
#[derive(Default)]
pub(super) struct Done {
    /// Its row in the log; `None` if it changed nothing.
    pub(super) logged: Option<Logged>,
    /// Of each task.
    pub(super) outcomes: Vec<Result<Outcome>>,
}

impl Done {
    fn refused(outcomes: Vec<Result<Outcome>>) -> Self {
        Self { logged: None, outcomes }
    }
}

/// Why a batch had no outcome.
enum Failure {
    Database(DatabaseError),
    /// The database connection was lost, and nothing was committed.
    Undone,
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

impl Committer {
    pub(super) fn new(store: Store, limits: &Limits) -> Self {
        Self { memory: Memory::new(limits, store.clone()), store, unsettled: None }
    }

    /// Whether [`Self::settle`] has something to do.
    pub(super) fn is_unsettled(&self) -> bool {
        self.unsettled.is_some()
    }

    /// Commits a batch. If it fails as a whole, applies it task by task, so that one task does not fail the others.
    pub(super) async fn commit(&mut self, tasks: &[Task]) -> Vec<Done> {
        if tasks.is_empty() {
            return Vec::new();
        }
        let error = match self.insist(tasks).await {
            Ok(done) => return vec![done],
            Err(error) => error,
        };
        if error.outage().is_some() {
            return vec![Done::refused(tasks.iter().filter_map(|_| error.outage().map(Err)).collect())];
        }
        if tasks.len() == 1 {
            return vec![Done::refused(vec![Err(error)])];
        }
        tracing::warn!(tasks = tasks.len(), "a batch failed as a whole; applying it task by task");
        let mut all = Vec::with_capacity(tasks.len());
        for task in tasks {
            let done = self.insist(std::slice::from_ref(task)).await;
            all.push(done.unwrap_or_else(|error| Done::refused(vec![Err(error)])));
        }
        all
    }

    async fn insist(&mut self, tasks: &[Task]) -> Result<Done> {
        let mut attempt = 1;
        loop {
            let failure = match self.transact(tasks).await {
                Ok(done) => {
                    self.memory.allowances.keep();
                    return Ok(done);
                }
                Err(failure) => failure,
            };
            // The transaction was rolled back, but the rosters in memory were not.
            self.memory.rosters.forget_all();
            if self.is_unsettled() {
                self.memory.allowances.keep_unsettled();
            } else {
                self.memory.allowances.give_back();
            }
            match failure {
                Failure::Database(error) if attempt == ATTEMPTS || !store::is_conflict(&error) => {
                    return Err(self.store.failure(error));
                }
                Failure::Undone if attempt == ATTEMPTS => return Err(DatabaseError::PoolTimedOut.into()),
                Failure::Database(_) | Failure::Undone => attempt += 1,
            }
        }
    }

    async fn transact(&mut self, tasks: &[Task]) -> Result<Done, Failure> {
        if self.unsettled.is_some() {
            return Err(DatabaseError::PoolTimedOut.into());
        }
        #[cfg(feature = "mutations")]
        let turn = mutations::turn().await;
        let work = async {
            let mut batch = self.store.batch(tasks.iter().filter_map(Task::chat));
            let mut outcomes = apply::all(&mut batch, &mut self.memory, tasks).await?;
            for (task, outcome) in tasks.iter().zip(outcomes.iter_mut().map(Result::as_mut)) {
                if let Ok(outcome) = outcome {
                    outcome.cause = task.cause();
                }
            }
            Ok((batch, outcomes))
        };
        let work = timeout(self.store.batch_timeout(), work).await;
        let (batch, outcomes) = work.unwrap_or(Err(DatabaseError::PoolTimedOut))?;
        let caused = outcomes.iter().flatten().filter(|outcome| !outcome.is_repeated);
        let events: Vec<_> = caused.flat_map(|outcome| &outcome.events).collect();
        #[cfg(feature = "mutations")]
        if mutations::makes(Mutation::AckBeforeCommit) {
            let events: Vec<_> = events.into_iter().cloned().collect();
            tokio::spawn(mutations::late(turn, async move { batch.commit(&events.iter().collect::<Vec<_>>()).await }));
            return Ok(Done::refused(outcomes));
        }
        match batch.commit(&events).await {
            Ok(logged) => Ok(Done { logged, outcomes }),
            // A batch that caused nothing is not logged, so its outcome cannot be looked up; but repeating it is harmless.
            Err(Uncommitted::Undone(_)) if events.is_empty() => Err(Failure::Undone),
            Err(Uncommitted::Undone(error)) => Err(error.into()),
            Err(Uncommitted::Unknown(batch, error)) => {
                tracing::warn!(cause = %error, "a commit was not answered; looking up its outcome");
                self.find_out(Unsettled { batch, outcomes }).await
            }
        }
    }

    /// Looks up the outcome of a batch, if the database is back in time. Otherwise the batch stays unsettled.
    async fn find_out(&mut self, unsettled: Unsettled) -> Result<Done, Failure> {
        #[cfg(feature = "mutations")]
        if mutations::makes(Mutation::LoseAmbiguousCommit) {
            return Err(Failure::Undone);
        }
        match timeout(self.store.batch_timeout(), self.store.outcome(&unsettled.batch)).await {
            Ok(Ok(Some(logged))) => Ok(Done { logged: Some(logged), outcomes: unsettled.outcomes }),
            Ok(Ok(None)) => Err(Failure::Undone),
            Ok(Err(_)) | Err(_) => {
                self.unsettled = Some(unsettled);
                Err(DatabaseError::PoolTimedOut.into())
            }
        }
    }

    /// Returns a batch whose outcome was unknown until now, if it was committed.
    pub(super) async fn settle(&mut self) -> Option<Done> {
        let unsettled = self.unsettled.take()?;
        let Ok(logged) = self.store.was_committed(&unsettled.batch).await else {
            self.unsettled = Some(unsettled);
            return None;
        };
        logged.map(|logged| Done { logged: Some(logged), outcomes: unsettled.outcomes })
    }
}
