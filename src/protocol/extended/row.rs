//! One row for everything: history, acknowledgements, broadcasts, changes.

use serde::Serialize;

use super::items::ChatSideItem;
use crate::model::{
    ChatSide, Counters, GroupId, Message, MessageId, Notice, Person, Quote, Reaction, Timestamp, UserId,
};

/// From where a row is seen.
#[derive(Debug, Clone, Copy)]
pub enum Side<'a> {
    /// From a person's side of a dialog.
    Dialog {
        /// The other side.
        partner: UserId,
        /// To whom the message went.
        receiver: &'a Person,
    },
    /// In a group.
    Group {
        /// Which.
        id: GroupId,
        /// Its present name.
        name: &'a str,
    },
}

impl Side<'_> {
    /// The chat, as it is named from here.
    pub fn chat(self) -> ChatSide {
        match self {
            Self::Dialog { partner, .. } => ChatSide::Dialog(partner),
            Self::Group { id, .. } => ChatSide::Group(id),
        }
    }
}

/// A message or notice, whole.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<bool>,
    message_id: MessageId,
    sender_id: UserId,
    sender_name: String,
    sender_last_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<GroupId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<String>,
    content: String,
    created_at: Timestamp,
    chat: ChatSideItem,
    seq: i64,
    event: Option<EventItem>,
    edited_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    reply_to: Option<QuoteItem>,
    reactions: Vec<ReactionItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seq: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_count: Option<i64>,
}

impl Row {
    /// A message as one reader sees it.
    pub fn new(message: Message, side: Side<'_>) -> Self {
        let (receiver, group) = match side {
            Side::Dialog { receiver, .. } => (Some((receiver.id, receiver.first_name.clone())), None),
            Side::Group { id, name } => (None, Some((id, name.to_owned()))),
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
            chat: side.chat().into(),
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

    /// With how far the chat has come.
    #[must_use]
    pub fn at(self, counters: Counters) -> Self {
        Self { last_seq: Some(counters.last_seq), revision: Some(counters.revision), ..self }
    }

    /// With how many are in the group now.
    #[must_use]
    pub fn with_members(self, count: i64) -> Self {
        Self { member_count: Some(count), ..self }
    }

    /// As many readers may see it: none of the reactions is said to be theirs.
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

/// What a notice tells.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventItem {
    kind: &'static str,
    user_id: Option<UserId>,
    first_name: Option<String>,
    last_name: Option<String>,
    group_name: Option<String>,
    role: Option<&'static str>,
}

impl From<Notice> for EventItem {
    fn from(notice: Notice) -> Self {
        let kind = match notice {
            Notice::Created => "created",
            Notice::Added(_) => "added",
            Notice::Left => "left",
            Notice::Removed(_) => "removed",
            Notice::Renamed(_) => "renamed",
            Notice::Role(..) => "role",
        };
        let (person, group_name, role) = match notice {
            Notice::Created | Notice::Left => (None, None, None),
            Notice::Added(person) | Notice::Removed(person) => (Some(person), None, None),
            Notice::Renamed(name) => (None, Some(name), None),
            Notice::Role(person, role) => (Some(person), None, Some(role.name())),
        };
        let (user_id, first_name, last_name) = match person {
            Some(Person { id, first_name, last_name }) => (Some(id), Some(first_name), Some(last_name)),
            None => (None, None, None),
        };
        Self { kind, user_id, first_name, last_name, group_name, role }
    }
}

/// What a message answers.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QuoteItem {
    message_id: MessageId,
    seq: i64,
    sender_id: UserId,
    sender_name: String,
    content: String,
}

impl From<Quote> for QuoteItem {
    fn from(Quote { id, seq, sender, sender_name, content }: Quote) -> Self {
        Self { message_id: id, seq, sender_id: sender, sender_name, content }
    }
}

/// One emoji under a message.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ReactionItem {
    emoji: String,
    count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mine: Option<bool>,
}

impl From<Reaction> for ReactionItem {
    fn from(Reaction { emoji, count, mine }: Reaction) -> Self {
        Self { emoji, count, mine: Some(mine) }
    }
}

/// The same, for many readers.
pub(super) fn shared_reactions(message: &Message) -> Vec<ReactionItem> {
    reactions(message).into_iter().map(|reaction| ReactionItem { mine: None, ..reaction }).collect()
}
