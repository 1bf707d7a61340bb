//! Chats as clients name them: by the other person of a dialog, or by the id of a group.

use serde_json::{Map, Value, json};

use super::{Bounds, Field, Part, Schema, Seq, field, items, quoted};
use crate::{
    error::Fault,
    model::{ChatRef, Counters, GroupId, Known, UserId},
    protocol::requests::FieldSchema,
};

/// One of the caller's chats: exactly one of `receiverId` and `groupId`.
impl Part for ChatRef {
    fn read(object: &Map<String, Value>, bounds: Bounds, faults: &mut Vec<Fault>) -> Option<Self> {
        let receiver = field::<Option<UserId>>(object, "receiverId", bounds, faults);
        let group = field::<Option<GroupId>>(object, "groupId", bounds, faults);
        match (receiver?, group?) {
            (Some(receiver), None) => Some(Self::Dialog(receiver)),
            (None, Some(group)) => Some(Self::Group(group)),
            _ => {
                faults.push(Fault::new("receiverId, groupId", "name the chat: give exactly one of them"));
                None
            }
        }
    }

    fn fields() -> Vec<FieldSchema> {
        let dialog = FieldSchema::of::<Option<UserId>>("receiverId");
        let group = FieldSchema::of::<Option<GroupId>>("groupId");
        vec![
            FieldSchema { about: "In a dialog: the other person. Give either this or `groupId`.", ..dialog },
            FieldSchema { about: "In a group: the group. Give either this or `receiverId`.", ..group },
        ]
    }
}

/// The last of the caller's chats that was compared; null from the beginning.
impl Field for ChatRef {
    fn read(value: &Value, bounds: Bounds) -> Result<Self, String> {
        side(value, bounds)
    }

    fn schema() -> Schema {
        let about = "The `cursor` of the previous answer; null or missing: from the beginning.";
        Schema { keys: side_keys(), ..Schema::of("object", about, json!({ "userId": UserId::schema().example })) }
    }
}

/// What a client knows about its chats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownChats(pub Vec<Known>);

impl KnownChats {
    /// The most chats in one request.
    pub const MAX: usize = 500;
}

impl Field for KnownChats {
    fn read(value: &Value, bounds: Bounds) -> Result<Self, String> {
        let items = items(value, Self::MAX, "chats {chat, lastSeq, revision, state}")?.iter().enumerate();
        let known =
            |(place, item)| known(item, bounds).map_err(|fault| format!("has a wrong item at {place}: {fault}"));
        items.map(known).collect::<Result<_, _>>().map(Self)
    }

    fn schema() -> Schema {
        let number = |name| FieldSchema::of::<Seq>(name);
        let chat = Schema { keys: side_keys(), ..Schema::of("object", "The chat.", ChatRef::schema().example) };
        let chat = FieldSchema { name: "chat", about: "", required: true, extended: true, schema: chat };
        let example = json!([{ "chat": ChatRef::schema().example, "lastSeq": 7, "revision": 1, "state": 3 }]);
        Schema {
            max: Some(Self::MAX),
            keys: vec![chat, number("lastSeq"), number("revision"), number("state")],
            ..Schema::of("array", "In the order of the chats' ids.", example)
        }
    }
}

fn known(value: &Value, bounds: Bounds) -> Result<Known, String> {
    let object = value.as_object().ok_or_else(|| format!("must be an object, not {}", quoted(value)))?;
    let chat = object.get("chat").ok_or("chat is required")?;
    let chat = side(chat, bounds).map_err(|message| format!("chat {message}"))?;
    let number = |key| number(object, key, bounds);
    let counters = Counters { last_seq: number("lastSeq")?, revision: number("revision")? };
    Ok(Known { chat, counters, state: number("state")? })
}

fn number(object: &Map<String, Value>, key: &str, bounds: Bounds) -> Result<i64, String> {
    let number =
        object.get(key).filter(|value| !value.is_null()).map_or_else(Seq::absent, |value| Seq::read(value, bounds));
    number.map(|seq| seq.0).map_err(|message| format!("{key} {message}"))
}

fn side(value: &Value, bounds: Bounds) -> Result<ChatRef, String> {
    let expected = || format!("must be {{\"userId\": …}} or {{\"groupId\": …}}, not {}", quoted(value));
    let object = value.as_object().ok_or_else(expected)?;
    match (object.get("userId"), object.get("groupId")) {
        (Some(user), None) => UserId::read(user, bounds).map(ChatRef::Dialog).map_err(|_| expected()),
        (None, Some(group)) => GroupId::read(group, bounds).map(ChatRef::Group).map_err(|_| expected()),
        _ => Err(expected()),
    }
}

fn side_keys() -> Vec<FieldSchema> {
    vec![FieldSchema::of::<Option<UserId>>("userId"), FieldSchema::of::<Option<GroupId>>("groupId")]
}
