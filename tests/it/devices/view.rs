//! What a user's devices should show, according to the model.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    model::{EMOJI, Key, Model},
    record::{Chat, Member},
    steps::PEOPLE,
};

impl Model {
    /// What a user's devices should know, by chat.
    pub fn seen_by(&self, who: usize) -> BTreeMap<Key, Value> {
        let seen = self.chats.iter().filter_map(|(key, chat)| {
            let member = chat.member(who)?;
            let last = chat.messages.len();
            (last > member.hidden).then(|| (*key, self.chat(*key, chat, who, member)))
        });
        seen.collect()
    }

    fn chat(&self, key: Key, chat: &Chat, who: usize, member: &Member) -> Value {
        let last = chat.messages.len();
        let rows: Vec<_> = (member.hidden + 1..=last).map(|seq| chat.row(seq, who, member.hidden)).collect();
        let mut value = json!({
            "lastSeq": last, "readUpTo": member.read, "hiddenUpTo": member.hidden, "muted": member.muted,
            "unread": last - member.read.max(member.hidden), "rows": rows,
        });
        match key {
            Key::Group(_) => {
                let count = (0..PEOPLE).filter(|other| chat.member(*other).is_some()).count();
                value["group"] = json!([chat.name, member.role, count]);
            }
            Key::Dialog(low, high) => {
                let other = if who == low { high } else { low };
                let blocked = self.blocks.contains(&(who, other));
                // In a dialog with yourself nobody else can have read anything.
                let is_shown = other != who && !self.receipts_ended.contains(&(other, who));
                let read = is_shown.then(|| chat.members[&other].read);
                value["dialog"] = json!([read, blocked]);
            }
        }
        value
    }
}

impl Chat {
    fn row(&self, seq: usize, reader: usize, hidden: usize) -> Value {
        let message = &self.messages[seq - 1];
        let quote = message.reply_to.map(|quoted| {
            let text = &self.messages[quoted - 1].text;
            json!([quoted, if quoted > hidden { text } else { "" }])
        });
        let reactions: Vec<_> = message
            .reactions
            .iter()
            .map(|(emoji, people)| json!([EMOJI[*emoji], people.len(), people.contains(&reader)]))
            .collect();
        let event = message.event.as_ref().map(|event| json!([event.kind, event.subject, event.name, event.role]));
        json!({
            "seq": seq, "id": message.id, "sender": message.sender, "text": message.text, "edited": message.edited,
            "deleted": message.deleted, "quote": quote, "event": event, "reactions": reactions,
        })
    }
}
