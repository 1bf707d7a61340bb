//! What the domain is made of: ids, time, people, chats and messages. No I/O, no secrets.

mod action;
pub mod address;
mod chat;
mod event;
mod message;

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

pub use action::{Action, Texts};
pub use chat::{ChatKey, ChatRef, ChatSummary, Conversation, Counters, Known, Member, Role, Standing};
#[cfg(test)]
pub(crate) use event::examples;
pub use event::{Audience, Entry, Event, Members, Receipt, Scene};
pub use message::{Message, MessageKind, Notice, Position, Quote, Reaction};

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
    /// A person's account; made by the server, version 7.
    UserId
    /// A group; made by the client that creates it.
    GroupId
    /// A message; made by the client that sends it, unique within its chat.
    MessageId
    /// A log-in.
    SessionId
}

/// A chat, dialog or group, inside the server. Never leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChatId(pub i64);

/// Milliseconds since 1970, UTC. Written as RFC 3339 with three decimals and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later than every message.
    pub const MAX: Self = Self(i64::MAX);

    /// The present time of this machine.
    pub fn now() -> Self {
        Self(Utc::now().timestamp_millis())
    }

    /// This many milliseconds later.
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

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// Somebody's present name, as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Whose name it is.
    pub id: UserId,
    /// Never empty.
    pub first_name: String,
    /// Empty if there is none.
    pub last_name: String,
}

/// What others see of a person, and the person of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Privacy {
    /// Whether the person is online.
    pub presence: bool,
    /// How far the person has read.
    pub read_receipts: bool,
}

/// A log-in, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// What the client called itself.
    pub user_agent: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When its token was made or renewed last.
    pub last_seen_at: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
    /// When a replaced token came back and ended it.
    pub ended_at: Option<Timestamp>,
}

/// Somebody found by a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A person with an account.
    User {
        /// Id and names.
        person: Person,
        /// As the person wrote it.
        email: String,
    },
    /// One of the searcher's own groups.
    Group {
        /// The group's id.
        id: GroupId,
        /// Its present name.
        name: String,
    },
}
