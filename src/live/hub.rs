//! Every open connection of this process, by user. The lock is held for look-ups and pushes alone.

use std::{
    collections::{HashMap, HashSet},
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::connection::Connection;
use crate::{
    model::{SessionId, Timestamp, UserId},
    protocol::{Close, Frame},
};

/// Seconds between two pings to a connection.
const HEARTBEAT_SECONDS: u64 = 30;

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
}

#[derive(Default)]
struct Connections {
    by_user: HashMap<UserId, Vec<Arc<Connection>>>,
    open: usize,
    /// Connections ever: the next one's number.
    count: u64,
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

    /// Adds a connection, if there is room for it.
    pub fn enter(self: &Arc<Self>, user: UserId, session: SessionId, expires_at: Timestamp) -> Result<Entered, Full> {
        let mut connections = self.lock();
        if connections.open >= self.limit {
            return Err(Full::Server);
        }
        if connections.by_user.get(&user).is_some_and(|own| own.len() >= self.limit_per_user) {
            return Err(Full::User);
        }
        connections.open += 1;
        connections.count += 1;
        let connection = Arc::new(Connection::new(connections.count, user, session, expires_at));
        connections.by_user.entry(user).or_default().push(connection.clone());
        Ok(Entered { hub: self.clone(), connection })
    }

    /// Whether one more would be let in now.
    pub fn has_room(&self) -> bool {
        self.lock().open < self.limit
    }

    /// Sends a frame to every connection of these people.
    pub fn send<'a>(&self, users: impl Iterator<Item = &'a UserId>, frame: &Frame) {
        let connections = self.lock();
        for connection in users.filter_map(|user| connections.by_user.get(user)).flatten() {
            connection.push(frame);
        }
    }

    /// Which of somebody's sessions have a connection.
    pub fn sessions(&self, user: UserId) -> HashSet<SessionId> {
        let connections = self.lock();
        connections.by_user.get(&user).into_iter().flatten().map(|connection| connection.session).collect()
    }

    /// Closes the connections of ended sessions.
    pub fn close_sessions(&self, user: UserId, ended: &[SessionId]) {
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
            if connection.expires_at <= now {
                connection.close(Close::Unauthorized);
            } else if connection.number % HEARTBEAT_SECONDS == second % HEARTBEAT_SECONDS {
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
        connections.open -= 1;
        let user = self.connection.user;
        if let Some(own) = connections.by_user.get_mut(&user) {
            own.retain(|other| other.number != self.connection.number);
            if own.is_empty() {
                connections.by_user.remove(&user);
            }
        }
    }
}
