//! Changes of stored messages: edits, deletions, reactions. Each makes a revision of its chat.

use sqlx::Row;

use super::Batch;
use crate::{
    model::{ChatId, Message, Person, Timestamp, UserId},
    store::rows::{add_reactions, message, messages, person},
};

/// Somebody's reaction: there is one at most.
pub struct ReactionKey<'a> {
    /// Where.
    pub chat: ChatId,
    /// To which message.
    pub seq: i64,
    /// Which one.
    pub emoji: &'a str,
    /// Whose.
    pub user: UserId,
}

impl Batch {
    /// A message as somebody sees it who has hidden everything up to a seq.
    pub async fn message(
        &mut self,
        chat: ChatId,
        seq: i64,
        reader: UserId,
        hidden_up_to: i64,
    ) -> sqlx::Result<Message> {
        let query = sqlx::query(messages!("WHERE m.chat_id = $1 AND m.seq = $2"));
        let row = query.bind(chat).bind(seq).fetch_one(self.connection()).await?;
        let mut message = message(&row, 0, hidden_up_to)?;
        let engine = self.engine;
        add_reactions(self.connection(), engine, reader, vec![(chat, &mut message)]).await?;
        Ok(message)
    }

    /// Somebody's present name, of a deleted account, too.
    pub async fn person(&mut self, user: UserId) -> sqlx::Result<Person> {
        let query = sqlx::query("SELECT id, first_name, last_name FROM users WHERE id = $1");
        person(&query.bind(user).fetch_one(self.connection()).await?, 0)
    }

    /// Gives a message another text. The chat's new revision.
    pub async fn edit(&mut self, chat: ChatId, seq: i64, content: &str, now: Timestamp) -> sqlx::Result<i64> {
        self.resize(chat, seq, content).await?;
        let query = sqlx::query("UPDATE messages SET content = $1, edited_at = $2 WHERE chat_id = $3 AND seq = $4");
        query.bind(content).bind(now).bind(chat).bind(seq).execute(self.connection()).await?;
        self.revise(chat, seq).await
    }

    /// Erases a message's text and reactions; its row stays. The chat's new revision.
    pub async fn erase_message(&mut self, chat: ChatId, seq: i64, now: Timestamp) -> sqlx::Result<i64> {
        self.resize(chat, seq, "").await?;
        let query = sqlx::query("UPDATE messages SET content = '', deleted_at = $1 WHERE chat_id = $2 AND seq = $3");
        query.bind(now).bind(chat).bind(seq).execute(self.connection()).await?;
        let query = sqlx::query("DELETE FROM reactions WHERE chat_id = $1 AND seq = $2");
        query.bind(chat).bind(seq).execute(self.connection()).await?;
        self.revise(chat, seq).await
    }

    /// A message is about to get another text: its sender's membership counts the bytes.
    async fn resize(&mut self, chat: ChatId, seq: i64, content: &str) -> sqlx::Result<()> {
        let query = sqlx::query(
            "UPDATE members SET bytes = bytes + $3 \
               - (SELECT octet_length(content) FROM messages WHERE chat_id = $1 AND seq = $2) \
             WHERE chat_id = $1 AND user_id = (SELECT sender_id FROM messages WHERE chat_id = $1 AND seq = $2)",
        );
        let bytes = i64::try_from(content.len()).unwrap_or(i64::MAX);
        query.bind(chat).bind(seq).bind(bytes).execute(self.connection()).await.map(|_| ())
    }

    /// Adds somebody's reaction, later than the message's others: they are shown in this order. The chat's new
    /// revision; nothing if it was there.
    pub async fn add_reaction(&mut self, reaction: &ReactionKey<'_>, now: Timestamp) -> sqlx::Result<Option<i64>> {
        let query = sqlx::query(
            "INSERT INTO reactions (chat_id, seq, emoji, user_id, created_at) VALUES ($1, $2, $3, $4, (\
               SELECT CASE WHEN MAX(created_at) >= $5 THEN MAX(created_at) + 1 ELSE $5 END \
               FROM reactions WHERE chat_id = $1 AND seq = $2)) \
             ON CONFLICT DO NOTHING",
        );
        let ReactionKey { chat, seq, emoji, user } = *reaction;
        let query = query.bind(chat).bind(seq).bind(emoji).bind(user).bind(now);
        let added = query.execute(self.connection()).await?;
        if added.rows_affected() == 0 { Ok(None) } else { self.revise(chat, seq).await.map(Some) }
    }

    /// Takes somebody's reaction back. The chat's new revision; nothing if there was none.
    pub async fn remove_reaction(&mut self, reaction: &ReactionKey<'_>) -> sqlx::Result<Option<i64>> {
        let query =
            sqlx::query("DELETE FROM reactions WHERE chat_id = $1 AND seq = $2 AND emoji = $3 AND user_id = $4");
        let ReactionKey { chat, seq, emoji, user } = *reaction;
        let removed = query.bind(chat).bind(seq).bind(emoji).bind(user).execute(self.connection()).await?;
        if removed.rows_affected() == 0 { Ok(None) } else { self.revise(chat, seq).await.map(Some) }
    }

    /// One row a changed message, under its last change: who was away learns of each once.
    async fn revise(&mut self, chat: ChatId, seq: i64) -> sqlx::Result<i64> {
        let query = sqlx::query("UPDATE chats SET revision = revision + 1 WHERE id = $1 RETURNING revision");
        let revision: i64 = query.bind(chat).fetch_one(self.connection()).await?.try_get(0)?;
        let query = sqlx::query(
            "INSERT INTO revisions (chat_id, revision, seq) VALUES ($1, $2, $3) \
             ON CONFLICT (chat_id, seq) DO UPDATE SET revision = excluded.revision",
        );
        query.bind(chat).bind(revision).bind(seq).execute(self.connection()).await?;
        Ok(revision)
    }
}
