//! Messages and notices: the rows of a chat's history.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{MessageId, Person, Role, Timestamp, UserId};

/// The kind of a stored row of the history. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MessageKind {
    /// A user's message.
    Text = 0,
    /// The group was created.
    Created = 1,
    /// A member added a user.
    Added = 2,
    /// A member left.
    Left = 3,
    /// The owner or an admin removed a member.
    Removed = 4,
    /// The owner or an admin renamed the group.
    Renamed = 5,
    /// The owner changed a member's role.
    Role = 6,
    /// The owner changed how long the group keeps its messages.
    Retention = 7,
}

impl MessageKind {
    const ALL: [Self; 8] =
        [Self::Text, Self::Created, Self::Added, Self::Left, Self::Removed, Self::Renamed, Self::Role, Self::Retention];

    /// The kind that is stored as this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number)
    }
}

// On the wire, only notices have a kind.
inline_schema!(MessageKind, { "type": "string", "enum": MessageKind::ALL[1..] });

/// A stored message or notice, with its sender's current name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its number in the chat: without gaps when written, in the order of time.
    pub seq: i64,
    /// Unique within the chat.
    pub id: MessageId,
    /// Who wrote it, or caused the notice.
    pub sender: Person,
    /// The current text, exactly as it was sent; empty if it was deleted.
    pub content: String,
    /// What happened to the group, if it is a notice.
    pub notice: Option<Notice>,
    /// The message that it replies to.
    pub reply_to: Option<Quote>,
    /// In the order of their first use.
    pub reactions: Vec<Reaction>,
    /// Strictly increasing within the chat.
    pub created_at: Timestamp,
    /// When its text was last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted for everyone.
    pub deleted_at: Option<Timestamp>,
}

impl Message {
    /// A message that has just been written.
    pub fn new(seq: i64, id: MessageId, sender: Person, content: String, created_at: Timestamp) -> Self {
        Self {
            seq,
            id,
            sender,
            content,
            notice: None,
            reply_to: None,
            reactions: Vec::new(),
            created_at,
            edited_at: None,
            deleted_at: None,
        }
    }

    /// The message as seen by a user who has hidden everything up to a seq.
    #[must_use]
    pub fn seen_from(mut self, hidden_up_to: i64) -> Self {
        self.reply_to = self.reply_to.map(|quote| quote.seen_from(hidden_up_to));
        self
    }
}

/// What happened to a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Notice {
    /// The sender created it.
    Created,
    /// The sender added this user.
    Added(Person),
    /// The sender left.
    Left,
    /// The sender removed this user.
    Removed(Person),
    /// The sender renamed it to this.
    Renamed(String),
    /// The sender gave this member this role.
    Role(Person, Role),
    /// The sender let the group's messages expire after this many days; `None` if they are kept.
    Retention(Option<i64>),
}

impl Notice {
    /// The kind that it is stored as.
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Created => MessageKind::Created,
            Self::Added(_) => MessageKind::Added,
            Self::Left => MessageKind::Left,
            Self::Removed(_) => MessageKind::Removed,
            Self::Renamed(_) => MessageKind::Renamed,
            Self::Role(..) => MessageKind::Role,
            Self::Retention(_) => MessageKind::Retention,
        }
    }

    /// The other user that it is about, if there is one.
    pub fn subject(&self) -> Option<&Person> {
        match self {
            Self::Added(person) | Self::Removed(person) | Self::Role(person, _) => Some(person),
            Self::Created | Self::Left | Self::Renamed(_) | Self::Retention(_) => None,
        }
    }

    /// The text that is stored with it.
    pub fn detail(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Renamed(name) => Some(name.into()),
            Self::Role(_, role) => Some(role.name().into()),
            Self::Retention(days) => days.map(|days| days.to_string().into()),
            Self::Created | Self::Added(_) | Self::Left | Self::Removed(_) => None,
        }
    }

    /// The same notice with the other user's name left out.
    #[must_use]
    pub fn without_names(self) -> Self {
        let unnamed = |Person { id, .. }| Person { id, first_name: String::new(), last_name: String::new() };
        match self {
            Self::Added(person) => Self::Added(unnamed(person)),
            Self::Removed(person) => Self::Removed(unnamed(person)),
            Self::Role(person, role) => Self::Role(unnamed(person), role),
            Self::Created | Self::Left | Self::Renamed(_) | Self::Retention(_) => self,
        }
    }
}

/// A message that another one replies to, as far as the reader may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// Its id.
    pub id: MessageId,
    /// Its seq.
    pub seq: i64,
    /// Its author.
    pub sender: UserId,
    /// Empty if the message was deleted or is hidden from the reader.
    pub sender_name: String,
    /// The beginning of its text; empty for the same reasons.
    pub content: String,
}

impl Quote {
    /// The quote of a message that has expired: only its seq is known, and the ids are all zeros.
    pub fn expired(seq: i64) -> Self {
        let (id, sender) = (MessageId(Uuid::nil()), UserId(Uuid::nil()));
        Self { id, seq, sender, sender_name: String::new(), content: String::new() }
    }

    /// The quote as seen by a user who has hidden everything up to a seq.
    #[must_use]
    pub fn seen_from(mut self, hidden_up_to: i64) -> Self {
        if self.seq <= hidden_up_to {
            self.sender_name.clear();
            self.content.clear();
        }
        self
    }
}

/// The position of a page in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Strictly before an instant.
    Before(Timestamp),
    /// Strictly before a seq.
    BeforeSeq(i64),
    /// Strictly after a seq.
    AfterSeq(i64),
    /// Half of the page up to and including a seq, half after it.
    AroundSeq(i64),
}

/// The reactions to a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// One emoji.
    pub emoji: String,
    /// How many users.
    pub count: i64,
    /// Whether the reader is one of them.
    pub mine: bool,
}
