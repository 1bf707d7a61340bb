//! Who gets which frame for an event, in which protocol, and what the requester is answered. Nothing else decides that.
//!
//! The reference protocol never tells people of what they did themselves. The extended protocol tells all connections
//! but the one that asked.

use std::slice::from_ref;

use super::connection::ConnectionId;
use crate::{
    model::{Audience, ChatRef, Entry, Event, GroupId, Message, Notice, Receipt, Scene, UserId},
    protocol::{
        Answer, Frame, GroupGone, GroupMessage, Item, Kind, NoticeItem, Protocol,
        extended::{
            Blocked, GroupLeft, Hidden, Muted, PersonDeletedItem, PresenceRow, Reacted, ReactionsItem, ReadItem,
            RoleItem, Row, SessionItem, TypingItem, Viewpoint,
        },
    },
};

/// What a command led to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What happened, first what the requester is answered with. Empty if there was nothing to do.
    pub events: Vec<Event>,
    /// The connection that asked, if it was one.
    pub cause: Option<ConnectionId>,
    /// It was done before, or changes nothing: nobody but the requester learns of it.
    pub is_repeated: bool,
}

impl Outcome {
    /// These events.
    pub fn of(events: impl Into<Vec<Event>>) -> Self {
        Self { events: events.into(), ..Self::default() }
    }

    /// An answer, and nothing for anyone else.
    pub fn repeated(event: Event) -> Self {
        Self { is_repeated: true, ..Self::of([event]) }
    }

