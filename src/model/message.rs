//! What a chat's history is made of: messages and notices.

use super::{MessageId, Person, Role, Timestamp, UserId};

/// What a stored row of a chat's history is. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// Somebody wrote something.
    Text = 0,
    /// The group was created.
    Created = 1,
    /// A member added somebody.
    Added = 2,
    /// A member left.
    Left = 3,
    /// The owner or an admin removed a member.
    Removed = 4,
    /// The owner or an admin gave the group another name.
    Renamed = 5,
    /// The owner gave a member another role.
    Role = 6,
}

impl MessageKind {
    const ALL: [Self; 7] =
        [Self::Text, Self::Created, Self::Added, Self::Left, Self::Removed, Self::Renamed, Self::Role];

    /// The event stored under this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number)
    }
}

/// A stored message or notice with its sender's present name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The chat's numbers have no gaps at writing, and grow with the time.
    pub seq: i64,
    /// Unique within the chat.
    pub id: MessageId,
    /// Who wrote it, or caused the notice.
    pub sender: Person,
    /// The present text, exactly as it was sent; empty if it was deleted.
    pub content: String,
    /// What the notice tells, if it is one.
    pub notice: Option<Notice>,
    /// The message that it answers.
    pub reply_to: Option<Quote>,
    /// In the order of their first use.
    pub reactions: Vec<Reaction>,
    /// Strictly increasing within the chat.
    pub created_at: Timestamp,
    /// When its text was changed last.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted for everybody.
    pub deleted_at: Option<Timestamp>,
}

impl Message {
    /// A message as it is when it has just been written.
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

    /// As a person sees it who has hidden everything up to a seq.
    #[must_use]
    pub fn seen_from(mut self, hidden_up_to: i64) -> Self {
        self.reply_to = self.reply_to.map(|quote| quote.seen_from(hidden_up_to));
        self
    }
}

/// What a notice tells of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The sender created it.
    Created,
    /// The sender made this person a member.
    Added(Person),
    /// The sender left.
    Left,
    /// The sender removed this person.
    Removed(Person),
    /// The sender gave it this name.
    Renamed(String),
    /// The sender gave this person this role.
    Role(Person, Role),
}

impl Notice {
    /// Its kind, as it is stored.
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Created => MessageKind::Created,
            Self::Added(_) => MessageKind::Added,
            Self::Left => MessageKind::Left,
            Self::Removed(_) => MessageKind::Removed,
            Self::Renamed(_) => MessageKind::Renamed,
            Self::Role(..) => MessageKind::Role,
        }
    }

    /// Whom it is about, besides its sender.
    pub fn subject(&self) -> Option<&Person> {
        match self {
            Self::Added(person) | Self::Removed(person) | Self::Role(person, _) => Some(person),
            Self::Created | Self::Left | Self::Renamed(_) => None,
        }
    }

    /// What it says besides, as it is stored.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Renamed(name) => Some(name),
            Self::Role(_, role) => Some(role.name()),
            Self::Created | Self::Added(_) | Self::Left | Self::Removed(_) => None,
        }
    }

    /// The same about a person whose name is left out.
    #[must_use]
    pub fn without_names(self) -> Self {
        let unnamed = |Person { id, .. }| Person { id, first_name: String::new(), last_name: String::new() };
        match self {
            Self::Added(person) => Self::Added(unnamed(person)),
            Self::Removed(person) => Self::Removed(unnamed(person)),
            Self::Role(person, role) => Self::Role(unnamed(person), role),
            Self::Created | Self::Left | Self::Renamed(_) => self,
        }
    }
}

/// A message that another one answers, as far as the reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Its id.
    pub id: MessageId,
    /// Its place.
    pub seq: i64,
    /// Who wrote it.
    pub sender: UserId,
    /// Empty if it was deleted, or is hidden from the reader.
    pub sender_name: String,
    /// Its beginning; empty for the same reasons.
    pub content: String,
}

impl Quote {
    /// As somebody sees it who has hidden everything up to a seq.
    #[must_use]
    pub fn seen_from(mut self, hidden_up_to: i64) -> Self {
        if self.seq <= hidden_up_to {
            self.sender_name.clear();
            self.content.clear();
        }
        self
    }
}

/// Where a page of a history lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Right before an instant.
    Before(Timestamp),
    /// Right before a seq.
    BeforeSeq(i64),
    /// Right after a seq.
    AfterSeq(i64),
    /// Half of it up to and including a seq, half after.
    AroundSeq(i64),
}

/// How people reacted to a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// One emoji.
    pub emoji: String,
    /// So many people.
    pub count: i64,
    /// Whether the reader is one of them.
    pub mine: bool,
}
