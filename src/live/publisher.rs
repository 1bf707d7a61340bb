//! The one task that tells people what was committed, in the order in which it was.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::hub::Hub;
use crate::{
    model::UserId,
    protocol::{Frame, Item, Kind},
};

/// Who is to hear of something: the membership as it was at that commit.
pub enum Audience {
    /// One person.
    One(UserId),
    /// All of these but one, who did it.
    But(UserId, Arc<Vec<UserId>>),
}

/// Something to be told.
pub struct Broadcast {
    /// The frame's type.
    pub kind: Kind,
    /// What.
    pub item: Item,
    /// To whom.
    pub audience: Audience,
}

/// What a committed command leads to.
pub struct Publication {
    /// Told first.
    pub broadcasts: Vec<Broadcast>,
    /// Then whoever asked for it is answered.
    pub acknowledge: Box<dyn FnOnce() + Send>,
}

/// Publishes batches until there are no more.
pub async fn publish(hub: Arc<Hub>, mut batches: mpsc::Receiver<Vec<Publication>>) {
    while let Some(batch) = batches.recv().await {
        for publication in batch {
            for broadcast in publication.broadcasts {
                send(&hub, &broadcast);
            }
            (publication.acknowledge)();
        }
    }
}

fn send(hub: &Hub, broadcast: &Broadcast) {
    let frame = Frame::broadcast(broadcast.kind, &broadcast.item);
    match &broadcast.audience {
        Audience::One(user) => hub.send([user].into_iter(), &frame),
        Audience::But(who, members) => hub.send(members.iter().filter(|user| *user != who), &frame),
    }
}
