//! Decides what happens to a socket over its rate limit: reading pauses, then frames are rejected, then the socket is
//! closed. Knows no socket and no clock: the caller passes the time.

use std::time::{Duration, Instant};

/// How long reading pauses in total before frames are rejected.
const MAX_PAUSE: Duration = Duration::from_secs(2);
/// Rejections in a row after which the socket is closed.
const MAX_REFUSALS: u32 = 1000;
/// Time within the limits that ends a row of rejections. A frame accepted between two rejections does not: during a
/// flood, the limit lets some frames through.
const CALM: Duration = Duration::from_secs(1);

/// The recent history of one socket over the limit.
#[derive(Default)]
pub(super) struct Pace {
    paused: Duration,
    refusals: u32,
    over_at: Option<Instant>,
}

/// What to do with a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Accept,
    /// Keep the frame, read nothing, and check again after this time.
    Pause(Duration),
    /// Reject the frame; it may be sent again after this time.
    Refuse(Duration),
    /// Close the socket.
    Close,
}

impl Pace {
    /// Decides on a frame that the limits allow, or whose sender must wait this long.
    pub(super) fn judge(&mut self, allowed: Result<(), Duration>, now: Instant) -> Verdict {
        let Err(wait) = allowed else {
            if self.over_at.is_none_or(|over_at| now.duration_since(over_at) >= CALM) {
                *self = Self::default();
            }
            return Verdict::Accept;
        };
        self.over_at = Some(now);
        let left = MAX_PAUSE.saturating_sub(self.paused);
        if !left.is_zero() {
            let pause = wait.clamp(Duration::from_millis(1), left.max(Duration::from_millis(1)));
            self.paused += pause;
            return Verdict::Pause(pause);
        }
        self.refusals += 1;
        if self.refusals >= MAX_REFUSALS { Verdict::Close } else { Verdict::Refuse(wait) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Result<(), Duration> = Err(Duration::from_millis(500));

    /// A socket whose pauses are used up.
    fn refusing(now: Instant) -> Pace {
        let mut pace = Pace::default();
        for _ in 0..4 {
            assert_eq!(pace.judge(WAIT, now), Verdict::Pause(Duration::from_millis(500)));
        }
        assert_eq!(pace.judge(WAIT, now), Verdict::Refuse(Duration::from_millis(500)));
        pace
    }

    #[test]
    fn reading_pauses_two_seconds_in_total_before_a_rejection() {
        refusing(Instant::now());
        let mut pace = Pace::default();
        let hour = Err(Duration::from_hours(1));
        assert_eq!(pace.judge(hour, Instant::now()), Verdict::Pause(MAX_PAUSE));
        assert_eq!(pace.judge(hour, Instant::now()), Verdict::Refuse(Duration::from_hours(1)));
    }

    #[test]
    fn a_thousand_rejections_close_even_if_some_frames_get_through() {
        let now = Instant::now();
        let mut pace = refusing(now);
        for _ in 2..MAX_REFUSALS {
            assert!(matches!(pace.judge(WAIT, now), Verdict::Refuse(_)));
            assert_eq!(pace.judge(Ok(()), now), Verdict::Accept);
        }
        assert_eq!(pace.judge(WAIT, now), Verdict::Close);
    }

    #[test]
    fn a_second_within_the_limits_ends_the_row_and_allows_a_pause_again() {
        let now = Instant::now();
        let mut pace = refusing(now);
        assert_eq!(pace.judge(Ok(()), now + CALM), Verdict::Accept);
        assert!(matches!(pace.judge(WAIT, now + CALM), Verdict::Pause(_)));
        assert_eq!(pace.refusals, 0);
    }
}
