//! Removing for good what is only marked, in steps so short that nobody waits for them.

use std::sync::atomic::Ordering;

use serde::Serialize;
use sqlx::{AnyConnection, Executor, Row};

use super::{
    Store,
    engine::{Engine, Sql},
    types::json,
};
use crate::{
    error::Result,
    model::{ChatId, Timestamp, UserId},
};

/// Rows that one step changes at most: deleting a million at once would hold the writer for seconds.
const STEP: i64 = 500;

/// What one step is about: the chat's rows from a seq on, as many as a step may have.
struct Step {
    chat: ChatId,
    from: i64,
    now: Timestamp,
}

impl Store {
    /// Does one step of the oldest purge. Says whether there was anything to do.
    pub async fn purge_step(&self, now: Timestamp) -> Result<bool> {
        let work = async {
            let mut change = self.begin().await?;
            let query = sqlx::query(
                "SELECT p.id, p.chat_id, p.user_id, p.next_seq, c.last_seq FROM purges p \
                 JOIN chats c ON c.id = p.chat_id ORDER BY p.id LIMIT 1",
            );
            let Some(row) = query.fetch_optional(&mut *change).await? else {
                change.rollback().await?;
                return Ok(false);
            };
            let purge: i64 = row.try_get(0)?;
            let step = Step { chat: row.try_get(1)?, from: row.try_get(3)?, now };
            let last: i64 = row.try_get(4)?;

            let mut done = step.from + STEP > last;
            if let Some(writer) = row.try_get(2)? {
                erase_texts(&mut change, self.engine, &step, writer).await?;
            } else {
                delete_rows(&mut change, &step).await?;
                done = done && end_memberships(&mut change, &step).await? == 0;
            }
            let statement = if done {
                sqlx::query("DELETE FROM purges WHERE id = $1").bind(purge)
            } else {
                sqlx::query("UPDATE purges SET next_seq = $2 WHERE id = $1").bind(purge).bind(step.from + STEP)
            };
            statement.execute(&mut *change).await?;
            change.commit().await?;
            self.erased.store(true, Ordering::Relaxed);
            Ok(true)
        };
        self.within(work).await
    }

    /// After something was erased: makes SQLite's indexes of people anew, whose pages may keep copies of e-mails that
    /// were moved to other pages, and empties its log, which may have older states of pages.
    pub async fn forget_erased(&self) -> Result<()> {
        if self.engine != Engine::Sqlite || !self.erased.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let work = async {
            self.write(sqlx::query("REINDEX users")).await?;
            let mut connection = self.writes.acquire().await?;
            let row = connection.fetch_one("PRAGMA wal_checkpoint(TRUNCATE)").await?;
            row.try_get::<i64, _>("busy")
        };
        let emptied = self.within(work).await;
        if !matches!(emptied, Ok(0)) {
            self.erased.store(true, Ordering::Relaxed);
        }
        emptied.map(|_| ())
    }
}

/// Of a dropped group.
async fn delete_rows(connection: &mut AnyConnection, step: &Step) -> sqlx::Result<()> {
    for statement in [
        "DELETE FROM messages WHERE chat_id = $1 AND seq >= $2 AND seq < $3",
        "DELETE FROM reactions WHERE chat_id = $1 AND seq >= $2 AND seq < $3",
        "DELETE FROM revisions WHERE chat_id = $1 AND seq >= $2 AND seq < $3",
    ] {
        let query = sqlx::query(statement).bind(step.chat).bind(step.from).bind(step.from + STEP);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn end_memberships(connection: &mut AnyConnection, step: &Step) -> sqlx::Result<u64> {
    let query = sqlx::query(
        "UPDATE members SET left_at = $2, role = 0 WHERE chat_id = $1 AND user_id IN (\
         SELECT user_id FROM members WHERE chat_id = $1 AND left_at IS NULL LIMIT $3)",
    );
    let ended = query.bind(step.chat).bind(step.now).bind(STEP).execute(connection).await?;
    Ok(ended.rows_affected())
}

static REVISE: Sql = Sql::steps(&["INSERT INTO revisions (chat_id, revision, seq) \
     SELECT $2, q.revision, q.seq FROM rows($1: revision BIGINT, seq BIGINT) q WHERE true \
     ON CONFLICT (chat_id, seq) DO UPDATE SET revision = excluded.revision"]);

/// What somebody wrote and how somebody reacted, who took all of it along. Clients that have it learn of it.
async fn erase_texts(connection: &mut AnyConnection, engine: Engine, step: &Step, writer: UserId) -> sqlx::Result<()> {
    #[derive(Serialize)]
    struct Revised {
        revision: i64,
        seq: i64,
    }
    let query = sqlx::query(
        "SELECT seq FROM messages WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND sender_id = $4 \
           AND deleted_at IS NULL \
         UNION SELECT seq FROM reactions WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND user_id = $4 ORDER BY seq",
    );
    let query = query.bind(step.chat).bind(step.from).bind(step.from + STEP).bind(writer);
    let rows = query.fetch_all(&mut *connection).await?;
    let seqs = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<Vec<i64>>>()?;
    if seqs.is_empty() {
        return Ok(());
    }

    // The chat first, as the writer does: else each could wait for what the other has changed.
    let count = i64::try_from(seqs.len()).unwrap_or(STEP);
    let query = sqlx::query("UPDATE chats SET revision = revision + $2 WHERE id = $1 RETURNING revision");
    let last: i64 = query.bind(step.chat).bind(count).fetch_one(&mut *connection).await?.try_get(0)?;

    let query = sqlx::query(
        "UPDATE messages SET content = '', deleted_at = $5 \
         WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND sender_id = $4 AND deleted_at IS NULL",
    );
    let query = query.bind(step.chat).bind(step.from).bind(step.from + STEP).bind(writer).bind(step.now);
    query.execute(&mut *connection).await?;
    let query = sqlx::query(
        "DELETE FROM reactions WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND (user_id = $4 \
           OR seq IN (SELECT seq FROM messages WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND sender_id = $4))",
    );
    let query = query.bind(step.chat).bind(step.from).bind(step.from + STEP).bind(writer);
    query.execute(&mut *connection).await?;

    let revised: Vec<_> = (last - count + 1..).zip(seqs).map(|(revision, seq)| Revised { revision, seq }).collect();
    sqlx::query(REVISE.on(engine)).bind(json(&revised)).bind(step.chat).execute(connection).await?;
    Ok(())
}
