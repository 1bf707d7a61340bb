//! Ensures that only one process writes. On PostgreSQL each transaction that writes checks the generation of its
//! server: after another server has taken over, all of them fail. On SQLite the lock file is enough, and the generation
//! only names the process in the log of commits.

use sqlx::{AnyConnection, AssertSqlSafe, Executor};
use tokio_util::sync::CancellationToken;

use super::{DatabaseError, DatabaseResult, ServingGuard, Store, engine::Engine, restoration, script::Script};
use crate::{config::Database, model::Timestamp};

/// The error of the function `begin_write`.
const FENCED: &str = "57H01";
/// The right to write, as the database knows it.
#[derive(Clone, Default)]
pub(super) struct Fence {
    /// Names this process in the log of commits. `None` if it was opened without the right to write: nothing is checked
    /// or logged.
    generation: Option<i64>,
    lost: CancellationToken,
}

impl Store {
    /// Opens the database for the process that may write to it. From now on, all writes of the previous process fail.
    pub async fn open_to_write(config: &Database, _guard: &ServingGuard) -> anyhow::Result<Self> {
        let store = Self::open(config).await?;
        restoration::unmark_file(&config.url)?;
        store.taking_over().await
    }

    /// Like [`Self::open_to_write`], for a database that is being restored. Its caller has the guard.
    pub(super) async fn open_unfinished(config: &Database) -> anyhow::Result<Self> {
        Self::open_any(config).await?.taking_over().await
    }

    async fn taking_over(mut self) -> anyhow::Result<Self> {
        self.fence.generation = Some(self.take_over().await?);
        Ok(self)
    }

    async fn take_over(&self) -> DatabaseResult<i64> {
        let (mut change, _) = self.begin_by(&Script::new(self.engine, self.engine.take_over())).await?;
        sqlx::query("DELETE FROM writers").execute(&mut *change).await?;
        let query = sqlx::query_scalar("INSERT INTO writers (started_at) VALUES ($1) RETURNING generation");
        let generation = query.bind(Timestamp::now()).fetch_one(&mut *change).await?;
        change.commit().await?;
        Ok(generation)
    }
}

impl Fence {
    pub(super) fn generation(&self) -> Option<i64> {
        self.generation
    }

    /// The statements that begin a transaction that writes.
    pub(super) fn begin(&self, engine: Engine) -> String {
        match (engine, self.generation) {
            (Engine::Postgres, Some(generation)) => {
                format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT begin_write({generation})")
            }
            _ => engine.begin().to_owned(),
        }
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
