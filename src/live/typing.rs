//! The rate limit of typing indicators: one per three seconds, user and chat.

use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::model::{ChatRef, UserId};

/// The shortest time between two indicators.
const EVERY: Duration = Duration::from_secs(3);

/// When users sent their last typing indicators.
pub struct Typists(DefaultKeyedRateLimiter<(UserId, ChatRef)>);

impl Default for Typists {
    fn default() -> Self {
        let quota = Quota::with_period(EVERY).expect("three seconds are not zero");
        Self(RateLimiter::keyed(quota))
    }
}

impl Typists {
    /// Whether another indicator may be sent now. Counts it if so.
    pub fn may_notify(&self, user: UserId, chat: ChatRef) -> bool {
        self.0.check_key(&(user, chat)).is_ok()
    }

    /// Removes entries that no longer limit anything.
    pub fn tidy(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}
