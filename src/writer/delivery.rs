//! What people are told of a stored message or a change to it: the contract's clients what the contract says, those of
//! the extended protocol the whole row, each from its own side of the chat.

use std::sync::Arc;

use super::Origin;
use crate::{
    live::{Broadcast, Except, People},
    model::{ChatRef, Counters, GroupId, Message, Person, Quote, Role, UserId},
    protocol::{
        Answer, Item, Kind, Protocol,
        extended::{RoleItem, Row, Viewpoint},
    },
};

/// What its actor is answered, and who else is told, of a message that was written or changed.
pub(super) struct Delivery<'a> {
    pub(super) origin: Origin,
    pub(super) actor: &'a Person,
    pub(super) audience: Audience<'a>,
}

/// The chat, and who is in it besides the actor.
pub(super) enum Audience<'a> {
    Dialog {
        /// The other side; oneself, of a dialog with oneself.
        partner: &'a Person,
        /// What the partner has hidden.
        hidden_from_partner: i64,
    },
    Group {
        id: GroupId,
        name: &'a str,
        members: Arc<Vec<UserId>>,
    },
}

impl Delivery<'_> {
    /// A broadcast to the actor's other connections.
    pub(super) fn to_own(&self, kind: Kind, item: Item) -> Broadcast {
        to_own(self.actor.id, self.origin, kind, item)
    }

    /// The answer that has it, for clients that want to be told.
    pub(super) fn answer(&self, message: Message, counters: Counters) -> Answer {
        match self.origin.protocol {
            Protocol::Reference => Answer::done(),
            Protocol::Hearth => {
                let viewpoint = self.viewpoint(self.actor.id, &message);
                Answer::item(Item::Row(Box::new(Row::new(message, viewpoint).at(counters))))
            }
        }
    }

    /// What everybody who speaks the extended protocol is told of a message, but for the connection that caused it.
    /// `item` makes it of the message as one side sees it.
    pub(super) fn broadcasts(
        &self,
        kind: Kind,
        message: &Message,
        item: impl Fn(Message, Viewpoint<'_>) -> Item,
    ) -> Vec<Broadcast> {
        match &self.audience {
            Audience::Group { id, name, members } => {
                let item = item(message.clone(), Viewpoint::Group { id: *id, name });
                vec![Broadcast::extended(kind, item, People::Many(members.clone()), self.origin.except())]
            }
            Audience::Dialog { partner, hidden_from_partner } => {
                let viewpoint = self.viewpoint(self.actor.id, message);
                let mut broadcasts = vec![self.to_own(kind, item(message.clone(), viewpoint))];
                if partner.id != self.actor.id && message.seq > *hidden_from_partner {
                    let message = seen_from(message.clone(), *hidden_from_partner);
                    let viewpoint = self.viewpoint(partner.id, &message);
                    broadcasts.push(to_person(partner.id, kind, item(message, viewpoint)));
                }
                broadcasts
            }
        }
    }

    /// The same with whole rows.
    pub(super) fn rows(&self, kind: Kind, message: &Message, counters: Counters) -> Vec<Broadcast> {
        self.broadcasts(kind, message, |message, viewpoint| {
            Item::Row(Box::new(Row::new(message, viewpoint).at(counters).for_everybody()))
        })
    }

    fn viewpoint(&self, reader: UserId, message: &Message) -> Viewpoint<'_> {
        match &self.audience {
            Audience::Group { id, name, .. } => Viewpoint::Group { id: *id, name },
            Audience::Dialog { partner, .. } => {
                let receiver = if message.sender.id == self.actor.id { partner } else { self.actor };
                let other = if reader == self.actor.id { partner.id } else { self.actor.id };
                Viewpoint::Dialog { partner: other, receiver }
            }
        }
    }
}

/// A broadcast to somebody's connections, but for the one that caused it.
pub(super) fn to_own(user: UserId, origin: Origin, kind: Kind, item: Item) -> Broadcast {
    Broadcast::extended(kind, item, People::One(user), origin.except())
}

/// A broadcast to all of somebody's connections.
pub(super) fn to_person(user: UserId, kind: Kind, item: Item) -> Broadcast {
    Broadcast::extended(kind, item, People::One(user), Except::Nobody)
}

/// Tells somebody that the own role in a group is another one.
pub(super) fn role_changed(group: GroupId, user: UserId, role: Role, state: i64) -> Broadcast {
    let chat = ChatRef::Group(group);
    to_person(user, Kind::RoleChanged, Item::Role(RoleItem { chat, role: role.name(), state }))
}

fn seen_from(message: Message, hidden_up_to: i64) -> Message {
    let reply_to = message.reply_to.map(|quote: Quote| quote.seen_from(hidden_up_to));
    Message { reply_to, ..message }
}
