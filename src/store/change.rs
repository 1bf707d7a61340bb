//! The only way to write: a transaction that closes its connection if anything in it fails.
//!
//! After a full disk, an I/O error or a timeout, the engine, the driver and this module may disagree on what is open on
//! a connection, and every later transaction on it would fail. So a connection returns to the pool only after a
//! successful commit or rollback; the pool replaces any other.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Any, AnyConnection, AssertSqlSafe, Executor, any::AnyArguments, pool::PoolConnection, query::Query};

use super::{Store, health::Health};
#[cfg(feature = "mutations")]
use crate::mutations::{self, Mutation};

/// A transaction that writes. Dropped before [`Change::commit`] or [`Change::rollback`] has succeeded, it closes its
/// connection, which rolls it back.
pub(super) struct Change {
    connection: PoolConnection<Any>,
    health: Arc<Health>,
    settled: bool,
}

impl Store {
    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> sqlx::Result<Change> {
        self.begin_by(self.fence.begin(self.engine)).await
    }

    /// Begins one with these statements.
    pub(super) async fn begin_by(&self, sql: impl Into<String>) -> sqlx::Result<Change> {
        let sql = sql.into();
        let begin = async {
            let connection = self.writes.acquire().await?;
            let mut change = Change { connection, health: self.health.clone(), settled: false };
            change.connection.execute(AssertSqlSafe(sql)).await?;
            Ok(change)
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
        self.commit_by("COMMIT".to_owned()).await
    }

    /// Commits with these statements.
    pub(super) async fn commit_by(self, sql: String) -> sqlx::Result<()> {
        let health = self.health.clone();
        match self.settle(sql).await {
            Ok(()) => health.wrote(),
            Err(error) => {
                health.failed(Some(&error));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Rolls back, where that is an expected outcome: cheaper than a new connection.
    pub(super) async fn rollback(self) -> sqlx::Result<()> {
        self.settle("ROLLBACK".to_owned()).await
    }

    async fn settle(mut self, end: String) -> sqlx::Result<()> {
        self.connection.execute(AssertSqlSafe(end)).await?;
        self.settled = true;
        Ok(())
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if !self.settled {
            #[cfg(feature = "mutations")]
            if mutations::makes(Mutation::KeepPoisonedConnection) {
                return;
            }
            self.connection.close_on_drop();
            self.health.failed(None);
        }
    }
}

impl Deref for Change {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.connection
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}
