//! Changes of stored messages: edits, deletions, reactions. Each raises its chat's revision.

use super::Batch;
use crate::{
    model::{ChatId, Message, Person, Timestamp, UserId},
    store::rows::{add_reactions, message, messages},
};

/// What identifies a reaction.
pub struct ReactionKey<'a> {
    /// The chat.
    pub chat: ChatId,
    /// The message.
    pub seq: i64,
    /// One emoji.
    pub emoji: &'a str,
    /// Who reacts.
    pub user: UserId,
}

impl Batch {
    /// A message with its reactions, for a reader from whom everything up to a seq is hidden.
    pub async fn message(
        &mut self,
        chat: ChatId,
        seq: i64,
        reader: UserId,
        hidden_up_to: i64,
    ) -> sqlx::Result<Message> {
        let query = sqlx::query(messages!("WHERE m.chat_id = $1 AND m.seq = $2"));
        let row = query.bind(chat).bind(seq).fetch_one(self.connection().await?).await?;
        let mut message = message(&row, hidden_up_to)?;
        let engine = self.store.engine;
        add_reactions(self.connection().await?, engine, reader, vec![(chat, &mut message)]).await?;
        Ok(message)
    }

    /// A person, even if the account is deleted.
    pub async fn person(&mut self, user: UserId) -> sqlx::Result<Person> {
        let query = sqlx::query_as("SELECT id, first_name, last_name FROM users WHERE id = $1");
        query.bind(user).fetch_one(self.connection().await?).await
    }

    /// Gives a message another text. Returns the chat's new revision.
    pub async fn edit(&mut self, chat: ChatId, seq: i64, content: &str, now: Timestamp) -> sqlx::Result<i64> {
        self.resize(chat, seq, content).await?;
        let query = sqlx::query("UPDATE messages SET content = $1, edited_at = $2 WHERE chat_id = $3 AND seq = $4");
        query.bind(content).bind(now).bind(chat).bind(seq).execute(self.connection().await?).await?;
        self.note_erasure().await?;
        self.revise(chat, seq).await
    }

    /// Erases a message's text and reactions; its row stays. Returns the chat's new revision.
    pub async fn erase_message(&mut self, chat: ChatId, seq: i64, now: Timestamp) -> sqlx::Result<i64> {
        self.resize(chat, seq, "").await?;
        let query = sqlx::query("UPDATE messages SET content = '', deleted_at = $1 WHERE chat_id = $2 AND seq = $3");
        query.bind(now).bind(chat).bind(seq).execute(self.connection().await?).await?;
        self.note_erasure().await?;
        let query = sqlx::query("DELETE FROM reactions WHERE chat_id = $1 AND seq = $2");
        query.bind(chat).bind(seq).execute(self.connection().await?).await?;
        self.revise(chat, seq).await
    }

    /// Counts the bytes of a message's next text in its sender's membership.
    async fn resize(&mut self, chat: ChatId, seq: i64, content: &str) -> sqlx::Result<()> {
        let query = sqlx::query(
            "UPDATE members SET bytes = bytes + $3 \
               - (SELECT octet_length(content) FROM messages WHERE chat_id = $1 AND seq = $2) \
             WHERE chat_id = $1 AND user_id = (SELECT sender_id FROM messages WHERE chat_id = $1 AND seq = $2)",
        );
        let bytes = i64::try_from(content.len()).unwrap_or(i64::MAX);
        query.bind(chat).bind(seq).bind(bytes).execute(self.connection().await?).await.map(|_| ())
    }

    /// Adds a reaction, later than the message's others: clients show them in this order. Returns the chat's new
    /// revision, `None` if there is such a reaction.
    pub async fn add_reaction(&mut self, reaction: &ReactionKey<'_>, now: Timestamp) -> sqlx::Result<Option<i64>> {
        let query = sqlx::query(
            "INSERT INTO reactions (chat_id, seq, emoji, user_id, created_at) VALUES ($1, $2, $3, $4, (\
               SELECT CASE WHEN MAX(created_at) >= $5 THEN MAX(created_at) + 1 ELSE $5 END \
               FROM reactions WHERE chat_id = $1 AND seq = $2)) \
             ON CONFLICT DO NOTHING",
        );
        let ReactionKey { chat, seq, emoji, user } = *reaction;
        let query = query.bind(chat).bind(seq).bind(emoji).bind(user).bind(now);
        let added = query.execute(self.connection().await?).await?;
        if added.rows_affected() == 0 { Ok(None) } else { self.revise(chat, seq).await.map(Some) }
    }

    /// Removes a reaction. Returns the chat's new revision, `None` if there is no such reaction.
    pub async fn remove_reaction(&mut self, reaction: &ReactionKey<'_>) -> sqlx::Result<Option<i64>> {
        let query =
            sqlx::query("DELETE FROM reactions WHERE chat_id = $1 AND seq = $2 AND emoji = $3 AND user_id = $4");
        let ReactionKey { chat, seq, emoji, user } = *reaction;
        let removed = query.bind(chat).bind(seq).bind(emoji).bind(user).execute(self.connection().await?).await?;
        if removed.rows_affected() == 0 { Ok(None) } else { self.revise(chat, seq).await.map(Some) }
    }

    /// Keeps one row per changed message, with its last revision: clients that were offline read each once.
    async fn revise(&mut self, chat: ChatId, seq: i64) -> sqlx::Result<i64> {
        let query = sqlx::query_scalar("UPDATE chats SET revision = revision + 1 WHERE id = $1 RETURNING revision");
        let revision: i64 = query.bind(chat).fetch_one(self.connection().await?).await?;
        let query = sqlx::query(
            "INSERT INTO revisions (chat_id, revision, seq) VALUES ($1, $2, $3) \
             ON CONFLICT (chat_id, seq) DO UPDATE SET revision = excluded.revision",
        );
        query.bind(chat).bind(revision).bind(seq).execute(self.connection().await?).await?;
        Ok(revision)
    }
}
