//! How much of a list, and from where.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::{Bounds, Field, Schema, quoted};
use crate::model::Timestamp;

/// The most rows of one page.
const MAX_PAGE: i64 = 100;
/// Rows of a search that names no limit.
const SEARCH_PAGE: i64 = 50;

/// Rows wanted: at least 0; above 100 means 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub i64);

impl Field for Limit {
    fn read(value: &Value, _: Bounds) -> Result<Self, String> {
        // 20.0 is an integer to JSON Schema, and too large a number is "above 100".
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and 100 is the most")]
        let number = number.map(|number| (number as i64).min(MAX_PAGE));
        number.map(Self).ok_or_else(|| {
            format!("must be an integer of at least 0 (above {MAX_PAGE} means {MAX_PAGE}), not {}", quoted(value))
        })
    }

    fn schema() -> Schema {
        Schema {
            kind: "integer",
            format: None,
            min: Some(0),
            max: None,
            pattern: None,
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
        let expected = || format!("must be a time such as 2026-01-31T18:30:00.000Z, or null, not {}", quoted(value));
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
