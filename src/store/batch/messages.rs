//! Stores new messages, and updates their chats and their senders' memberships.

use serde::Serialize;
use sqlx::Row;

use super::Batch;
use crate::{
    model::{ChatId, MessageId, MessageKind, Timestamp, UserId},
    store::{
        engine::{Engine, Sql},
        script::{Script, Value},
        types::{column, json, number},
    },
};

/// A message to be stored.
#[derive(Serialize)]
pub struct NewMessage<'a> {
    /// Its chat.
    #[serde(rename = "chat_id", serialize_with = "number")]
    pub chat: ChatId,
    /// The chat's next.
    pub seq: i64,
    /// The client's id.
    pub id: MessageId,
    /// Who sends it, or causes the notice.
    #[serde(rename = "sender_id")]
    pub sender: UserId,
    /// The text.
    pub content: &'a str,
    /// Message, or kind of notice.
    #[serde(rename = "event", serialize_with = "number")]
    pub kind: MessageKind,
    /// The person that a notice is about.
    #[serde(rename = "subject_id", skip_serializing_if = "Option::is_none")]
    pub subject: Option<UserId>,
    /// A notice's group name or role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a str>,
    /// The seq of the message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<i64>,
    /// Its time.
    #[serde(serialize_with = "number")]
    pub created_at: Timestamp,
}

/// What new messages change in their chat.
#[derive(Serialize)]
pub struct ChatChange {
    /// The chat.
    #[serde(rename = "chat_id", serialize_with = "number")]
    pub chat: ChatId,
    /// The newest message's seq.
    pub last_seq: i64,
    /// The newest message's time.
    #[serde(serialize_with = "number")]
    pub last_at: Timestamp,
    /// Members who joined, minus those who left.
    pub joined: i64,
}

/// What new messages change in their sender's membership.
#[derive(Serialize)]
pub struct Author {
    /// The sender.
    #[serde(rename = "user_id")]
    pub user: UserId,
    /// The chat.
    #[serde(rename = "chat_id", serialize_with = "number")]
    pub chat: ChatId,
    /// The seq of the last message or notice: everything up to it counts as read.
    pub seq: i64,
    /// Whether there is a message, not only notices.
    #[serde(serialize_with = "number")]
    pub wrote: bool,
    /// The sum of their [`cost`], in bytes.
    pub bytes: i64,
}

/// Bytes that a message's row takes up besides its text.
const ROW_BYTES: i64 = 128;

/// The storage that a message or notice with this text takes up, in bytes.
pub fn cost(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX - ROW_BYTES) + ROW_BYTES
}

/// Messages that are stored together, and what they change.
#[derive(Default)]
pub struct Written<'a> {
    /// The messages and notices, already numbered.
    pub messages: Vec<NewMessage<'a>>,
    /// Their chats, each once.
    pub chats: Vec<ChatChange>,
    /// Their senders, once for each chat.
    pub authors: Vec<Author>,
}

static WRITE: Sql = Sql::new(
    "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, subject_id, detail, reply_to, created_at) \
     SELECT chat_id, seq, id, sender_id, content, event, subject_id, detail, reply_to, created_at \
     FROM rows($1: chat_id BIGINT, seq BIGINT, id UUID, sender_id UUID, content TEXT, event BIGINT, \
       subject_id UUID, detail TEXT, reply_to BIGINT, created_at BIGINT) q; \
     UPDATE chats SET last_seq = q.last_seq, last_at = q.last_at, member_count = chats.member_count + q.joined, \
       roster_version = chats.roster_version + CASE WHEN q.joined = 0 THEN 0 ELSE 1 END \
     FROM rows($2: chat_id BIGINT, last_seq BIGINT, last_at BIGINT, joined BIGINT) q WHERE chats.id = q.chat_id; \
     UPDATE members SET read_up_to_seq = q.seq, wrote = CASE WHEN q.wrote = 1 THEN 1 ELSE members.wrote END, \
       bytes = members.bytes + q.bytes \
     FROM rows($3: user_id UUID, chat_id BIGINT, seq BIGINT, wrote BIGINT, bytes BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id",
);

/// A subquery looks up each chat by itself: with a join, PostgreSQL would read all chats of the server.
static STORED: Sql = Sql::new(
    "SELECT q.id, \
       (SELECT CAST(COALESCE(SUM(m.bytes), 0) AS BIGINT) FROM members m \
        WHERE m.user_id = q.id AND (SELECT c.dropped_at FROM chats c WHERE c.id = m.chat_id) IS NULL) AS bytes \
     FROM rows($1: id UUID) q",
);

impl Batch {
    /// Stores messages and notices, and updates their chats and their senders' memberships: on SQLite, together with the
    /// next statement or the commit. PostgreSQL would log the texts with a script that fails.
    pub async fn write(&mut self, written: &Written<'_>) -> sqlx::Result<()> {
        let engine = self.store.engine;
        let connection = self.connection().await?;
        let tables = [json(&written.messages), json(&written.chats), json(&written.authors)];
        match engine {
            Engine::Sqlite => self.unsent = Some(Script::empty(engine).bind(&WRITE, tables.map(Value::Text))),
            Engine::Postgres => {
                let [messages, chats, authors] = tables;
                let query = sqlx::query(WRITE.on(engine)).bind(messages).bind(chats).bind(authors);
                query.execute(connection).await?;
            }
        }
        Ok(())
    }

    /// Bytes of these people's messages and notices, without those in deleted groups.
    pub async fn stored_bytes(&mut self, users: &[UserId]) -> sqlx::Result<Vec<(UserId, i64)>> {
        let query = sqlx::query(STORED.on(self.store.engine)).bind(json(&column("id", users)));
        let rows = query.fetch_all(self.connection().await?).await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("bytes")?))).collect()
    }
}
