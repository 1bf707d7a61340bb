//! Who watches whom come and go. Kept in memory alone; who may watch whom is decided elsewhere.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::connection::{Connection, ConnectionId};
use crate::model::{Timestamp, UserId};

/// How long somebody without a connection counts as there: a phone that changes its network does not flicker.
const GRACE_MILLIS: i64 = 5_000;
/// Departures that are remembered.
const REMEMBERED: usize = 100_000;

/// Somebody has come or gone, and these are to be told.
pub struct PresenceChange {
    /// Who.
    pub user: UserId,
    /// Whether the person is there now.
    pub online: bool,
    /// When the person went, if so.
    pub last_seen_at: Option<Timestamp>,
    /// Whose connections watch.
    pub watchers: Vec<Arc<Connection>>,
}

/// Watches and departures.
#[derive(Default)]
pub(super) struct Presence {
    /// By whom they are watched, and what those were told last.
    watched: HashMap<UserId, Watched>,
    /// Whom each connection watches.
    lists: HashMap<ConnectionId, Vec<UserId>>,
    /// When people's last connections ended.
    departures: HashMap<UserId, Timestamp>,
    /// Those who came or went, and about whom nobody was told yet.
    moved: HashSet<UserId>,
}

struct Watched {
    online: bool,
    /// By number: leaving is a look-up, however many watch.
    watchers: HashMap<ConnectionId, Arc<Connection>>,
}

impl Presence {
    /// Somebody's first connection has begun.
    pub(super) fn came(&mut self, user: UserId) {
        self.moved.insert(user);
    }

    /// Somebody's last connection has ended.
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

    /// When somebody's last connection ended, if that is known.
    pub(super) fn last_seen_at(&self, user: UserId) -> Option<Timestamp> {
        self.departures.get(&user).copied()
    }

    /// Whether somebody counts as there.
    pub(super) fn is_online(&self, user: UserId, connected: bool, now: Timestamp) -> bool {
        // Of a departure in the future the clock was set back since.
        let is_recent = |left: &Timestamp| *left <= now && now < left.plus_millis(GRACE_MILLIS);
        connected || self.departures.get(&user).is_some_and(is_recent)
    }

    /// From now on a connection watches these people, and no others; each with what its watcher is told now.
    pub(super) fn watch(&mut self, connection: &Arc<Connection>, people: &[(UserId, bool)]) {
        self.unwatch(connection.id);
        for (user, online) in people {
            let watched = self.watched.entry(*user);
            let watched = watched.or_insert_with(|| Watched { online: *online, watchers: HashMap::new() });
            watched.watchers.insert(connection.id, connection.clone());
        }
        self.lists.insert(connection.id, people.iter().map(|(user, _)| *user).collect());
    }

    /// A connection watches nobody any more.
    pub(super) fn unwatch(&mut self, connection: ConnectionId) {
        for user in self.lists.remove(&connection).unwrap_or_default() {
            self.forget(user, connection);
        }
    }

    /// A person watches another no more. The connections that did.
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

    /// Somebody hides: which connections see whom as gone from now on. Their lists stay.
    pub(super) fn conceal(&self, user: UserId, own: &[Arc<Connection>]) -> Vec<(Arc<Connection>, UserId)> {
        let watchers = self.watched.get(&user).into_iter().flat_map(|watched| watched.watchers.values());
        let to_watchers = watchers.map(|watcher| (watcher.clone(), user));
        let to_own = own.iter().flat_map(|connection| {
            let list = self.lists.get(&connection.id).into_iter().flatten();
            list.map(|watched| (connection.clone(), *watched))
        });
        // People see themselves.
        to_watchers.chain(to_own).filter(|(connection, gone)| connection.user != *gone).collect()
    }

    /// Somebody hides no longer: if there, the watchers are told.
    pub(super) fn reveal(&mut self, user: UserId) {
        if let Some(watched) = self.watched.get_mut(&user) {
            watched.online = false;
            self.moved.insert(user);
        }
    }

    /// Who has come or gone since the last time, and is watched.
    pub(super) fn changes(&mut self, now: Timestamp, is_connected: impl Fn(UserId) -> bool) -> Vec<PresenceChange> {
        let mut changes = Vec::new();
        for user in std::mem::take(&mut self.moved) {
            let connected = is_connected(user);
            let online = self.is_online(user, connected, now);
            if online && !connected {
                // Perhaps back in a moment: looked at again.
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

    /// Nobody could be told of this change: it is looked at again.
    pub(super) fn untold(&mut self, change: &PresenceChange) {
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
    fn who_is_back_within_the_grace_has_never_gone() {
        let (mut presence, bob) = (Presence::default(), person(2));
        presence.watch(&watcher(), &[(bob, true)]);
        presence.went(bob, Timestamp(0));
        assert!(presence.changes(Timestamp(GRACE_MILLIS - 1), |_| false).is_empty());
        presence.came(bob);
        assert!(presence.changes(Timestamp(GRACE_MILLIS + 1), |_| true).is_empty());
    }

    #[test]
    fn who_stays_away_has_gone_once_and_comes_once() {
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
    fn who_went_before_the_clock_was_set_back_is_gone() {
        let (mut presence, bob) = (Presence::default(), person(2));
        presence.went(bob, Timestamp(10 * GRACE_MILLIS));
        assert!(!presence.is_online(bob, false, Timestamp(0)));
    }

    #[test]
    fn what_could_not_be_told_is_told_later() {
        let (mut presence, bob) = (Presence::default(), person(2));
        presence.watch(&watcher(), &[(bob, false)]);
        presence.came(bob);
        let changes = presence.changes(Timestamp(0), |_| true);
        presence.untold(&changes[0]);
        assert_eq!(presence.changes(Timestamp(1), |_| true).len(), 1);
        assert!(presence.changes(Timestamp(2), |_| true).is_empty());
    }

    #[test]
    fn nothing_is_kept_for_nobody() {
        let (mut presence, connection) = (Presence::default(), watcher());
        presence.watch(&connection, &[(person(2), true), (person(3), false)]);
        assert_eq!(presence.part(connection.user, person(2)).len(), 1);
        presence.unwatch(connection.id);
        assert!(presence.watched.is_empty() && presence.lists.is_empty());
    }
}
