//! Which connections watch whose presence. In memory only; the caller decides who may watch whom.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::connection::{Connection, ConnectionId};
use crate::model::{Timestamp, UserId};

/// How long a user without a connection still counts as online, so that a change of network shows no flicker.
const GRACE_MILLIS: i64 = 5_000;
/// How many departures are remembered.
const REMEMBERED: usize = 100_000;

/// A change of a user's presence, and who must be notified.
pub struct PresenceChange {
    /// Whose presence changed.
    pub user: UserId,
    /// Whether the user is online now.
    pub online: bool,
    /// When the user went offline, if so.
    pub last_seen_at: Option<Timestamp>,
    /// The connections that watch the user.
    pub watchers: Vec<Arc<Connection>>,
}

/// Watches and departures.
#[derive(Default)]
pub(super) struct Presence {
    /// The connections that watch each user, and the presence last sent to them.
    watched: HashMap<UserId, Watched>,
    /// The users that each connection watches.
    lists: HashMap<ConnectionId, Vec<UserId>>,
    /// When each user's last connection closed.
    departures: HashMap<UserId, Timestamp>,
    /// Users who came or went since the last report.
    moved: HashSet<UserId>,
}

struct Watched {
    online: bool,
    /// By number, so that leaving costs one look-up.
    watchers: HashMap<ConnectionId, Arc<Connection>>,
}

impl Presence {
    /// Records that a user's first connection opened.
    pub(super) fn came(&mut self, user: UserId) {
        self.moved.insert(user);
    }

    /// Records that a user's last connection closed.
    pub(super) fn went(&mut self, user: UserId, now: Timestamp) {
        if self.departures.len() >= REMEMBERED {
            let mut times: Vec<_> = self.departures.values().copied().collect();
            let (_, middle, _) = times.select_nth_unstable(REMEMBERED / 2);
            let middle = *middle;
            self.departures.retain(|_, time| *time > middle);
        }
        self.departures.insert(user, now);
        self.moved.insert(user);
    }

    /// When the user's last connection closed, if known.
    pub(super) fn last_seen_at(&self, user: UserId) -> Option<Timestamp> {
        self.departures.get(&user).copied()
    }

    /// Whether the user counts as online.
    pub(super) fn is_online(&self, user: UserId, connected: bool, now: Timestamp) -> bool {
        // A departure in the future means that the clock was set back since.
        let is_recent = |left: &Timestamp| *left <= now && now < left.plus_millis(GRACE_MILLIS);
        connected || self.departures.get(&user).is_some_and(is_recent)
    }

    /// Replaces the list of users that a connection watches, each with the presence that it is sent now.
    pub(super) fn watch(&mut self, connection: &Arc<Connection>, people: &[(UserId, bool)]) {
        self.unwatch(connection.id);
        for (user, online) in people {
            let watched = self.watched.entry(*user);
            let watched = watched.or_insert_with(|| Watched { online: *online, watchers: HashMap::new() });
            watched.watchers.insert(connection.id, connection.clone());
        }
        self.lists.insert(connection.id, people.iter().map(|(user, _)| *user).collect());
    }

    /// Removes a connection and everything it watches.
    pub(super) fn unwatch(&mut self, connection: ConnectionId) {
        for user in self.lists.remove(&connection).unwrap_or_default() {
            self.forget(user, connection);
        }
    }

    /// Ends one user's watch of another. Returns the connections that watched.
    pub(super) fn part(&mut self, watcher: UserId, user: UserId) -> Vec<Arc<Connection>> {
        let watchers = self.watched.get(&user).into_iter().flat_map(|watched| watched.watchers.values());
        let parted: Vec<_> = watchers.filter(|connection| connection.user == watcher).cloned().collect();
        for connection in &parted {
            if let Some(list) = self.lists.get_mut(&connection.id) {
                list.retain(|watched| *watched != user);
            }
            self.forget(user, connection.id);
        }
        parted
    }

    /// Returns which connections must see whom as offline when a user hides their presence. The lists stay.
    pub(super) fn conceal(&self, user: UserId, own: &[Arc<Connection>]) -> Vec<(Arc<Connection>, UserId)> {
        let watchers = self.watched.get(&user).into_iter().flat_map(|watched| watched.watchers.values());
        let to_watchers = watchers.map(|watcher| (watcher.clone(), user));
        let to_own = own.iter().flat_map(|connection| {
            let list = self.lists.get(&connection.id).into_iter().flatten();
            list.map(|watched| (connection.clone(), *watched))
        });
        // Users always see their own presence.
        to_watchers.chain(to_own).filter(|(connection, gone)| connection.user != *gone).collect()
    }

