//! Removes deleted groups and texts for good, in steps that are short enough to keep no write waiting.

use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::{
    Store,
    engine::{Engine, Sql},
    scrub::note_erasure,
    types::json,
};
use crate::{
    error::Result,
    model::{ChatId, Timestamp, UserId},
};

/// Most rows that one step changes: deleting a million at once would block the writer for seconds.
const STEP: i64 = 500;

/// The range of one step: `STEP` seqs of a chat.
struct Step {
    chat: ChatId,
    from: i64,
    now: Timestamp,
}

impl Store {
    /// Does one step of the oldest purge. Returns whether there was one.
    pub async fn purge_step(&self, now: Timestamp) -> Result<bool> {
        let work = async {
            let mut change = self.begin().await?;
            let query = sqlx::query("SELECT id, chat_id, user_id, next_seq FROM purges ORDER BY id LIMIT 1");
            let Some(row) = query.fetch_optional(&mut *change).await? else {
                change.rollback().await?;
                return Ok(false);
            };
            let purge: i64 = row.try_get("id")?;
            let step = Step { chat: row.try_get("chat_id")?, from: row.try_get("next_seq")?, now };
            let last = lock(&mut change, step.chat).await?;

            let mut done = step.from + STEP > last;
            if let Some(sender) = row.try_get("user_id")? {
                erase_texts(&mut change, self.engine, &step, sender).await?;
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
            note_erasure(self.engine, &mut change).await?;
            change.commit().await?;
            Ok(true)
        };
        self.within(work).await
    }
}

/// Locks the chat, as every command does, before anything of it is read: messages may expire meanwhile. Returns the
/// newest message's seq.
async fn lock(connection: &mut AnyConnection, chat: ChatId) -> sqlx::Result<i64> {
    let query = sqlx::query_scalar("UPDATE chats SET revision = revision WHERE id = $1 RETURNING last_seq");
    query.bind(chat).fetch_one(connection).await
}

/// Deletes messages, reactions and revisions of a deleted group.
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

static REVISE: Sql = Sql::new(
    "INSERT INTO revisions (chat_id, revision, seq) \
     SELECT $2, q.revision, q.seq FROM rows($1: revision BIGINT, seq BIGINT) q WHERE true \
     ON CONFLICT (chat_id, seq) DO UPDATE SET revision = excluded.revision",
);

/// Erases the texts and reactions of a person who deleted the account with all texts, and revises these messages, so
/// that clients read them again.
async fn erase_texts(connection: &mut AnyConnection, engine: Engine, step: &Step, sender: UserId) -> sqlx::Result<()> {
    #[derive(Serialize)]
    struct Revised {
        revision: i64,
        seq: i64,
    }
    let query = sqlx::query_scalar(
        "SELECT seq FROM messages WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND sender_id = $4 \
           AND deleted_at IS NULL \
         UNION SELECT seq FROM reactions WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND user_id = $4 ORDER BY seq",
    );
    let query = query.bind(step.chat).bind(step.from).bind(step.from + STEP).bind(sender);
    let seqs: Vec<i64> = query.fetch_all(&mut *connection).await?;
    if seqs.is_empty() {
        return Ok(());
    }

    let count = i64::try_from(seqs.len()).unwrap_or(STEP);
    let query = sqlx::query_scalar("UPDATE chats SET revision = revision + $2 WHERE id = $1 RETURNING revision");
    let last: i64 = query.bind(step.chat).bind(count).fetch_one(&mut *connection).await?;

    let query = sqlx::query(
        "UPDATE messages SET content = '', deleted_at = $5 \
         WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND sender_id = $4 AND deleted_at IS NULL",
    );
    let query = query.bind(step.chat).bind(step.from).bind(step.from + STEP).bind(sender).bind(step.now);
    query.execute(&mut *connection).await?;
    let query = sqlx::query(
        "DELETE FROM reactions WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND (user_id = $4 \
           OR seq IN (SELECT seq FROM messages WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND sender_id = $4))",
    );
    let query = query.bind(step.chat).bind(step.from).bind(step.from + STEP).bind(sender);
    query.execute(&mut *connection).await?;

    let revised: Vec<_> = (last - count + 1..).zip(seqs).map(|(revision, seq)| Revised { revision, seq }).collect();
    sqlx::query(REVISE.on(engine)).bind(json(&revised)).bind(step.chat).execute(connection).await?;
    Ok(())
}
