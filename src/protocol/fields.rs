//! The fields of requests: what each must be, stated once for the check, the refusal and the documentation.

mod chats;
mod paging;
mod texts;
mod values;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Protocol, requests::FieldSchema};
use crate::{
    config::CommonPasswords,
    error::Fault,
    model::{GroupId, MessageId, SessionId, UserId},
};

pub use chats::KnownChats;
pub use paging::{Cursor, Limit, MAX_PAGE, PagePosition, SearchLimit, Seq};
pub use texts::{
    AnyEmail, AnyPassword, ClientName, Content, DeviceToken, Email, FirstName, GroupName, LastName, NewPassword,
    Notice, SearchText,
};
pub use values::{Emoji, Extended, Flag, LinkToken, RetentionDays, RoleName, Token, Until, UserIds};

/// The settings that affect how a request is read.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The least characters of a new password.
    pub password_min: usize,
    /// How to treat common passwords.
    pub common_passwords: CommonPasswords,
    /// The client's protocol: for clients of `auth`, the extended fields are unknown keys.
    pub protocol: Protocol,
}

/// A value from a client. Error texts continue after the field's name: "must be …".
pub trait Field: Sized {
    /// Whether it is required.
    const REQUIRED: bool = true;

    /// Whether only the extended protocol has it.
    const EXTENDED: bool = false;

    /// The checked value.
    fn read(value: &Value, bounds: Bounds) -> Result<Self, String>;

    /// What a missing field or `null` means.
    fn absent() -> Result<Self, String> {
        Err("is required".into())
    }

    /// For the documentation.
    fn schema() -> Schema;
}

/// A field's bounds and an example, as JSON Schema words them.
#[derive(Debug, Clone)]
pub struct Schema {
    /// `string`, `integer`, `boolean`, `object` or `array`.
    pub kind: &'static str,
    /// Such as `uuid`.
    pub format: Option<&'static str>,
    /// Least length in characters, least value or least number of items.
    pub min: Option<usize>,
    /// Greatest length in characters, greatest value or greatest number of items.
    pub max: Option<usize>,
    /// A regular expression, if the bounds do not say everything.
    pub pattern: Option<&'static str>,
    /// All values, if they are few.
    pub values: &'static [&'static str],
    /// The keys of an object, or of an array's items that are objects; else an array's items are as the example shows.
    pub keys: Vec<FieldSchema>,
    /// What the bounds do not say.
    pub description: &'static str,
    /// A value that passes.
    pub example: Value,
}

impl Schema {
    fn text(min: usize, max: usize, description: &'static str, example: &str) -> Self {
        Self { min: Some(min), max: Some(max), ..Self::of("string", description, example.into()) }
    }

    /// A value of this kind, without bounds.
    fn of(kind: &'static str, description: &'static str, example: Value) -> Self {
        Self {
            kind,
            format: None,
            min: None,
            max: None,
            pattern: None,
            values: &[],
            keys: Vec::new(),
            description,
            example,
        }
    }

    fn with_format(self, format: &'static str) -> Self {
        Self { format: Some(format), ..self }
    }

    fn with_pattern(self, pattern: &'static str) -> Self {
        Self { pattern: Some(pattern), ..self }
    }
}

/// Several fields that form one value.
pub trait Part: Sized {
    /// The checked value; errors are added to `faults`.
    fn read(object: &Map<String, Value>, bounds: Bounds, faults: &mut Vec<Fault>) -> Option<Self>;

    /// For the documentation.
    fn fields() -> Vec<FieldSchema>;
}

/// Reads one field of an object.
pub(super) fn field<T: Field>(
    object: &Map<String, Value>,
    key: &str,
    bounds: Bounds,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let result = match object.get(key) {
        None | Some(Value::Null) => T::absent(),
        Some(value) => T::read(value, bounds),
    };
    result.map_err(|message| faults.push(Fault::new(key, message))).ok()
}

/// An optional field: missing or `null` is `None`.
impl<T: Field> Field for Option<T> {
    const REQUIRED: bool = false;

    fn read(value: &Value, bounds: Bounds) -> Result<Self, String> {
        T::read(value, bounds).map(Some)
    }

    fn absent() -> Result<Self, String> {
        Ok(None)
    }

    fn schema() -> Schema {
        T::schema()
    }
}

macro_rules! uuid_fields {
    ($($name:ident: $description:literal, $example:literal;)*) => {$(
        impl Field for $name {
            fn read(value: &Value, _: Bounds) -> Result<Self, String> {
                uuid(value).map(Self)
            }

            fn schema() -> Schema {
                Schema::text(36, 36, $description, $example).with_format("uuid")
            }
        }
    )*};
}

uuid_fields! {
    UserId: "A person.", "0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a01";
    GroupId: "A group; the client that creates it chooses the id.", "5b0e3c0a-54a1-4f0e-8a4e-0f5f5d0f9c11";
    SessionId: "A session.", "0192f0c4-8e4b-7d22-8b66-1d7a3a8b4b02";
    MessageId: "Chosen by the client, unique within the chat: a retry with the same id changes nothing.",
        "9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0f";
}

/// An invalid value, as a refusal quotes it, shortened if it is long.
fn quoted(value: &Value) -> String {
    const LONGEST: usize = 40;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The items of an array, at most `max`.
fn items<'a>(value: &'a Value, max: usize, what: &str) -> Result<&'a [Value], String> {
    let must = |given| format!("must be an array of at most {max} {what}, not {given}");
    let items = value.as_array().ok_or_else(|| must(quoted(value)))?;
    if items.len() > max { Err(must(format!("of {}", items.len()))) } else { Ok(items) }
}

/// Only 8-4-4-4-12 is a UUID; upper case is lowered.
fn uuid(value: &Value) -> Result<Uuid, String> {
    let text = value.as_str().filter(|text| text.len() == 36);
    text.and_then(|text| Uuid::try_parse(text).ok())
        .ok_or_else(|| "must be a UUID of the form 8-4-4-4-12, such as 9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0f".into())
}
