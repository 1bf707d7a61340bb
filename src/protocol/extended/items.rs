//! What is told besides messages: reads, reactions, presence and the like.

use schemars::JsonSchema;
use serde::Serialize;

use super::row::{ReactionItem, shared_reactions};
use crate::model::{
    ChatSide, Counters, GroupId, Member, Message, MessageId, Person, Privacy, SessionId, Timestamp, UserId,
};

/// A chat, as its reader names it: by the other person, or by the group.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Chat")]
pub enum ChatSideItem {
    /// A dialog with this person.
    UserId(UserId),
    /// A group.
    GroupId(GroupId),
}

impl From<ChatSide> for ChatSideItem {
    fn from(side: ChatSide) -> Self {
        match side {
            ChatSide::Dialog(user) => Self::UserId(user),
            ChatSide::Group(group) => Self::GroupId(group),
        }
    }
}

/// A group that one is in no more.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "GroupLeft")]
pub struct Gone {
    /// As rows name it.
    pub chat: ChatSideItem,
    /// As the contract names it.
    pub group_id: GroupId,
}

impl Gone {
    /// This group.
    pub fn new(group: GroupId) -> Self {
        Self { chat: ChatSideItem::GroupId(group), group_id: group }
    }
}

/// The reactions to a message, after somebody's.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReactionsItem {
    /// Where.
    chat: ChatSideItem,
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
    pub fn new(message: &Message, chat: ChatSide, reacted: Reacted<'_>, counters: Counters) -> Self {
        Self {
            chat: chat.into(),
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
    pub chat: ChatSideItem,
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
    pub chat: ChatSideItem,
    /// Null: not.
    pub muted_until: Option<Timestamp>,
    /// The membership's counter.
    pub state: i64,
}

/// Whether one takes nothing from somebody.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocked {
    /// From whom.
    pub user_id: UserId,
    /// Whether it is so.
    pub on: bool,
}

/// A dialog whose messages up to here are hidden from oneself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hidden {
    /// Which.
    pub chat: ChatSideItem,
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
    pub chat: ChatSideItem,
    /// `owner`, `admin` or `member`.
    pub role: &'static str,
    /// The membership's counter.
    pub state: i64,
}

/// Somebody, by name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonRow {
    /// Who.
    user_id: UserId,
    /// Never empty.
    first_name: String,
    /// Empty if there is none.
    last_name: String,
}

impl From<Person> for PersonRow {
    fn from(Person { id, first_name, last_name }: Person) -> Self {
        Self { user_id: id, first_name, last_name }
    }
}

/// Somebody is writing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypingItem {
    /// Where.
    pub chat: ChatSideItem,
    /// Who.
    pub user_id: UserId,
    /// By name.
    pub first_name: String,
}

/// Whether somebody is there.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceRow {
    /// Who.
    pub user_id: UserId,
    /// Whether any client of the person is connected.
    pub online: bool,
    /// When the person was seen last; null if that is not known.
    pub last_seen_at: Option<Timestamp>,
}

impl PresenceRow {
    /// Somebody who is not there, and of whom nothing more is said.
    pub fn gone(user_id: UserId) -> Self {
        Self { user_id, online: false, last_seen_at: None }
    }
}

/// What others see of a person, and the person of them.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Privacy")]
pub struct PrivacyItem {
    /// Whether others see when the person is online.
    presence: bool,
    /// Whether others see how far the person has read.
    read_receipts: bool,
}

impl From<Privacy> for PrivacyItem {
    fn from(Privacy { presence, read_receipts }: Privacy) -> Self {
        Self { presence, read_receipts }
    }
}

/// A member of a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberRow {
    /// Who; the cursor of the next page.
    user_id: UserId,
    /// Never empty.
    first_name: String,
    /// Empty if there is none.
    last_name: String,
    /// `owner`, `admin` or `member`.
    role: &'static str,
    /// When the person joined last.
    joined_at: Timestamp,
    /// Null in large groups, and if the person or the caller sends no read receipts.
    read_up_to: Option<i64>,
}

impl MemberRow {
    /// Without how far the person has read.
    #[must_use]
    pub fn without_receipt(self) -> Self {
        Self { read_up_to: None, ..self }
    }
}

impl From<Member> for MemberRow {
    fn from(member: Member) -> Self {
        Self {
            user_id: member.person.id,
            first_name: member.person.first_name,
            last_name: member.person.last_name,
            role: member.role.name(),
            joined_at: member.joined_at,
            read_up_to: member.read_up_to,
        }
    }
}

/// What became of the chats that a client knows.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangedChatsItem {
    /// Those that are no longer the caller's.
    pub gone: Vec<ChatSideItem>,
    /// Whether all chats were gone through.
    pub complete: bool,
    /// Up to where they were; null before the first.
    pub cursor: Option<ChatSideItem>,
}

/// How far the changes of a chat were told.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangesItem {
    /// Which.
    pub chat: ChatSideItem,
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

/// A log-in on a device that is new to the person's sessions.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionItem {
    /// Its id, as in `GET /api/sessions`.
    pub session_id: SessionId,
    /// What the client called itself; at most 256 characters, may be empty.
    pub user_agent: String,
    /// When it began.
    pub created_at: Timestamp,
}
