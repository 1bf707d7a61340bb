//! Who is connected to other servers of the cluster, as they tell it, and what they must be told of this one.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::model::{SessionId, Timestamp, UserId};

/// A user's connections to one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Whereabouts {
    /// The user.
    pub user: UserId,
    /// The sessions that have a connection there; none if the last one was closed.
    pub sessions: Vec<SessionId>,
    /// When the last one was closed.
    pub left_at: Option<Timestamp>,
}

/// The users of other servers, each named by its generation.
#[derive(Default)]
pub(super) struct Elsewhere {
    users: HashMap<UserId, Vec<(i64, Vec<SessionId>)>>,
    /// `None` without other servers.
    changed: Option<Changed>,
}

/// Users whose connections to this server have changed.
#[derive(Default)]
struct Changed {
    users: HashSet<UserId>,
    /// Notified of each.
    notify: Arc<Notify>,
}

/// A user who came online elsewhere, or went offline there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Move {
    Came(UserId),
    Went(UserId, Timestamp),
}

impl Elsewhere {
    /// From now on, other servers are told who is connected to this one. Returns what is notified of changes.
    pub(super) fn share(&mut self) -> Arc<Notify> {
        self.changed.get_or_insert_default().notify.clone()
    }

    /// Records that a user's connections to this server have changed.
    pub(super) fn changed_here(&mut self, user: UserId) {
        if let Some(changed) = &mut self.changed {
            changed.users.insert(user);
            changed.notify.notify_one();
        }
    }

    /// The users whose connections to this server have changed since the last call.
    pub(super) fn take_changed(&mut self) -> HashSet<UserId> {
        self.changed.as_mut().map(|changed| std::mem::take(&mut changed.users)).unwrap_or_default()
    }

    /// Whether a user is connected to another server.
    pub(super) fn has(&self, user: UserId) -> bool {
        self.users.contains_key(&user)
    }

    /// A user's sessions that are connected to other servers.
    pub(super) fn sessions(&self, user: UserId) -> impl Iterator<Item = SessionId> {
        self.users.get(&user).into_iter().flatten().flat_map(|(_, sessions)| sessions).copied()
    }

    /// Records what a server tells of its users, or of all of them.
    pub(super) fn hear(&mut self, server: i64, whole: bool, told: Vec<Whereabouts>, now: Timestamp) -> Vec<Move> {
        let mut moves = Vec::new();
        if whole {
            let kept: HashSet<_> = told.iter().map(|one| one.user).collect();
            moves.extend(self.forget(server, now, |user| !kept.contains(&user)));
        }
        for Whereabouts { user, sessions, left_at } in told {
            if sessions.is_empty() {
                let at = left_at.unwrap_or(now).min(now);
                moves.extend(self.leave(server, user).then_some(Move::Went(user, at)));
                continue;
            }
            let places = self.users.entry(user).or_default();
            moves.extend(places.is_empty().then_some(Move::Came(user)));
            match places.iter_mut().find(|(other, _)| *other == server) {
                Some((_, known)) => *known = sessions,
                None => places.push((server, sessions)),
            }
        }
        moves
    }

    /// Records that a server is gone, with all of its users.
    pub(super) fn lose(&mut self, server: i64, now: Timestamp) -> Vec<Move> {
        self.forget(server, now, |_| true)
    }

    fn forget(&mut self, server: i64, now: Timestamp, is_gone: impl Fn(UserId) -> bool) -> Vec<Move> {
        let there = self.users.iter().filter(|(_, places)| places.iter().any(|(other, _)| *other == server));
        let gone: Vec<_> = there.map(|(user, _)| *user).filter(|user| is_gone(*user)).collect();
        gone.into_iter().filter(|user| self.leave(server, *user)).map(|user| Move::Went(user, now)).collect()
    }

    /// Returns whether the user was connected to this server alone.
    fn leave(&mut self, server: i64, user: UserId) -> bool {
        let Some(places) = self.users.get_mut(&user) else { return false };
        places.retain(|(other, _)| *other != server);
        places.is_empty() && self.users.remove(&user).is_some()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    fn connected(number: u128) -> Whereabouts {
        Whereabouts { user: user(number), sessions: vec![SessionId(Uuid::from_u128(number))], left_at: None }
    }

    fn gone(number: u128, at: i64) -> Whereabouts {
        Whereabouts { user: user(number), sessions: vec![], left_at: Some(Timestamp(at)) }
    }

    #[test]
    fn a_user_is_there_until_the_last_server_says_otherwise() {
        let (mut elsewhere, now) = (Elsewhere::default(), Timestamp(9));
        assert_eq!(elsewhere.hear(1, false, vec![connected(7)], now), [Move::Came(user(7))]);
        assert_eq!(elsewhere.hear(2, false, vec![connected(7)], now), []);
        assert_eq!(elsewhere.hear(1, false, vec![gone(7, 5)], now), []);
        assert!(elsewhere.has(user(7)));
        assert_eq!(elsewhere.hear(2, false, vec![gone(7, 6)], now), [Move::Went(user(7), Timestamp(6))]);
        assert!(!elsewhere.has(user(7)));
        assert_eq!(elsewhere.hear(2, false, vec![gone(7, 6)], now), []);
    }

    #[test]
    fn a_whole_list_replaces_what_was_known_of_its_server() {
        let (mut elsewhere, now) = (Elsewhere::default(), Timestamp(9));
        elsewhere.hear(1, false, vec![connected(7), connected(8)], now);
        elsewhere.hear(2, false, vec![connected(9)], now);
        assert_eq!(elsewhere.hear(1, true, vec![connected(8)], now), [Move::Went(user(7), now)]);
        assert!(elsewhere.has(user(9)));
        assert_eq!(elsewhere.sessions(user(8)).count(), 1);
    }

    #[test]
    fn a_lost_server_takes_its_users_with_it() {
        let (mut elsewhere, now) = (Elsewhere::default(), Timestamp(9));
        elsewhere.hear(1, false, vec![connected(7)], now);
        elsewhere.hear(2, false, vec![connected(8)], now);
        assert_eq!(elsewhere.lose(1, now), [Move::Went(user(7), now)]);
        assert!(elsewhere.has(user(8)));
    }

    #[test]
    fn without_other_servers_nothing_is_kept_for_them() {
        let mut elsewhere = Elsewhere::default();
        elsewhere.changed_here(user(1));
        assert!(elsewhere.take_changed().is_empty());
        let _changes = elsewhere.share();
        elsewhere.changed_here(user(1));
        assert_eq!(elsewhere.take_changed().len(), 1);
    }
}
