//! The domain's types: ids, time, users, chats and messages. No I/O, no secrets.

/// A JSON Schema that is repeated wherever the type is used.
macro_rules! inline_schema {
    ($name:ident, $schema:tt) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

mod action;
pub mod address;
mod chat;
mod event;
mod export;
mod log;
mod message;
mod room;

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

pub use action::{Action, Texts};
pub use chat::{ChatKey, ChatRef, ChatSummary, Conversation, Counters, Known, Member, Role, Standing};
#[cfg(test)]
pub(crate) use event::examples;
pub use event::{Audience, Entry, Event, Members, Receipt, Scene};
pub use export::{Block, Membership, OwnReaction, OwnSession, Profile};
pub use log::{Cursor, Logged};
pub use message::{Message, MessageKind, Notice, Position, Quote, Reaction};
pub use room::Room;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )*};
}

ids! {
    /// A user's id: version 7, made by the server.
    UserId
    /// A group's id, made by the client that creates the group.
    GroupId
    /// A message's id, made by the client that sends it, unique within its chat.
    MessageId
    /// A session's id.
    SessionId
}

/// A chat's number in the database. Never sent to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChatId(pub i64);

/// Milliseconds since 1970, UTC. Written as RFC 3339 with three decimals and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later than every message.
    pub const MAX: Self = Self(i64::MAX);

    /// The current time of this machine.
    pub fn now() -> Self {
        Self(Utc::now().timestamp_millis())
    }

    /// Adds milliseconds.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let time = DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let time = DateTime::parse_from_rfc3339(&text).map_err(de::Error::custom)?;
        Ok(Self(time.timestamp_millis()))
    }
}

inline_schema!(Timestamp, { "type": "string", "format": "date-time" });

/// A user's current name, as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The user's id.
    pub id: UserId,
    /// Never empty.
    pub first_name: String,
    /// Empty if the user has none.
    pub last_name: String,
}

/// The user's privacy settings. Each also hides the same of others from the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Privacy {
    /// Whether others see when the user is online.
    pub presence: bool,
    /// Whether others see how far the user has read.
    pub read_receipts: bool,
}

/// A session, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// The client's `User-Agent` at login.
    pub user_agent: String,
    /// When the user logged in.
    pub created_at: Timestamp,
    /// When its token was last issued or renewed.
    pub last_seen_at: Timestamp,
    /// When it ends unless it is renewed.
    pub expires_at: Timestamp,
    /// When it was ended because a replaced token was used again.
    pub ended_at: Option<Timestamp>,
}

/// A result of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A user.
    User {
        /// The user's id and name.
        person: Person,
        /// As the user wrote it.
        email: String,
    },
    /// A group that the searcher is a member of.
    Group {
        /// The group's id.
        id: GroupId,
        /// The group's current name.
        name: String,
    },
}