    /// Marks a user who shows their presence again, so that watchers are notified if the user is online.
    pub(super) fn reveal(&mut self, user: UserId) {
        if let Some(watched) = self.watched.get_mut(&user) {
            watched.online = false;
            self.moved.insert(user);
        }
    }

    /// Watched users who came online or went offline since the last call.
    pub(super) fn changes(&mut self, now: Timestamp, is_connected: impl Fn(UserId) -> bool) -> Vec<PresenceChange> {
        let mut changes = Vec::new();
        for user in std::mem::take(&mut self.moved) {
            let connected = is_connected(user);
            let online = self.is_online(user, connected, now);
            if online && !connected {
                // Possibly back in a moment: check again next time.
                self.moved.insert(user);
            }
            let Some(watched) = self.watched.get_mut(&user).filter(|watched| watched.online != online) else {
                continue;
            };
            watched.online = online;
            let last_seen_at = self.departures.get(&user).copied().filter(|_| !online);
            changes.push(PresenceChange {
                user,
                online,
                last_seen_at,
                watchers: watched.watchers.values().cloned().collect(),
            });
        }
        changes
    }

    /// Keeps a change that could not be sent, to be reported again.
    pub(super) fn retry(&mut self, change: &PresenceChange) {
        if let Some(watched) = self.watched.get_mut(&change.user) {
            watched.online = !change.online;
        }
        self.moved.insert(change.user);
    }

    fn forget(&mut self, user: UserId, watcher: ConnectionId) {
        if let Some(watched) = self.watched.get_mut(&user) {
            watched.watchers.remove(&watcher);
            if watched.watchers.is_empty() {
                self.watched.remove(&user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{live::hub::Entrant, model::SessionId, protocol::Protocol};

    fn person(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    fn watcher() -> Arc<Connection> {
        let (user, session) = (person(1), SessionId(Uuid::nil()));
        let entrant = Entrant { protocol: Protocol::Hearth, user, session, expires_at: Timestamp::MAX };
        Arc::new(Connection::new(ConnectionId(1), entrant))
    }

    #[test]
    fn a_return_within_the_grace_period_is_not_reported() {
        let (mut presence, bob) = (Presence::default(), person(2));
        presence.watch(&watcher(), &[(bob, true)]);
        presence.went(bob, Timestamp(0));
        assert!(presence.changes(Timestamp(GRACE_MILLIS - 1), |_| false).is_empty());
        presence.came(bob);
        assert!(presence.changes(Timestamp(GRACE_MILLIS + 1), |_| true).is_empty());
    }

    #[test]
    fn a_departure_and_a_return_are_reported_once_each() {
        let (mut presence, bob) = (Presence::default(), person(2));
        presence.watch(&watcher(), &[(bob, true)]);
        presence.went(bob, Timestamp(0));
        let changes = presence.changes(Timestamp(GRACE_MILLIS), |_| false);
        assert_eq!((changes.len(), changes[0].online, changes[0].last_seen_at), (1, false, Some(Timestamp(0))));
        assert!(presence.changes(Timestamp(GRACE_MILLIS + 1), |_| false).is_empty());
        presence.came(bob);
        let changes = presence.changes(Timestamp(GRACE_MILLIS + 2), |_| true);
        assert_eq!((changes.len(), changes[0].online, changes[0].last_seen_at), (1, true, None));
    }

    #[test]
    fn a_user_who_left_before_the_clock_was_set_back_is_offline() {
        let (mut presence, bob) = (Presence::default(), person(2));
        presence.went(bob, Timestamp(10 * GRACE_MILLIS));
        assert!(!presence.is_online(bob, false, Timestamp(0)));
    }

    #[test]
    fn a_change_that_could_not_be_sent_is_reported_again() {
        let (mut presence, bob) = (Presence::default(), person(2));
        presence.watch(&watcher(), &[(bob, false)]);
        presence.came(bob);
        let changes = presence.changes(Timestamp(0), |_| true);
        presence.retry(&changes[0]);
        assert_eq!(presence.changes(Timestamp(1), |_| true).len(), 1);
        assert!(presence.changes(Timestamp(2), |_| true).is_empty());
    }

    #[test]
    fn nothing_is_kept_without_watchers() {
        let (mut presence, connection) = (Presence::default(), watcher());
        presence.watch(&connection, &[(person(2), true), (person(3), false)]);
        assert_eq!(presence.part(connection.user, person(2)).len(), 1);
        presence.unwatch(connection.id);
        assert!(presence.watched.is_empty() && presence.lists.is_empty());
    }
}
