//! The writer's transaction: looks up what a batch of commands is about, stores what they change, and commits.

mod edits;
mod erasure;
mod lookup;
mod membership;
mod messages;
mod standing;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use sqlx::AnyConnection;
use tokio::time::timeout;

use super::{
    Store,
    change::Change,
    engine::{Engine, Sql},
    fence::BatchId,
    search::NameIndex,
    types::json,
};
use crate::model::{Timestamp, UserId};

pub use edits::ReactionKey;
pub use erasure::Erased;
pub use lookup::{Lookup, Situation, StoredChat, StoredMessage};
pub use membership::NewMember;
pub use messages::{Author, ChatChange, NewMessage, Written, cost};
pub use standing::NewStanding;

/// A transaction that changes chats. Dropped without [`Batch::commit`], it changes nothing.
pub struct Batch {
    engine: Engine,
    change: Change,
    /// `None` if its outcome cannot be looked up.
    id: Option<BatchId>,
    timeout: Duration,
    names: Arc<NameIndex>,
    /// People whose accounts it deletes.
    erased: Vec<UserId>,
    has_erased: Arc<AtomicBool>,
}

/// Why a batch is not known to be committed.
#[derive(Debug)]
pub enum Uncommitted {
    /// It changed nothing.
    Undone(sqlx::Error),
    /// The answer to COMMIT was lost: ask [`Store::was_committed`].
    Unknown(BatchId, sqlx::Error),
}

impl Store {
    /// Begins a transaction of the writer.
    pub async fn batch(&self) -> sqlx::Result<Batch> {
        let id = self.fence.next_batch();
        let change = self.begin_by(self.fence.begin(self.engine, id)).await?;
        Ok(Batch {
            engine: self.engine,
            change,
            id,
            timeout: self.timeout,
            names: self.names.clone(),
            erased: Vec::new(),
            has_erased: self.erased.clone(),
        })
    }

    /// How long a whole batch may take.
    pub fn batch_timeout(&self) -> Duration {
        self.timeout
    }
}

impl Batch {
    /// Commits: the changes are on disk when this returns.
    pub async fn commit(self) -> Result<(), Uncommitted> {
        let commit = self.change.commit();
        let committed = match self.id {
            Some(id) => {
                let committed = timeout(self.timeout, commit).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
                committed.map_err(|error| Uncommitted::Unknown(id, error))
            }
            // No timeout: its outcome could not be looked up later.
            None => commit.await.map_err(Uncommitted::Undone),
        };
        // After a failure too: it may be committed.
        if !self.erased.is_empty() {
            self.has_erased.store(true, Ordering::Relaxed);
        }
        self.names.have_changed(self.erased);
        committed
    }

    /// Executes a statement whose `$1` is a table and whose `$2`, if it has one, is the time. Does nothing without
    /// rows.
    async fn execute(
        &mut self,
        sql: &'static Sql,
        rows: &[impl Serialize],
        now: Option<Timestamp>,
    ) -> sqlx::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut query = sqlx::query(sql.on(self.engine)).bind(json(rows));
        if let Some(now) = now {
            query = query.bind(now);
        }
        query.execute(self.connection()).await.map(|_| ())
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.change
    }
}
