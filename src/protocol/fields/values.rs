//! Values in the requests of the extended protocol that are neither texts nor positions.

use serde_json::{Value, json};

use super::{Bounds, Field, Protocol, Schema, items, paging::instant, quoted};
use crate::{
    model::{Role, Timestamp, UserId},
    text::is_emoji,
};

/// Bytes of the longest emoji: a family of four with skin tones has 41.
const MAX_EMOJI: usize = 64;
/// Characters of the longest token.
const MAX_TOKEN: usize = 4096;

/// An optional field that only the extended protocol has: for other clients an unknown key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extended<T>(pub Option<T>);

impl<T: Field> Field for Extended<T> {
    const REQUIRED: bool = false;
    const EXTENDED: bool = true;

    fn read(value: &Value, bounds: Bounds) -> Result<Self, String> {
        match bounds.protocol {
            Protocol::Reference => Self::absent(),
            Protocol::Hearth => T::read(value, bounds).map(|value| Self(Some(value))),
        }
    }

    fn absent() -> Result<Self, String> {
        Ok(Self(None))
    }

    fn schema() -> Schema {
        T::schema()
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

impl Field for Flag {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        value.as_bool().map(Self).ok_or_else(|| format!("must be true or false, not {}", quoted(value)))
    }

    fn schema() -> Schema {
        Schema::of("boolean", "True or false.", json!(true))
    }
}

/// One emoji: a reader sees a single character, whatever its code points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emoji(pub String);

impl Field for Emoji {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let text = value.as_str().filter(|text| text.len() <= MAX_EMOJI && is_emoji(text));
        let expected = || format!("must be one emoji, such as 👍, not {}", quoted(value));
        text.map(|text| Self(text.to_owned())).ok_or_else(expected)
    }

    fn schema() -> Schema {
        Schema::of("string", "One emoji: a reader sees a single character.", json!("👍"))
    }
}

/// A role that the owner assigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleName(pub Role);

impl Field for RoleName {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let role = value.as_str().and_then(Role::from_name);
        role.map(Self).ok_or_else(|| format!("must be owner, admin or member, not {}", quoted(value)))
    }

    fn schema() -> Schema {
        let about = "The role `owner` hands the group over, and the former owner becomes an admin.";
        Schema { values: &["owner", "admin", "member"], ..Schema::of("string", about, json!("admin")) }
    }
}

/// A time in the future; missing or `null`: none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until(pub Option<Timestamp>);

impl Field for Until {
    const REQUIRED: bool = false;

    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let until = instant(value)?;
        if until <= Timestamp::now() {
            return Err(format!("must be a time in the future, or null, not {until}"));
        }
        Ok(Self(Some(until)))
    }

    fn absent() -> Result<Self, String> {
        Ok(Self(None))
    }

    fn schema() -> Schema {
        let about = "RFC 3339, in the future; null or missing: not muted.";
        Schema::of("string", about, json!("2036-01-31T18:30:00.000Z")).with_format("date-time")
    }
}

/// After how many days the messages of a group expire; missing or `null`: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionDays(pub Option<i64>);

impl RetentionDays {
    /// The longest: ten years.
    pub const MAX: i64 = 3650;
}

impl Field for RetentionDays {
    const REQUIRED: bool = false;

    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let days = value.as_i64().filter(|days| (1..=Self::MAX).contains(days));
        let expected =
            || format!("must be a whole number of days from 1 to {}, or null, not {}", Self::MAX, quoted(value));
        days.map(|days| Self(Some(days))).ok_or_else(expected)
    }

    fn absent() -> Result<Self, String> {
        Ok(Self(None))
    }

    fn schema() -> Schema {
        let about = "Days; null or missing: the group keeps them, and only the server's own limit holds.";
        let max = usize::try_from(Self::MAX).ok();
        Schema { min: Some(1), max, ..Schema::of("integer", about, json!(30)) }
    }
}

/// Ids of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserIds(pub Vec<UserId>);

impl UserIds {
    /// The most people in one request.
    pub const MAX: usize = 200;
}

impl Field for UserIds {
    fn read(value: &Value, bounds: Bounds) -> Result<Self, String> {
        let ids = items(value, Self::MAX, "ids")?.iter().enumerate();
        let user =
            |(place, id)| UserId::read(id, bounds).map_err(|fault| format!("has a wrong item at {place}: {fault}"));
        ids.map(user).collect::<Result<_, _>>().map(Self)
    }

    fn schema() -> Schema {
        let about = "Ids of people.";
        Schema { max: Some(Self::MAX), ..Schema::of("array", about, json!([UserId::schema().example])) }
    }
}

/// A token of the same session.
#[derive(Clone)]
pub struct Token(pub String);

impl Field for Token {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let token = value.as_str().filter(|token| !token.is_empty() && token.len() <= MAX_TOKEN);
        token
            .map(|token| Self(token.to_owned()))
            .ok_or_else(|| "must be a token, as POST /api/auth/renew answers with".into())
    }

    fn schema() -> Schema {
        Schema::text(
            1,
            MAX_TOKEN,
            "From the answer of `POST /api/auth/renew`.",
            "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl",
        )
    }
}

/// The secret of a link that works once. Of another form it is only a link that does not exist.
#[derive(Clone)]
pub struct LinkToken(pub String);

impl LinkToken {
    const MAX: usize = 128;
}

impl Field for LinkToken {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let token = value.as_str().filter(|token| (1..=Self::MAX).contains(&token.len()));
        let expected = || format!("must be the token of a link, 1 to {} bytes long", Self::MAX);
        token.map(|token| Self(token.to_owned())).ok_or_else(expected)
    }

    fn schema() -> Schema {
        let example = "6f1d0c2b7a9e48d3b5f0a1c8e7d6b4f36f1d0c2b7a9e48d3b5f0a1c8e7d6b4f3";
        Schema::text(1, Self::MAX, "The secret of a link that works once.", example)
    }
}
