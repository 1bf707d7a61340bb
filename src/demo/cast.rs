//! The users of a demo: names, where they live, and when they are awake.

use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};

use super::script::Section;
use crate::model::{Timestamp, UserId};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A user of the demo.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    /// The name in the material.
    pub(super) key: String,
    pub(super) id: UserId,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) is_she: bool,
    pub(super) city: String,
    /// The offset from UTC.
    pub(super) offset_hours: i64,
    /// In local hours, like the next.
    pub(super) wakes: i64,
    pub(super) sleeps: i64,
}

impl Actor {
    /// Parses `anna: Anna Lindqvist, she, Stockholm +1, 7-23`.
    pub(super) fn read(key: &str, text: &str) -> Option<Self> {
        let [name, pronoun, place, hours] = text.split(", ").collect::<Vec<_>>().try_into().ok()?;
        let (first_name, last_name) = name.split_once(' ')?;
        let (city, offset) = place.rsplit_once(' ')?;
        let (wakes, sleeps) = hours.split_once('-')?;
        Some(Self {
            key: key.to_owned(),
            id: UserId(uuid::Uuid::nil()),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            is_she: pronoun == "she",
            city: city.to_owned(),
            offset_hours: offset.parse().ok()?,
            wakes: wakes.parse().ok()?,
            sleeps: sleeps.parse().ok()?,
        })
    }

    /// The same instant, or the next at which this user is awake, `dawdles` after waking up.
    pub(super) fn awake_at(&self, at: Timestamp, dawdles: i64) -> Timestamp {
        let local = at.0 + self.offset_hours * HOUR;
        let (day, hour) = (local.div_euclid(DAY), local.rem_euclid(DAY) / HOUR);
        if (self.wakes..self.sleeps).contains(&hour) {
            return at;
        }
        let next = if hour < self.wakes { day } else { day + 1 };
        Timestamp(next * DAY + self.wakes * HOUR + dawdles - self.offset_hours * HOUR)
    }

    /// An hour in this user's time zone, a number of days before `today`, which is counted in days from 1970.
    pub(super) fn day_before(&self, today: i64, days: i64, hour: i64, millis: i64) -> Timestamp {
        Timestamp((today - days) * DAY + hour * HOUR + millis - self.offset_hours * HOUR)
    }

    /// Whether it is working time in this user's time zone.
    pub(super) fn is_at_work(&self, at: Timestamp) -> bool {
        let local = DateTime::<Utc>::from_timestamp_millis(at.0 + self.offset_hours * HOUR).unwrap_or_default();
        !matches!(local.weekday(), Weekday::Sat | Weekday::Sun) && (9..18).contains(&local.hour())
    }
}

/// All users, in the order of the material.
pub(super) fn read(section: &Section) -> Option<Vec<Actor>> {
    section.heads().map(|(key, text)| Actor::read(key, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_answer_when_they_are_awake() {
        let kim = Actor::read("kim", "Kim Park, she, Seoul +9, 7-23").unwrap();
        let at = |text: &str| Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis());
        assert_eq!(kim.awake_at(at("2026-03-01T09:00:00+09:00"), 0), at("2026-03-01T09:00:00+09:00"));
        assert_eq!(kim.awake_at(at("2026-03-01T23:10:00+09:00"), 60_000), at("2026-03-02T07:01:00+09:00"));
        assert_eq!(kim.awake_at(at("2026-03-02T03:00:00+09:00"), 0), at("2026-03-02T07:00:00+09:00"));
        assert!(kim.is_at_work(at("2026-03-02T10:00:00+09:00")) && !kim.is_at_work(at("2026-03-01T10:00:00+09:00")));
    }
}
