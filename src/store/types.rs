//! How the model's types are kept: ids as 16 bytes, times and numbers as 64-bit integers.

use serde::{Serialize, Serializer};
use sqlx::{Any, Database, Decode, Encode, Type, encode::IsNull, error::BoxDynError};
use uuid::Uuid;

use crate::model::{ChatId, GroupId, MessageId, MessageKind, Role, SessionId, Timestamp, UserId};

macro_rules! stored {
    ($($name:ident as $stored:ty, $into:expr, $from:expr;)*) => {$(
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
    )*};
}

stored! {
    UserId as Vec<u8>, |id| id.0.as_bytes().to_vec(), |bytes| Ok(Self(Uuid::from_slice(&bytes)?));
    GroupId as Vec<u8>, |id| id.0.as_bytes().to_vec(), |bytes| Ok(Self(Uuid::from_slice(&bytes)?));
    MessageId as Vec<u8>, |id| id.0.as_bytes().to_vec(), |bytes| Ok(Self(Uuid::from_slice(&bytes)?));
    SessionId as Vec<u8>, |id| id.0.as_bytes().to_vec(), |bytes| Ok(Self(Uuid::from_slice(&bytes)?));
    ChatId as i64, |id| id.0, |number| Ok(Self(number));
    Timestamp as i64, |time| time.0, |millis| Ok(Self(millis));
    Role as i64, |role| *role as i64, |number| Self::from_number(number).ok_or_else(|| "no such role".into());
    MessageKind as i64, |kind| *kind as i64, |number| Self::from_number(number).ok_or_else(|| "no such event".into());
}

/// An id inside a batch's JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hex(pub(super) Uuid);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = Uuid::encode_buffer();
        serializer.serialize_str(self.0.simple().encode_lower(&mut buffer))
    }
}

/// A batch as the JSON text that `rows(…)` reads.
pub(super) fn json(rows: &[impl Serialize]) -> String {
    serde_json::to_string(rows).expect("rows are plain data")
}
