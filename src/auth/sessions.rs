//! Which sessions live, in memory: checking one costs a look, not a query. The database is asked once a session.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::rotation::Rotation;
use crate::model::{SessionId, Timestamp, UserId};

/// Sessions that are remembered: some 10 MiB. The database knows the rest.
const REMEMBERED: usize = 100_000;

#[derive(Clone, Copy)]
enum State {
    Live {
        user: UserId,
        rotation: Rotation,
        expires_at: Timestamp,
    },
    /// Kept, so that a question to the database that was under way when the session ended cannot revive it.
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

/// What memory knows of a session.
#[derive(Debug, PartialEq, Eq)]
pub enum Check {
    /// It lives, and the token is good.
    Live,
    /// The same, and the token is the first of its generation: the database is to know.
    FirstUse,
    /// The session has ended or is another person's, or the token was replaced.
    Void,
    /// The database must say.
    Unknown,
}

/// The sessions of this process.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<SessionId, State>>);

impl Sessions {
    /// What is known of a token without asking the database.
    pub fn check(&self, session: SessionId, user: UserId, generation: i64, now: Timestamp) -> Check {
        match self.lock().get_mut(&session) {
            Some(State::Live { user: owner, rotation, .. }) if *owner == user => {
                if generation > rotation.newest {
                    return Check::Unknown;
                }
                if !rotation.admits(generation, now) {
                    return Check::Void;
                }
                // The first generation has no predecessor whose end would begin.
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

    /// Remembers what the database knows of this session, unless it has ended since.
    pub fn remember(&self, session: SessionId, user: UserId, rotation: Rotation, expires_at: Timestamp) {
        let mut sessions = self.lock();
        if sessions.len() >= REMEMBERED {
            make_room(&mut sessions);
        }
        let known = sessions.entry(session).or_insert(State::Live { user, rotation, expires_at });
        if let State::Live { rotation: known, .. } = known {
            *known = known.merged(rotation);
        }
    }

    /// A session has a newer token, which the database knows.
    pub fn renewed(&self, session: SessionId, newest: i64) {
        if let Some(State::Live { rotation, .. }) = self.lock().get_mut(&session) {
            *rotation = rotation.merged(Rotation { newest, used_at: None });
        }
    }

    /// Ends sessions here. To be called after the database ended them. `expires_at`: when their tokens end at latest.
    pub fn end(&self, ended: &[SessionId], expires_at: Timestamp) {
        let mut sessions = self.lock();
        for session in ended {
            sessions.insert(*session, State::Ended { expires_at });
        }
    }

    /// Lets the database tell again which sessions of a person live: for when nobody knows whether it ended them.
    pub fn forget(&self, owner: UserId) {
        self.lock().retain(|_, state| !matches!(state, State::Live { user, .. } if *user == owner));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets what has expired; if that is little, half of the live ones too: the database can tell of them again.
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
    fn an_ended_session_is_not_revived_by_a_late_answer_of_the_database() {
        let (sessions, now) = (Sessions::default(), Timestamp::now());
        let (later, session, user) = (now.plus_millis(60_000), SessionId(Uuid::now_v7()), UserId(Uuid::now_v7()));
        assert_eq!(sessions.check(session, user, 0, now), Check::Unknown);
        sessions.end(&[session], later);
        sessions.remember(session, user, FIRST, later);
        assert_eq!(sessions.check(session, user, 0, now), Check::Void);
    }

    #[test]
    fn a_session_serves_its_owner_alone() {
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
