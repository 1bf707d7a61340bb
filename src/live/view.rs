//! Builds the items of answers and broadcasts from events.

use crate::{
    model::{Audience, ChatRef, Entry, Event, GroupId, Message, Notice, Scene, UserId},
    protocol::{
        Frame, GroupGone, Item, Kind, NoticeItem, Protocol,
        extended::{
            Blocked, ExpiredItem, GroupLeft, Hidden, Muted, PersonDeletedItem, PresenceRow, ReadItem, RoleItem, Row,
            ServerNotice, ServerNoticeItem, SessionItem, TypingItem, Viewpoint,
        },
    },
};

/// A broadcast of a user's presence.
pub fn presence(row: PresenceRow) -> Frame {
    Frame::broadcast(Kind::Presence, &Item::Presence(row))
}

/// A broadcast of the server's state.
pub(super) fn server_notice(notice: Option<ServerNotice>) -> Frame {
    Frame::broadcast(Kind::ServerNotice, &Item::ServerNotice(ServerNoticeItem { server_notice: notice }))
}

/// The item of the answer to the request that caused an event.
pub(super) fn answer(event: Event, protocol: Protocol) -> Option<Item> {
    match event {
        Event::Written(mut entry)
        | Event::Edited(mut entry)
        | Event::Deleted(mut entry)
        | Event::Reacted { mut entry, .. } => {
            let Scene { message, audience } = *entry.scene.take().filter(|_| protocol == Protocol::Hearth)?;
            Some(Item::Row(Box::new(row(&entry, message, &audience, entry.actor))))
        }
        Event::Noticed { mut entry, .. } => {
            let Scene { message, audience } = *entry.scene.take()?;
            let Audience::Group { id, name, .. } = &audience else { return None };
            match (&message.notice, protocol) {
                (Some(Notice::Left), _) => Some(gone(*id, protocol)),
                (Some(Notice::Created), Protocol::Reference) => None,
                (_, Protocol::Reference) => Some(Item::Notice(NoticeItem::new(message, *id, name))),
                (_, Protocol::Hearth) => Some(Item::Row(Box::new(row(&entry, message, &audience, entry.actor)))),
            }
        }
        Event::Left { group, .. } | Event::Dropped { group, .. } => Some(gone(group, protocol)),
        event => item(&event),
    }
}

/// A group that the reader is no longer a member of.
pub(super) fn gone(group: GroupId, protocol: Protocol) -> Item {
    match protocol {
        Protocol::Reference => Item::Group(GroupGone { group_id: group }),
        Protocol::Hearth => Item::Gone(GroupLeft::new(group)),
    }
}

/// An event in the Hearth protocol, for the user it is about. Entries differ per reader: see [`row`].
pub(super) fn item(event: &Event) -> Option<Item> {
    Some(match event {
        Event::Left { group, .. } | Event::Removed { group, .. } | Event::Dropped { group, .. } => {
            gone(*group, Protocol::Hearth)
        }
        Event::RoleChanged { group, role, state, .. } => {
            Item::Role(RoleItem { chat: ChatRef::Group(*group), role: *role, state: *state })
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
            let chat = chat.side(chat.partner(*user).unwrap_or(*user));
            Item::Typing(TypingItem { chat, user_id: *user, first_name: first_name.clone() })
        }
        Event::Written(_)
        | Event::Edited(_)
        | Event::Deleted(_)
        | Event::Reacted { .. }
        | Event::Noticed { .. }
        | Event::PersonAdded { .. }
        | Event::Expired { .. }
        | Event::SessionsEnded { .. } => return None,
    })
}

/// The expiry of messages, for a member of the chat.
pub(super) fn expired(event: &Event, reader: UserId) -> Option<Item> {
    let Event::Expired { chat, first_seq, counters, .. } = event else { return None };
    Some(Item::Expired(ExpiredItem::new(chat.side(reader), *first_seq, *counters)))
}

/// A message with the chat's counters, as this reader sees it.
pub(super) fn row(entry: &Entry, message: Message, audience: &Audience, reader: UserId) -> Row {
    let viewpoint = viewpoint(audience, message.sender.id, reader);
    let row = Row::new(message, viewpoint).at(entry.counters);
    match entry.member_count {
        Some(count) => row.with_members(count),
        None => row,
    }
}

/// The perspective from which a reader sees a message of this sender.
fn viewpoint(audience: &Audience, sender: UserId, reader: UserId) -> Viewpoint<'_> {
    match audience {
        Audience::Group { id, name, .. } => Viewpoint::Group { id: *id, name },
        Audience::Dialog { actor, partner, .. } => {
            let receiver = if sender == actor.id { partner } else { actor };
            let other = if reader == actor.id { partner.id } else { actor.id };
            Viewpoint::Dialog { partner: other, receiver }
        }
    }
}
