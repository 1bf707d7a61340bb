//! The row of histories, acknowledgements, broadcasts and changes.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{
    ChatRef, Counters, GroupId, Message, MessageId, MessageKind, Notice, Person, Quote, Reaction, Role, Timestamp,
    UserId,
};

/// The reader's view of a row.
#[derive(Debug, Clone, Copy)]
pub enum Viewpoint<'a> {
    /// From a person's side of a dialog.
    Dialog {
        /// The other side.
        partner: UserId,
        /// The receiver of the message.
        receiver: &'a Person,
    },
    /// In a group.
    Group {
        /// Which.
        id: GroupId,
        /// Its current name.
        name: &'a str,
    },
}

impl Viewpoint<'_> {
    /// The chat, as this reader names it.
    pub fn chat(self) -> ChatRef {
        match self {
            Self::Dialog { partner, .. } => ChatRef::Dialog(partner),
            Self::Group { id, .. } => ChatRef::Group(id),
        }
    }
}

/// A complete message or notice.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// In groups: whether it is a notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<bool>,
    /// Chosen by its sender.
    message_id: MessageId,
    /// Who wrote the message, or caused the notice.
    sender_id: UserId,
    /// First name.
    sender_name: String,
    /// Last name; empty if there is none.
    sender_last_name: String,
    /// In dialogs: the receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_id: Option<UserId>,
    /// In dialogs: first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_name: Option<String>,
    /// In groups: the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<GroupId>,
    /// In groups: the current name.
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<String>,
    /// The text, exactly as it was sent; empty if the message was deleted.
    content: String,
    /// When it was stored.
    created_at: Timestamp,
    /// The chat, from the reader's side.
    chat: ChatRef,
    /// Its place in the chat, counted from 1 without a gap; expired messages leave one at the beginning.
    seq: i64,
    /// What a notice reports; null for a message.
    event: Option<EventItem>,
    /// When its text was last edited.
    edited_at: Option<Timestamp>,
    /// When it was deleted for everyone.
    deleted_at: Option<Timestamp>,
    /// The message to which it replies.
    reply_to: Option<QuoteItem>,
    /// In the order of their first use.
    reactions: Vec<ReactionItem>,
    /// In acknowledgements and broadcasts: the newest seq of the chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seq: Option<i64>,
    /// In acknowledgements and broadcasts: the chat's counter of changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
    /// In notices that change it: the current number of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_count: Option<i64>,
}

impl Row {
    /// A message as one reader sees it.
    pub fn new(message: Message, viewpoint: Viewpoint<'_>) -> Self {
        let (receiver, group) = match viewpoint {
            Viewpoint::Dialog { receiver, .. } => (Some((receiver.id, receiver.first_name.clone())), None),
            Viewpoint::Group { id, name } => (None, Some((id, name.to_owned()))),
        };
        let (receiver_id, receiver_name) = receiver.unzip();
        let (group_id, group_name) = group.unzip();
        let reactions = reactions(&message);
        Self {
            notification: group_id.map(|_| message.notice.is_some()),
            message_id: message.id,
            sender_id: message.sender.id,
            sender_name: message.sender.first_name,
            sender_last_name: message.sender.last_name,
            receiver_id,
            receiver_name,
            group_id,
            group_name,
            content: message.content,
            created_at: message.created_at,
            chat: viewpoint.chat(),
            seq: message.seq,
            event: message.notice.map(EventItem::from),
            edited_at: message.edited_at,
            deleted_at: message.deleted_at,
            reply_to: message.reply_to.map(QuoteItem::from),
            reactions,
            last_seq: None,
            revision: None,
            member_count: None,
        }
    }

    /// With the chat's counters.
    #[must_use]
    pub fn at(self, counters: Counters) -> Self {
        Self { last_seq: Some(counters.last_seq), revision: Some(counters.revision), ..self }
    }

    /// With the current number of members.
    #[must_use]
    pub fn with_members(self, count: i64) -> Self {
        Self { member_count: Some(count), ..self }
    }

    /// For several readers: without `mine` in the reactions.
    #[must_use]
    pub fn for_everybody(mut self) -> Self {
        for reaction in &mut self.reactions {
            reaction.mine = None;
        }
        self
    }
}

/// A deleted message has none.
pub(super) fn reactions(message: &Message) -> Vec<ReactionItem> {
    if message.deleted_at.is_some() {
        return Vec::new();
    }
    message.reactions.iter().cloned().map(ReactionItem::from).collect()
}

/// What a notice reports.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventItem {
    /// `created`, `added`, `left`, `removed`, `renamed`, `role` or `retention`.
    kind: MessageKind,
    /// The person whom it is about, if not the sender.
    user_id: Option<UserId>,
    /// The first name of that person.
    first_name: Option<String>,
    /// The last name of that person; empty if there is none.
    last_name: Option<String>,
    /// `renamed`: the new name.
    group_name: Option<String>,
    /// `role`: `owner`, `admin` or `member`.
    role: Option<Role>,
    #[serde(flatten)]
    limit: Option<Limit>,
}

/// How long the group keeps its messages from now on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Limit {
    /// Only with `retention`: after how many days the group's messages expire; null if it keeps them.
    retention_days: Option<i64>,
}

impl From<Notice> for EventItem {
    fn from(notice: Notice) -> Self {
        let kind = notice.kind();
        let limit = if let Notice::Retention(retention_days) = notice { Some(Limit { retention_days }) } else { None };
        let (person, group_name, role) = match notice {
            Notice::Created | Notice::Left | Notice::Retention(_) => (None, None, None),
            Notice::Added(person) | Notice::Removed(person) => (Some(person), None, None),
            Notice::Renamed(name) => (None, Some(name), None),
            Notice::Role(person, role) => (Some(person), None, Some(role)),
        };
        let (user_id, first_name, last_name) = match person {
            Some(Person { id, first_name, last_name }) => (Some(id), Some(first_name), Some(last_name)),
            None => (None, None, None),
        };
        Self { kind, user_id, first_name, last_name, group_name, role, limit }
    }
}

/// The message to which another replies.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct QuoteItem {
    /// Its id; all zeros if the message has expired.
    message_id: MessageId,
    /// Its place in the chat.
    seq: i64,
    /// Who wrote it; all zeros if the message has expired.
    sender_id: UserId,
    /// First name; empty if the message has expired, is deleted or hidden from the reader.
    sender_name: String,
    /// The start of the text, at most 200 characters; empty in the same cases.
    content: String,
}

impl From<Quote> for QuoteItem {
    fn from(Quote { id, seq, sender, sender_name, content }: Quote) -> Self {
        Self { message_id: id, seq, sender_id: sender, sender_name, content }
    }
}

/// One emoji under a message.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct ReactionItem {
    /// One emoji.
    emoji: String,
    /// The number of people who added it.
    count: i64,
    /// Whether you are one of them. Broadcasts omit it, because all receivers get the same frame: keep what you know.
    #[serde(skip_serializing_if = "Option::is_none")]
    mine: Option<bool>,
}

impl From<Reaction> for ReactionItem {
    fn from(Reaction { emoji, count, mine }: Reaction) -> Self {
        Self { emoji, count, mine: Some(mine) }
    }
}

/// The reactions for several readers: without `mine`.
pub(super) fn shared_reactions(message: &Message) -> Vec<ReactionItem> {
    reactions(message).into_iter().map(|reaction| ReactionItem { mine: None, ..reaction }).collect()
}
