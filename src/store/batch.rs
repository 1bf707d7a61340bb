//! The writer's transaction: looks up what a batch of commands is about, stores what they change, and commits.

mod edits;
mod erasure;
mod expiry;
mod lock;
mod lookup;
mod membership;
mod messages;
mod standing;

use std::{collections::HashSet, sync::atomic::Ordering, time::Duration};

use serde::Serialize;
use sqlx::{AnyConnection, any::AnyRow};

use super::{
    Store,
    change::Change,
    commits::Uncommitted,
    engine::{Engine, Sql},
    script::{Prepared, Script, Value},
    scrub::note_erasure,
    types::json,
};
use crate::model::{Event, Logged, Timestamp, UserId};

pub use edits::ReactionKey;
pub(super) use erasure::COMPANIONS;
pub use erasure::Erased;
pub use expiry::Expired;
pub use lock::Locked;
pub use lookup::{Lookup, Situation, StoredChat, StoredMessage};
pub use membership::NewMember;
pub use messages::{Author, ChatChange, NewMessage, Written, cost};
pub use standing::NewStanding;

use lock::LOCK;

/// The statements with which a batch begins.
pub(super) static PREPARED: [&Prepared; 3] = [&LOCK, &lookup::LOOK_UP, &lookup::LOOK_UP_CLOSELY];

/// A transaction that changes chats. Dropped without [`Batch::commit`], it changes nothing. It takes few round trips: it
/// begins together with its first look-up, and on SQLite it commits together with its last messages.
pub struct Batch {
    store: Store,
    /// `None` until it begins.
    change: Option<Change>,
    /// The chats that it locks when it begins.
    chats: HashSet<Locked>,
    /// Statements to be sent before the next one.
    unsent: Option<Script>,
    /// People whose accounts it deletes.
    erased: Vec<UserId>,
}

impl Store {
    /// A transaction of the writer, which changes these chats. PostgreSQL locks them when it begins, in one order, so that
    /// batches of two servers cannot wait for each other.
    pub fn batch(&self, chats: impl IntoIterator<Item = Locked>) -> Batch {
        let chats = match self.engine {
            Engine::Sqlite => HashSet::new(),
            Engine::Postgres => chats.into_iter().collect(),
        };
        Batch { store: self.clone(), change: None, chats, unsent: None, erased: Vec::new() }
    }

    /// How long a whole batch may take.
    pub fn batch_timeout(&self) -> Duration {
        self.timeout
    }
}

impl Batch {
    /// Commits, and logs what the batch caused: both are on disk when this returns. Returns the row of the log, if there is one.
    pub async fn commit(self, events: &[&Event]) -> Result<Option<Logged>, Uncommitted> {
        let Some(change) = self.change else { return Ok(None) };
        let last = self.unsent.unwrap_or_else(|| Script::empty(self.store.engine));
        let committed = self.store.commit_logged(change, last, events).await;
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
        query.execute(self.connection().await?).await.map(|_| ())
    }

    /// Records that it deletes texts.
    async fn note_erasure(&mut self) -> sqlx::Result<()> {
        let engine = self.store.engine;
        note_erasure(engine, self.connection().await?).await
    }

    /// The connection for a statement: all statements before it are sent.
    pub(super) async fn connection(&mut self) -> sqlx::Result<&mut AnyConnection> {
        let begun = match self.change.take() {
            Some(change) => change,
            None => self.store.begin_by(&self.opening()).await?.0,
        };
        let change = self.change.insert(begun);
        if let Some(unsent) = self.unsent.take() {
            unsent.send(change).await?;
        }
        Ok(change)
    }

    /// Begins with these statements, which write nothing, if it has not begun. Returns the rows of the last one.
    async fn ask(&mut self, question: impl FnOnce(Script) -> Script) -> sqlx::Result<Vec<AnyRow>> {
        if self.change.is_some() {
            let script = question(Script::empty(self.store.engine));
            return script.send(self.connection().await?).await;
        }
        let (change, rows) = self.store.begin_by(&question(self.opening())).await?;
        self.change = Some(change);
        Ok(rows)
    }

    /// What it begins with.
    fn opening(&self) -> Script {
        let opening = self.store.opening();
        if self.chats.is_empty() {
            return opening;
        }
        let chats: Vec<_> = self.chats.iter().collect();
        opening.execute(&LOCK, [Value::Text(json(&chats))])
    }
}
