//! The parts of the protocol that the clients and the checker use: chats, messages, frames.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One name per chat, the same for all its members.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Chat(String);

impl Chat {
    pub(crate) fn group(id: &str) -> Self {
        Self(format!("group {id}"))
    }

    /// The dialog of two users, in any order.
    pub(crate) fn dialog(one: &str, other: &str) -> Self {
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        Self(format!("dialog {low} {high}"))
    }

    /// The chat that a frame names from a user's side.
    pub(crate) fn seen_by(user: &str, chat: &Value) -> Option<Self> {
        match (chat["userId"].as_str(), chat["groupId"].as_str()) {
            (Some(partner), _) => Some(Self::dialog(user, partner)),
            (None, Some(group)) => Some(Self::group(group)),
            (None, None) => None,
        }
    }

    /// The chat that a frame of `hearth` is about.
    pub(crate) fn of_frame(user: &str, kind: &str, item: &Value) -> Option<Self> {
        match kind {
            "blockUser" | "personDeleted" => Some(Self::dialog(user, item["userId"].as_str()?)),
            _ => Self::seen_by(user, &item["chat"]),
        }
    }

    /// `None` for a dialog.
    pub(crate) fn group_id(&self) -> Option<&str> {
        self.0.strip_prefix("group ")
    }

    /// Whether this is a dialog of this user.
    pub(crate) fn is_dialog_of(&self, user: &str) -> bool {
        self.group_id().is_none() && self.0.contains(user)
    }

    /// The other user of a dialog.
    fn partner(&self, user: &str) -> Option<&str> {
        let (low, high) = self.0.strip_prefix("dialog ")?.split_once(' ')?;
        Some(if low == user { high } else { low })
    }

    /// The params by which a user's requests name it.
    pub(crate) fn params(&self, user: &str) -> Value {
        match self.partner(user) {
            Some(partner) => json!({ "receiverId": partner }),
            None => json!({ "groupId": self.group_id() }),
        }
    }

    /// The chat from a user's side, as rows name it.
    pub(crate) fn side(&self, user: &str) -> Value {
        match self.partner(user) {
            Some(partner) => json!({ "userId": partner }),
            None => json!({ "groupId": self.group_id() }),
        }
    }

    /// The place of the chat in the order of `getChangedChats`.
    pub(crate) fn rank(&self, user: &str) -> (String, bool) {
        match self.partner(user) {
            Some(partner) => (partner.to_owned(), false),
            None => (self.group_id().unwrap_or_default().to_owned(), true),
        }
    }
}

/// A stored message or notice, as one reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    pub(crate) message_id: String,
    pub(crate) sender_id: String,
    pub(crate) content: String,
    pub(crate) created_at: String,
    pub(crate) seq: i64,
    pub(crate) event: Option<Notice>,
    pub(crate) edited_at: Option<String>,
    pub(crate) deleted_at: Option<String>,
    pub(crate) reactions: Vec<Reaction>,
}

/// What a notice reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notice {
    pub(crate) kind: String,
    pub(crate) user_id: Option<String>,
    pub(crate) group_name: Option<String>,
    pub(crate) role: Option<String>,
}

/// One emoji under a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reaction {
    pub(crate) emoji: String,
    pub(crate) count: i64,
    /// Broadcasts do not say.
    pub(crate) mine: Option<bool>,
}

/// A chat as one client knows it: its counters, its settings and its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Known {
    pub(crate) last_seq: i64,
    pub(crate) revision: i64,
    pub(crate) state: i64,
    pub(crate) read_up_to: i64,
    pub(crate) hidden_up_to: i64,
    pub(crate) unread_count: i64,
    pub(crate) muted_until: Option<String>,
    pub(crate) partner_read_up_to: Option<i64>,
    pub(crate) blocked: Option<bool>,
    pub(crate) deleted: Option<bool>,
    pub(crate) role: Option<String>,
    pub(crate) member_count: Option<i64>,
    pub(crate) group_name: Option<String>,
    #[serde(default)]
    pub(crate) rows: BTreeMap<i64, Message>,
}

/// All chats that a client knows.
pub(crate) type View = BTreeMap<Chat, Known>;

/// A frame from the server.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Frame {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) id: Option<u64>,
    #[serde(default)]
    pub(crate) success: bool,
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) params: Params,
}

/// The contents of a frame.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    pub(crate) is_broadcast: bool,
    #[serde(default)]
    pub(crate) item: Value,
    #[serde(default)]
    pub(crate) data: Value,
}

/// The frame types that carry a new row of a history.
pub(crate) const NEW_ROWS: [&str; 6] =
    ["privateMessage", "messageInGroup", "addUserInGroup", "leaveGroup", "removeUserFromGroup", "groupChanged"];

/// The frame types that carry a change of a stored row.
pub(crate) const CHANGED_ROWS: [&str; 3] = ["messageEdited", "messageDeleted", "messageReactions"];

/// The frame types that only the user who caused them gets, on other connections.
pub(crate) const OWN: [&str; 2] = ["blockUser", "dialogHidden"];
