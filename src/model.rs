//! What the domain is made of: ids, time, people, chats and messages. No I/O, no secrets.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )*};
}

ids! {
    /// A person's account; made by the server, version 7.
    UserId
    /// A group; made by the client that creates it.
    GroupId
    /// A message; made by the client that sends it, unique within its chat.
    MessageId
    /// A log-in.
    SessionId
}

/// A chat, dialog or group, inside the server. Never leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChatId(pub i64);

/// Milliseconds since 1970, UTC. Written as RFC 3339 with three decimals and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later than every message.
    pub const MAX: Self = Self(i64::MAX);

    /// The present time of this machine.
    pub fn now() -> Self {
        Self(Utc::now().timestamp_millis())
    }

    /// This many milliseconds later.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let time = DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Somebody's present name, as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Whose name it is.
    pub id: UserId,
    /// Never empty.
    pub first_name: String,
    /// Empty if there is none.
    pub last_name: String,
}

/// A log-in, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// What the client called itself.
    pub user_agent: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When its token was made or renewed last.
    pub last_seen_at: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
}

/// How clients name a chat: by the two people of a dialog, or by a group's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

/// What a stored row of a chat's history is. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// Somebody wrote something.
    Message = 0,
    /// The group was created.
    Created = 1,
    /// A member added somebody.
    Added = 2,
    /// A member left.
    Left = 3,
    /// The owner or an admin removed a member.
    Removed = 4,
}

impl Event {
    /// The event stored under this number.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Message, Self::Created, Self::Added, Self::Left, Self::Removed]
            .into_iter()
            .find(|event| *event as i64 == number)
    }

    /// Whether it tells of the group rather than being somebody's words.
    pub fn is_notice(self) -> bool {
        self != Self::Message
    }
}

/// What a member of a group may do. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Writes and adds people.
    Member = 0,
    /// Removes members, too.
    Admin = 1,
    /// Removes anyone and deletes the group. Every group has exactly one.
    Owner = 2,
}

impl Role {
    /// The role stored under this number.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Member, Self::Admin, Self::Owner].into_iter().find(|role| *role as i64 == number)
    }
}

/// A stored message or notice with its sender's present name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Unique within the chat.
    pub id: MessageId,
    /// Who wrote it, or caused the notice.
    pub sender: Person,
    /// The text, exactly as it was sent.
    pub content: String,
    /// Message, or kind of notice.
    pub event: Event,
    /// Strictly increasing within the chat.
    pub created_at: Timestamp,
}

/// What a row of the chat list is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversation {
    /// With this person, who received the newest message (oneself, if the other side wrote it).
    Dialog {
        /// To whom the newest message went.
        receiver: Person,
    },
    /// In this group.
    Group {
        /// The group's id.
        id: GroupId,
        /// Its present name.
        name: String,
    },
}

/// A row of somebody's chat list: a conversation and its newest message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatSummary {
    /// The dialog or group.
    pub conversation: Conversation,
    /// The newest message that the list's owner can see.
    pub newest: Message,
}

/// Somebody found by a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A person with an account.
    User {
        /// Id and names.
        person: Person,
        /// As the person wrote it.
        email: String,
    },
    /// One of the searcher's own groups.
    Group {
        /// The group's id.
        id: GroupId,
        /// Its present name.
        name: String,
    },
}
