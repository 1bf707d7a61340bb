//! How the model's types are stored, ids as 16 bytes, times and numbers as 64-bit integers, and how lists and batches
//! become the JSON that `rows(…)` reads.

use serde::{Serialize, Serializer, ser::SerializeMap};
use sqlx::{Any, Database, Decode, Encode, Type, encode::IsNull, error::BoxDynError};
use uuid::Uuid;

use crate::model::{ChatId, ChatKey, GroupId, MessageId, MessageKind, Role, SessionId, Timestamp, UserId};

macro_rules! stored {
    ($name:ident as $stored:ty, $into:expr, $from:expr) => {
        impl Type<Any> for $name {
            fn type_info() -> <Any as Database>::TypeInfo {
                <$stored as Type<Any>>::type_info()
            }
        }

        impl<'q> Encode<'q, Any> for $name {
            fn encode_by_ref(&self, buffer: &mut <Any as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let into: fn(&$name) -> $stored = $into;
                <$stored as Encode<'q, Any>>::encode_by_ref(&into(self), buffer)
            }
        }

        impl<'r> Decode<'r, Any> for $name {
            fn decode(value: <Any as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                let from: fn($stored) -> Result<$name, BoxDynError> = $from;
                from(<$stored as Decode<'r, Any>>::decode(value)?)
            }
        }
    };
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        stored!($name as Vec<u8>, |id| id.0.as_bytes().to_vec(), |bytes| Ok($name(Uuid::from_slice(&bytes)?)));
    )*};
}

macro_rules! numbers {
    ($($name:ident, $into:expr, $from:expr;)*) => {$(
        stored!($name as i64, $into, $from);

        impl Number for $name {
            fn number(&self) -> Option<i64> {
                let into: fn(&$name) -> i64 = $into;
                Some(into(self))
            }
        }
    )*};
}

ids! { UserId GroupId MessageId SessionId }

numbers! {
    ChatId, |id| id.0, |number| Ok(ChatId(number));
    Timestamp, |time| time.0, |millis| Ok(Timestamp(millis));
    Role, |role| *role as i64, |number| Role::from_number(number).ok_or_else(|| "no such role".into());
    MessageKind, |kind| *kind as i64, |number| MessageKind::from_number(number).ok_or_else(|| "no such event".into());
}

/// What the database stores as a number.
pub(super) trait Number {
    fn number(&self) -> Option<i64>;
}

impl Number for bool {
    fn number(&self) -> Option<i64> {
        Some((*self).into())
    }
}

impl<T: Number> Number for Option<T> {
    fn number(&self) -> Option<i64> {
        self.as_ref().and_then(Number::number)
    }
}

/// Serialises a field for a BIGINT column of `rows(…)`. Ids need no such function: their text is what a UUID column
/// takes.
pub(super) fn number<S: Serializer>(value: &impl Number, serializer: S) -> Result<S::Ok, S::Error> {
    value.number().serialize(serializer)
}

/// Serialises a chat's key as the columns `group_id`, `user_low` and `user_high`, without those that are NULL.
pub(super) fn key<S: Serializer>(key: &ChatKey, serializer: S) -> Result<S::Ok, S::Error> {
    let mut columns = serializer.serialize_map(None)?;
    match key {
        ChatKey::Group(group) => columns.serialize_entry("group_id", group)?,
        ChatKey::Dialog(low, high) => {
            columns.serialize_entry("user_low", low)?;
            columns.serialize_entry("user_high", high)?;
        }
    }
    columns.end()
}

/// A row of one column.
pub(super) struct Cell<T>(&'static str, T);

impl<T: Serialize> Serialize for Cell<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, &self.1)])
    }
}

/// A table of one column.
pub(super) fn column<T>(name: &'static str, values: impl IntoIterator<Item = T>) -> Vec<Cell<T>> {
    values.into_iter().map(|value| Cell(name, value)).collect()
}

/// A row and its index in a list, as the column `position`.
#[derive(Serialize)]
pub(super) struct Numbered<T> {
    position: usize,
    #[serde(flatten)]
    row: T,
}

/// A table with the column `position`, from 0.
pub(super) fn numbered<T>(rows: impl IntoIterator<Item = T>) -> Vec<Numbered<T>> {
    rows.into_iter().enumerate().map(|(position, row)| Numbered { position, row }).collect()
}

/// A table as the JSON text that `rows(…)` reads.
pub(super) fn json(rows: &[impl Serialize]) -> String {
    serde_json::to_string(rows).expect("rows are plain data")
}
