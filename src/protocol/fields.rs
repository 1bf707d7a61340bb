//! The fields of requests: what each must be, told once for the check, the refusal and the documentation.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::model::{GroupId, MessageId, Timestamp, UserId};

/// The most rows of one page.
pub const MAX_PAGE: i64 = 100;
/// Rows of a search that names no limit.
const SEARCH_PAGE: i64 = 50;

/// The bounds that the configuration moves.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Characters that a new password has at least.
    pub password_min: usize,
}

/// A value that a client gives. What is wrong with it reads on after the field's name: "must be …".
pub trait Field: Sized {
    /// Whether it may not be left out.
    const REQUIRED: bool = true;

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
    /// `string` or `integer`.
    pub kind: &'static str,
    /// Such as `uuid`.
    pub format: Option<&'static str>,
    /// Least length in characters, or least value.
    pub min: Option<usize>,
    /// Greatest length in characters, or greatest value.
    pub max: Option<usize>,
    /// What the bounds do not say.
    pub description: &'static str,
    /// A value that passes.
    pub example: Value,
}

impl Schema {
    fn text(min: usize, max: usize, description: &'static str, example: &str) -> Self {
        Self { kind: "string", format: None, min: Some(min), max: Some(max), description, example: example.into() }
    }

    fn with_format(self, format: &'static str) -> Self {
        Self { format: Some(format), ..self }
    }
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
    GroupId: "A group; made by the client that creates it.", "5b0e3c0a-54a1-4f0e-8a4e-0f5f5d0f9c11";
    MessageId: "Made by the client, unique within the chat: a repeated request with the same id changes nothing.",
        "9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0f";
}

/// A first name: 1–64 characters, trimmed, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstName(pub String);

impl Field for FirstName {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        trimmed(value, 1, 64).map(Self)
    }

    fn schema() -> Schema {
        Schema::text(1, 64, "Trimmed; no control characters.", "Ada")
    }
}

/// A last name: as a first name, and may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastName(pub String);

impl Field for LastName {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        trimmed(value, 0, 64).map(Self)
    }

    fn schema() -> Schema {
        Schema::text(0, 64, "Trimmed; no control characters; empty for none.", "Lovelace")
    }
}

/// A group's name: 1–128 characters, trimmed, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupName(pub String);

impl Field for GroupName {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        trimmed(value, 1, 128).map(Self)
    }

    fn schema() -> Schema {
        Schema::text(1, 128, "Trimmed; no control characters.", "Tea club")
    }
}

/// An e-mail address: something@something, no white space, at most 254 characters. Whether it exists is not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(pub String);

impl Field for Email {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let text = text(value, 3, 254)?;
        let named = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if !named || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("must be an e-mail address such as ada@example.org, without white space".into());
        }
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        Schema::text(3, 254, "Unique, ignoring case.", "ada@example.org").with_format("email")
    }
}

/// A password to be set: from the configured length to 256 characters, no control characters.
#[derive(Clone)]
pub struct NewPassword(pub String);

impl Field for NewPassword {
    fn read(value: &Value, bounds: Bounds) -> Result<Self, String> {
        let text = text(value, bounds.password_min, 256)?;
        no_control(text, &[])?;
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        let about = "From 8 characters (configurable) to 256; no control characters.";
        let schema = Schema::text(8, 256, about, "correct horse");
        Schema { min: None, ..schema }.with_format("password")
    }
}

/// Whatever was given where no bound is told: a wrong value of any shape is simply wrong. Never a fault.
#[derive(Clone)]
pub struct Unbounded(pub String);

impl Field for Unbounded {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        Ok(Self(value.as_str().unwrap_or_default().to_owned()))
    }

    fn absent() -> Result<Self, String> {
        Ok(Self(String::new()))
    }

    fn schema() -> Schema {
        let schema = Schema::text(0, 0, "As it was given at sign-up.", "correct horse");
        Schema { min: None, max: None, ..schema }
    }
}

/// What somebody writes: 1–4,096 characters, not blank, kept exactly as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content(pub String);

impl Field for Content {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let text = text(value, 1, 4096)?;
        if text.trim().is_empty() {
            return Err("must not be blank: it needs 1 to 4096 characters, one of them visible".into());
        }
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        Schema::text(1, 4096, "Not blank; no U+0000; stored and sent exactly as given.", "The kettle's on")
    }
}

/// A notice's text, worded by the client: 1–512 characters, no control characters but newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(pub String);

impl Field for Notice {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let text = text(value, 1, 512)?;
        no_control(text, &['\n'])?;
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        Schema::text(1, 512, "Worded by the client; no control characters but newline.", "Ada created the group")
    }
}

/// What to search for: 1–100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText(pub String);

