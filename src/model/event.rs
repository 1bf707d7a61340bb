//! Events: the contract between the writer, which makes them, and delivery and any other consumer.
//!
//! An event names what changed by ids and counters; it has a text only where no reader could look it up. The process
//! that committed it also has the fields that are skipped when it is serialised: any other consumer loads them by the
//! ids before it delivers the event, for an event without its scene is delivered to no one. Events of one chat are
//! ordered by the chat's `seq` and `revision`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    ChatKey, Counters, GroupId, Message, MessageId, MessageKind, Person, Privacy, Role, SessionId, Timestamp, UserId,
};

/// Sorted ids, shared between events.
pub type Members = Arc<Vec<UserId>>;

/// Something that happened, and that some users must be notified of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields have the names of the requests' params and of the rows")]
pub enum Event {
    /// A message was stored.
    Written(Entry),
    /// A message's text was replaced.
    Edited(Entry),
    /// A message was deleted for everyone.
    Deleted(Entry),
    /// The actor added a reaction, or removed it.
    Reacted { entry: Entry, emoji: String, on: bool },
    /// A group changed; the entry is its notice.
    Noticed { entry: Entry, kind: MessageKind, subject: Option<UserId> },
    /// The actor left a group. The last member leaves no notice: the group is deleted.
    Left { group: GroupId, user: UserId },
    /// A member was removed from a group.
    Removed { group: GroupId, user: UserId },
    /// A member's role in a group changed. `state` is the membership's counter.
    RoleChanged { group: GroupId, user: UserId, role: Role, state: i64 },
    /// A group was deleted.
    Dropped {
        group: GroupId,
        actor: UserId,
        /// The members before the deletion.
        #[serde(skip)]
        members: Members,
    },
    /// The oldest messages of a chat have expired: everything before `first_seq` is deleted.
    Expired {
        chat: ChatKey,
        first_seq: i64,
        /// The chat's counters after this change.
        counters: Counters,
        /// The members of the chat.
        #[serde(skip)]
        members: Members,
    },
    /// A user has read a chat up to a seq. `state` is the membership's counter.
    Read { chat: ChatKey, user: UserId, read_up_to: i64, unread_count: i64, state: i64, receipt: Option<Receipt> },
    /// A user hid all messages of a dialog from their own view.
    Hidden { chat: ChatKey, user: UserId, hidden_up_to: i64, read_up_to: i64, state: i64, receipt: Option<Receipt> },
    /// A user muted or unmuted a chat.
    Muted { chat: ChatKey, user: UserId, muted_until: Option<Timestamp>, state: i64 },
    /// A user blocked or unblocked another one.
    Blocked { user: UserId, target: UserId, on: bool },
    /// A user changed their privacy settings.
    PrivacyChanged { user: UserId, privacy: Privacy, presence_changed: bool },
    /// A user signed up. Not delivered to clients: another process adds the user to its directory.
    PersonAdded { user: UserId },
    /// A user changed their name.
    PersonRenamed {
        user: UserId,
        #[serde(skip)]
        person: Option<Person>,
    },
    /// A user deleted their account; `erased` if with all texts.
    PersonDeleted {
        user: UserId,
        erased: bool,
        /// The members of all chats that the user is or was in.
        #[serde(skip)]
        companions: Members,
    },
    /// A user logged in on a device that is new to the account.
    SessionBegan { user: UserId, session: SessionId, user_agent: String, created_at: Timestamp },
    /// Sessions of a user ended.
    SessionsEnded { user: UserId, sessions: Vec<SessionId> },
    /// A user is typing. Never stored.
    Typing {
        chat: ChatKey,
        user: UserId,
        first_name: String,
        /// The other members of the chat who may see it.
        #[serde(skip)]
        readers: Members,
    },
}

/// A message or notice in its chat, stored or changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The chat that it is in.
    pub chat: ChatKey,
    /// Its number in the chat.
    pub seq: i64,
    /// Unique within the chat.
    pub id: MessageId,
    /// The user who stored or changed it.
    pub actor: UserId,
    /// The chat's counters after this change.
    pub counters: Counters,
    /// Notices only: how many members the group has after it.
    pub member_count: Option<i64>,
    /// Which members a group has after it: raised by each change of them.
    pub roster_version: i64,
    /// The message and its audience; other consumers load them by `chat` and `seq`.
    #[serde(skip)]
    pub scene: Option<Box<Scene>>,
}

