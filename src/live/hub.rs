//! Every open connection of this process, by user. The lock is held for look-ups and pushes alone.

use std::{
    collections::{HashMap, HashSet},
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    barred::Barred,
    connection::{Connection, ConnectionId},
    deliver::{Broadcast, Except, broadcasts},
    presence::{Presence, PresenceChange},
    view,
};
use crate::{
    model::{Event, SessionId, Timestamp, UserId},
    protocol::{Close, Frame, Protocol, extended::PresenceRow},
};

/// Seconds between two pings to a connection.
pub const HEARTBEAT_SECONDS: u64 = 30;

/// The open connections.
pub struct Hub {
    connections: Mutex<Connections>,
    limit: usize,
    limit_per_user: usize,
}

/// Why nobody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The server has all the connections that it can hold.
    Server,
    /// This person has.
    User,
    /// This session stays out for so long.
    Session(Duration),
}

#[derive(Default)]
struct Connections {
    by_user: HashMap<UserId, Vec<Arc<Connection>>>,
    open: usize,
    /// Those of them that speak the extended protocol.
    extended: usize,
    /// Connections ever: the next one's number.
    count: u64,
    presence: Presence,
    barred: Barred,
}

/// Somebody who wants to be told.
#[derive(Debug, Clone, Copy)]
pub struct Entrant {
    /// What the client speaks.
    pub protocol: Protocol,
    /// Who.
    pub user: UserId,
    /// By which log-in.
    pub session: SessionId,
    /// When the token ends.
    pub expires_at: Timestamp,
}

/// A connection in the hub; it leaves when this is dropped.
pub struct Entered {
    hub: Arc<Hub>,
    connection: Arc<Connection>,
}

impl Hub {
    /// An empty hub for so many connections, and so many of one person.
    pub fn new(limit: usize, limit_per_user: usize) -> Self {
        Self { connections: Mutex::default(), limit, limit_per_user }
    }

    /// Adds a connection, if there is room for it. When all places are taken, it takes one of the person who has the
    /// most, if that person has at least two more than the newcomer would have.
    pub fn enter(self: &Arc<Self>, entrant: Entrant) -> Result<Entered, Full> {
        let mut connections = self.lock();
        if let Some(wait) = connections.barred.wait(entrant.session, Instant::now()) {
            return Err(Full::Session(wait));
        }
        let held = connections.by_user.get(&entrant.user).map_or(0, Vec::len);
        if held >= self.limit_per_user {
            return Err(Full::User);
        }
        if connections.open >= self.limit && !connections.displace(held) {
            return Err(Full::Server);
        }
        connections.open += 1;
        connections.extended += usize::from(entrant.protocol == Protocol::Hearth);
        connections.count += 1;
        let connection = Arc::new(Connection::new(ConnectionId(connections.count), entrant));
        let own = connections.by_user.entry(entrant.user).or_default();
        own.push(connection.clone());
        if own.len() == 1 {
            connections.presence.came(entrant.user);
        }
        Ok(Entered { hub: self.clone(), connection })
    }

    /// Keeps a session's new connections out for a while.
    pub fn bar(&self, session: SessionId) {
        self.lock().barred.bar(session, Instant::now());
    }

    /// Makes an event known to everyone whom it concerns, but not to the connection that caused it.
    pub fn deliver(&self, event: &Event, cause: Option<ConnectionId>) {
        broadcasts(event, cause, &mut |broadcast| self.send(broadcast));
        match event {
            Event::SessionsEnded { user, sessions } => self.close_sessions(*user, sessions),
            Event::PrivacyChanged { user, privacy, presence_changed: true } => {
                self.show_presence(*user, privacy.presence);
            }
            Event::Blocked { user, target, on: true } => self.part(*target, *user),
            _ => {}
        }
    }

    /// Encodes a broadcast once, unless there is no connection for it.
    fn send(&self, broadcast: &Broadcast<'_>) {
        // Encoding takes longer than looking twice, and the lock is not held for it.
        if self.lock().recipients(broadcast).next().is_none() {
            return;
        }
        let Some(item) = (broadcast.item)() else { return };
        let frame = Frame::broadcast(broadcast.kind, &item);
        self.lock().recipients(broadcast).for_each(|connection| connection.push(&frame));
    }

    /// Which of somebody's sessions have a connection.
    pub fn sessions(&self, user: UserId) -> HashSet<SessionId> {
        let connections = self.lock();
        connections.by_user.get(&user).into_iter().flatten().map(|connection| connection.session).collect()
    }

    /// One of somebody's connections.
    pub fn connection(&self, user: UserId, id: ConnectionId) -> Option<Arc<Connection>> {
        self.lock().by_user.get(&user)?.iter().find(|connection| connection.id == id).cloned()
    }

