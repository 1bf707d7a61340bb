//! Storing messages, and what they make of their chats and senders.

use serde::Serialize;

use super::Batch;
use crate::{
    model::{ChatId, Event, MessageId, Timestamp, UserId},
    store::{engine::Sql, types::Hex},
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

/// How far somebody has read.
pub struct Read {
    /// Who.
    pub user: UserId,
    /// Where.
    pub chat: ChatId,
    /// The last seq that was seen.
    pub seq: i64,
}

static ADD_MESSAGES: Sql = Sql::new(
    "INSERT INTO messages (chat_id, seq, id, sender_id, content, event, subject_id, created_at) \
     SELECT chat_id, seq, id, sender_id, content, event, subject_id, created_at \
     FROM rows($1: chat_id BIGINT, seq BIGINT, id BYTES, sender_id BYTES, content TEXT, event BIGINT, \
       subject_id BYTES, created_at BIGINT) q",
);

static UPDATE_CHATS: Sql = Sql::new(
    "UPDATE chats SET last_seq = q.last_seq, last_at = q.last_at, member_count = chats.member_count + q.joined \
     FROM rows($1: chat_id BIGINT, last_seq BIGINT, last_at BIGINT, joined BIGINT) q WHERE chats.id = q.chat_id",
);

static MARK_READ: Sql = Sql::new(
    "UPDATE members SET read_up_to_seq = q.seq FROM rows($1: user_id BYTES, chat_id BIGINT, seq BIGINT) q \
     WHERE members.user_id = q.user_id AND members.chat_id = q.chat_id AND members.read_up_to_seq < q.seq",
);

impl Batch {
    /// Stores messages and notices, already numbered.
    pub async fn add_messages(&mut self, messages: &[NewMessage<'_>]) -> sqlx::Result<()> {
        #[derive(Serialize)]
        struct Row<'a> {
            chat_id: i64,
            seq: i64,
            id: Hex,
            sender_id: Hex,
            content: &'a str,
            event: i64,
            subject_id: Option<Hex>,
            created_at: i64,
        }
        fn row<'a>(message: &NewMessage<'a>) -> Row<'a> {
            Row {
                chat_id: message.chat.0,
                seq: message.seq,
                id: Hex(message.id.0),
                sender_id: Hex(message.sender.0),
                content: message.content,
                event: message.event as i64,
                subject_id: message.subject.map(|user| Hex(user.0)),
                created_at: message.created_at.0,
            }
        }
        let rows: Vec<Row<'_>> = messages.iter().map(row).collect();
        self.execute(&ADD_MESSAGES, &rows, None).await
    }

    /// Moves chats to their newest messages.
    pub async fn update_chats(&mut self, changes: &[ChatChange]) -> sqlx::Result<()> {
        #[derive(Serialize)]
        struct Row {
            chat_id: i64,
            last_seq: i64,
            last_at: i64,
            joined: i64,
        }
        let row = |change: &ChatChange| Row {
            chat_id: change.chat.0,
            last_seq: change.last_seq,
            last_at: change.last_at.0,
            joined: change.joined,
        };
        let rows: Vec<_> = changes.iter().map(row).collect();
        self.execute(&UPDATE_CHATS, &rows, None).await
    }

    /// Moves read pointers forward, never back.
    pub async fn mark_read(&mut self, reads: &[Read]) -> sqlx::Result<()> {
        #[derive(Serialize)]
        struct Row {
            user_id: Hex,
            chat_id: i64,
            seq: i64,
        }
        let row = |read: &Read| Row { user_id: Hex(read.user.0), chat_id: read.chat.0, seq: read.seq };
        let rows: Vec<_> = reads.iter().map(row).collect();
        self.execute(&MARK_READ, &rows, None).await
    }
}
