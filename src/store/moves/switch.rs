//! The end of a move: writes stop, the last changes follow, and the source is marked as moved.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};
use sqlx::Executor;

use super::{MOVED_AT, MoveSource, SCHEMA, Taken, capture, note, notes, source::take_over};
use crate::{
    model::Timestamp,
    store::{
        DatabaseResult,
        engine::Engine,
        migrations,
        tables::{PAGE, numbers, tables},
    },
};

/// Writes to the source have stopped. Dropped, they continue.
pub struct Switch<'a> {
    source: &'a mut MoveSource,
    after: i64,
}

impl MoveSource {
    /// Stops all writes to it, when those under way have ended. Reads continue. Fails if a change was not recorded.
    pub async fn stop_writes(&mut self) -> anyhow::Result<Switch<'_>> {
        if let Err(error) = self.try_to_stop_writes().await {
            self.roll_back().await;
            return Err(error);
        }
        Ok(Switch { source: self, after: 0 })
    }

    async fn try_to_stop_writes(&mut self) -> anyhow::Result<()> {
        take_over(self.engine, &mut self.connection).await?;
        if self.engine == Engine::Postgres {
            // A migration is no write of a server.
            self.connection.execute("LOCK TABLE _sqlx_migrations IN SHARE MODE").await?;
        }
        self.ensure_recorded().await
    }

    /// Fails if the schema has changed since the move was begun, or if changes are no longer recorded: some of them are
    /// lost to the move then.
    pub(super) async fn ensure_recorded(&mut self) -> anyhow::Result<()> {
        let (engine, connection) = (self.engine, &mut self.connection);
        let advice = "give it up with `hearth move --abandon`, delete the new database, and move again";
        let begun = notes(connection).await?.remove(SCHEMA).unwrap_or_default();
        let now = migrations::version(engine, connection).await?;
        ensure!(
            begun == now.to_string(),
            "the schema of {} had version {begun} when the move was begun, and has {now} now: {advice}",
            self.place
        );
        ensure!(
            tables(engine, connection).await? == self.tables,
            "the tables of {} have changed since the move was begun: {advice}",
            self.place
        );
        if let Some(table) = capture::unrecorded(engine, connection, &self.tables).await? {
            bail!(
                "what changes in {table} of {} is no longer recorded, so the move is not complete: {advice}",
                self.place
            );
        }
        Ok(())
    }
}

impl Switch<'_> {
    /// The next recorded changes; nothing writes any more.
    pub async fn changes(&mut self) -> anyhow::Result<Taken> {
        let taken = self.source.changes_after(self.after, PAGE).await?;
        self.after = taken.numbers.last().copied().unwrap_or(self.after);
        Ok(taken)
    }

    /// The highest numbers that numbered tables have given to rows.
    pub async fn numbers(&mut self) -> DatabaseResult<BTreeMap<String, i64>> {
        numbers(self.source.engine, &mut self.source.connection, &self.source.tables).await
    }

    /// Marks the source as moved: nothing can write to it again, and its server ends.
    pub async fn finish(self, now: Timestamp) -> DatabaseResult<()> {
        let (engine, connection) = (self.source.engine, &mut self.source.connection);
        note(connection, MOVED_AT, &now.0.to_string()).await?;
        connection.execute("DELETE FROM writers").await?;
        // PostgreSQL keeps the triggers: dropping them waits for everything that reads a table, such as a backup. There,
        // begin_write refuses all writes.
        if engine == Engine::Sqlite {
            capture::remove(engine, connection).await?;
            capture::refuse_writes(connection).await?;
        }
        connection.execute("COMMIT").await.map(|_| ())
    }

    /// Lets writes continue.
    pub async fn give_up(self) -> DatabaseResult<()> {
        self.source.connection.execute("ROLLBACK").await.map(|_| ())
    }
}
