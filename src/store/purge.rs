//! Removing for good what is only marked, in steps so short that nobody waits for them.

use sqlx::Row;

use super::Store;
use crate::{
    error::Result,
    model::{ChatId, Timestamp, UserId},
};

/// Rows that one step changes at most: deleting a million at once would hold the writer for seconds.
const STEP: i64 = 500;

impl Store {
    /// Does one step of the oldest purge. Says whether there was anything to do.
    pub async fn purge_step(&self, now: Timestamp) -> Result<bool> {
        let work = async {
            let mut transaction = self.writes.begin_with(self.engine.begin()).await?;
            let query = sqlx::query(
                "SELECT p.id, p.chat_id, p.user_id, p.next_seq, c.last_seq FROM purges p \
                 JOIN chats c ON c.id = p.chat_id ORDER BY p.id LIMIT 1",
            );
            let Some(row) = query.fetch_optional(&mut *transaction).await? else { return Ok(false) };
            let (purge, chat): (i64, ChatId) = (row.try_get(0)?, row.try_get(1)?);
            let writer: Option<UserId> = row.try_get(2)?;
            let (next, last): (i64, i64) = (row.try_get(3)?, row.try_get(4)?);

            let statement = match writer {
                Some(writer) => sqlx::query(
                    "UPDATE messages SET content = '', deleted_at = $4 \
                     WHERE chat_id = $1 AND seq >= $2 AND seq < $3 AND sender_id = $5 AND deleted_at IS NULL",
                )
                .bind(chat)
                .bind(next)
                .bind(next + STEP)
                .bind(now)
                .bind(writer),
                None => sqlx::query("DELETE FROM messages WHERE chat_id = $1 AND seq >= $2 AND seq < $3")
                    .bind(chat)
                    .bind(next)
                    .bind(next + STEP),
            };
            statement.execute(&mut *transaction).await?;
            let mut done = next + STEP > last;
            if done && writer.is_none() {
                let ended = sqlx::query(
                    "UPDATE members SET left_at = $2, role = 0 WHERE chat_id = $1 AND user_id IN (\
                     SELECT user_id FROM members WHERE chat_id = $1 AND left_at IS NULL LIMIT $3)",
                );
                let ended = ended.bind(chat).bind(now).bind(STEP).execute(&mut *transaction).await?;
                done = ended.rows_affected() == 0;
            }
            let statement = if done {
                sqlx::query("DELETE FROM purges WHERE id = $1").bind(purge)
            } else {
                sqlx::query("UPDATE purges SET next_seq = $2 WHERE id = $1").bind(purge).bind(next + STEP)
            };
            statement.execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(true)
        };
        self.within(work).await
    }
}
