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
    pub(super) async fn commit(&mut self, tasks: &[Task]) -> Vec<Result<Outcome>> {
        if tasks.is_empty() {
            return Vec::new();
        }
        let error = match self.insist(tasks).await {
            Ok(outcomes) => return outcomes,
            Err(error) => error,
        };
        if error.outage().is_some() {
            return tasks.iter().filter_map(|_| error.outage().map(Err)).collect();
        }
        if tasks.len() == 1 {
            return vec![Err(error)];
        }
        tracing::warn!(tasks = tasks.len(), "a batch failed as a whole; applying it task by task");
        let mut outcomes = Vec::with_capacity(tasks.len());
        for task in tasks {
            match self.insist(std::slice::from_ref(task)).await {
                Ok(outcome) => outcomes.extend(outcome),
                Err(error) => outcomes.push(Err(error)),
            }
        }
        outcomes
    }

    async fn insist(&mut self, tasks: &[Task]) -> Result<Vec<Result<Outcome>>> {
        let mut attempt = 1;
        loop {
            let failure = match self.transact(tasks).await {
                Ok(outcomes) => {
                    self.memory.allowances.keep();
                    return Ok(outcomes);
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

    async fn transact(&mut self, tasks: &[Task]) -> Result<Vec<Result<Outcome>>, Failure> {
        if self.unsettled.is_some() {
            return Err(DatabaseError::PoolTimedOut.into());
        }
        #[cfg(feature = "mutations")]
        let turn = mutations::turn().await;
        let work = async {
            let mut batch = self.store.batch();
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
            return Ok(outcomes);
        }
        match batch.commit(&events).await {
            Ok(()) => Ok(outcomes),
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
    async fn find_out(&mut self, unsettled: Unsettled) -> Result<Vec<Result<Outcome>>, Failure> {
        #[cfg(feature = "mutations")]
        if mutations::makes(Mutation::LoseAmbiguousCommit) {
            return Err(Failure::Undone);
        }
        match timeout(self.store.batch_timeout(), self.store.outcome(&unsettled.batch)).await {
            Ok(Ok(true)) => Ok(unsettled.outcomes),
            Ok(Ok(false)) => Err(Failure::Undone),
            Ok(Err(_)) | Err(_) => {
                self.unsettled = Some(unsettled);
                Err(DatabaseError::PoolTimedOut.into())
            }
        }
    }

    /// Returns the outcomes of a batch whose outcome was unknown until now.
    pub(super) async fn settle(&mut self) -> Vec<Result<Outcome>> {
        let Some(unsettled) = self.unsettled.take() else { return Vec::new() };
        match self.store.was_committed(&unsettled.batch).await {
            Ok(true) => unsettled.outcomes,
            Ok(false) => Vec::new(),
            Err(_) => {
                self.unsettled = Some(unsettled);
                Vec::new()
            }
        }
    }
}
