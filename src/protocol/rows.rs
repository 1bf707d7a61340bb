//! The rows and items of answers and broadcasts, key by key in the order in which clients get them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{ChatSummary, Conversation, GroupId, Message, MessageId, Person, Timestamp, UserId};

/// A row of the chat list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListRow {
    /// The newest visible message.
    message_id: MessageId,
    /// Who wrote the message, or caused the notice.
    sender_id: UserId,
    /// First name.
    sender_name: String,
    /// Last name; empty if there is none.
    sender_last_name: String,
    /// In dialogs: the receiver.
    receiver_id: Option<UserId>,
    /// In dialogs: first name.
    receiver_name: Option<String>,
    /// In dialogs: last name; empty if there is none.
    receiver_last_name: Option<String>,
    /// In groups: the group.
    group_id: Option<GroupId>,
    /// In groups: the current name.
    group_name: Option<String>,
    /// The text, exactly as it was sent.
    content: String,
    /// When it was stored.
    created_at: Timestamp,
    /// When it was last edited; `createdAt` if never.
    updated_at: Timestamp,
    /// When it was deleted for everyone. Always null in the subprotocol `auth`.
    deleted_at: Option<Timestamp>,
}

impl From<ChatSummary> for ListRow {
    fn from(summary: ChatSummary) -> Self {
        let text = shown(&summary.newest);
        Self { content: text, deleted_at: None, ..Self::with_deletion(summary) }
    }
}

impl ListRow {
    /// A row with the time of deletion.
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

/// The text for clients that do not know about deletion.
fn shown(message: &Message) -> String {
    match message.deleted_at {
        Some(_) => "Message deleted".into(),
        None => message.content.clone(),
    }
}

/// A row of a dialog's history.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DialogRow {
    /// Chosen by its sender.
    message_id: MessageId,
    /// Who wrote the message.
    sender_id: UserId,
    /// First name.
    sender_name: String,
    /// The receiver.
    receiver_id: UserId,
    /// First name.
    receiver_name: String,
    /// The text, exactly as it was sent.
    content: String,
    /// When it was stored: the cursor of the next page.
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
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupRow {
    /// Whether it is a notice.
    notification: bool,
    /// Chosen by its sender.
    message_id: MessageId,
    /// Who wrote the message, or caused the notice.
    sender_id: UserId,
    /// First name.
    sender_name: String,
    /// Last name; empty if there is none.
    sender_last_name: String,
    /// The group.
    group_id: GroupId,
    /// The current name of the group.
    group_name: String,
    /// The text, exactly as it was sent.
    content: String,
    /// When it was stored: the cursor of the next page.
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
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// Chosen by its sender.
    message_id: MessageId,
    /// The text, exactly as it was sent.
    message: String,
    /// First name.
    sender_name: String,
    /// Last name; empty if there is none.
    sender_last_name: String,
    /// Who wrote the message.
    sender_id: UserId,
    /// When it was stored; the same time in every frame.
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
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupMessage {
    /// The group.
    group_id: GroupId,
    /// The current name of the group.
    group_name: String,
    /// Chosen by its sender.
    message_id: MessageId,
    /// The text, exactly as it was sent.
    message: String,
    /// First name.
    sender_name: String,
    /// Last name; empty if there is none.
    sender_last_name: String,
    /// Always false.
    notification: bool,
    /// Who wrote the message.
    sender_id: UserId,
    /// When it was stored; the same time in every frame.
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
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeItem {
    /// The group.
    group_id: GroupId,
    /// The current name of the group.
    group_name: String,
    /// Chosen by its sender.
    message_id: MessageId,
    /// The notice's text, as the client worded it.
    message: String,
    /// First name.
    sender_name: String,
    /// Who caused the notice.
    sender_id: UserId,
    /// Last name; empty if there is none.
    sender_last_name: String,
    /// Always true.
    notification: bool,
    /// When it was stored; the same time in every frame.
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

/// A group that you have left, or that was deleted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupGone {
    /// The group.
    pub group_id: GroupId,
}
