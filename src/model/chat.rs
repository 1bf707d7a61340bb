//! Chats: how they are named, who is in them, and how they stand in somebody's list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GroupId, Message, Person, Timestamp, UserId};

/// What a chat is known by on every node: the two people of a dialog, or a group's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChatKey {
    /// The lower id first; twice the same for a dialog with oneself.
    Dialog(UserId, UserId),
    /// A group.
    Group(GroupId),
}

impl ChatKey {
    /// The dialog of two people, whoever asks.
    pub fn dialog(one: UserId, other: UserId) -> Self {
        Self::Dialog(one.min(other), one.max(other))
    }

    /// The other side of a dialog; oneself, of one with oneself.
    pub fn partner(self, of: UserId) -> Option<UserId> {
        match self {
            Self::Dialog(low, high) if low == of => Some(high),
            Self::Dialog(low, _) => Some(low),
            Self::Group(_) => None,
        }
    }

    /// As one of its people sees it.
    pub fn side(self, of: UserId) -> ChatRef {
        match self {
            Self::Group(group) => ChatRef::Group(group),
            Self::Dialog(low, high) => ChatRef::Dialog(if low == of { high } else { low }),
        }
    }
}

/// A chat as one of its people names it: by the other person, or by the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ChatRef {
    /// A dialog with this person.
    #[serde(rename = "userId")]
    Dialog(UserId),
    /// A group.
    #[serde(rename = "groupId")]
    Group(GroupId),
}

impl ChatRef {
    /// The chat that `user` means.
    pub fn key(self, user: UserId) -> ChatKey {
        match self {
            Self::Dialog(other) => ChatKey::dialog(user, other),
            Self::Group(group) => ChatKey::Group(group),
        }
    }

    /// What the order goes by: the id, then dialogs before groups.
    pub fn rank(self) -> (uuid::Uuid, bool) {
        match self {
            Self::Dialog(other) => (other.0, false),
            Self::Group(group) => (group.0, true),
        }
    }
}

/// What a member of a group may do. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Writes and adds people.
    Member = 0,
    /// Removes members, renames the group and deletes messages, too.
    Admin = 1,
    /// Removes anyone, gives roles and deletes the group. Every group has exactly one.
    Owner = 2,
}

impl Role {
    const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    /// The role stored under this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| *role as i64 == number)
    }

    /// The role that is called so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// As clients call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: Person,
    /// What the person may do.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
    /// The last seq that the person has seen; `None` if the person or the reader sends no receipts.
    pub read_up_to: Option<i64>,
}

/// How far a chat has come: what clients compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// The newest message's seq.
    pub last_seq: i64,
    /// Changes of stored messages: edits, deletions, reactions.
    pub revision: i64,
}

/// What a client knows of a chat of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub chat: ChatRef,
    /// As it was seen last.
    pub counters: Counters,
    /// The membership's own counter.
    pub state: i64,
}

/// What a row of the chat list is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversation {
    /// With one person.
    Dialog {
        /// The other side.
        partner: Person,
        /// Who received the newest message: the other side, or oneself.
        receiver: Person,
        /// How far the other side has read; `None` if one of both sends no receipts, or the other side blocks one.
        partner_read_up_to: Option<i64>,
        /// Whether the other side's account is gone.
        deleted: bool,
        /// Whether one takes nothing from the other side.
        blocked: bool,
    },
    /// In a group.
    Group {
        /// The group's id.
        id: GroupId,
        /// Its present name.
        name: String,
        /// One's own role.
        role: Role,
        /// Present members.
        member_count: i64,
    },
}

/// How somebody stands in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Grows with reads, hiding, mute, role and block.
    pub state: i64,
    /// The last seq that was seen.
    pub read_up_to: i64,
    /// Nothing up to here is shown.
    pub hidden_up_to: i64,
    /// No notifications until then.
    pub muted_until: Option<Timestamp>,
}

impl Standing {
    /// Messages that were not seen.
    pub fn unread(&self, last_seq: i64) -> i64 {
        (last_seq - self.read_up_to.max(self.hidden_up_to)).max(0)
    }
}

/// A row of somebody's chat list: a conversation and its newest message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatSummary {
    /// The dialog or group.
    pub conversation: Conversation,
    /// How far it has come.
    pub counters: Counters,
    /// How the list's owner stands in it.
    pub standing: Standing,
    /// The newest message that the list's owner can see.
    pub newest: Message,
}
