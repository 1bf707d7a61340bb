//! What is stored about a person, as an export shows it to that person. The names are those of the files.

use serde::Serialize;

use super::{ChatId, ChatRef, MessageId, Person, Role, SessionId, Timestamp, UserId};

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The account's id.
    pub user_id: UserId,
    /// As entered at sign-up.
    pub email: String,
    /// As entered.
    pub first_name: String,
    /// As entered; empty if there is none.
    pub last_name: String,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When names, password or settings last changed.
    pub updated_at: Timestamp,
}

/// One of the person's sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnSession {
    /// The session's id.
    pub session_id: SessionId,
    /// The client's `User-Agent` at login.
    pub user_agent: String,
    /// When the person logged in.
    pub created_at: Timestamp,
    /// When its token was last issued or renewed.
    pub last_seen_at: Timestamp,
    /// When it expires unless its token is renewed.
    pub expires_at: Timestamp,
    /// When the server ended it because a replaced token was used again.
    pub ended_at: Option<Timestamp>,
    /// When the person last entered the password in it.
    pub confirmed_at: Option<Timestamp>,
}

/// A user whom the person blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// The blocked user.
    pub user_id: UserId,
    /// The user's current first name.
    pub first_name: String,
    /// The user's current last name; empty if there is none.
    pub last_name: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// A chat that the person is or was in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// Internal.
    #[serde(skip)]
    pub id: ChatId,
    /// Internal: the newest message that was stored when this was read.
    #[serde(skip)]
    pub last_seq: i64,
    /// Internal: the other user of a dialog.
    #[serde(skip)]
    pub partner: Option<Person>,
    /// The chat.
    pub chat: ChatRef,
    /// In dialogs: the other user's current name.
    pub partner_name: Option<String>,
    /// In dialogs: the other user's current last name.
    pub partner_last_name: Option<String>,
    /// In groups: the name; of a group that the person left, the name at that time, if it is known.
    pub group_name: Option<String>,
    /// In groups.
    pub role: Option<Role>,
    /// When the person joined, or the dialog began.
    pub joined_at: Timestamp,
    /// When the person left or was removed.
    pub left_at: Option<Timestamp>,
    /// When the group was deleted for everyone; its messages are being removed.
    pub deleted_at: Option<Timestamp>,
    /// The last message that the person has read.
    pub read_up_to: i64,
    /// Everything up to this message is hidden from the person.
    pub hidden_up_to: i64,
    /// No notifications until then.
    pub muted_until: Option<Timestamp>,
    /// What the person's messages in it count as storage.
    pub stored_bytes: i64,
}

impl Membership {
    /// Whether the person is still in the chat.
    pub fn is_current(&self) -> bool {
        self.left_at.is_none() && self.deleted_at.is_none()
    }
}

/// A reaction of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnReaction {
    /// The chat.
    pub chat: ChatRef,
    /// The message.
    pub message_id: MessageId,
    /// The message's place in the chat.
    pub seq: i64,
    /// One emoji.
    pub emoji: String,
    /// When the person added it.
    pub created_at: Timestamp,
}