    /// What the requester is answered.
    pub fn answer(self, protocol: Protocol) -> Answer {
        Answer { item: self.events.into_iter().next().and_then(|event| acknowledgement(event, protocol)), data: None }
    }
}

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
        Event::Reacted { entry, emoji, on } => to.each_side(Kind::MessageReactions, entry, |message, viewpoint| {
            let reacted = Reacted { user: entry.actor, emoji, on: *on };
            Item::Reactions(Box::new(ReactionsItem::new(&message, viewpoint.chat(), reacted, entry.counters)))
        }),
        Event::Noticed(entry) => to.noticed(entry),
        Event::Left { user, .. } => to.own(Kind::RemovedFromGroup, *user, event),
        Event::Removed { group, user } => {
            to.extended(Kind::RemovedFromGroup, from_ref(user), Except::Nobody, &|| item(event));
            // So that clients of the reference protocol close the group.
            let gone = || Some(gone(*group, Protocol::Reference));
            to.reference(Kind::DropGroup, from_ref(user), Except::Nobody, &gone);
        }
        Event::Dropped { group, actor, members } => {
            to.extended(Kind::DropGroup, members, others, &|| item(event));
            let gone = || Some(gone(*group, Protocol::Reference));
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
        self.each_side(kind, entry, |message, viewpoint| {
            Item::Row(Box::new(row(entry, message, viewpoint).for_everybody()))
        });
    }

    /// An item to everyone in the chat, made of the message as each side sees it.
    fn each_side(&mut self, kind: Kind, entry: &Entry, item: impl Fn(Message, Viewpoint<'_>) -> Item) {
        let Some(scene) = entry.scene.as_deref() else { return };
        let message = &scene.message;
        match &scene.audience {
            Audience::Group { members, .. } => {
                let item = || Some(item(message.clone(), viewpoint(scene, entry.actor)));
                self.extended(kind, members, self.others, &item);
            }
            Audience::Dialog { partner, hidden_from_partner, .. } => {
                let own = || Some(item(message.clone(), viewpoint(scene, entry.actor)));
                self.extended(kind, from_ref(&entry.actor), self.others, &own);
                if partner.id != entry.actor && message.seq > *hidden_from_partner {
                    let theirs = || {
                        let message = message.clone().seen_from(*hidden_from_partner);
                        Some(item(message, viewpoint(scene, partner.id)))
                    };
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

/// A person has come or gone.
pub fn presence(row: PresenceRow) -> Frame {
    Frame::broadcast(Kind::Presence, &Item::Presence(row))
}

/// The answer's item.
fn acknowledgement(event: Event, protocol: Protocol) -> Option<Item> {
    match event {
        Event::Written(entry) | Event::Edited(entry) | Event::Deleted(entry) | Event::Reacted { entry, .. } => {
            let scene = entry.scene.as_deref().filter(|_| protocol == Protocol::Hearth)?;
            Some(Item::Row(Box::new(row(&entry, scene.message.clone(), viewpoint(scene, entry.actor)))))
        }
        Event::Noticed(entry) => {
            let scene = entry.scene.as_deref()?;
            let Audience::Group { id, name, .. } = &scene.audience else { return None };
            let message = scene.message.clone();
            match (&message.notice, protocol) {
                (Some(Notice::Left), _) => Some(gone(*id, protocol)),
                (Some(Notice::Created), Protocol::Reference) => None,
                (_, Protocol::Reference) => Some(Item::Notice(NoticeItem::new(message, *id, name))),
                (_, Protocol::Hearth) => Some(Item::Row(Box::new(row(&entry, message, viewpoint(scene, entry.actor))))),
            }
        }
        Event::Left { group, .. } | Event::Dropped { group, .. } => Some(gone(group, protocol)),
        event => item(&event),
    }
}

/// A group that its reader is no longer in.
fn gone(group: GroupId, protocol: Protocol) -> Item {
    match protocol {
        Protocol::Reference => Item::Group(GroupGone { group_id: group }),
        Protocol::Hearth => Item::Gone(GroupLeft::new(group)),
    }
}

/// An event as the extended protocol tells it to the person whom it is about. Entries look different from each side.
fn item(event: &Event) -> Option<Item> {
    Some(match event {
        Event::Left { group, .. } | Event::Removed { group, .. } | Event::Dropped { group, .. } => {
            gone(*group, Protocol::Hearth)
        }
        Event::RoleChanged { group, role, state, .. } => {
            Item::Role(RoleItem { chat: ChatRef::Group(*group), role: role.name(), state: *state })
        }
        Event::Read { chat, user, read_up_to, unread_count, state, .. } => Item::Read(ReadItem {
            chat: chat.side(*user),
            user_id: *user,
            read_up_to: *read_up_to,
            unread_count: Some(*unread_count),
            state: Some(*state),
        }),
        Event::Hidden { chat, user, hidden_up_to, read_up_to, state, .. } => Item::Hidden(Hidden {
            chat: chat.side(*user),
            hidden_up_to: *hidden_up_to,
            read_up_to: *read_up_to,
            state: *state,
        }),
        Event::Muted { chat, user, muted_until, state } => {
            Item::Muted(Muted { chat: chat.side(*user), muted_until: *muted_until, state: *state })
        }
        Event::Blocked { target, on, .. } => Item::Blocked(Blocked { user_id: *target, on: *on }),
        Event::PrivacyChanged { privacy, .. } => Item::Privacy((*privacy).into()),
        Event::PersonRenamed { person, .. } => Item::Profile(person.clone()?.into()),
        Event::PersonDeleted { user, erased, .. } => {
            Item::PersonDeleted(PersonDeletedItem { user_id: *user, erased: *erased })
        }
        Event::SessionBegan { session, user_agent, created_at, .. } => {
            Item::Session(SessionItem { session_id: *session, user_agent: user_agent.clone(), created_at: *created_at })
        }
        Event::Typing { chat, user, first_name, .. } => {
            // In a dialog, the reader is the other side.
            let chat = chat.partner(*user).map_or_else(|| chat.side(*user), |partner| chat.side(partner));
            Item::Typing(TypingItem { chat, user_id: *user, first_name: first_name.clone() })
        }
        Event::Written(_)
        | Event::Edited(_)
        | Event::Deleted(_)
        | Event::Reacted { .. }
        | Event::Noticed(_)
        | Event::SessionsEnded { .. } => return None,
    })
}

fn row(entry: &Entry, message: Message, viewpoint: Viewpoint<'_>) -> Row {
    let row = Row::new(message, viewpoint).at(entry.counters);
    match entry.member_count {
        Some(count) => row.with_members(count),
        None => row,
    }
}

fn viewpoint(scene: &Scene, reader: UserId) -> Viewpoint<'_> {
    match &scene.audience {
        Audience::Group { id, name, .. } => Viewpoint::Group { id: *id, name },
        Audience::Dialog { actor, partner, .. } => {
            let receiver = if scene.message.sender.id == actor.id { partner } else { actor };
            let other = if reader == actor.id { partner.id } else { actor.id };
            Viewpoint::Dialog { partner: other, receiver }
        }
    }
}
