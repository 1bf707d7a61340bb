//! The clock by which sessions expire. If the machine's clock jumps forward, or the server was off for long, sessions
//! do not expire at once: only after their end has been past for a whole day while the server ran.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::model::Timestamp;

/// How far the clock may be ahead of the expected time. A smaller jump ends sessions too early by no more than this.
const TOLERANCE_MILLIS: i64 = 3_600_000;
/// How long the server runs before it trusts a clock that jumped forward.
const DOUBT: Duration = Duration::from_hours(24);

/// The time for the expiry of sessions.
pub struct SessionClock(Mutex<State>);

struct State {
    time: Timestamp,
    read_at: Instant,
    /// Since when the clock has been further ahead than expected.
    doubted_since: Option<Instant>,
}

impl SessionClock {
    /// Starts from when a session was last used, if known.
    pub fn from(last_use: Option<Timestamp>, clock: Timestamp, read_at: Instant) -> Self {
        let time = last_use.unwrap_or(clock).min(clock);
        Self(Mutex::new(State { time, read_at, doubted_since: None }))
    }

    /// The time by which sessions expire, given the machine's clock and its timer.
    pub fn read(&self, clock: Timestamp, read_at: Instant) -> Timestamp {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = read_at.saturating_duration_since(state.read_at);
        let expected = state.time.plus_millis(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX));
        let is_ahead = clock > expected.plus_millis(TOLERANCE_MILLIS);
        let doubted_since = if is_ahead { Some(state.doubted_since.unwrap_or(read_at)) } else { None };
        *state = match doubted_since {
            Some(since) if read_at.saturating_duration_since(since) < DOUBT => {
                // Whole milliseconds: the remainder counts next time.
                let passed = Duration::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX));
                State { time: expected, read_at: state.read_at + passed, doubted_since }
            }
            _ => State { time: clock, read_at, doubted_since: None },
        };
        state.time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3_600_000;
    const NOON: Timestamp = Timestamp(1_800_000_000_000);

    fn hours(hours: u64) -> Duration {
        Duration::from_hours(hours)
    }

    #[test]
    fn a_jump_counts_after_a_day_of_running() {
        let start = Instant::now();
        let (clock, jumped) = (SessionClock::from(None, NOON, start), NOON.plus_millis(3650 * DAY));
        assert_eq!(clock.read(NOON.plus_millis(DAY / 24), start + hours(1)), NOON.plus_millis(DAY / 24));
        assert_eq!(clock.read(jumped, start + hours(1)), NOON.plus_millis(DAY / 24));
        assert_eq!(clock.read(jumped.plus_millis(DAY - 1), start + hours(24)), NOON.plus_millis(DAY));
        assert_eq!(clock.read(jumped.plus_millis(DAY), start + hours(25)), jumped.plus_millis(DAY));
    }

    #[test]
    fn a_jump_that_is_reverted_has_no_effect() {
        let start = Instant::now();
        let clock = SessionClock::from(None, NOON, start);
        clock.read(NOON.plus_millis(3650 * DAY), start + hours(20));
        assert_eq!(clock.read(NOON.plus_millis(DAY), start + hours(24)), NOON.plus_millis(DAY));
        clock.read(NOON.plus_millis(3650 * DAY), start + hours(30));
        assert!(clock.read(NOON.plus_millis(3650 * DAY), start + hours(40)) < NOON.plus_millis(2 * DAY));
    }

    #[test]
    fn time_off_counts_after_a_day_of_running_too() {
        let start = Instant::now();
        let clock = SessionClock::from(Some(NOON.plus_millis(-100 * DAY)), NOON, start);
        assert_eq!(clock.read(NOON, start), NOON.plus_millis(-100 * DAY));
        assert_eq!(clock.read(NOON.plus_millis(DAY), start + hours(24)), NOON.plus_millis(DAY));
    }

    #[test]
    fn a_last_use_in_the_future_is_ignored() {
        let start = Instant::now();
        assert_eq!(SessionClock::from(Some(Timestamp::MAX), NOON, start).read(NOON, start), NOON);
    }
}
