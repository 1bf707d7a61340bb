//! Who gets which frame for an event, in which protocol. Nothing else decides that.
//!
//! The reference protocol never tells people of what they did themselves. The extended protocol tells all connections
//! but the one that asked.

use std::slice::from_ref;

use super::{
    connection::ConnectionId,
    view::{self, item, row},
};
use crate::{
    model::{Audience, ChatRef, Entry, Event, Message, Notice, Receipt, Scene, UserId},
    protocol::{
        GroupMessage, Item, Kind, NoticeItem, Protocol,
        extended::{Reacted, ReactionsItem, ReadItem},
    },
};

/// A frame for the connections of some people that speak one protocol.
pub struct Broadcast<'a> {
    /// Which connections understand it.
    pub protocol: Protocol,
    /// The frame's type.
    pub kind: Kind,
    /// To whom.
    pub to: &'a [UserId],
    /// But not to these.
    pub except: Except,
    /// Makes its item. Called only if a connection is open to get it.
    pub item: &'a dyn Fn() -> Option<Item>,
}

/// Connections that are not sent a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Except {
    /// Every connection is.
    Nobody,
    /// Those of a person.
    User(UserId),
    /// The one that asked.
    Connection(ConnectionId),
}

/// Passes the broadcasts of an event that the connection `cause` asked for to `send`.
pub fn broadcasts(event: &Event, cause: Option<ConnectionId>, send: &mut dyn FnMut(&Broadcast<'_>)) {
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
        Event::Noticed(entry) => to.noticed(entry),
        Event::Left { user, .. } => to.own(Kind::RemovedFromGroup, *user, event),
        Event::Removed { group, user } => {
            to.extended(Kind::RemovedFromGroup, from_ref(user), Except::Nobody, &|| item(event));
            // So that clients of the reference protocol close the group.
            let gone = || Some(view::gone(*group, Protocol::Reference));
            to.reference(Kind::DropGroup, from_ref(user), Except::Nobody, &gone);
        }
        Event::Dropped { group, actor, members } => {
            to.extended(Kind::DropGroup, members, others, &|| item(event));
            let gone = || Some(view::gone(*group, Protocol::Reference));
            to.reference(Kind::DropGroup, members, Except::User(*actor), &gone);
        }
        Event::RoleChanged { user, .. } => {
            to.extended(Kind::RoleChanged, from_ref(user), Except::Nobody, &|| item(event));
        }
        Event::Read { user, .. } => {
            to.own(Kind::MessagesRead, *user, event);
            to.receipt(event);
        }
        Event::Hidden { user, .. } => {
            to.own(Kind::DialogHidden, *user, event);
            to.receipt(event);
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
        // Their connections are closed: `Hub::deliver`.
        Event::SessionsEnded { .. } => {}
    }
}

/// Where the broadcasts of one event go.
struct Recipients<'s> {
    /// All of the requester's connections but the one that asked.
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

    /// To the requester's other connections.
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
        // The reference protocol knows adding and leaving; whatever else happens looks like somebody who leaves.
        let (reference, extended) = match notice {
            Notice::Created => (None, Kind::GroupChanged),
            Notice::Added(_) => (Some(Kind::AddUserInGroup), Kind::AddUserInGroup),
            Notice::Left => (Some(Kind::LeaveGroup), Kind::LeaveGroup),
            Notice::Removed(_) => (Some(Kind::LeaveGroup), Kind::RemoveUserFromGroup),
            Notice::Renamed(_) | Notice::Role(..) => (Some(Kind::LeaveGroup), Kind::GroupChanged),
        };
        self.rows(extended, entry);
        if let Some(kind) = reference {
            let item = || Some(Item::Notice(NoticeItem::new(message.clone(), *id, name)));
            self.reference(kind, members, Except::User(entry.actor), &item);
        }
    }

    /// The whole row, to everyone in the chat.
    fn rows(&mut self, kind: Kind, entry: &Entry) {
        self.each_side(kind, entry, |message, audience, reader| {
            Item::Row(Box::new(row(entry, message, audience, reader).for_everybody()))
        });
    }

    /// An item to everyone in the chat, made of the message as each side sees it.
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

    /// How far somebody has read, to those who are shown it.
    fn receipt(&mut self, event: &Event) {
        let (Event::Read { chat, user, read_up_to, receipt, .. }
        | Event::Hidden { chat, user, read_up_to, receipt, .. }) = event
        else {
            return;
        };
        let read = |chat, state| {
            let (user_id, read_up_to) = (*user, *read_up_to);
            Some(Item::Read(ReadItem { chat, user_id, read_up_to, unread_count: None, state }))
        };
        match receipt {
            Some(Receipt::Partner { user: partner, state }) => {
                let item = || read(ChatRef::Dialog(*user), Some(*state));
                self.extended(Kind::MessagesRead, from_ref(partner), Except::Nobody, &item);
            }
            Some(Receipt::Members { members }) => {
                self.extended(Kind::MessagesRead, members, Except::User(*user), &|| read(chat.side(*user), None));
            }
            None => {}
        }
    }
}
