//! Ensures that only one process writes. On PostgreSQL each transaction that writes checks the generation of its
//! server: after another server has taken over, all of them fail. In a cluster each server has a generation of its own, and
//! fails after the others have removed it. On SQLite the lock file is enough, and the generation only names the process in
//! the log of commits.

use sqlx::{AnyConnection, AssertSqlSafe, Executor};
use tokio_util::sync::CancellationToken;

use super::{
    DatabaseError, DatabaseResult, ServingGuard, Store, commits::Asides, engine::Engine, restoration, script::Script,
};
use crate::{config::Database, model::Timestamp};

/// The error of the function `begin_write`.
const FENCED: &str = "57H01";
/// The right to write, as the database knows it.
#[derive(Clone, Default)]
pub(super) struct Fence {
    /// Names this process in the log of commits. `None` if it was opened without the right to write: nothing is checked
    /// or logged.
    generation: Option<i64>,
    /// Whether other servers write, too.
    is_shared: bool,
    /// The work that another server may take over: transactions fail after that.
    work: Option<&'static str>,
    lost: CancellationToken,
}

impl Store {
    /// Opens the database for the process that may write to it. From now on, all writes of the previous process fail.
    pub async fn open_to_write(config: &Database, guard: &ServingGuard) -> anyhow::Result<Self> {
        let mut store = Self::open(config).await?;
        restoration::unmark_file(&config.url)?;
        if !guard.is_shared() {
            return store.taking_over().await;
        }
        store.fence.is_shared = true;
        store.asides = Asides::shared();
        store.fence.generation = Some(store.join().await?);
        Ok(store)
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

    /// Whether other servers write, too.
    pub(super) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The same right, for work that another server may take over.
    pub(super) fn of_work(&self, work: &'static str) -> Self {
        Self { work: self.is_shared.then_some(work), ..self.clone() }
    }

    /// The statements that begin a transaction that writes.
    pub(super) fn begin(&self, engine: Engine) -> String {
        match (engine, self.generation, self.work) {
            (Engine::Postgres, Some(generation), Some(work)) => {
                format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT begin_leased({generation}, '{work}')")
            }
            (Engine::Postgres, Some(generation), None) => {
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
