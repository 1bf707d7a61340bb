//! Items about chats other than messages: reads, reactions, mutes and the like.

use schemars::JsonSchema;
use serde::Serialize;

use super::row::{ReactionItem, shared_reactions};
use crate::model::{ChatRef, Counters, GroupId, Message, MessageId, Role, Timestamp, UserId};

/// A group of which you are no longer a member.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupLeft {
    /// The group, as in rows.
    pub chat: ChatRef,
    /// The group, as in the subprotocol `auth`.
    pub group_id: GroupId,
}

impl GroupLeft {
    /// This group.
    pub fn new(group: GroupId) -> Self {
        Self { chat: ChatRef::Group(group), group_id: group }
    }
}

/// The reactions to a message, after one was added or removed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReactionsItem {
    /// The chat.
    chat: ChatRef,
    /// The message.
    message_id: MessageId,
    /// The message's place in the chat.
    seq: i64,
    /// All current reactions.
    reactions: Vec<ReactionItem>,
    /// Who added or removed the reaction.
    user_id: UserId,
    /// The reaction.
    emoji: String,
    /// False: removed.
    on: bool,
    /// The newest seq of the chat.
    last_seq: i64,
    /// The chat's counter of changes.
    revision: i64,
}

/// A reaction that a person has just added or removed.
pub struct Reacted<'a> {
    /// Who.
    pub user: UserId,
    /// The reaction.
    pub emoji: &'a str,
    /// False: removed.
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

/// How far a person has read. Only that person gets `unreadCount`. That person and the other person of a dialog get
/// `state`, each of their own membership.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadItem {
    /// The chat.
    pub chat: ChatRef,
    /// The person; you in the answer.
    pub user_id: UserId,
    /// The seq of the last message that was read.
    pub read_up_to: i64,
    /// Unread messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread_count: Option<i64>,
    /// The membership's counter: grows with reads, hiding, mute, role and block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<i64>,
}

/// The end of the mute of a chat.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Muted {
    /// The chat.
    pub chat: ChatRef,
    /// Null: not muted.
    pub muted_until: Option<Timestamp>,
    /// The membership's counter: grows with reads, hiding, mute, role and block.
    pub state: i64,
}

/// A dialog whose messages you have hidden for yourself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hidden {
    /// The chat.
    pub chat: ChatRef,
    /// The seq of the last hidden message.
    pub hidden_up_to: i64,
    /// The seq of the last message that counts as read.
    pub read_up_to: i64,
    /// The membership's counter: grows with reads, hiding, mute, role and block.
    pub state: i64,
}

/// Your role in a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleItem {
    /// The chat.
    pub chat: ChatRef,
    /// `owner`, `admin` or `member`.
    pub role: Role,
    /// The membership's counter: grows with reads, hiding, mute, role and block.
    pub state: i64,
}

/// What has changed in the list of your chats.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangedChatsItem {
    /// Chats of your request that are no longer yours.
    pub gone: Vec<ChatRef>,
    /// Whether the server has compared all your chats.
    pub complete: bool,
    /// The last chat that was compared; null if none was.
    pub cursor: Option<ChatRef>,
}

/// The oldest messages of a chat have expired.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpiredItem {
    /// The chat.
    chat: ChatRef,
    /// The oldest seq that has not expired: discard what you know of earlier messages.
    first_seq: i64,
    /// The newest seq of the chat.
    last_seq: i64,
    /// The chat's counter of changes.
    revision: i64,
}

impl ExpiredItem {
    /// Everything before this seq has expired.
    pub fn new(chat: ChatRef, first_seq: i64, counters: Counters) -> Self {
        Self { chat, first_seq, last_seq: counters.last_seq, revision: counters.revision }
    }
}

/// How far an answer covers the changes of a chat.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangesItem {
    /// The chat.
    pub chat: ChatRef,
    /// The oldest seq of the chat that has not expired: discard what you know of earlier messages.
    pub first_seq: i64,
    /// The newest seq of the chat.
    pub last_seq: i64,
    /// The chat's counter of changes.
    pub revision: i64,
    /// Whether there are no further rows.
    pub complete: bool,
    /// Whether there are too many changes: discard what you know of the history.
    pub reset: bool,
    /// `afterSeq` of the next request.
    pub after_seq: i64,
    /// `afterRevision` of the next request.
    pub after_revision: i64,
}

/// A connection with a new token.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Renewed {
    /// When the token expires, and the connection ends.
    pub expires_at: Timestamp,
}
