//! Storing messages, and what they make of their chats and senders.

use serde::Serialize;

use super::Batch;
use crate::{
    model::{ChatId, Event, MessageId, Timestamp, UserId},
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
    pub event: Event,
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

/// How far somebody has read, having written a message or a notice.
pub struct Read {
    /// Who.
    pub user: UserId,
    /// Where.
    pub chat: ChatId,
    /// The last seq that was seen.
    pub seq: i64,
    /// Whether a message was written, and not only a notice.
    pub wrote: bool,
}

/// What a run of messages changes, together.
#[derive(Default)]
pub struct Written<'a> {
    /// The messages and notices, already numbered.
    pub messages: Vec<NewMessage<'a>>,
    /// Their chats, each once.
    pub chats: Vec<ChatChange>,
    /// How far their senders have read: forward, never back.
    pub reads: Vec<Read>,
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
            event: message.event as i64,
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
struct ReadRow {
    user_id: Hex,
    chat_id: i64,
    seq: i64,
    wrote: i64,
}

impl From<&Read> for ReadRow {
    fn from(read: &Read) -> Self {
        Self { user_id: Hex(read.user.0), chat_id: read.chat.0, seq: read.seq, wrote: read.wrote.into() }
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
    "UPDATE members SET read_up_to_seq = q.seq, wrote = CASE WHEN q.wrote = 1 THEN 1 ELSE members.wrote END \
     FROM rows($3: user_id BYTES, chat_id BIGINT, seq BIGINT, wrote BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id AND members.read_up_to_seq < q.seq",
]);

impl Batch {
    /// Stores messages and notices, and moves chats and read pointers along.
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
            .bind(json(&written.reads.iter().map(ReadRow::from).collect::<Vec<_>>()));
        query.execute(self.connection()).await.map(|_| ())
    }
}