/// A message with the members of its chat.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scene {
    /// As the actor sees it.
    pub message: Message,
    /// The members of the chat.
    pub audience: Audience,
}

/// The members of a chat at that commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Audience {
    /// Two users, or the same one twice.
    Dialog {
        /// The user who stored or changed the message.
        actor: Person,
        /// The other side.
        partner: Person,
        /// The seq up to which the partner has hidden the dialog.
        hidden_from_partner: i64,
    },
    /// The members of a group.
    Group {
        /// The group's id.
        id: GroupId,
        /// Its name at that commit.
        name: String,
        /// Includes those who joined with it. Too many to be sent with each message.
        #[serde(skip)]
        members: Members,
    },
}

/// Who, besides the reader, gets the read receipt.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields have the names of those in `Event`")]
pub enum Receipt {
    /// The other side of a dialog; `state` is the counter of their membership.
    Partner { user: UserId, state: i64 },
    /// The members of a small group.
    Members {
        #[serde(skip)]
        members: Members,
    },
}

impl Event {
    /// The message or notice that it stored or changed.
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Written(entry)
            | Self::Edited(entry)
            | Self::Deleted(entry)
            | Self::Reacted { entry, .. }
            | Self::Noticed { entry, .. } => Some(entry),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn entry_mut(&mut self) -> Option<&mut Entry> {
        match self {
            Self::Written(entry)
            | Self::Edited(entry)
            | Self::Deleted(entry)
            | Self::Reacted { entry, .. }
            | Self::Noticed { entry, .. } => Some(entry),
            _ => None,
        }
    }

