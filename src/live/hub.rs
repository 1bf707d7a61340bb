//! Every open connection of this process, by user. The lock is held only for look-ups and pushes.

mod connections;

use std::{
    collections::HashSet,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use self::connections::Connections;
use super::{
    connection::{Connection, ConnectionId},
    deliver::{Broadcast, broadcasts},
    elsewhere::Whereabouts,
    presence::PresenceChange,
    view,
};
use crate::{
    auth::Sessions,
    model::{Event, SessionId, Timestamp, UserId},
    protocol::{
        Close, Frame, Protocol,
        extended::{PresenceRow, ServerNotice},
        limits::HEARTBEAT_SECONDS,
    },
};

/// The open connections.
pub struct Hub {
    connections: Mutex<Connections>,
    /// The cache of sessions: those that end, end there too.
    sessions: Arc<Sessions>,
    limit: usize,
    limit_per_user: usize,
}

/// Why a connection is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The server has as many connections as it can hold.
    Server,
    /// The user has as many connections as one user may have.
    User,
    /// The session may not connect for this long.
    Session(Duration),
    /// The server is about to stop.
    Stopping,
}

/// A connection that asks to be added.
#[derive(Debug, Clone, Copy)]
pub struct Entrant {
    /// The protocol that its client speaks.
    pub protocol: Protocol,
    /// The user who connects.
    pub user: UserId,
    /// The session that the token belongs to.
    pub session: SessionId,
    /// When the token expires.
    pub expires_at: Timestamp,
}

/// A connection in the hub. Dropping this removes it.
pub struct Entered {
    hub: Arc<Hub>,
    connection: Arc<Connection>,
}

impl Hub {
    /// Creates an empty hub with a limit in total and per user.
    pub fn new(sessions: Arc<Sessions>, limit: usize, limit_per_user: usize) -> Self {
        Self { connections: Mutex::default(), sessions, limit, limit_per_user }
    }

    /// Adds a connection if there is room. If the hub is full, it closes the oldest connection of the user who has the
    /// most, provided that user has at least two more than the new connection's user would have.
    pub fn enter(self: &Arc<Self>, entrant: Entrant) -> Result<Entered, Full> {
        let mut connections = self.lock();
        if connections.is_draining {
            return Err(Full::Stopping);
        }
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
        connections.elsewhere.changed_here(entrant.user);
        Ok(Entered { hub: self.clone(), connection })
    }

    /// Rejects a session's new connections for a minute.
    pub fn bar(&self, session: SessionId) {
        self.lock().barred.bar(session, Instant::now());
    }

    /// Sends an event to everyone it concerns, except to the connection that caused it. If sessions have ended, their
    /// tokens become void and their sockets are closed.
    pub fn deliver(&self, event: &Event, cause: Option<ConnectionId>) {
        broadcasts(event, cause, &mut |broadcast| self.send(broadcast));
        match event {
            Event::SessionsEnded { user, sessions } => self.end_sessions(*user, sessions),
            Event::PrivacyChanged { user, privacy, presence_changed: true } => {
                self.show_presence(*user, privacy.presence);
            }
            Event::Blocked { user, target, on: true } => self.part(*target, *user),
            _ => {}
        }
    }

    /// Encodes a broadcast once, unless no connection would get it.
    fn send(&self, broadcast: &Broadcast<'_>) {
        // Encoding takes longer than a second look-up, and the lock is not held for it.
        if self.lock().recipients(broadcast).next().is_none() {
            return;
        }
        let Some(item) = (broadcast.item)() else { return };
        let frame = Frame::broadcast(broadcast.kind, &item);
        self.lock().recipients(broadcast).for_each(|connection| connection.push(&frame));
    }

    /// Notifies every connection that speaks the Hearth protocol of the server's state.
    pub fn announce(&self, notice: Option<ServerNotice>) {
        let frame = view::server_notice(notice);
        let connections = self.lock();
        let all = connections.by_user.values().flatten();
        for connection in all.filter(|connection| connection.protocol == Protocol::Hearth) {
            connection.push(&frame);
        }
    }

    /// How many connections each protocol has.
    pub fn counts(&self) -> [(Protocol, usize); 2] {
        let connections = self.lock();
        let reference = connections.open - connections.extended;
        [(Protocol::Reference, reference), (Protocol::Hearth, connections.extended)]
    }

    /// The user's sessions that have an open connection.
    pub fn sessions(&self, user: UserId) -> HashSet<SessionId> {
        let connections = self.lock();
        let here = connections.by_user.get(&user).into_iter().flatten().map(|connection| connection.session);
        here.chain(connections.elsewhere.sessions(user)).collect()
    }

    /// One of a user's connections.
    pub fn connection(&self, user: UserId, id: ConnectionId) -> Option<Arc<Connection>> {
        self.lock().by_user.get(&user)?.iter().find(|connection| connection.id == id).cloned()
    }

