//! Sessions whose new connections stay out for a while.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::model::SessionId;

/// How long a session stays out that lost a connection to others, or would not wait when it was told to.
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

    /// How long a session has to stay out still. `None` if it may come in.
    pub(super) fn wait(&self, session: SessionId, now: Instant) -> Option<Duration> {
        self.until.get(&session).map(|until| until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_session_stays_out_for_a_minute_and_others_come_in() {
        let (mut barred, now) = (Barred::default(), Instant::now());
        let [one, other] = [1, 2].map(|number| SessionId(Uuid::from_u128(number)));
        barred.bar(one, now);
        assert_eq!(barred.wait(one, now), Some(BARRED_FOR));
        assert_eq!(barred.wait(one, now + BARRED_FOR / 2), Some(BARRED_FOR / 2));
        assert_eq!(barred.wait(one, now + BARRED_FOR), None);
        assert_eq!(barred.wait(other, now), None);
    }

    #[test]
    fn whoever_is_barred_again_stays_out_anew_and_nobody_is_remembered_for_longer() {
        let (mut barred, now) = (Barred::default(), Instant::now());
        let [one, other] = [1, 2].map(|number| SessionId(Uuid::from_u128(number)));
        barred.bar(one, now);
        barred.bar(one, now + BARRED_FOR / 2);
        assert_eq!(barred.wait(one, now + BARRED_FOR), Some(BARRED_FOR / 2));
        barred.bar(other, now + 2 * BARRED_FOR);
        assert_eq!(barred.until.len(), 1);
    }
}
