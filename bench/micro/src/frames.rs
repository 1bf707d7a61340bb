//! Frames: requests that are decoded, and events that are encoded and pushed into outboxes.

use std::{hint::black_box, sync::Arc};

use hearth::{
    auth::Sessions,
    config::CommonPasswords,
    live::{Entered, Entrant, Hub},
    model::{
        Audience, ChatKey, Counters, Entry, Event, GroupId, Members, Message, MessageId, SessionId, Timestamp, UserId,
    },
    protocol::{Bounds, Envelope, Protocol},
};
use serde_json::json;

use crate::cast::Cast;

/// A frame with a message to a person.
pub struct SendRequest(String);

impl SendRequest {
    /// Writes the frame.
    pub fn new() -> Self {
        let mut cast = Cast::new();
        let params = json!({ "messageId": cast.id(), "receiverId": cast.id(), "content": cast.text() });
        Self(json!({ "type": "privateMessage", "id": 7, "params": params }).to_string())
    }

    /// Parses and checks it.
    ///
    /// # Panics
    /// If it is rejected.
    pub fn decode(&self) {
        let bounds = Bounds { password_min: 8, common_passwords: CommonPasswords::Refuse, protocol: Protocol::Hearth };
        let envelope = Envelope::parse(black_box(self.0.as_bytes()), bounds);
        assert!(black_box(envelope).request.is_ok(), "the request is valid");
    }
}

impl Default for SendRequest {
    fn default() -> Self {
        Self::new()
    }
}

/// A group whose members are connected with one protocol, and a message that another member has just written.
pub struct Group {
    hub: Arc<Hub>,
    connections: Vec<Entered>,
    written: Event,
}

impl Group {
    /// Connects this many members.
    ///
    /// # Panics
    /// Never: the hub has room for them.
    pub fn new(protocol: Protocol, members: usize) -> Self {
        let mut cast = Cast::new();
        let hub = Arc::new(Hub::new(Arc::new(Sessions::default()), members, 1));
        let sender = cast.person();
        let mut users: Vec<_> = cast.people(members).iter().map(|person| person.id).collect();
        let mut connect = |user: &UserId| {
            let session = SessionId(cast.id());
            let entrant = Entrant { protocol, user: *user, session, expires_at: Timestamp::MAX };
            hub.enter(entrant).unwrap_or_else(|full| panic!("{full:?}"))
        };
        let connections = users.iter().map(&mut connect).collect();
        users.push(sender.id);
        users.sort_unstable();

        let (id, actor) = (GroupId(cast.id()), sender.id);
        let message = Message::new(412, MessageId(cast.id()), sender, cast.text(), Timestamp(1_790_000_000_000));
        let audience = Audience::Group { id, name: "Tea".into(), members: Members::new(users) };
        let counters = Counters { last_seq: message.seq, revision: 9 };
        let written = Event::Written(Entry::new(ChatKey::Group(id), actor, counters, message, audience));
        Self { hub, connections, written }
    }

    /// Encodes the message, pushes the frame into each member's outbox, and empties the outboxes as their sockets would.
    ///
    /// # Panics
    /// If a member does not get exactly one frame.
    pub fn publish(&self) {
        self.hub.deliver(black_box(&self.written), None);
        for connection in &self.connections {
            assert_eq!(black_box(connection.take()).frames.len(), 1, "every member gets the message");
        }
    }
}
