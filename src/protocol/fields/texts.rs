//! Names, texts, e-mails and passwords. Lengths count Unicode scalar values.

use serde_json::Value;

use super::{Bounds, Field, Schema, quoted};
use crate::{
    config::CommonPasswords,
    model::Texts,
    text::{bidi_control, has_visible, invisible, is_common, password},
};

/// The rules for names, except their length.
const NAME: &str = "Trimmed; at least one visible character; no control characters, no bidirectional controls.";

/// A first name: 1–64 characters, trimmed, one of them visible; no control characters, no bidirectional controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstName(pub String);

impl FirstName {
    /// Characters of the longest one.
    pub const MAX: usize = 64;
}

impl Field for FirstName {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        name(value, 1, Self::MAX).map(Self)
    }

    fn schema() -> Schema {
        Schema::text(1, Self::MAX, NAME, "Ada")
    }
}

/// A last name: same rules as a first name, and may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastName(pub String);

impl LastName {
    /// Characters of the longest one.
    pub const MAX: usize = 64;
}

impl Field for LastName {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        name(value, 0, Self::MAX).map(Self)
    }

    fn schema() -> Schema {
        Schema::text(0, Self::MAX, "Same rules as a first name; empty if there is none.", "Lovelace")
    }
}

/// A group's name: 1–128 characters, otherwise as a first name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupName(pub String);

impl GroupName {
    /// Characters of the longest one.
    pub const MAX: usize = 128;
}

impl Field for GroupName {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        name(value, 1, Self::MAX).map(Self)
    }

    fn schema() -> Schema {
        Schema::text(1, Self::MAX, NAME, "Tea club")
    }
}

/// An e-mail address: something@something, nothing invisible, at most 254 characters. Whether it exists is not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(pub String);

impl Field for Email {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let text = text(value, 3, 254)?;
        let named = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if !named || text.contains(char::is_whitespace) {
            return Err("must be an e-mail address such as ada@example.org, without white space".into());
        }
        if let Some(c) = invisible(text) {
            return Err(format!("must not contain invisible characters, such as {}", code_point(c)));
        }
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        Schema::text(
            3,
            254,
            "Unique, ignoring case and compatibility forms; no invisible characters.",
            "ada@example.org",
        )
        .with_pattern(r"^[^\s@]\S*@\S+$")
    }
}

/// A password to be set, in NFC: from the configured length to 256 characters, no control characters, no common one.
#[derive(Clone)]
pub struct NewPassword(pub String);

impl Field for NewPassword {
    fn read(value: &Value, bounds: Bounds) -> Result<Self, String> {
        // In whatever form a device writes it: a character is what NFC makes of it.
        let value = value.as_str().map_or_else(|| value.clone(), |given| password(given).into());
        let text = text(&value, bounds.password_min, 256)?;
        no_control(text, &[])?;
        if bounds.common_passwords == CommonPasswords::Refuse && is_common(text) {
            return Err("must not be one of the 10,000 most common passwords: they are guessed first".into());
        }
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        let about = "8 (configurable) to 256 characters, compared in NFC; no control characters; not one of the 10,000 \
            most common passwords, nor the e-mail (configurable).";
        let schema = Schema::text(8, 256, about, "correct horse");
        Schema { min: None, ..schema }.with_format("password")
    }
}