    /// The users that it is skipped with when it is serialised.
    pub fn users(&self) -> Option<&Members> {
        match self {
            Self::Dropped { members, .. } | Self::Expired { members, .. } => Some(members),
            Self::Read { receipt, .. } | Self::Hidden { receipt, .. } => match receipt {
                Some(Receipt::Members { members }) => Some(members),
                Some(Receipt::Partner { .. }) | None => None,
            },
            Self::PersonDeleted { companions, .. } => Some(companions),
            Self::Typing { readers, .. } => Some(readers),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn users_mut(&mut self) -> Option<&mut Members> {
        match self {
            Self::Dropped { members, .. } | Self::Expired { members, .. } => Some(members),
            Self::Read { receipt, .. } | Self::Hidden { receipt, .. } => match receipt {
                Some(Receipt::Members { members }) => Some(members),
                Some(Receipt::Partner { .. }) | None => None,
            },
            Self::PersonDeleted { companions, .. } => Some(companions),
            Self::Typing { readers, .. } => Some(readers),
            _ => None,
        }
    }
}

impl Entry {
    /// Makes an entry with its scene.
    pub fn new(chat: ChatKey, actor: UserId, counters: Counters, message: Message, audience: Audience) -> Self {
        let (seq, id) = (message.seq, message.id);
        let scene = Some(Box::new(Scene { message, audience }));
        Self { chat, seq, id, actor, counters, member_count: None, roster_version: 0, scene }
    }
}

/// An example of every event, and of every notice.
#[cfg(test)]
pub(crate) fn examples() -> Vec<Event> {
    use super::Notice;

    let user = UserId(uuid::Uuid::from_u128(1));
    let group = GroupId(uuid::Uuid::from_u128(4));
    let person = |number| {
        let id = UserId(uuid::Uuid::from_u128(number));
        Person { id, first_name: "Secret name".into(), last_name: String::new() }
    };
    let (chat, members) = (ChatKey::Group(group), Members::new(vec![user]));
    let message =
        || Message::new(7, MessageId(uuid::Uuid::from_u128(3)), person(1), "A secret text".into(), Timestamp(1));
    let counters = Counters { last_seq: 7, revision: 2 };
    let in_dialog = || {
        let audience = Audience::Dialog { actor: person(1), partner: person(2), hidden_from_partner: 0 };
        Entry::new(ChatKey::dialog(user, person(2).id), user, counters, message(), audience)
    };
    let in_group = |notice| {
        let audience = Audience::Group { id: group, name: "Secret group".into(), members: members.clone() };
        Entry::new(chat, user, counters, Message { notice, ..message() }, audience)
    };
    let noticed = |notice: Notice| Event::Noticed {
        kind: notice.kind(),
        subject: notice.subject().map(|person| person.id),
        entry: in_group(Some(notice)),
    };
    // The next variant after each: the match fails to compile while one is missing.
    let next = |event: &Event| match event {
        Event::Written(_) => Some(Event::Edited(in_dialog())),
        Event::Edited(_) => Some(Event::Deleted(in_dialog())),
        Event::Deleted(_) => Some(Event::Reacted { entry: in_dialog(), emoji: "👍".into(), on: true }),
        Event::Reacted { .. } => Some(noticed(Notice::Created)),
        Event::Noticed { .. } => Some(Event::Left { group, user }),
        Event::Left { .. } => Some(Event::Removed { group, user }),
        Event::Removed { .. } => Some(Event::RoleChanged { group, user, role: Role::Admin, state: 1 }),
        Event::RoleChanged { .. } => Some(Event::Dropped { group, actor: user, members: members.clone() }),
        Event::Dropped { .. } => Some(Event::Expired { chat, first_seq: 3, counters, members: members.clone() }),
        Event::Expired { .. } => {
            let receipt = Some(Receipt::Members { members: members.clone() });
            Some(Event::Read { chat, user, read_up_to: 5, unread_count: 2, state: 4, receipt })
        }
        Event::Read { .. } => {
            let receipt = Some(Receipt::Partner { user, state: 6 });
            Some(Event::Hidden { chat, user, hidden_up_to: 7, read_up_to: 7, state: 5, receipt })
        }
        Event::Hidden { .. } => Some(Event::Muted { chat, user, muted_until: Some(Timestamp(1)), state: 3 }),
        Event::Muted { .. } => Some(Event::Blocked { user, target: person(2).id, on: true }),
        Event::Blocked { .. } => {
            let privacy = Privacy { presence: false, read_receipts: true };
            Some(Event::PrivacyChanged { user, privacy, presence_changed: true })
        }
        Event::PrivacyChanged { .. } => Some(Event::PersonAdded { user }),
        Event::PersonAdded { .. } => Some(Event::PersonRenamed { user, person: Some(person(1)) }),
        Event::PersonRenamed { .. } => Some(Event::PersonDeleted { user, erased: true, companions: members.clone() }),
        Event::PersonDeleted { .. } => {
            let session = SessionId(uuid::Uuid::from_u128(5));
            Some(Event::SessionBegan { user, session, user_agent: "curl".into(), created_at: Timestamp(1) })
        }
        Event::SessionBegan { session, .. } => Some(Event::SessionsEnded { user, sessions: vec![*session] }),
        Event::SessionsEnded { .. } => {
            Some(Event::Typing { chat, user, first_name: "Ann".into(), readers: members.clone() })
        }
        Event::Typing { .. } => None,
    };
    let each = std::iter::successors(Some(Event::Written(in_dialog())), next);
    let (name, role) = ("Secret group".to_owned(), Role::Admin);
    let notices = [
        Notice::Added(person(2)),
        Notice::Left,
        Notice::Removed(person(2)),
        Notice::Renamed(name),
        Notice::Role(person(2), role),
        Notice::Retention(Some(30)),
    ];
    let others = notices.map(noticed);
    each.chain(others).chain([Event::Written(in_group(None))]).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_serialised_event_has_ids_and_counters_and_no_text() {
        let [written, ..] = &examples()[..] else { unreachable!("there are examples") };
        let id = |number| UserId(Uuid::from_u128(number));
        assert_eq!(
            serde_json::to_value(written).unwrap(),
            serde_json::json!({ "written": {
                "chat": { "dialog": [id(1), id(2)] },
                "seq": 7,
                "id": id(3),
                "actor": id(1),
                "counters": { "lastSeq": 7, "revision": 2 },
                "memberCount": null,
                "rosterVersion": 0,
            } })
        );
    }

    #[test]
    fn a_serialised_event_reads_back_unchanged() {
        for event in examples() {
            let text = serde_json::to_string(&event).unwrap();
            assert!(!text.contains("ecret"), "a consumer looks texts up: {text}");
            let again: Event = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&again).unwrap(), text);
        }
    }
}
