//! The one task that tells people what was committed, in the order in which it was.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{connection::ConnectionId, hub::Hub};
use crate::{
    model::{SessionId, UserId},
    protocol::{Item, Kind, Protocol},
};

/// The people who are to hear of something: the membership as it was at that commit.
#[derive(Debug, Clone)]
pub enum People {
    /// One person.
    One(UserId),
    /// All of these.
    Many(Arc<Vec<UserId>>),
}

/// Who among them is not told, because they know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Except {
    /// Everybody is.
    Nobody,
    /// A person's connections: to existing clients, their own doing would look like somebody else's.
    User(UserId),
    /// The connection that asked for it; the person's other ones are told.
    Connection(ConnectionId),
}

/// Something to be told to the connections of some people that speak one protocol.
#[derive(Debug)]
pub struct Broadcast {
    /// Which connections understand it.
    pub protocol: Protocol,
    /// The frame's type.
    pub kind: Kind,
    /// What.
    pub item: Item,
    /// To whom.
    pub people: People,
    /// But not to these.
    pub except: Except,
}

impl Broadcast {
    /// To clients that speak the contract alone.
    pub fn contract(kind: Kind, item: Item, people: People, except: Except) -> Self {
        Self { protocol: Protocol::Reference, kind, item, people, except }
    }

    /// To clients that speak the extended protocol.
    pub fn extended(kind: Kind, item: Item, people: People, except: Except) -> Self {
        Self { protocol: Protocol::Hearth, kind, item, people, except }
    }
}

/// What a committed command leads to.
pub struct Publication {
    /// Told first.
    pub broadcasts: Vec<Broadcast>,
    /// A person's sessions that ended with it: their connections are closed.
    pub ended_sessions: Option<(UserId, Vec<SessionId>)>,
    /// Somebody whose presence is shown from now on, or no longer.
    pub shows_presence: Option<(UserId, bool)>,
    /// Then whoever asked for it is answered.
    pub acknowledge: Box<dyn FnOnce() + Send>,
}

/// Publishes batches until there are no more.
pub async fn publish(hub: Arc<Hub>, mut batches: mpsc::Receiver<Vec<Publication>>) {
    while let Some(batch) = batches.recv().await {
        for publication in batch {
            for broadcast in publication.broadcasts {
                hub.tell(&broadcast);
            }
            if let Some((user, sessions)) = publication.ended_sessions {
                hub.close_sessions(user, &sessions);
            }
            if let Some((user, shows)) = publication.shows_presence {
                hub.show_presence(user, shows);
            }
            (publication.acknowledge)();
        }
    }
}
