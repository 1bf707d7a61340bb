//! What a batch of messages becomes before it reaches the database.

use std::hint::black_box;

use hearth::{
    model::{ChatId, MessageId, MessageKind, Timestamp, UserId},
    store::{Author, ChatChange, NewMessage, cost},
};
use serde::Serialize;

use crate::cast::Cast;

/// A hundred messages to ten chats, by two people in each.
pub struct Messages {
    ids: Vec<MessageId>,
    senders: Vec<(UserId, ChatId)>,
    texts: Vec<String>,
}

impl Messages {
    /// Writes the messages.
    pub fn new() -> Self {
        let mut cast = Cast::new();
        Self {
            ids: (0..100).map(|_| MessageId(cast.id())).collect(),
            senders: (0..20).map(|number| (UserId(cast.id()), ChatId(1 + number / 2))).collect(),
            texts: (0..100).map(|_| cast.text()).collect(),
        }
    }

    /// Builds the three tables that the statement which stores them reads, as JSON.
    ///
    /// # Panics
    /// Never: the tables are plain data.
    pub fn to_json(&self) {
        let created_at = Timestamp(1_790_000_000_000);
        let senders = self.senders.iter().cycle();
        let messages = self.ids.iter().zip(&self.texts).zip(senders).zip(1..).map(|(((id, content), sender), seq)| {
            let (kind, chat) = (MessageKind::Text, sender.1);
            let (subject, detail, reply_to) = (None, None, None);
            NewMessage { chat, seq, id: *id, sender: sender.0, content, kind, subject, detail, reply_to, created_at }
        });
        let chats =
            (1..=10).map(|chat| ChatChange { chat: ChatId(chat), last_seq: 100, last_at: created_at, joined: 0 });
        let authors = self.senders.iter().zip(&self.texts).map(|(sender, text)| {
            let (user, chat) = *sender;
            Author { user, chat, seq: 100, wrote: true, bytes: cost(text) }
        });
        black_box((json(messages), json(chats), json(authors)));
    }
}

fn json<T: Serialize>(rows: impl Iterator<Item = T>) -> String {
    serde_json::to_string(&rows.collect::<Vec<_>>()).expect("rows are plain data")
}

impl Default for Messages {
    fn default() -> Self {
        Self::new()
    }
}
