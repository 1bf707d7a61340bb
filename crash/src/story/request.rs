//! The requests for operations.

use serde_json::{Value, json};

use super::cast::Cast;
use crate::record::{Change, Op};

/// How a client asks for an operation.
pub(super) enum Request {
    /// The type and the params.
    Frame(&'static str, Value),
    /// The method and the path, and the body.
    Call((&'static str, &'static str), Value),
}

/// The request for an operation.
pub(super) fn request(op: &Op, cast: &Cast) -> Request {
    let mut params = op.chat.params(&cast.people[op.person].id);
    let kind = match &op.change {
        Change::Send { id, text } => {
            (params["messageId"], params["content"]) = (id.as_str().into(), text.as_str().into());
            if op.chat.group_id().is_some() { "messageInGroup" } else { "privateMessage" }
        }
        Change::Edit { id, text } => {
            (params["messageId"], params["content"]) = (id.as_str().into(), text.as_str().into());
            "editMessage"
        }
        Change::Delete { id } => {
            params["messageId"] = id.as_str().into();
            "deleteMessage"
        }
        Change::React { id, emoji, on } => {
            (params["messageId"], params["emoji"]) = (id.as_str().into(), emoji.as_str().into());
            params["on"] = json!(on);
            "react"
        }
        Change::Read { seq } => {
            params["seq"] = json!(seq);
            "markRead"
        }
        Change::Mute { until } => {
            params["until"] = json!(until);
            "muteChat"
        }
        Change::Add { id, whom } | Change::Remove { id, whom } => {
            (params["messageId"], params["message"]) = (id.as_str().into(), id.as_str().into());
            params["userId"] = cast.people[*whom].id.as_str().into();
            if matches!(op.change, Change::Add { .. }) { "addUserInGroup" } else { "removeUserFromGroup" }
        }
        Change::Leave { id } => {
            (params["messageId"], params["message"]) = (id.as_str().into(), id.as_str().into());
            "leaveGroup"
        }
        Change::Rename { id, name } => {
            (params["messageId"], params["message"]) = (id.as_str().into(), id.as_str().into());
            params["groupName"] = name.as_str().into();
            "renameGroup"
        }
        Change::Role { id, whom, role } => {
            (params["messageId"], params["message"]) = (id.as_str().into(), id.as_str().into());
            (params["userId"], params["role"]) = (cast.people[*whom].id.as_str().into(), role.as_str().into());
            "setRole"
        }
        Change::Block { on } => {
            params = json!({ "userId": params["receiverId"], "on": on });
            "blockUser"
        }
        Change::Destroy { erases } => {
            let path = if *erases { "/api/profile/destroy?messages=erase" } else { "/api/profile/destroy" };
            return Request::Call(("DELETE", path), Value::Null);
        }
        Change::Hide => {
            let body = json!({ "companionId": params["receiverId"] });
            return Request::Call(("POST", "/api/use-cases/mark-as-deleted"), body);
        }
    };
    Request::Frame(kind, params)
}
