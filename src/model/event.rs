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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn entry() -> Entry {
        let [ann, bob] = [1, 2].map(|number| Person {
            id: UserId(Uuid::from_u128(number)),
            first_name: "Secret name".into(),
            last_name: String::new(),
        });
        let id = MessageId(Uuid::from_u128(3));
        let message = Message::new(7, id, ann.clone(), "A secret text".into(), Timestamp(1));
        let (chat, counters) = (ChatKey::dialog(ann.id, bob.id), Counters { last_seq: 7, revision: 2 });
        let actor = ann.id;
        Entry::new(
            chat,
            actor,
            counters,
            message,
            Audience::Dialog { actor: ann, partner: bob, hidden_from_partner: 0 },
        )
    }

    #[test]
    fn a_serialised_event_has_ids_and_counters_and_no_text() {
        let json = serde_json::to_value(Event::Written(entry())).unwrap();
        assert_eq!(
            json,
            serde_json::json!({ "written": {
                "chat": { "dialog": ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"] },
                "seq": 7,
                "id": "00000000-0000-0000-0000-000000000003",
                "actor": "00000000-0000-0000-0000-000000000001",
                "counters": { "lastSeq": 7, "revision": 2 },
                "memberCount": null,
            } })
        );
    }

    #[test]
    fn an_event_is_read_as_it_was_serialised() {
        let (user, at) = (UserId(Uuid::from_u128(1)), Some(Timestamp(1_800_000_000_123)));
        let receipt = Some(Receipt::Members { members: Members::default() });
        let chat = ChatKey::Group(GroupId(Uuid::from_u128(4)));
        for event in [
            Event::Reacted { entry: entry(), emoji: "👍".into(), on: true },
            Event::Muted { chat, user, muted_until: at, state: 3 },
            Event::Read { chat, user, read_up_to: 5, unread_count: 2, state: 4, receipt },
        ] {
            let text = serde_json::to_string(&event).unwrap();
            let again: Event = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&again).unwrap(), text);
        }
    }
}
