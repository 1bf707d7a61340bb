//! The first frame: who is connected, and within which bounds.

use schemars::JsonSchema;
use serde::Serialize;

use super::people::PrivacyItem;
use crate::model::{SessionId, Timestamp, UserId};

/// Who is connected, and what a client needs to know of the server.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// Oneself.
    pub user_id: UserId,
    /// One's present name.
    pub first_name: String,
    /// Empty if there is none.
    pub last_name: String,
    /// As it was written at sign-up.
    pub email: String,
    /// By which log-in.
    pub session_id: SessionId,
    /// Now.
    pub server_time: Timestamp,
    /// When the token ends, and the connection with it.
    pub expires_at: Timestamp,
    /// Another one than before: what is known of chats is void.
    pub epoch: String,
    /// Seconds between two pings.
    pub heartbeat_seconds: u64,
    /// Unread messages of all chats that are not muted.
    pub unread_total: i64,
    /// What others see of you, and you of them.
    pub privacy: PrivacyItem,
    /// The bounds in force.
    pub bounds: HelloBounds,
}

/// The bounds in force: characters of texts, numbers of things.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelloBounds {
    /// Characters.
    pub first_name: usize,
    /// Characters.
    pub last_name: usize,
    /// Characters.
    pub group_name: usize,
    /// Characters of a message.
    pub content: usize,
    /// Characters of a notice.
    pub notice: usize,
    /// Characters of a search.
    pub search_text: usize,
    /// Characters that a new password has at least.
    pub password_min: usize,
    /// Members of a group.
    pub group_members: u32,
    /// Rows of a page.
    pub page: u32,
    /// Chats that are compared at once.
    pub known: usize,
    /// People who are watched at once.
    pub watched: usize,
    /// Different reactions to one message.
    pub reactions: usize,
    /// Changes of a chat that are told one by one.
    pub changes: i64,
    /// Members of a group whose members are told how far the others have read.
    pub receipts_up_to: i64,
    /// Bytes of a frame that is read.
    pub frame_bytes: usize,
    /// Requests of a connection that may be under way.
    pub in_flight: usize,
    /// Requests of a connection in a second; null for as many as one likes.
    pub frames_per_second: Option<u32>,
}
