//! A cache of live sessions: checking one costs a look-up, not a query. The database is asked once per session.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::rotation::Rotation;
use crate::model::{SessionId, Timestamp, UserId};

/// How many sessions are cached: about 10 MiB. The database has the rest.
const REMEMBERED: usize = 100_000;
/// How long the cache of a server of several is trusted after it has heard of everything that the others have ended.
pub const TRUSTED_FOR: Duration = Duration::from_secs(10);
/// How long such a server trusts what it has read of a session: it does not hear of renewed tokens.
const READ_AGAIN_AFTER: Duration = Duration::from_mins(1);
/// How long ended sessions are cached: much longer than a query takes.
const ENDED_KEPT_MILLIS: i64 = 24 * 60 * 60 * 1000;

#[derive(Clone, Copy)]
enum State {
    Live {
        user: UserId,
        rotation: Rotation,
        expires_at: Timestamp,
        read_at: Instant,
    },
    /// Kept, so that a query that was in progress when the session ended cannot revive it.
    Ended {
        expires_at: Timestamp,
    },
}

impl State {
    fn expires_at(self) -> Timestamp {
        match self {
            Self::Live { expires_at, .. } | Self::Ended { expires_at } => expires_at,
        }
    }
}

/// What the cache says about a token.
#[derive(Debug, PartialEq, Eq)]
pub enum Check {
    /// The session lives and the token is valid.
    Live,
    /// As `Live`, and the token is used for the first time: the database must record it.
    FirstUse,
    /// The session has ended or belongs to another user, or the token was replaced.
    Void,
    /// The database must be asked.
    Unknown,
}

/// The cached sessions of this process.
#[derive(Default)]
pub struct Sessions {
    states: Mutex<HashMap<SessionId, State>>,
    /// Until when what is cached is true, if other servers end sessions, too.
    trusted_until: Mutex<Option<Instant>>,
}

impl Sessions {
    /// Checks a token without asking the database.
    pub fn check(&self, session: SessionId, user: UserId, generation: i64, now: Timestamp) -> Check {
        let oldest = self.oldest_trusted();
        match self.lock().get_mut(&session) {
            Some(State::Live { user: owner, rotation, read_at, .. }) if *owner == user => {
                if oldest.is_some_and(|oldest| *read_at < oldest) {
                    return Check::Unknown;
                }
                if generation > rotation.newest {
                    return Check::Unknown;
                }
                if !rotation.admits(generation, now) {
                    return Check::Void;
                }
                // The first generation has no predecessor that its use would expire.
                if generation > 0 && generation == rotation.newest && rotation.used_at.is_none() {
                    rotation.used_at = Some(now);
                    return Check::FirstUse;
                }
                Check::Live
            }
            Some(_) => Check::Void,
            None => Check::Unknown,
        }
    }

    /// Caches what the database knows about this session, unless it has ended since.
    pub fn remember(&self, session: SessionId, user: UserId, rotation: Rotation, expires_at: Timestamp) {
        let mut sessions = self.lock();
        if sessions.len() >= REMEMBERED {
            make_room(&mut sessions);
        }
        let now = Instant::now();
        let known = sessions.entry(session).or_insert(State::Live { user, rotation, expires_at, read_at: now });
        if let State::Live { rotation: known, read_at, .. } = known {
            (*known, *read_at) = (known.merged(rotation), now);
        }
    }

    /// Records that a session has a newer token, after the database stored it.
    pub fn renewed(&self, session: SessionId, newest: i64) {
        if let Some(State::Live { rotation, .. }) = self.lock().get_mut(&session) {
            *rotation = rotation.merged(Rotation { newest, used_at: None });
        }
    }

    /// Ends sessions in the cache, after the database ended them.
    pub fn end(&self, ended: &[SessionId]) {
        let expires_at = Timestamp::now().plus_millis(ENDED_KEPT_MILLIS);
        let mut sessions = self.lock();
        for session in ended {
            sessions.insert(*session, State::Ended { expires_at });
        }
    }

    /// Removes a user's sessions, if it is not known whether the database ended them.
    pub fn forget(&self, owner: UserId) {
        self.lock().retain(|_, state| !matches!(state, State::Live { user, .. } if *user == owner));
    }

    /// Says until when what is cached is true. A server of several says so each time it has read what the others did.
    pub fn trust_until(&self, until: Instant) {
        *self.trusted_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    /// The oldest moment at which a session may have been read; `None` if what is cached is always true.
    fn oldest_trusted(&self) -> Option<Instant> {
        let until = (*self.trusted_until.lock().unwrap_or_else(PoisonError::into_inner))?;
        let now = Instant::now();
        // What was read just now is true in any case.
        let age = if now < until { READ_AGAIN_AFTER } else { Duration::from_millis(100) };
        now.checked_sub(age)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes expired sessions; if these are few, also half of the live ones, which can be loaded again.
fn make_room(sessions: &mut HashMap<SessionId, State>) {
    let now = Timestamp::now();
    sessions.retain(|_, state| state.expires_at() > now);
    if sessions.len() > REMEMBERED / 2 {
        let mut keep = false;
        sessions.retain(|_, state| {
            keep = !keep;
            keep || matches!(state, State::Ended { .. })
        });
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const FIRST: Rotation = Rotation { newest: 0, used_at: None };

    #[test]
    fn an_ended_session_is_not_revived_by_a_late_result_of_the_database() {
        let (sessions, now) = (Sessions::default(), Timestamp::now());
        let (later, session, user) = (now.plus_millis(60_000), SessionId(Uuid::now_v7()), UserId(Uuid::now_v7()));
        assert_eq!(sessions.check(session, user, 0, now), Check::Unknown);
        sessions.end(&[session]);
        sessions.remember(session, user, FIRST, later);
        assert_eq!(sessions.check(session, user, 0, now), Check::Void);
    }

    #[test]
    fn a_session_is_valid_only_for_its_owner() {
        let (sessions, now) = (Sessions::default(), Timestamp::now());
        let (later, session, user) = (now.plus_millis(60_000), SessionId(Uuid::now_v7()), UserId(Uuid::now_v7()));
        sessions.remember(session, user, FIRST, later);
        assert_eq!(sessions.check(session, user, 0, now), Check::Live);
        assert_eq!(sessions.check(session, UserId(Uuid::now_v7()), 0, now), Check::Void);
    }

    #[test]
    fn the_first_use_of_a_generation_is_noticed_once() {
        let (sessions, now) = (Sessions::default(), Timestamp::now());
        let (later, session, user) = (now.plus_millis(60_000), SessionId(Uuid::now_v7()), UserId(Uuid::now_v7()));
        sessions.remember(session, user, FIRST, later);
        assert_eq!(sessions.check(session, user, 1, now), Check::Unknown, "the database knows of a renewal");
        sessions.remember(session, user, Rotation { newest: 1, used_at: None }, later);
        assert_eq!(sessions.check(session, user, 0, now), Check::Live);
        assert_eq!(sessions.check(session, user, 1, now), Check::FirstUse);
        assert_eq!(sessions.check(session, user, 1, now), Check::Live);
        assert_eq!(sessions.check(session, user, 0, later), Check::Void);
    }
}
