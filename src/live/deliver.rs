//! The one place that decides who gets which frame for an event, in which protocol.
//!
//! A `Reference` connection never gets a frame about its own user's actions. `Hearth` frames go to all connections
//! except the one that sent the request.

use std::slice::from_ref;

use super::{
    connection::ConnectionId,
    view::{self, item, row},
};
use crate::{
    model::{Audience, ChatKey, ChatRef, Entry, Event, Message, Notice, Receipt, Scene, UserId},
    protocol::{
        GroupMessage, Item, Kind, NoticeItem, Protocol,
        extended::{Reacted, ReactionsItem, ReadItem},
    },
};

/// A frame for those connections of some users that speak one protocol.
pub(crate) struct Broadcast<'a> {
    /// Only connections that speak this protocol get it.
    pub(crate) protocol: Protocol,
    /// The frame's type.
    pub(crate) kind: Kind,
    /// The users who get it.
    pub(crate) to: &'a [UserId],
    /// Connections of these users that do not get it.
    pub(crate) except: Except,
    /// Builds the item. Called only if at least one connection will get the frame.
    pub(crate) item: &'a dyn Fn() -> Option<Item>,
}

/// Which connections a broadcast leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Except {
    /// None.
    Nobody,
    /// All connections of this user.
    User(UserId),
    /// The connection that sent the request.
    Connection(ConnectionId),
}

/// Calls `send` with each broadcast of an event. `cause` is the connection whose request caused it.
pub(crate) fn broadcasts(event: &Event, cause: Option<ConnectionId>, send: &mut dyn FnMut(&Broadcast<'_>)) {
    let others = cause.map_or(Except::Nobody, Except::Connection);
    let mut to = Recipients { others, send };
    match event {
        Event::Written(entry) => to.written(entry),
        Event::Edited(entry) => to.rows(Kind::MessageEdited, entry),
        Event::Deleted(entry) => to.rows(Kind::MessageDeleted, entry),
        Event::Reacted { entry, emoji, on } => to.each_side(Kind::MessageReactions, entry, |message, _, reader| {
            let reacted = Reacted { user: entry.actor, emoji, on: *on };
            Item::Reactions(Box::new(ReactionsItem::new(&message, entry.chat.side(reader), reacted, entry.counters)))
        }),
        Event::Noticed { entry, .. } => to.noticed(entry),
        Event::Left { user, .. } => to.own(Kind::RemovedFromGroup, *user, event),
        Event::Removed { group, user } => {
            to.extended(Kind::RemovedFromGroup, from_ref(user), Except::Nobody, &|| item(event));
            // Clients of the reference protocol close the group on this frame.
            let gone = || Some(view::gone(*group, Protocol::Reference));
            to.reference(Kind::DropGroup, from_ref(user), Except::Nobody, &gone);
        }
        Event::Dropped { group, actor, members } => {
            to.extended(Kind::DropGroup, members, others, &|| item(event));
            let gone = || Some(view::gone(*group, Protocol::Reference));
            to.reference(Kind::DropGroup, members, Except::User(*actor), &gone);
        }
        Event::Expired { chat, members, .. } => {
            // Each side of a dialog knows it by the other; the members of a group all get the same.
            let alike = if matches!(chat, ChatKey::Dialog(..)) { 1 } else { members.len().max(1) };
            for readers in members.chunks(alike) {
                to.extended(Kind::MessagesExpired, readers, Except::Nobody, &|| view::expired(event, readers[0]));
            }
        }
        Event::RoleChanged { user, .. } => {
            to.extended(Kind::RoleChanged, from_ref(user), Except::Nobody, &|| item(event));
        }
        Event::Read { chat, user, read_up_to, receipt, .. } => {
            to.own(Kind::MessagesRead, *user, event);
            to.receipt(*chat, *user, *read_up_to, receipt.as_ref());
        }
        Event::Hidden { chat, user, read_up_to, receipt, .. } => {
            to.own(Kind::DialogHidden, *user, event);
            to.receipt(*chat, *user, *read_up_to, receipt.as_ref());
        }
        Event::Muted { user, .. } => to.own(Kind::MuteChat, *user, event),
        Event::Blocked { user, .. } => to.own(Kind::BlockUser, *user, event),
        Event::PrivacyChanged { user, .. } => to.own(Kind::PrivacyChanged, *user, event),
        Event::PersonRenamed { user, .. } => to.own(Kind::ProfileChanged, *user, event),
        Event::SessionBegan { user, .. } => to.own(Kind::SessionBegan, *user, event),
        Event::PersonDeleted { companions, .. } => {
            to.extended(Kind::PersonDeleted, companions, others, &|| item(event));
        }
        Event::Typing { readers, .. } => to.extended(Kind::Typing, readers, others, &|| item(event)),
        // `Hub::deliver` closes their connections.
        Event::PersonAdded { .. } | Event::SessionsEnded { .. } => {}
    }
}

/// Sends the broadcasts of one event.
struct Recipients<'s> {
    /// Leaves out the connection that sent the request.
    others: Except,
    send: &'s mut dyn FnMut(&Broadcast<'_>),
}

