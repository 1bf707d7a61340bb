//! The only way to write: a transaction that closes its connection if anything in it fails.
//!
//! After a full disk, an I/O error or a timeout, the engine, the driver and this module may disagree on what is open on
//! a connection, and every later transaction on it would fail. So a connection is kept only after a successful commit or
//! rollback; any other is closed.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{
    Any, AnyConnection,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use super::{Store, engine::Engine, errors::is_of_connection, health::Health, script::Script, writers::Writer};
#[cfg(feature = "mutations")]
use crate::mutations::{self, Mutation};

/// A transaction that writes. Dropped before [`Change::commit`] or [`Change::rollback`] has succeeded, it closes its
/// connection, which rolls it back.
pub(super) struct Change {
    engine: Engine,
    /// `None` when it has ended.
    writer: Option<Writer>,
    health: Arc<Health>,
}

impl Store {
    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> sqlx::Result<Change> {
        Ok(self.begin_by(&self.opening()).await?.0)
    }

    /// What begins a transaction that writes: other statements may follow.
    pub(super) fn opening(&self) -> Script {
        Script::new(self.engine, self.fence.begin(self.engine))
    }

    /// Begins a transaction with these statements, which write nothing. Returns the rows of the last one.
    pub(super) async fn begin_by(&self, opening: &Script) -> sqlx::Result<(Change, Vec<AnyRow>)> {
        let begin = async {
            let writer = self.writers.acquire().await?;
            let mut change = Change { engine: self.engine, writer: Some(writer), health: self.health.clone() };
            let writer = change.writer();
            let rows = match opening.send(writer).await {
                // Since its last use, the database was restarted or changed, or a proxy has closed the connection.
                Err(error) if writer.was_kept() && is_of_connection(&error) => {
                    writer.replace().await?;
                    opening.send(writer).await?
                }
                answer => answer?,
            };
            Ok((change, rows))
        };
        begin.await.inspect_err(|error| {
            self.fence.notice(error);
            self.health.failed(Some(error));
        })
    }

    /// Executes one statement in a transaction. Returns how many rows it affected.
    pub(super) async fn write(&self, query: Query<'_, Any, AnyArguments>) -> sqlx::Result<u64> {
        let mut change = self.begin().await?;
        let rows = query.execute(&mut *change).await?.rows_affected();
        change.commit().await?;
        Ok(rows)
    }
}

impl Change {
    /// Commits: the changes are on disk when this returns. After an error they may be.
    pub(super) async fn commit(self) -> sqlx::Result<()> {
        let ending = Script::new(self.engine, "COMMIT");
        self.commit_by(&ending).await.map(drop)
    }

    /// Commits with these statements. Returns the rows of each.
    pub(super) async fn commit_by(self, ending: &Script) -> sqlx::Result<Vec<Vec<AnyRow>>> {
        let health = self.health.clone();
        let answers = self.settle(ending).await.inspect_err(|error| health.failed(Some(error)))?;
        health.wrote();
        Ok(answers)
    }

    /// Rolls back, where that is an expected outcome: cheaper than a new connection.
    pub(super) async fn rollback(self) -> sqlx::Result<()> {
        let ending = Script::new(self.engine, "ROLLBACK");
        self.settle(&ending).await.map(drop)
    }

    async fn settle(mut self, ending: &Script) -> sqlx::Result<Vec<Vec<AnyRow>>> {
        let answers = ending.answers(self.writer()).await?;
        self.writer.take().expect("it has not ended").keep();
        Ok(answers)
    }

    fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("it has not ended")
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            #[cfg(feature = "mutations")]
            if mutations::makes(Mutation::KeepPoisonedConnection) {
                return writer.keep();
            }
            drop(writer);
            self.health.failed(None);
        }
    }
}

impl Deref for Change {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.writer.as_ref().expect("it has not ended")
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.writer()
    }
}