    /// From now on somebody's connection watches these people, and no others. For each: whether the person is there
    /// and, if known, when the last connection ended.
    pub fn watch(
        &self,
        user: UserId,
        id: ConnectionId,
        people: &[UserId],
        now: Timestamp,
    ) -> Vec<(UserId, bool, Option<Timestamp>)> {
        let mut connections = self.lock();
        let Connections { by_user, presence, .. } = &mut *connections;
        let online = |user: &UserId| presence.is_online(*user, by_user.contains_key(user), now);
        let present: Vec<_> = people.iter().map(|user| (*user, online(user))).collect();
        if let Some(connection) = by_user.get(&user).and_then(|own| own.iter().find(|own| own.id == id)) {
            presence.watch(connection, &present);
        }
        present.into_iter().map(|(user, online)| (user, online, presence.last_seen_at(user))).collect()
    }

    /// A person may no longer watch another, who seems to have gone.
    fn part(&self, watcher: UserId, user: UserId) {
        let parted = self.lock().presence.part(watcher, user);
        let gone = view::presence(PresenceRow::gone(user));
        for connection in parted {
            connection.push(&gone);
        }
    }

    /// Somebody's presence is shown from now on, or no longer: who watches the person, and the person, see nobody there.
    fn show_presence(&self, user: UserId, shows: bool) {
        let mut connections = self.lock();
        if shows {
            return connections.presence.reveal(user);
        }
        let own = connections.by_user.get(&user).map_or(&[][..], Vec::as_slice);
        for (connection, gone) in connections.presence.conceal(user, own) {
            connection.push(&view::presence(PresenceRow::gone(gone)));
        }
    }

    /// Who has come or gone since the last time, and is watched.
    pub fn presence_changes(&self, now: Timestamp) -> Vec<PresenceChange> {
        let mut connections = self.lock();
        let Connections { by_user, presence, .. } = &mut *connections;
        presence.changes(now, |user| by_user.contains_key(&user))
    }

    /// Nobody could be told of these: they are looked at again.
    pub fn untold(&self, changes: impl IntoIterator<Item = PresenceChange>) {
        let mut connections = self.lock();
        for change in changes {
            connections.presence.untold(&change);
        }
    }

    fn close_sessions(&self, user: UserId, ended: &[SessionId]) {
        for connection in self.lock().by_user.get(&user).into_iter().flatten() {
            if ended.contains(&connection.session) {
                connection.close(Close::Unauthorized);
            }
        }
    }

    /// Closes every connection.
    pub fn close_all(&self, close: Close) {
        for connection in self.lock().by_user.values().flatten() {
            connection.close(close);
        }
    }

    /// The work of one second, for all connections together: pings a share of them, gives silent ones up, and closes
    /// those whose token has expired.
    pub fn beat(&self, second: u64, now: Timestamp) {
        let ping = Frame::ping();
        for connection in self.lock().by_user.values().flatten() {
            if connection.expires_at() <= now {
                connection.close(Close::Unauthorized);
            } else if connection.id.0 % HEARTBEAT_SECONDS == second % HEARTBEAT_SECONDS {
                connection.beat(&ping);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    /// For whom a broadcast is.
    fn recipients<'a>(&'a self, broadcast: &'a Broadcast<'_>) -> impl Iterator<Item = &'a Arc<Connection>> {
        let is_spoken = match broadcast.protocol {
            Protocol::Reference => self.open > self.extended,
            Protocol::Hearth => self.extended > 0,
        };
        let people = if is_spoken { broadcast.to } else { &[] };
        let connections = people.iter().filter_map(|user| self.by_user.get(user)).flatten();
        connections.filter(|connection| {
            let is_excepted = match broadcast.except {
                Except::Nobody => false,
                Except::User(user) => connection.user == user,
                Except::Connection(id) => connection.id == id,
            };
            connection.protocol == broadcast.protocol && !is_excepted
        })
    }

    /// Closes the oldest connection of the person with the most, if that is at least two more than a newcomer would
    /// have who has so many now.
    fn displace(&mut self, held: usize) -> bool {
        let most = self.by_user.values_mut().max_by_key(|own| own.len());
        let Some(own) = most.filter(|own| own.len() >= held + 3) else { return false };
        let displaced = own.remove(0);
        self.left(&displaced);
        self.barred.bar(displaced.session, Instant::now());
        displaced.close(Close::Displaced);
        true
    }

    /// Does not count a connection any more that is out of `by_user`.
    fn left(&mut self, connection: &Connection) {
        self.open -= 1;
        self.extended -= usize::from(connection.protocol == Protocol::Hearth);
        self.presence.unwatch(connection.id);
    }
}

impl Deref for Entered {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut connections = self.hub.lock();
        let user = self.connection.user;
        let Some(own) = connections.by_user.get_mut(&user) else { return };
        // Another connection may have taken its place.
        let Some(place) = own.iter().position(|other| other.id == self.connection.id) else { return };
        own.remove(place);
        if own.is_empty() {
            connections.by_user.remove(&user);
            connections.presence.went(user, Timestamp::now());
        }
        connections.left(&self.connection);
    }
}