    /// Replaces the list of users whose presence a connection watches. Returns for each whether the user is online and,
    /// if known, when the last connection closed.
    pub fn watch(
        &self,
        user: UserId,
        id: ConnectionId,
        people: &[UserId],
        now: Timestamp,
    ) -> Vec<(UserId, bool, Option<Timestamp>)> {
        let mut connections = self.lock();
        let connections = &mut *connections;
        let online = |user: &UserId| connections.presence.is_online(*user, connections.is_connected(*user), now);
        let present: Vec<_> = people.iter().map(|user| (*user, online(user))).collect();
        let Connections { by_user, presence, .. } = connections;
        if let Some(connection) = by_user.get(&user).and_then(|own| own.iter().find(|own| own.id == id)) {
            presence.watch(connection, &present);
        }
        present.into_iter().map(|(user, online)| (user, online, presence.last_seen_at(user))).collect()
    }

    /// Ends one user's watch of another, and shows the latter as offline to the former.
    fn part(&self, watcher: UserId, user: UserId) {
        let parted = self.lock().presence.part(watcher, user);
        let gone = view::presence(PresenceRow::gone(user));
        for connection in parted {
            connection.push(&gone);
        }
    }

    /// Applies a change of the presence setting. Hiding shows each side as offline to the other.
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

    /// Watched users who came online or went offline since the last call.
    pub fn presence_changes(&self, now: Timestamp) -> Vec<PresenceChange> {
        let mut connections = self.lock();
        let Connections { by_user, presence, elsewhere, .. } = &mut *connections;
        presence.changes(now, |user| by_user.contains_key(&user) || elsewhere.has(user))
    }

    /// From now on, other servers are told who is connected. Returns what is notified of changes.
    pub fn share_presence(&self) -> Arc<Notify> {
        self.lock().elsewhere.share()
    }

    /// Users whose connections have changed since the last call, for other servers.
    pub fn take_whereabouts(&self, now: Timestamp) -> Vec<Whereabouts> {
        let mut connections = self.lock();
        let changed = connections.elsewhere.take_changed();
        changed.into_iter().map(|user| connections.whereabouts(user, now)).collect()
    }

    /// All users who are connected, for a server that has just started.
    pub fn all_whereabouts(&self, now: Timestamp) -> Vec<Whereabouts> {
        let connections = self.lock();
        connections.by_user.keys().map(|user| connections.whereabouts(*user, now)).collect()
    }

    /// Records who is connected to another server, named by its generation. `whole` if these are all of its users.
    pub fn hear_of(&self, server: i64, whole: bool, users: Vec<Whereabouts>, now: Timestamp) {
        let mut connections = self.lock();
        let moves = connections.elsewhere.hear(server, whole, users, now);
        connections.apply(moves);
    }

    /// Records that another server is gone, with all of its users.
    pub fn lose_server(&self, server: i64, now: Timestamp) {
        let mut connections = self.lock();
        let moves = connections.elsewhere.lose(server, now);
        connections.apply(moves);
    }

    /// Whether any of these users is connected to this server.
    pub fn has_any(&self, users: &[UserId]) -> bool {
        let connections = self.lock();
        users.iter().any(|user| connections.by_user.contains_key(user))
    }

    /// How many connections were ever opened: who is connected can only have grown if this has.
    pub fn openings(&self) -> u64 {
        self.lock().count
    }

    /// Keeps changes that could not be sent, to be reported again.
    pub fn retry(&self, changes: impl IntoIterator<Item = PresenceChange>) {
        let mut connections = self.lock();
        for change in changes {
            connections.presence.retry(&change);
        }
    }

    fn end_sessions(&self, user: UserId, ended: &[SessionId]) {
        self.sessions.end(ended);
        for connection in self.lock().by_user.get(&user).into_iter().flatten() {
            if ended.contains(&connection.session) {
                connection.close(Close::Unauthorized);
            }
        }
    }

    /// From now on, rejects new connections. Returns how many there are.
    pub fn drain(&self) -> usize {
        let mut connections = self.lock();
        connections.is_draining = true;
        connections.open
    }

    /// Closes some connections.
    pub fn close_some(&self, count: usize, close: Close) {
        let connections = self.lock();
        let open = connections.by_user.values().flatten().filter(|connection| !connection.is_closing());
        for connection in open.take(count) {
            connection.close(close);
        }
    }

    /// Closes every connection.
    pub fn close_all(&self, close: Close) {
        for connection in self.lock().by_user.values().flatten() {
            connection.close(close);
        }
    }

    /// Runs once a second: pings a share of the connections, and closes those that are silent or whose token has
    /// expired.
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
        // It may already have been displaced by a newer connection.
        let Some(place) = own.iter().position(|other| other.id == self.connection.id) else { return };
        own.remove(place);
        if own.is_empty() {
            connections.by_user.remove(&user);
            if !connections.elsewhere.has(user) {
                connections.presence.went(user, Timestamp::now());
            }
        }
        connections.left(&self.connection);
    }
}