macro_rules! unbounded_fields {
    ($($(#[$doc:meta])* $name:ident: $about:literal, $example:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(pub String);

        impl Field for $name {
            fn read(value: &Value, _: Bounds) -> Result<Self, String> {
                Ok(Self(value.as_str().unwrap_or_default().to_owned()))
            }

            fn absent() -> Result<Self, String> {
                Ok(Self(String::new()))
            }

            fn schema() -> Schema {
                let schema = Schema::text(0, 0, $about, $example);
                Schema { min: None, max: None, ..schema }
            }
        }
    )*};
}

// These have no bounds: an invalid value simply does not match.
unbounded_fields! {
    /// An e-mail that may have an account. Always valid.
    AnyEmail: "As given at sign-up.", "ada@example.org";
    /// A password that may be correct. Always valid.
    AnyPassword: "As given at sign-up.", "correct horse";
    /// The name of a client. Always valid.
    ClientName: "`hearth` if the client can ask for a confirmation; other values are ignored.", "hearth";
    /// A value that may be a device token. Always valid.
    DeviceToken: "From an earlier log-in on this device; an invalid token is ignored.", "eyJhbGciOiJIUzI1NiJ9.eyJkaWQiOiIwMTkyIn0.c2lnbmF0dXJl";
}

/// The text of a message: 1–4,096 characters, one of them visible, stored exactly as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content(pub String);

impl Content {
    /// Characters of the longest one.
    pub const MAX: usize = 4096;
}

impl Field for Content {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let text = text(value, 1, Self::MAX)?;
        visible(text, Self::MAX)?;
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        Schema::text(
            1,
            Self::MAX,
            "At least one visible character; no U+0000; stored and sent exactly as given.",
            "The kettle's on",
        )
        .with_pattern(r"\S")
    }
}

/// The text of a notice, written by the client: 1–512 characters, one of them visible, no control characters except
/// newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(pub String);

impl Notice {
    /// Characters of the longest one.
    pub const MAX: usize = 512;
}

impl Field for Notice {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let text = text(value, 1, Self::MAX)?;
        no_control(text, &['\n'])?;
        visible(text, Self::MAX)?;
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        let about = "Written by the client; at least one visible character; no control characters except newline.";
        Schema::text(1, Self::MAX, about, "Ada created the group")
    }
}

impl Field for Texts {
    const REQUIRED: bool = false;

    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        match value.as_str() {
            Some("keep") => Ok(Self::Keep),
            Some("erase") => Ok(Self::Erase),
            _ => Err(format!("must be keep or erase, not {}", quoted(value))),
        }
    }

    fn absent() -> Result<Self, String> {
        Ok(Self::Keep)
    }

    fn schema() -> Schema {
        let about = "`keep` (if missing): they stay in the chats; `erase`: their texts are deleted.";
        Schema::text(4, 5, about, "keep").with_pattern("^(keep|erase)$")
    }
}

/// What to search for: 1–100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText(pub String);

impl SearchText {
    /// Characters of the longest one.
    pub const MAX: usize = 100;
}

impl Field for SearchText {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        text(value, 1, Self::MAX).map(|text| Self(text.to_owned()))
    }

    fn schema() -> Schema {
        let about = "Words that must all occur in a name or e-mail, ignoring case. A blank text finds nothing.";
        Schema::text(1, Self::MAX, about, "ada love")
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

fn name(value: &Value, min: usize, max: usize) -> Result<String, String> {
    // What is trimmed away does not count.
    let text = value.as_str().map(str::trim).ok_or_else(|| format!("must be a string of {min} to {max} characters"))?;
    within(text.chars().count(), min, max)?;
    no_control(text, &[])?;
    if let Some(c) = bidi_control(text) {
        return Err(format!("must not contain bidirectional controls, such as {}", code_point(c)));
    }
    if !text.is_empty() {
        visible(text, max)?;
    }
    Ok(text.to_owned())
}

fn visible(text: &str, max: usize) -> Result<(), String> {
    if has_visible(text) {
        return Ok(());
    }
    Err(format!("must not be blank: it needs 1 to {max} characters, one of them visible"))
}

fn within(length: usize, min: usize, max: usize) -> Result<(), String> {
    if (min..=max).contains(&length) {
        return Ok(());
    }
    Err(format!("must be {min} to {max} characters long, not {length}"))
}

fn no_control(text: &str, allowed: &[char]) -> Result<(), String> {
    match text.chars().find(|c| c.is_control() && !allowed.contains(c)) {
        Some(c) => Err(format!("must not contain control characters, such as {}", code_point(c))),
        None => Ok(()),
    }
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}
