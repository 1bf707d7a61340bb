//! Chats: their keys, their members, and their state in a user's chat list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GroupId, Message, Person, Timestamp, UserId};

/// A chat's key, the same for all its members: the two users of a dialog, or a group's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChatKey {
    /// The lower id first; the same id twice for a dialog with yourself.
    Dialog(UserId, UserId),
    /// A group.
    Group(GroupId),
}

impl ChatKey {
    /// The key of the dialog of two users, in either order.
    pub fn dialog(one: UserId, other: UserId) -> Self {
        Self::Dialog(one.min(other), one.max(other))
    }

    /// The other side of a dialog; the user itself in a dialog with yourself; `None` for a group.
    pub fn partner(self, of: UserId) -> Option<UserId> {
        match self {
            Self::Dialog(low, high) if low == of => Some(high),
            Self::Dialog(low, _) => Some(low),
            Self::Group(_) => None,
        }
    }

    /// The chat as this user refers to it.
    pub fn side(self, of: UserId) -> ChatRef {
        match self {
            Self::Group(group) => ChatRef::Group(group),
            Self::Dialog(low, high) => ChatRef::Dialog(if low == of { high } else { low }),
        }
    }
}

/// A chat as one of its users refers to it: by the other user's id, or by the group's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ChatRef {
    /// The dialog with this user.
    #[serde(rename = "userId")]
    Dialog(UserId),
    /// A group.
    #[serde(rename = "groupId")]
    Group(GroupId),
}

impl ChatRef {
    /// The key of the chat that `user` refers to.
    pub fn key(self, user: UserId) -> ChatKey {
        match self {
            Self::Dialog(other) => ChatKey::dialog(user, other),
            Self::Group(group) => ChatKey::Group(group),
        }
    }

    /// The sort key: the id, then dialogs before groups.
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
    /// May write messages and add members.
    Member = 0,
    /// May also remove members, rename the group and delete any message.
    Admin = 1,
    /// May also remove admins, change roles and delete the group. Every group has exactly one owner.
    Owner = 2,
}

impl Role {
    const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    /// The role that is stored as this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| *role as i64 == number)
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The name in requests and frames.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

inline_schema!(Role, { "type": "string", "enum": Role::ALL });

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The member's id and name.
    pub person: Person,
    /// What the member may do.
    pub role: Role,
    /// When the membership began.
    pub joined_at: Timestamp,
    /// The last seq that the member has read; `None` if the member or the reader sends no read receipts.
    pub read_up_to: Option<i64>,
}

/// How far a chat has come. Clients compare these to find what they missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// The newest message's seq.
    pub last_seq: i64,
    /// Counts changes of stored messages: edits, deletions and reactions.
    pub revision: i64,
}

/// What a client knows about one of its chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The chat.
    pub chat: ChatRef,
    /// The counters that the client last saw.
    pub counters: Counters,
    /// The membership's state counter.
    pub state: i64,
}

/// The chat of a row of the chat list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversation {
    /// A dialog.
    Dialog {
        /// The other side.
        partner: Person,
        /// The recipient of the newest message: the other side, or the list's owner.
        receiver: Person,
        /// How far the other side has read; `None` if either side sends no read receipts, or the other side blocked
        /// the list's owner.
        partner_read_up_to: Option<i64>,
        /// Whether the other side's account was deleted.
        deleted: bool,
        /// Whether the list's owner blocked the other side.
        blocked: bool,
    },
    /// A group.
    Group {
        /// The group's id.
        id: GroupId,
        /// The group's current name.
        name: String,
        /// The role of the list's owner.
        role: Role,
        /// How many members the group has.
        member_count: i64,
        /// After how many days its messages expire; `None` if the group keeps them.
        retention_days: Option<i64>,
    },
}

/// A user's state in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Counts changes: reads, hiding, mute, role and block.
    pub state: i64,
    /// The last seq that the user has read.
    pub read_up_to: i64,
    /// Messages up to this seq are hidden from the user.
    pub hidden_up_to: i64,
    /// No notifications until then; `None` if not muted.
    pub muted_until: Option<Timestamp>,
}

impl Standing {
    /// How many messages are unread, of a chat with these first and last seqs.
    pub fn unread(&self, first_seq: i64, last_seq: i64) -> i64 {
        (last_seq - self.read_up_to.max(self.hidden_up_to).max(first_seq - 1)).max(0)
    }
}

/// A row of a user's chat list: a chat and its newest message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatSummary {
    /// The dialog or group.
    pub conversation: Conversation,
    /// The chat's counters.
    pub counters: Counters,
    /// The oldest seq that has not expired.
    pub first_seq: i64,
    /// The state of the list's owner in it.
    pub standing: Standing,
    /// The newest message that the list's owner can see.
    pub newest: Message,
}
