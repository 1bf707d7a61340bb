//! Storing messages, and what they make of their chats and senders.

use serde::Serialize;
use sqlx::Row;

use super::Batch;
use crate::{
    model::{ChatId, MessageId, MessageKind, Timestamp, UserId},
    store::{
        engine::Sql,
        types::{Hex, json},
    },
};

/// A message to be stored.
pub struct NewMessage<'a> {
    /// Where.
    pub chat: ChatId,
    /// The chat's next.
    pub seq: i64,
    /// The client's id.
    pub id: MessageId,
    /// Who.
    pub sender: UserId,
    /// The text.
    pub content: &'a str,
    /// What it is.
    pub kind: MessageKind,
    /// Whom a notice is about.
    pub subject: Option<UserId>,
    /// What a notice says besides.
    pub detail: Option<&'a str>,
    /// The seq of the message that it answers.
    pub reply_to: Option<i64>,
    /// When.
    pub created_at: Timestamp,
}

/// What new messages make of a chat.
pub struct ChatChange {
    /// Which.
    pub chat: ChatId,
    /// The newest message's seq.
    pub last_seq: i64,
    /// The newest message's time.
    pub last_at: Timestamp,
    /// Members that came, minus those that went.
    pub joined: i64,
}

/// How the membership of somebody who wrote changes.
pub struct Author {
    /// Who.
    pub user: UserId,
    /// Where.
    pub chat: ChatId,
    /// The seq of the last message or notice: everything up to it counts as read.
    pub seq: i64,
    /// Whether a message was written, and not only a notice.
    pub wrote: bool,
    /// The [`cost`] of all that was written, in bytes.
    pub bytes: i64,
}

/// Bytes that a message's row takes up besides its text.
const ROW_BYTES: i64 = 128;

/// The storage that a message or notice with this text takes up, in bytes.
pub fn cost(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX - ROW_BYTES) + ROW_BYTES
}

/// What a run of messages changes, together.
#[derive(Default)]
pub struct Written<'a> {
    /// The messages and notices, already numbered.
    pub messages: Vec<NewMessage<'a>>,
    /// Their chats, each once.
    pub chats: Vec<ChatChange>,
    /// Who wrote them, once for each chat.
    pub authors: Vec<Author>,
}

#[derive(Serialize)]
struct MessageRow<'a> {
    chat_id: i64,
    seq: i64,
    id: Hex,
    sender_id: Hex,
    content: &'a str,
    event: i64,
    subject_id: Option<Hex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<i64>,
    created_at: i64,
}

impl<'a> From<&NewMessage<'a>> for MessageRow<'a> {
    fn from(message: &NewMessage<'a>) -> Self {
        Self {
            chat_id: message.chat.0,
            seq: message.seq,
            id: Hex(message.id.0),
            sender_id: Hex(message.sender.0),
            content: message.content,
            event: message.kind as i64,
            subject_id: message.subject.map(|user| Hex(user.0)),
            detail: message.detail,
            reply_to: message.reply_to,
            created_at: message.created_at.0,
        }
    }
}

#[derive(Serialize)]
struct ChatRow {
    chat_id: i64,
    last_seq: i64,
    last_at: i64,
    joined: i64,
}

#[derive(Serialize)]
struct AuthorRow {
    user_id: Hex,
    chat_id: i64,
    seq: i64,
    wrote: i64,
    bytes: i64,
}

impl From<&Author> for AuthorRow {
    fn from(author: &Author) -> Self {
        let Author { user, chat, seq, wrote, bytes } = *author;
        Self { user_id: Hex(user.0), chat_id: chat.0, seq, wrote: wrote.into(), bytes }
    }
}

/// One trip to the database: on an idle server, trips are most of what a message waits for besides the sync.
static WRITE: Sql = Sql::steps(&[
    "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, subject_id, detail, reply_to, created_at) \
     SELECT chat_id, seq, id, sender_id, content, event, subject_id, detail, reply_to, created_at \
     FROM rows($1: chat_id BIGINT, seq BIGINT, id BYTES, sender_id BYTES, content TEXT, event BIGINT, \
       subject_id BYTES, detail TEXT, reply_to BIGINT, created_at BIGINT) q",
    "UPDATE chats SET last_seq = q.last_seq, last_at = q.last_at, member_count = chats.member_count + q.joined \
     FROM rows($2: chat_id BIGINT, last_seq BIGINT, last_at BIGINT, joined BIGINT) q WHERE chats.id = q.chat_id",
    "UPDATE members SET read_up_to_seq = q.seq, wrote = CASE WHEN q.wrote = 1 THEN 1 ELSE members.wrote END, \
       bytes = members.bytes + q.bytes \
     FROM rows($3: user_id BYTES, chat_id BIGINT, seq BIGINT, wrote BIGINT, bytes BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id",
]);

/// A subquery looks up each chat by itself: with a join, PostgreSQL would read all chats of the server.
static STORED: Sql = Sql::steps(&["SELECT q.id, \
       (SELECT CAST(COALESCE(SUM(m.bytes), 0) AS BIGINT) FROM members m \
        WHERE m.user_id = q.id AND (SELECT c.dropped_at FROM chats c WHERE c.id = m.chat_id) IS NULL) AS bytes \
     FROM rows($1: id BYTES) q"]);

impl Batch {
    /// Stores messages and notices, and moves chats and memberships along.
    pub async fn write(&mut self, written: &Written<'_>) -> sqlx::Result<()> {
        let chat = |change: &ChatChange| ChatRow {
            chat_id: change.chat.0,
            last_seq: change.last_seq,
            last_at: change.last_at.0,
            joined: change.joined,
        };
        let query = sqlx::query(WRITE.on(self.engine))
            .bind(json(&written.messages.iter().map(MessageRow::from).collect::<Vec<_>>()))
            .bind(json(&written.chats.iter().map(chat).collect::<Vec<_>>()))
            .bind(json(&written.authors.iter().map(AuthorRow::from).collect::<Vec<_>>()));
        query.execute(self.connection()).await.map(|_| ())
    }

    /// Bytes of these people's messages and notices, without those in deleted groups.
    pub async fn stored_bytes(&mut self, users: &[UserId]) -> sqlx::Result<Vec<(UserId, i64)>> {
        #[derive(Serialize)]
        struct Id {
            id: Hex,
        }
        let ids: Vec<_> = users.iter().map(|user| Id { id: Hex(user.0) }).collect();
        let engine = self.engine;
        let rows = sqlx::query(STORED.on(engine)).bind(json(&ids)).fetch_all(self.connection()).await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("bytes")?))).collect()
    }
}