impl Recipients<'_> {
    fn extended(&mut self, kind: Kind, to: &[UserId], except: Except, item: &dyn Fn() -> Option<Item>) {
        (self.send)(&Broadcast { protocol: Protocol::Hearth, kind, to, except, item });
    }

    fn reference(&mut self, kind: Kind, to: &[UserId], except: Except, item: &dyn Fn() -> Option<Item>) {
        (self.send)(&Broadcast { protocol: Protocol::Reference, kind, to, except, item });
    }

    /// Sends to the requester's other connections.
    fn own(&mut self, kind: Kind, user: UserId, event: &Event) {
        self.extended(kind, from_ref(&user), self.others, &|| item(event));
    }

    fn written(&mut self, entry: &Entry) {
        let Some(Scene { message, audience }) = entry.scene.as_deref() else { return };
        match audience {
            Audience::Group { id, name, members } => {
                self.rows(Kind::MessageInGroup, entry);
                let item = || Some(Item::Message(GroupMessage::new(message.clone(), *id, name)));
                self.reference(Kind::MessageInGroup, members, Except::User(entry.actor), &item);
            }
            Audience::Dialog { partner, .. } => {
                self.rows(Kind::PrivateMessage, entry);
                let item = || Some(Item::Private(message.clone().into()));
                self.reference(Kind::PrivateMessage, from_ref(&partner.id), Except::User(entry.actor), &item);
            }
        }
    }

    fn noticed(&mut self, entry: &Entry) {
        let Some(Scene { message, audience: Audience::Group { id, name, members } }) = entry.scene.as_deref() else {
            return;
        };
        let Some(notice) = &message.notice else { return };
        // The reference protocol has two notices: added and left. All other notices are sent as the latter.
        let (reference, extended) = match notice {
            Notice::Created => (None, Kind::GroupChanged),
            Notice::Added(_) => (Some(Kind::AddUserInGroup), Kind::AddUserInGroup),
            Notice::Left => (Some(Kind::LeaveGroup), Kind::LeaveGroup),
            Notice::Removed(_) => (Some(Kind::LeaveGroup), Kind::RemoveUserFromGroup),
            Notice::Renamed(_) | Notice::Role(..) | Notice::Retention(_) => {
                (Some(Kind::LeaveGroup), Kind::GroupChanged)
            }
        };
        self.rows(extended, entry);
        if let Some(kind) = reference {
            let item = || Some(Item::Notice(NoticeItem::new(message.clone(), *id, name)));
            self.reference(kind, members, Except::User(entry.actor), &item);
        }
    }

    /// Sends the full row to everyone in the chat.
    fn rows(&mut self, kind: Kind, entry: &Entry) {
        self.each_side(kind, entry, |message, audience, reader| {
            Item::Row(Box::new(row(entry, message, audience, reader).for_everybody()))
        });
    }

    /// Sends everyone in the chat an item, built from the message as that side sees it.
    fn each_side(&mut self, kind: Kind, entry: &Entry, item: impl Fn(Message, &Audience, UserId) -> Item) {
        let Some(Scene { message, audience }) = entry.scene.as_deref() else { return };
        let own = || Some(item(message.clone(), audience, entry.actor));
        match audience {
            Audience::Group { members, .. } => self.extended(kind, members, self.others, &own),
            Audience::Dialog { partner, hidden_from_partner, .. } => {
                self.extended(kind, from_ref(&entry.actor), self.others, &own);
                if partner.id != entry.actor && message.seq > *hidden_from_partner {
                    let theirs = || Some(item(message.clone().seen_from(*hidden_from_partner), audience, partner.id));
                    self.extended(kind, from_ref(&partner.id), Except::Nobody, &theirs);
                }
            }
        }
    }

    /// Sends a read receipt to the users who may see it.
    fn receipt(&mut self, chat: ChatKey, user: UserId, read_up_to: i64, receipt: Option<&Receipt>) {
        let read =
            |chat, state| Some(Item::Read(ReadItem { chat, user_id: user, read_up_to, unread_count: None, state }));
        match receipt {
            Some(Receipt::Partner { user: partner, state }) => {
                let item = || read(ChatRef::Dialog(user), Some(*state));
                self.extended(Kind::MessagesRead, from_ref(partner), Except::Nobody, &item);
            }
            Some(Receipt::Members { members }) => {
                self.extended(Kind::MessagesRead, members, Except::User(user), &|| read(chat.side(user), None));
            }
            None => {}
        }
    }
}
