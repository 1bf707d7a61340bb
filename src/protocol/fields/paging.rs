//! Limits, cursors and positions of pages.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Bounds, Field, Part, Protocol, Schema, field, quoted};
use crate::{
    error::Fault,
    model::{Position, Timestamp},
    protocol::requests::FieldSchema,
};

/// The most rows of a page.
pub const MAX_PAGE: u32 = 100;
/// Rows of a search without a limit.
const SEARCH_PAGE: i64 = 50;

/// The most rows: at least 0; values above 100 mean 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub i64);

impl Field for Limit {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        // 20.0 is an integer to JSON Schema, and too large a number is "above 100".
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and 100 is the most")]
        let number = number.map(|number| (number as i64).min(MAX_PAGE.into()));
        number.map(Self).ok_or_else(|| {
            format!("must be an integer of at least 0 (above {MAX_PAGE} means {MAX_PAGE}), not {}", quoted(value))
        })
    }

    fn schema() -> Schema {
        Schema { min: Some(0), ..Schema::of("integer", "Values above 100 mean 100.", json!(20)) }
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
        Schema { description: "50 if missing; values above 100 mean 100.", ..Limit::schema() }
    }
}

/// Rows strictly earlier than this instant; missing, `null` or `""` is from the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub Timestamp);

impl Field for Cursor {
    const REQUIRED: bool = false;

    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        match value.as_str() {
            Some("") => Self::absent(),
            _ => instant(value).map(Self),
        }
    }

    fn absent() -> Result<Self, String> {
        Ok(Self(Timestamp::MAX))
    }

    fn schema() -> Schema {
        let about = "RFC 3339, the `createdAt` of the last row of the previous page; with or without an offset, UTC if \
            without; at most the year 9999. Missing, null or empty: from the newest.";
        let schema = Schema::text(0, 0, about, "2026-01-31T18:30:00.000Z");
        Schema { min: None, max: None, ..schema }
    }
}

/// The last instant that RFC 3339 can express: 9999-12-31T23:59:59.999Z.
const END_OF_9999: Timestamp = Timestamp(253_402_300_799_999);

/// A time with an offset or, without one, in UTC.
pub(super) fn instant(value: &Value) -> Result<Timestamp, String> {
    let expected = || format!("must be a time such as 2026-01-31T18:30:00.000Z, or null, not {}", quoted(value));
    let text = value.as_str().ok_or_else(expected)?;
    let time = DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .or_else(|_| text.replacen(' ', "T", 1).parse::<NaiveDateTime>().map(|time| time.and_utc()))
        .map_err(|_| expected())?;
    // RFC 3339 has no years of five digits.
    if !(0..=9999).contains(&time.year()) {
        return Err(format!("must be a time from the year 0 to the year 9999 in UTC, not {}", quoted(value)));
    }
    // Rows have whole milliseconds: a row of .123 is earlier than a cursor of .1234.
    let beyond = i64::from(time.timestamp_subsec_nanos() % 1_000_000 > 0);
    Ok(Timestamp(time.timestamp_millis() + beyond).min(END_OF_9999))
}

/// A number of a chat: a message's place, or a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seq(pub i64);

impl Field for Seq {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        let number = value.as_i64().filter(|number| *number >= 0);
        number.map(Self).ok_or_else(|| format!("must be an integer of at least 0, not {}", quoted(value)))
    }

    fn schema() -> Schema {
        Schema { min: Some(0), ..Schema::of("integer", "A counter of this chat.", json!(7)) }
    }
}

/// The position of a page of a history: before a time or, in the extended protocol, relative to a seq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PagePosition(pub Position);

impl Part for PagePosition {
    fn read(object: &Map<String, Value>, bounds: Bounds, faults: &mut Vec<Fault>) -> Option<Self> {
        let cursor = field::<Cursor>(object, "cursorCreatedAt", bounds, faults)?;
        let mut given = Vec::new();
        if cursor.0 < Timestamp::MAX {
            given.push(Position::Before(cursor.0));
        }
        if bounds.protocol == Protocol::Hearth {
            let mut seq = |key| Some(field::<Option<Seq>>(object, key, bounds, faults)?.map(|seq| seq.0));
            let (before, after, around) = (seq("beforeSeq")?, seq("afterSeq")?, seq("aroundSeq")?);
            given.extend(before.map(Position::BeforeSeq));
            given.extend(after.map(Position::AfterSeq));
            given.extend(around.map(Position::AroundSeq));
        }
        if given.len() > 1 {
            let places = "cursorCreatedAt, beforeSeq, afterSeq, aroundSeq";
            faults.push(Fault::new(places, "exclude each other: give at most one of them"));
            return None;
        }
        Some(Self(given.pop().unwrap_or(Position::Before(Timestamp::MAX))))
    }

    fn fields() -> Vec<FieldSchema> {
        let seq = |name, description| FieldSchema {
            name,
            about: "",
            required: false,
            extended: true,
            schema: Schema { description, ..Seq::schema() },
        };
        vec![
            FieldSchema::of::<Cursor>("cursorCreatedAt"),
            seq("beforeSeq", "Rows directly before this seq."),
            seq("afterSeq", "Rows directly after this seq, newest first."),
            seq("aroundSeq", "Half of the rows up to and including this seq, half after it."),
        ]
    }
}