impl Field for SearchText {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        text(value, 1, 100).map(|text| Self(text.to_owned()))
    }

    fn schema() -> Schema {
        let about = "Words that must each occur in a name or e-mail, ignoring case. Blank finds nothing.";
        Schema::text(1, 100, about, "ada love")
    }
}

/// Rows wanted: at least 0; above 100 means 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub i64);

impl Field for Limit {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        // 20.0 is an integer to JSON Schema, and too large a number is "above 100".
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and 100 is the most")]
        let number = number.map(|number| (number as i64).min(MAX_PAGE));
        number
            .map(Self)
            .ok_or_else(|| format!("must be an integer of at least 0 (above {MAX_PAGE} means {MAX_PAGE}), not {value}"))
    }

    fn schema() -> Schema {
        Schema {
            kind: "integer",
            format: None,
            min: Some(0),
            max: None,
            description: "Rows wanted; above 100 means 100.",
            example: json!(20),
        }
    }
}

/// A [`Limit`] in a query string: 50 if it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchLimit(pub i64);

impl Field for SearchLimit {
    const REQUIRED: bool = false;

    fn read(value: &Value, bounds: Bounds) -> Result<Self, String> {
        let number = value.as_str().and_then(|text| serde_json::from_str(text).ok());
        Limit::read(&number.unwrap_or_else(|| value.clone()), bounds).map(|limit| Self(limit.0))
    }

    fn absent() -> Result<Self, String> {
        Ok(Self(SEARCH_PAGE))
    }

    fn schema() -> Schema {
        Schema { description: "Rows wanted; 50 if missing; above 100 means 100.", ..Limit::schema() }
    }
}

/// Rows strictly earlier than this instant; missing, `null` or `""` is from the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub Timestamp);

impl Field for Cursor {
    const REQUIRED: bool = false;

    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let expected = || format!("must be a time such as 2026-01-31T18:30:00.000Z, or null, not {value}");
        let text = value.as_str().ok_or_else(expected)?;
        if text.is_empty() {
            return Self::absent();
        }
        let time = DateTime::parse_from_rfc3339(text)
            .map(|time| time.with_timezone(&Utc))
            .or_else(|_| text.replacen(' ', "T", 1).parse::<NaiveDateTime>().map(|time| time.and_utc()))
            .map_err(|_| expected())?;
        // Rows have whole milliseconds: a row of .123 is earlier than a cursor of .1234.
        let beyond = i64::from(time.timestamp_subsec_nanos() % 1_000_000 > 0);
        Ok(Self(Timestamp(time.timestamp_millis() + beyond)))
    }

    fn absent() -> Result<Self, String> {
        Ok(Self(Timestamp::MAX))
    }

    fn schema() -> Schema {
        let about = "RFC 3339, the `createdAt` of the last row of the page before; an offset is honoured, none means \
            UTC. Missing, null or empty: from the newest.";
        let schema = Schema::text(0, 0, about, "2026-01-31T18:30:00.000Z").with_format("date-time");
        Schema { min: None, max: None, ..schema }
    }
}

fn text(value: &Value, min: usize, max: usize) -> Result<&str, String> {
    let Some(text) = value.as_str() else { return Err(format!("must be a string of {min} to {max} characters")) };
    if text.contains('\0') {
        return Err("must not contain U+0000".into());
    }
    within(text.chars().count(), min, max)?;
    Ok(text)
}

fn trimmed(value: &Value, min: usize, max: usize) -> Result<String, String> {
    // What is trimmed away does not count, so the lower bound is checked first on the whole, then on the rest.
    let text = value.as_str().map(str::trim).ok_or_else(|| format!("must be a string of {min} to {max} characters"))?;
    within(text.chars().count(), min, max)?;
    no_control(text, &[])?;
    Ok(text.to_owned())
}

fn within(length: usize, min: usize, max: usize) -> Result<(), String> {
    if (min..=max).contains(&length) {
        return Ok(());
    }
    Err(format!("must be {min} to {max} characters long, not {length}"))
}

fn no_control(text: &str, allowed: &[char]) -> Result<(), String> {
    match text.chars().find(|c| c.is_control() && !allowed.contains(c)) {
        Some(c) => Err(format!("must not contain control characters, such as U+{:04X}", u32::from(c))),
        None => Ok(()),
    }
}

/// Only 8-4-4-4-12 is a UUID; upper case is lowered.
fn uuid(value: &Value) -> Result<Uuid, String> {
    let text = value.as_str().filter(|text| text.len() == 36);
    text.and_then(|text| Uuid::try_parse(text).ok())
        .ok_or_else(|| "must be a UUID of the form 8-4-4-4-12, such as 9f8c7b6a-1f2e-4d3c-8b4a-5a6b7c8d9e0f".into())
}
