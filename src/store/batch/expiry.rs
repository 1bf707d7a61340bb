//! Deletes the oldest messages of a chat, in steps that keep no other write waiting for long.

use sqlx::{FromRow, Row};

use super::Batch;
use crate::{
    model::{ChatId, ChatKey, Counters},
    store::retention::Expiring,
};

/// Most messages that one step deletes.
const STEP: i64 = 500;

/// What a step has changed.
pub struct Expired {
    /// The chat.
    pub key: ChatKey,
    /// The oldest seq that is left.
    pub first_seq: i64,
    /// The chat's counters after it.
    pub counters: Counters,
    /// Which members it has.
    pub roster_version: i64,
}

/// Deletes the messages of chat `$1` up to seq `$2`, with what belongs to them, and gives their bytes back.
const DELETE: &[&str] = &[
    "UPDATE members SET bytes = members.bytes - w.bytes FROM (\
       SELECT sender_id, CAST(SUM(octet_length(content) + 128) AS BIGINT) AS bytes FROM messages \
       WHERE chat_id = $1 AND seq <= $2 GROUP BY sender_id) w \
     WHERE members.chat_id = $1 AND members.user_id = w.sender_id",
    "DELETE FROM messages WHERE chat_id = $1 AND seq <= $2",
    "DELETE FROM reactions WHERE chat_id = $1 AND seq <= $2",
    "DELETE FROM revisions WHERE chat_id = $1 AND seq <= $2",
];

impl Batch {
    /// Deletes the oldest messages of a chat that have expired by its present limit and the server's, but never the
    /// newest message. Returns `None` if there are none.
    pub async fn expire(&mut self, expiring: &Expiring) -> sqlx::Result<Option<Expired>> {
        // Locks the chat, as every command does.
        let query = sqlx::query(
            "UPDATE chats SET first_seq = first_seq WHERE id = $1 AND dropped_at IS NULL \
             RETURNING group_id, user_low, user_high, last_seq, retention_days",
        );
        let Some(chat) = query.bind(expiring.chat).fetch_optional(self.connection().await?).await? else {
            return Ok(None);
        };
        let Some(before) = expiring.cutoff(chat.try_get("retention_days")?) else { return Ok(None) };
        // Seq and time grow together, so the oldest messages come first.
        let query = sqlx::query_scalar(
            "SELECT MAX(seq) FROM (SELECT seq, created_at FROM messages WHERE chat_id = $1 AND seq < $2 \
               ORDER BY seq LIMIT $4) oldest WHERE created_at < $3",
        );
        let query = query.bind(expiring.chat).bind(chat.try_get::<i64, _>("last_seq")?).bind(before);
        let Some(last): Option<i64> = query.bind(STEP).fetch_one(self.connection().await?).await? else {
            return Ok(None);
        };
        for statement in DELETE {
            sqlx::query(*statement).bind(expiring.chat).bind(last).execute(self.connection().await?).await?;
        }
        self.note_erasure().await?;
        // Clients that are away compare the revision.
        let query = sqlx::query(
            "UPDATE chats SET first_seq = $2, revision = revision + 1 WHERE id = $1 \
             RETURNING last_seq, revision, roster_version",
        );
        let counters = query.bind(expiring.chat).bind(last + 1).fetch_one(self.connection().await?).await?;
        let key = match chat.try_get("group_id")? {
            Some(group) => ChatKey::Group(group),
            None => ChatKey::Dialog(chat.try_get("user_low")?, chat.try_get("user_high")?),
        };
        let (counters, roster_version) = (Counters::from_row(&counters)?, counters.try_get("roster_version")?);
        Ok(Some(Expired { key, first_seq: last + 1, counters, roster_version }))
    }

    /// Changes after how many days a group's messages expire.
    pub async fn set_retention(&mut self, chat: ChatId, days: Option<i64>) -> sqlx::Result<()> {
        let query = sqlx::query("UPDATE chats SET retention_days = $1 WHERE id = $2");
        query.bind(days).bind(chat).execute(self.connection().await?).await.map(|_| ())
    }
}
