//! Rows and items about people: names, presence, memberships, privacy.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{ChatRef, Member, Person, Privacy, Role, SessionId, Timestamp, UserId};

/// A person with their name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonRow {
    /// The person.
    user_id: UserId,
    /// Never empty.
    first_name: String,
    /// Empty if there is none.
    last_name: String,
}

impl From<Person> for PersonRow {
    fn from(Person { id, first_name, last_name }: Person) -> Self {
        Self { user_id: id, first_name, last_name }
    }
}

/// A person is typing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypingItem {
    /// The chat.
    pub chat: ChatRef,
    /// The person.
    pub user_id: UserId,
    /// The first name of that person.
    pub first_name: String,
}

/// Whether a person is online.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceRow {
    /// The person.
    pub user_id: UserId,
    /// Whether any client of the person is connected.
    pub online: bool,
    /// When the person was last online; null if that is unknown.
    pub last_seen_at: Option<Timestamp>,
}

impl PresenceRow {
    /// A person who appears offline, without a time.
    pub fn gone(user_id: UserId) -> Self {
        Self { user_id, online: false, last_seen_at: None }
    }
}

/// What others see of a person, and the person of them.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrivacyItem {
    /// Whether others see when the person is online.
    presence: bool,
    /// Whether others see how far the person has read.
    read_receipts: bool,
}

impl From<Privacy> for PrivacyItem {
    fn from(Privacy { presence, read_receipts }: Privacy) -> Self {
        Self { presence, read_receipts }
    }
}

/// A member of a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberRow {
    /// The person; the cursor of the next page.
    user_id: UserId,
    /// Never empty.
    first_name: String,
    /// Empty if there is none.
    last_name: String,
    /// `owner`, `admin` or `member`.
    role: Role,
    /// When the person last joined.
    joined_at: Timestamp,
    /// How far the person has read. Null in large groups, and if either of you sends no read receipts.
    read_up_to: Option<i64>,
}

impl MemberRow {
    /// Without how far the person has read.
    #[must_use]
    pub fn without_receipt(self) -> Self {
        Self { read_up_to: None, ..self }
    }
}

impl From<Member> for MemberRow {
    fn from(member: Member) -> Self {
        Self {
            user_id: member.person.id,
            first_name: member.person.first_name,
            last_name: member.person.last_name,
            role: member.role,
            joined_at: member.joined_at,
            read_up_to: member.read_up_to,
        }
    }
}

/// Whether you block a person.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocked {
    /// The person.
    pub user_id: UserId,
    /// Whether you block them.
    pub on: bool,
}

/// A person who deleted their account.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonDeletedItem {
    /// From now on shown as `Deleted account`, without a last name.
    pub user_id: UserId,
    /// True: the texts of all their messages and all their reactions are deleted, too. Delete them from the screen and
    /// from caches.
    pub erased: bool,
}

/// A new session of yours on another device.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionItem {
    /// Its id, as in `GET /api/sessions`.
    pub session_id: SessionId,
    /// The `User-Agent` of the client; at most 256 characters, may be empty.
    pub user_agent: String,
    /// When it began.
    pub created_at: Timestamp,
}
