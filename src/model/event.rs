//! What happened: the contract between the writer, which makes events, and everything that acts on them.
//!
//! An event names what changed by ids and counters. Fields that are skipped in its serialised form are what the process
//! that committed it has at hand; a consumer elsewhere loads them by the ids. Events of one chat are ordered as the
//! chat's `seq` and `revision` are.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ChatKey, Counters, GroupId, Message, MessageId, Person, Privacy, Role, SessionId, Timestamp, UserId};

/// Sorted ids, shared between events.
pub type Members = Arc<Vec<UserId>>;

/// Something that happened, and that somebody may have to learn of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are called as in the requests and rows that have them")]
pub enum Event {
    /// A message was stored.
    Written(Entry),
    /// A message has another text.
    Edited(Entry),
    /// A message was deleted for everyone.
    Deleted(Entry),
    /// The actor added a reaction to a message, or took it back.
    Reacted { entry: Entry, emoji: String, on: bool },
    /// A group changed; the entry is the notice of it.
    Noticed(Entry),
    /// The actor left a group. After the last member there is no notice, and no group.
    Left { group: GroupId, user: UserId },
    /// A member was removed from a group.
    Removed { group: GroupId, user: UserId },
    /// A member of a group has another role. `state` is that of the membership.
    RoleChanged { group: GroupId, user: UserId, role: Role, state: i64 },
    /// A group was deleted.
    Dropped {
        group: GroupId,
        actor: UserId,
        /// Those of the last moment.
        #[serde(skip)]
        members: Members,
    },
    /// A person has read a chat up to a seq. `state` is that of the membership.
    Read { chat: ChatKey, user: UserId, read_up_to: i64, unread_count: i64, state: i64, receipt: Option<Receipt> },
    /// A person hid all messages of a dialog from themselves.
    Hidden { chat: ChatKey, user: UserId, hidden_up_to: i64, read_up_to: i64, state: i64, receipt: Option<Receipt> },
    /// A person muted a chat, or unmuted it.
    Muted { chat: ChatKey, user: UserId, muted_until: Option<Timestamp>, state: i64 },
    /// A person blocked another one, or unblocked them.
    Blocked { user: UserId, target: UserId, on: bool },
    /// A person changed what others see of them.
    PrivacyChanged { user: UserId, privacy: Privacy, presence_changed: bool },
    /// A person has another name.
    PersonRenamed {
        user: UserId,
        #[serde(skip)]
        person: Option<Person>,
    },
    /// A person deleted their account; `erased` if with all texts.
    PersonDeleted {
        user: UserId,
        erased: bool,
        /// Members of all chats that the person is or was in.
        #[serde(skip)]
        companions: Members,
    },
    /// A person logged in on a device that is new to the account.
    SessionBegan { user: UserId, session: SessionId, user_agent: String, created_at: Timestamp },
    /// Sessions of a person have ended.
    SessionsEnded { user: UserId, sessions: Vec<SessionId> },
    /// A person is typing. Never stored.
    Typing {
        chat: ChatKey,
        user: UserId,
        first_name: String,
        /// Who may see it.
        #[serde(skip)]
        readers: Members,
    },
}

/// A message or notice in its chat, stored or changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Where it is.
    pub chat: ChatKey,
    /// Its place there.
    pub seq: i64,
    /// Unique within the chat.
    pub id: MessageId,
    /// Who stored or changed it.
    pub actor: UserId,
    /// How far the chat has come with it.
    pub counters: Counters,
    /// Of notices: how many members the group has now.
    pub member_count: Option<i64>,
    /// What there is to see, and for whom; elsewhere, loaded by `chat` and `seq`.
    #[serde(skip)]
    pub scene: Option<Box<Scene>>,
}

/// A message and the chat around it.
#[derive(Debug, Clone)]
pub struct Scene {
    /// As the actor sees it.
    pub message: Message,
    /// Who is in the chat.
    pub audience: Audience,
}

/// The people of a chat, as they were at that commit.
#[derive(Debug, Clone)]
pub enum Audience {
    /// Two people, or the same one twice.
    Dialog {
        /// Who stored or changed the message.
        actor: Person,
        /// The other side.
        partner: Person,
        /// Up to where the partner has hidden the dialog.
        hidden_from_partner: i64,
    },
    /// The members of a group.
    Group {
        /// Which.
        id: GroupId,
        /// Its name at that commit.
        name: String,
        /// Members, also those who joined with it.
        members: Members,
    },
}

/// Who, besides the reader, is shown how far a chat is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are called as in `Event`")]
pub enum Receipt {
    /// The other side of a dialog, whose membership has this state now.
    Partner { user: UserId, state: i64 },
    /// The members of a small group.
    Members {
        #[serde(skip)]
        members: Members,
    },
}

impl Entry {
    /// An entry with its scene.
    pub fn new(chat: ChatKey, actor: UserId, counters: Counters, message: Message, audience: Audience) -> Self {
        let (seq, id) = (message.seq, message.id);
        let scene = Some(Box::new(Scene { message, audience }));
        Self { chat, seq, id, actor, counters, member_count: None, scene }
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
    // The next variant after each: the match fails to compile while one is missing.
    let next = |event: &Event| match event {
        Event::Written(_) => Some(Event::Edited(in_dialog())),
        Event::Edited(_) => Some(Event::Deleted(in_dialog())),
        Event::Deleted(_) => Some(Event::Reacted { entry: in_dialog(), emoji: "👍".into(), on: true }),
        Event::Reacted { .. } => Some(Event::Noticed(in_group(Some(Notice::Created)))),
        Event::Noticed(_) => Some(Event::Left { group, user }),
        Event::Left { .. } => Some(Event::Removed { group, user }),
        Event::Removed { .. } => Some(Event::RoleChanged { group, user, role: Role::Admin, state: 1 }),
        Event::RoleChanged { .. } => Some(Event::Dropped { group, actor: user, members: members.clone() }),
        Event::Dropped { .. } => {
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
        Event::PrivacyChanged { .. } => Some(Event::PersonRenamed { user, person: Some(person(1)) }),
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
    ];
    let others = notices.map(|notice| Event::Noticed(in_group(Some(notice))));
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
            } })
        );
    }

    #[test]
    fn an_event_is_read_as_it_was_serialised() {
        for event in examples() {
            let text = serde_json::to_string(&event).unwrap();
            assert!(!text.contains("ecret"), "a consumer looks texts up: {text}");
            let again: Event = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&again).unwrap(), text);
        }
    }
}
