//! The first frame: your account and the limits in force.

use schemars::JsonSchema;
use serde::Serialize;

use super::{notice::ServerNotice, people::PrivacyItem};
use crate::model::{SessionId, Timestamp, UserId};

/// Your account, and what a client needs to know about the server.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// Your id.
    pub user_id: UserId,
    /// Your current first name.
    pub first_name: String,
    /// Your current last name; empty if there is none.
    pub last_name: String,
    /// Your e-mail, as written at sign-up.
    pub email: String,
    /// Your session.
    pub session_id: SessionId,
    /// The current time of the server.
    pub server_time: Timestamp,
    /// When the token expires, and the connection ends.
    pub expires_at: Timestamp,
    /// If it differs from the last one you received, discard everything you know about chats.
    pub epoch: String,
    /// Seconds between two pings.
    pub heartbeat_seconds: u64,
    /// Unread messages of all chats that are not muted.
    pub unread_total: i64,
    /// What others see of you, and you of them.
    pub privacy: PrivacyItem,
    /// A state of the server that concerns everyone; null if everything works.
    pub server_notice: Option<ServerNotice>,
    /// The limits in force.
    pub bounds: HelloBounds,
}

/// The limits in force, in characters unless stated otherwise.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelloBounds {
    /// Characters of a first name.
    pub first_name: usize,
    /// Characters of a last name.
    pub last_name: usize,
    /// Characters of a group's name.
    pub group_name: usize,
    /// Characters of a message.
    pub content: usize,
    /// Characters of a notice.
    pub notice: usize,
    /// Characters of a search text.
    pub search_text: usize,
    /// The least characters of a new password.
    pub password_min: usize,
    /// Members of a group.
    pub group_members: u32,
    /// Rows of a page.
    pub page: u32,
    /// Chats in one `getChangedChats`.
    pub known: usize,
    /// People in one `watchPresence`.
    pub watched: usize,
    /// Different reactions to a message.
    pub reactions: usize,
    /// Changes of a chat that `getChanges` returns one by one; beyond them it answers `reset`.
    pub changes: i64,
    /// Members of a group that has read receipts.
    pub receipts_up_to: i64,
    /// Bytes of a frame that you send.
    pub frame_bytes: usize,
    /// Requests in flight on a connection.
    pub in_flight: usize,
    /// Days after which the server deletes messages; null if it keeps them. Groups may have a shorter limit of their own.
    pub retention_days: Option<u32>,
    /// Requests of a connection per second; null if unlimited.
    pub frames_per_second: Option<u32>,
}
