//! Ensures that only one process writes. On PostgreSQL each transaction that writes checks the generation of its
//! server: after another server has taken over, all of them fail. On SQLite the lock file is enough.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use sqlx::{AnyConnection, AssertSqlSafe, Executor};
use tokio_util::sync::CancellationToken;

use super::{DatabaseError, DatabaseResult, ServingGuard, Store, engine::Engine};
use crate::{config::Database, error::Result, model::Timestamp};

/// The error of the function `begin_write`.
const FENCED: &str = "57H01";
/// Waits for the previous server's transactions; PostgreSQL ends idle ones.
const TAKE_OVER: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '60s'; \
     SELECT pg_advisory_xact_lock(hashtextextended('hearth writes ' || current_schema(), 0)); DELETE FROM writers";
/// Batches whose rows are kept, although only the last one's is looked up.
const KEPT_COMMITS: i64 = 1000;

/// The right to write, as the database knows it.
#[derive(Clone, Default)]
pub(super) struct Fence {
    /// `None` if nothing is checked.
    generation: Option<i64>,
    /// The number of batches so far.
    batches: Arc<AtomicI64>,
    lost: CancellationToken,
}

/// Names a batch in the table `commits`.
#[derive(Debug, Clone, Copy)]
pub struct BatchId {
    writer: i64,
    n: i64,
}

impl Store {
    /// Opens the database for the process that may write to it. From now on, all writes of the previous process fail.
    pub async fn open_to_write(config: &Database, _guard: &ServingGuard) -> anyhow::Result<Self> {
        let mut store = Self::open(config).await?;
        if store.engine == Engine::Postgres {
            store.fence.generation = Some(store.take_over().await?);
        }
        Ok(store)
    }

    /// Whether a batch was committed whose COMMIT was not answered. Waits for the end of its transaction.
    pub async fn was_committed(&self, batch: BatchId) -> DatabaseResult<bool> {
        let work = async {
            let mut change = self.begin().await?;
            let claim = sqlx::query("INSERT INTO commits (writer, n, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
            let claim = claim.bind(batch.writer).bind(batch.n).bind(Timestamp::now());
            let is_free = claim.execute(&mut *change).await?.rows_affected() > 0;
            change.rollback().await?;
            Ok(!is_free)
        };
        tokio::time::timeout(self.timeout, work).await.unwrap_or(Err(DatabaseError::PoolTimedOut))
    }

    /// Removes the rows of old batches.
    pub async fn forget_commits(&self) -> Result<()> {
        let Some(generation) = self.fence.generation else { return Ok(()) };
        let until = self.fence.batches.load(Ordering::Relaxed) - KEPT_COMMITS;
        let query = sqlx::query("DELETE FROM commits WHERE writer < $1 OR (writer = $1 AND n < $2)");
        self.within(self.write(query.bind(generation).bind(until))).await.map(|_| ())
    }

    async fn take_over(&self) -> DatabaseResult<i64> {
        let mut change = self.begin_by(TAKE_OVER.to_owned()).await?;
        let query = sqlx::query_scalar("INSERT INTO writers (started_at) VALUES ($1) RETURNING generation");
        let generation = query.bind(Timestamp::now()).fetch_one(&mut *change).await?;
        change.commit().await?;
        Ok(generation)
    }
}

impl Fence {
    /// The next batch's id; `None` if its outcome cannot be looked up.
    pub(super) fn next_batch(&self) -> Option<BatchId> {
        let writer = self.generation?;
        Some(BatchId { writer, n: 1 + self.batches.fetch_add(1, Ordering::Relaxed) })
    }

    /// The statements that begin a transaction that writes, with the id of its batch, if it is one.
    pub(super) fn begin(&self, engine: Engine, batch: Option<BatchId>) -> String {
        let Some(generation) = self.generation else { return engine.begin().to_owned() };
        let n = batch.map_or("NULL".to_owned(), |batch| batch.n.to_string());
        let now = Timestamp::now().0;
        format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT begin_write({generation}, {n}, {now})")
    }

    /// Checks an error of [`Self::begin`] for a lost right to write.
    pub(super) fn notice(&self, error: &DatabaseError) {
        if error.as_database_error().is_some_and(|error| error.code().is_some_and(|code| code == FENCED)) {
            self.lost.cancel();
        }
    }

    /// Returns when a transaction has failed because another process may write.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Whether this process may still write.
    pub(super) async fn holds(&self, connection: &mut AnyConnection) -> DatabaseResult<bool> {
        let Some(generation) = self.generation else { return Ok(true) };
        let sql = format!("SELECT 1 FROM writers WHERE generation = {generation}");
        Ok(connection.fetch_optional(AssertSqlSafe(sql)).await?.is_some())
    }
}
