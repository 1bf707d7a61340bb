//! Which sessions live, in memory: checking one costs a look, not a query. The database is asked once a session.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::{SessionId, Timestamp, UserId};

/// Sessions that are remembered: some 10 MiB. The database knows the rest.
const REMEMBERED: usize = 100_000;

#[derive(Clone, Copy)]
enum State {
    Live {
        user: UserId,
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
    /// It lives.
    Live,
    /// It has ended, or is somebody else's.
    Ended,
    /// The database must say.
    Unknown,
}

/// The sessions of this process.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<SessionId, State>>);

impl Sessions {
    /// What is known without asking the database.
    pub fn check(&self, session: SessionId, user: UserId) -> Check {
        match self.lock().get(&session) {
            Some(State::Live { user: owner, .. }) if *owner == user => Check::Live,
            Some(_) => Check::Ended,
            None => Check::Unknown,
        }
    }

    /// Remembers that the database knows this session, unless it has ended since.
    pub fn remember(&self, session: SessionId, user: UserId, expires_at: Timestamp) {
        let mut sessions = self.lock();
        if sessions.len() >= REMEMBERED {
            make_room(&mut sessions);
        }
        sessions.entry(session).or_insert(State::Live { user, expires_at });
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

    #[test]
    fn an_ended_session_is_not_revived_by_a_late_answer_of_the_database() {
        let (sessions, later) = (Sessions::default(), Timestamp::now().plus_millis(60_000));
        let (session, user) = (SessionId(Uuid::now_v7()), UserId(Uuid::now_v7()));
        assert_eq!(sessions.check(session, user), Check::Unknown);
        sessions.end(&[session], later);
        sessions.remember(session, user, later);
        assert_eq!(sessions.check(session, user), Check::Ended);
    }

    #[test]
    fn a_session_serves_its_owner_alone() {
        let (sessions, later) = (Sessions::default(), Timestamp::now().plus_millis(60_000));
        let (session, user) = (SessionId(Uuid::now_v7()), UserId(Uuid::now_v7()));
        sessions.remember(session, user, later);
        assert_eq!(sessions.check(session, user), Check::Live);
        assert_eq!(sessions.check(session, UserId(Uuid::now_v7())), Check::Ended);
    }
}
