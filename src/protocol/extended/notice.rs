//! What a server says about itself.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Room;

/// A state of the server that concerns everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerNotice {
    /// What state it is.
    pub kind: ServerNoticeKind,
}

/// The states of a server that concern everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ServerNoticeKind {
    /// Everything works, but the operator should make room on the disk.
    DiskLow,
    /// The disk is almost full: what would store more fails with `disk_full`.
    ReadOnly,
}

impl ServerNotice {
    /// What to say about the room on the disk; `None` if there is enough.
    pub fn about(room: Room) -> Option<Self> {
        match room {
            Room::Enough => None,
            Room::Low => Some(Self { kind: ServerNoticeKind::DiskLow }),
            Room::Spent => Some(Self { kind: ServerNoticeKind::ReadOnly }),
        }
    }
}

/// A change of the server's state.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerNoticeItem {
    /// The state; null if everything works again.
    pub server_notice: Option<ServerNotice>,
}
