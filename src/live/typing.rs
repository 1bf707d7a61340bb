//! How often somebody's typing is told: at most once in three seconds per chat, however fast the fingers are.

use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::model::{ChatRef, UserId};

/// One in this time.
const EVERY: Duration = Duration::from_secs(3);

/// Who was told to be typing, of late.
pub struct Typists(DefaultKeyedRateLimiter<(UserId, ChatRef)>);

impl Default for Typists {
    fn default() -> Self {
        let quota = Quota::with_period(EVERY).expect("three seconds are not zero");
        Self(RateLimiter::keyed(quota))
    }
}

impl Typists {
    /// Whether the others are to be told once more.
    pub fn is_news(&self, user: UserId, chat: ChatRef) -> bool {
        self.0.check_key(&(user, chat)).is_ok()
    }

    /// Forgets who has stopped.
    pub fn tidy(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}
