//! The table of connections that the hub locks: who is connected, who gets a broadcast, who makes room.

use std::{collections::HashMap, sync::Arc, time::Instant};

use crate::{
    live::{
        barred::Barred,
        connection::Connection,
        deliver::{Broadcast, Except},
        elsewhere::{Elsewhere, Move, Whereabouts},
        presence::Presence,
    },
    model::{Timestamp, UserId},
    protocol::{Close, Protocol},
};

#[derive(Default)]
pub(super) struct Connections {
    pub(super) by_user: HashMap<UserId, Vec<Arc<Connection>>>,
    pub(super) open: usize,
    /// How many of them speak the Hearth protocol.
    pub(super) extended: usize,
    /// Whether new connections are rejected because the server is about to stop.
    pub(super) is_draining: bool,
    /// How many connections were ever opened: the number of the next one.
    pub(super) count: u64,
    pub(super) presence: Presence,
    pub(super) elsewhere: Elsewhere,
    pub(super) barred: Barred,
}

impl Connections {
    /// Whether a user is connected, here or to another server.
    pub(super) fn is_connected(&self, user: UserId) -> bool {
        self.by_user.contains_key(&user) || self.elsewhere.has(user)
    }

    /// The connections that get a broadcast.
    pub(super) fn recipients<'a>(&'a self, broadcast: &'a Broadcast<'_>) -> impl Iterator<Item = &'a Arc<Connection>> {
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

    /// Closes the oldest connection of the user who has the most, if that is at least two more than a new connection's
    /// user would have, who has `held` now.
    pub(super) fn displace(&mut self, held: usize) -> bool {
        let most = self.by_user.values_mut().max_by_key(|own| own.len());
        let Some(own) = most.filter(|own| own.len() >= held + 3) else { return false };
        let displaced = own.remove(0);
        self.left(&displaced);
        self.barred.bar(displaced.session, Instant::now());
        displaced.close(Close::Displaced);
        true
    }

    /// A user's connections to this server.
    pub(super) fn whereabouts(&self, user: UserId, now: Timestamp) -> Whereabouts {
        let own = self.by_user.get(&user);
        let mut sessions: Vec<_> = own.into_iter().flatten().map(|connection| connection.session).collect();
        sessions.sort_unstable();
        sessions.dedup();
        Whereabouts { user, left_at: sessions.is_empty().then_some(now), sessions }
    }

    /// Records who came and went elsewhere.
    pub(super) fn apply(&mut self, moves: Vec<Move>) {
        for one in moves {
            match one {
                Move::Went(user, _) if self.by_user.contains_key(&user) => {}
                Move::Went(user, at) => self.presence.went(user, at),
                Move::Came(user) => self.presence.came(user),
            }
        }
    }

    /// Updates the counts for a connection that was removed from `by_user`.
    pub(super) fn left(&mut self, connection: &Connection) {
        self.open -= 1;
        self.extended -= usize::from(connection.protocol == Protocol::Hearth);
        self.presence.unwatch(connection.id);
        self.elsewhere.changed_here(connection.user);
    }
}
