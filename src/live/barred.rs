//! Sessions that may not connect for a while.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::model::SessionId;

/// How long a session may not connect after its connection was displaced, or after it ignored its rate limit.
const BARRED_FOR: Duration = Duration::from_mins(1);

#[derive(Default)]
pub(super) struct Barred {
    until: HashMap<SessionId, Instant>,
}

impl Barred {
    pub(super) fn bar(&mut self, session: SessionId, now: Instant) {
        self.until.retain(|_, until| *until > now);
        self.until.insert(session, now + BARRED_FOR);
    }

    /// How long the session still has to wait. `None` if it may connect.
    pub(super) fn wait(&self, session: SessionId, now: Instant) -> Option<Duration> {
        self.until.get(&session).map(|until| until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_barred_session_may_not_connect_for_a_minute_and_others_may() {
        let (mut barred, now) = (Barred::default(), Instant::now());
        let [one, other] = [1, 2].map(|number| SessionId(Uuid::from_u128(number)));
        barred.bar(one, now);
        assert_eq!(barred.wait(one, now), Some(BARRED_FOR));
        assert_eq!(barred.wait(one, now + BARRED_FOR / 2), Some(BARRED_FOR / 2));
        assert_eq!(barred.wait(one, now + BARRED_FOR), None);
        assert_eq!(barred.wait(other, now), None);
    }

    #[test]
    fn barring_again_restarts_the_minute_and_expired_entries_are_removed() {
        let (mut barred, now) = (Barred::default(), Instant::now());
        let [one, other] = [1, 2].map(|number| SessionId(Uuid::from_u128(number)));
        barred.bar(one, now);
        barred.bar(one, now + BARRED_FOR / 2);
        assert_eq!(barred.wait(one, now + BARRED_FOR), Some(BARRED_FOR / 2));
        barred.bar(other, now + 2 * BARRED_FOR);
        assert_eq!(barred.until.len(), 1);
    }
}
