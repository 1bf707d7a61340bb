//! The rows and items of answers and broadcasts, key by key in the order in which clients get them.

use serde::Serialize;

use super::extended;
use crate::model::{ChatSummary, Conversation, GroupId, Message, MessageId, Person, Timestamp, UserId};

/// A row of the chat list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListRow {
    message_id: MessageId,
    sender_id: UserId,
    sender_name: String,
    sender_last_name: String,
    receiver_id: Option<UserId>,
    receiver_name: Option<String>,
    receiver_last_name: Option<String>,
    group_id: Option<GroupId>,
    group_name: Option<String>,
    content: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

impl From<ChatSummary> for ListRow {
    fn from(summary: ChatSummary) -> Self {
        let text = shown(&summary.newest);
        Self { content: text, deleted_at: None, ..Self::with_deletion(summary) }
    }
}

impl ListRow {
    /// A row that says of a deleted message when it was deleted.
    pub(super) fn with_deletion(ChatSummary { conversation, newest, .. }: ChatSummary) -> Self {
        let (receiver, group) = match conversation {
            Conversation::Dialog { receiver, .. } => (Some(receiver), None),
            Conversation::Group { id, name, .. } => (None, Some((id, name))),
        };
        let (receiver_id, receiver_name, receiver_last_name) = match receiver {
            Some(Person { id, first_name, last_name }) => (Some(id), Some(first_name), Some(last_name)),
            None => (None, None, None),
        };
        let (group_id, group_name) = group.unzip();
        Self {
            message_id: newest.id,
            sender_id: newest.sender.id,
            sender_name: newest.sender.first_name,
            sender_last_name: newest.sender.last_name,
            receiver_id,
            receiver_name,
            receiver_last_name,
            group_id,
            group_name,
            content: newest.content,
            created_at: newest.created_at,
            updated_at: newest.edited_at.unwrap_or(newest.created_at),
            deleted_at: newest.deleted_at,
        }
    }
}

/// What clients that know of no deletion show of a message.
fn shown(message: &Message) -> String {
    match message.deleted_at {
        Some(_) => "Message deleted".into(),
        None => message.content.clone(),
    }
}

/// A row of a dialog's history.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DialogRow {
    message_id: MessageId,
    sender_id: UserId,
    sender_name: String,
    receiver_id: UserId,
    receiver_name: String,
    content: String,
    created_at: Timestamp,
}

impl DialogRow {
    /// A message that went to `receiver`.
    pub fn new(message: Message, receiver: &Person) -> Self {
        Self {
            message_id: message.id,
            sender_id: message.sender.id,
            receiver_id: receiver.id,
            receiver_name: receiver.first_name.clone(),
            content: shown(&message),
            sender_name: message.sender.first_name,
            created_at: message.created_at,
        }
    }
}

/// A row of a group's history.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRow {
    notification: bool,
    message_id: MessageId,
    sender_id: UserId,
    sender_name: String,
    sender_last_name: String,
    group_id: GroupId,
    group_name: String,
    content: String,
    created_at: Timestamp,
}

impl GroupRow {
    /// A message or notice of this group.
    pub fn new(message: Message, group: GroupId, name: &str) -> Self {
        Self {
            notification: message.notice.is_some(),
            message_id: message.id,
            sender_id: message.sender.id,
            group_id: group,
            group_name: name.to_owned(),
            content: shown(&message),
            sender_name: message.sender.first_name,
            sender_last_name: message.sender.last_name,
            created_at: message.created_at,
        }
    }
}

/// A private message, as its receiver gets it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    message_id: MessageId,
    message: String,
    sender_name: String,
    sender_last_name: String,
    sender_id: UserId,
    created_at: Timestamp,
}

impl From<Message> for Received {
    fn from(message: Message) -> Self {
        Self {
            message_id: message.id,
            message: message.content,
            sender_name: message.sender.first_name,
            sender_last_name: message.sender.last_name,
            sender_id: message.sender.id,
            created_at: message.created_at,
        }
    }
}

/// A message, as the other members of the group get it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupMessage {
    group_id: GroupId,
    group_name: String,
    message_id: MessageId,
    message: String,
    sender_name: String,
    sender_last_name: String,
    notification: bool,
    sender_id: UserId,
    created_at: Timestamp,
}

impl GroupMessage {
    /// A message of this group.
    pub fn new(message: Message, group: GroupId, name: &str) -> Self {
        Self {
            group_id: group,
            group_name: name.to_owned(),
            message_id: message.id,
            message: message.content,
            sender_name: message.sender.first_name,
            sender_last_name: message.sender.last_name,
            notification: false,
            sender_id: message.sender.id,
            created_at: message.created_at,
        }
    }
}

/// A notice, as members get it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeItem {
    group_id: GroupId,
    group_name: String,
    message_id: MessageId,
    message: String,
    sender_name: String,
    sender_id: UserId,
    sender_last_name: String,
    notification: bool,
    created_at: Timestamp,
}

impl NoticeItem {
    /// A notice of this group.
    pub fn new(notice: Message, group: GroupId, name: &str) -> Self {
        Self {
            group_id: group,
            group_name: name.to_owned(),
            message_id: notice.id,
            message: notice.content,
            sender_name: notice.sender.first_name,
            sender_id: notice.sender.id,
            sender_last_name: notice.sender.last_name,
            notification: true,
            created_at: notice.created_at,
        }
    }
}

/// The `item` of an answer or broadcast: of the contract first, then of the extended protocol.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each is explained by its type")]
pub enum Item {
    /// To the receiver of a private message.
    Private(Received),
    /// To the members of a group.
    Message(GroupMessage),
    /// To the members of a group, and to who caused it.
    Notice(NoticeItem),
    /// A group that one has left, or that is no more.
    Group {
        /// Its id.
        #[serde(rename = "groupId")]
        group: GroupId,
    },
    Row(Box<extended::Row>),
    Hello(Box<extended::Hello>),
    Reactions(Box<extended::ReactionsItem>),
    Read(extended::ReadItem),
    Muted(extended::Muted),
    Blocked(extended::Blocked),
    Hidden(extended::Hidden),
    Role(extended::RoleItem),
    Gone(extended::Gone),
    Profile(extended::Profile),
    Typing(extended::TypingItem),
    Presence(extended::PresenceRow),
    ChangedChats(extended::ChangedChatsItem),
    Changes(extended::ChangesItem),
    Renewed(extended::Renewed),
}

/// The `data` of an answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each is explained by its type")]
pub enum Rows {
    /// Of the chat list.
    List(Vec<ListRow>),
    /// Of a dialog.
    Dialog(Vec<DialogRow>),
    /// Of a group.
    Group(Vec<GroupRow>),
    Chats(Vec<extended::ChatRow>),
    History(Vec<extended::Row>),
    Members(Vec<extended::MemberRow>),
    People(Vec<extended::PersonRow>),
    Presence(Vec<extended::PresenceRow>),
}

/// What a request is answered with when it succeeds.
#[derive(Debug, Default)]
pub struct Answer {
    /// One thing, or nothing.
    pub item: Option<Item>,
    /// A page, or nothing.
    pub data: Option<Rows>,
}

impl Answer {
    /// Done, and there is nothing to say.
    pub fn done() -> Self {
        Self::default()
    }

    /// One thing.
    pub fn item(item: Item) -> Self {
        Self { item: Some(item), data: None }
    }

    /// A page.
    pub fn rows(rows: Rows) -> Self {
        Self { item: None, data: Some(rows) }
    }
}
