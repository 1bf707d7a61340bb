//! What is told of chats besides messages: reads, reactions, mutes and the like.

use schemars::JsonSchema;
use serde::Serialize;

use super::row::{ReactionItem, shared_reactions};
use crate::model::{ChatRef, Counters, GroupId, Message, MessageId, Timestamp, UserId};

/// A group that one is in no more.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupLeft {
    /// As rows name it.
    pub chat: ChatRef,
    /// As the contract names it.
    pub group_id: GroupId,
}

impl GroupLeft {
    /// This group.
    pub fn new(group: GroupId) -> Self {
        Self { chat: ChatRef::Group(group), group_id: group }
    }
}

/// The reactions to a message, after somebody's.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReactionsItem {
    /// Where.
    chat: ChatRef,
    /// To which message.
    message_id: MessageId,
    /// Its place in the chat.
    seq: i64,
    /// All that there are now.
    reactions: Vec<ReactionItem>,
    /// Who reacted, or took it back.
    user_id: UserId,
    /// Which one.
    emoji: String,
    /// False: taken back.
    on: bool,
    /// The newest seq of the chat.
    last_seq: i64,
    /// The chat's counter of changes.
    revision: i64,
}

/// What somebody has just done to a message.
pub struct Reacted<'a> {
    /// Who.
    pub user: UserId,
    /// With what.
    pub emoji: &'a str,
    /// False: taken back.
    pub on: bool,
}

impl ReactionsItem {
    /// All reactions to a message, after this one.
    pub fn new(message: &Message, chat: ChatRef, reacted: Reacted<'_>, counters: Counters) -> Self {
        Self {
            chat,
            message_id: message.id,
            seq: message.seq,
            reactions: shared_reactions(message),
            user_id: reacted.user,
            emoji: reacted.emoji.to_owned(),
            on: reacted.on,
            last_seq: counters.last_seq,
            revision: counters.revision,
        }
    }
}

/// How far somebody has read. The last two are for that person alone, the state also for the other side of a dialog,
/// whose own it is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadItem {
    /// Where.
    pub chat: ChatRef,
    /// Who; oneself in the answer.
    pub user_id: UserId,
    /// The last seq that was seen.
    pub read_up_to: i64,
    /// What is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread_count: Option<i64>,
    /// The membership's counter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<i64>,
}

/// Until when a chat is muted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Muted {
    /// Which.
    pub chat: ChatRef,
    /// Null: not.
    pub muted_until: Option<Timestamp>,
    /// The membership's counter.
    pub state: i64,
}

/// A dialog whose messages up to here are hidden from oneself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hidden {
    /// Which.
    pub chat: ChatRef,
    /// The last seq that is hidden.
    pub hidden_up_to: i64,
    /// The last seq that counts as seen.
    pub read_up_to: i64,
    /// The membership's counter.
    pub state: i64,
}

/// One's role in a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleItem {
    /// Which.
    pub chat: ChatRef,
    /// `owner`, `admin` or `member`.
    pub role: &'static str,
    /// The membership's counter.
    pub state: i64,
}

/// What became of the chats that a client knows.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangedChatsItem {
    /// Those that are no longer the caller's.
    pub gone: Vec<ChatRef>,
    /// Whether all chats were gone through.
    pub complete: bool,
    /// Up to where they were; null before the first.
    pub cursor: Option<ChatRef>,
}

/// How far the changes of a chat were told.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangesItem {
    /// Which.
    pub chat: ChatRef,
    /// The newest message's seq.
    pub last_seq: i64,
    /// The chat's revision.
    pub revision: i64,
    /// Whether this was all.
    pub complete: bool,
    /// Whether there is too much to tell: what is known of the history is to be forgotten.
    pub reset: bool,
    /// From where to go on.
    pub after_seq: i64,
    /// From where to go on.
    pub after_revision: i64,
}

/// A connection that goes on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Renewed {
    /// When the token ends, and the connection with it.
    pub expires_at: Timestamp,
}
