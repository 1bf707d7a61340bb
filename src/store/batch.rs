//! The writer's transaction: it looks up what a batch of commands is about, stores what they change, and commits.

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
    /// `None` if its outcome cannot be asked for.
    id: Option<BatchId>,
    timeout: Duration,
    names: Arc<NameIndex>,
    /// Who deleted their accounts.
    erased: Vec<UserId>,
    has_erased: Arc<AtomicBool>,
}

/// Why a batch does not count as committed.
#[derive(Debug)]
pub enum Uncommitted {
    /// It changed nothing.
    Undone(sqlx::Error),
    /// The answer was lost: [`Store::was_committed`] tells.
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
    /// Makes it all permanent: on disk when this returns.
    pub async fn commit(self) -> Result<(), Uncommitted> {
        let commit = self.change.commit();
        let committed = match self.id {
            Some(id) => {
                let committed = timeout(self.timeout, commit).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
                committed.map_err(|error| Uncommitted::Unknown(id, error))
            }
            // Not left before its end: nobody could find out later what became of it.
            None => commit.await.map_err(Uncommitted::Undone),
        };
        // After a failure too: nobody knows what became of it.
        if !self.erased.is_empty() {
            self.has_erased.store(true, Ordering::Relaxed);
        }
        self.names.have_changed(self.erased);
        committed
    }

    /// Executes a statement whose `$1` is a table of rows and whose `$2`, if it has one, is the time.
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
