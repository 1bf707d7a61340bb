//! The writer's transaction: looks up what a batch of commands is about, stores what they change, and commits.

mod edits;
mod erasure;
mod expiry;
mod lookup;
mod membership;
mod messages;
mod standing;

use std::{sync::atomic::Ordering, time::Duration};

use serde::Serialize;
use sqlx::AnyConnection;

use super::{Store, change::Change, commits::Uncommitted, engine::Sql, scrub::note_erasure, types::json};
use crate::model::{Event, Timestamp, UserId};

pub use edits::ReactionKey;
pub use erasure::Erased;
pub use expiry::Expired;
pub use lookup::{Lookup, Situation, StoredChat, StoredMessage};
pub use membership::NewMember;
pub use messages::{Author, ChatChange, NewMessage, Written, cost};
pub use standing::NewStanding;

/// A transaction that changes chats. Dropped without [`Batch::commit`], it changes nothing.
pub struct Batch {
    store: Store,
    change: Change,
    /// People whose accounts it deletes.
    erased: Vec<UserId>,
}

impl Store {
    /// Begins a transaction of the writer.
    pub async fn batch(&self) -> sqlx::Result<Batch> {
        Ok(Batch { store: self.clone(), change: self.begin().await?, erased: Vec::new() })
    }

    /// How long a whole batch may take.
    pub fn batch_timeout(&self) -> Duration {
        self.timeout
    }
}

impl Batch {
    /// Commits, and logs what the batch caused: both are on disk when this returns.
    pub async fn commit(self, events: &[&Event]) -> Result<(), Uncommitted> {
        let committed = self.store.commit_logged(self.change, events).await;
        // After a failure too: it may be committed.
        if !self.erased.is_empty() {
            self.store.erasures.fetch_add(1, Ordering::Relaxed);
        }
        self.store.names.have_changed(self.erased);
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
        let mut query = sqlx::query(sql.on(self.store.engine)).bind(json(rows));
        if let Some(now) = now {
            query = query.bind(now);
        }
        query.execute(self.connection()).await.map(|_| ())
    }

    /// Records that it deletes texts.
    async fn note_erasure(&mut self) -> sqlx::Result<()> {
        let engine = self.store.engine;
        note_erasure(engine, self.connection()).await
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.change
    }
}
