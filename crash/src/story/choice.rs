//! What a client does next. Every choice comes from the seed and from what the client knows.

use fastrand::Rng;
use serde_json::{Value, json};

use super::cast::{Cast, GROUPS, PEOPLE};
use crate::{
    client::model::Model,
    record::{Change, Op},
    wire::{Chat, Known, Message},
};

const EMOJI: [&str; 3] = ["👍", "🎂", "🫖"];
const MUTED: &str = "2999-01-01T00:00:00.000Z";
/// Only the newest messages are changed, so that changes concern the same rows.
const RECENT: usize = 30;
/// Above the limit of 4,096 characters.
const TOO_LONG: usize = 4_100;

/// Chooses for one user.
pub(super) struct Choice<'a> {
    pub(super) cast: &'a Cast,
    pub(super) person: usize,
    pub(super) chance: &'a mut Rng,
}

impl Choice<'_> {
    /// The next operation of a client of `auth`, which knows no history.
    pub(super) fn blind(&mut self) -> Op {
        match self.chance.u32(0..20) {
            0 => self.change_members(),
            1 => self.leave(),
            _ => self.send(),
        }
    }

    /// The next operation of a client of `hearth`.
    pub(super) fn next(&mut self, model: &Model) -> Op {
        let op = match self.chance.u32(0..100) {
            0..12 => self.edit(model),
            12..16 => self.delete(model),
            16..32 => self.react(model),
            32..42 => self.read(model),
            42..46 => Some(self.mute()),
            46..52 => Some(self.change_members()),
            52..54 => Some(self.leave()),
            54..57 => Some(self.rename()),
            57..61 => self.forbidden(model),
            _ => None,
        };
        op.unwrap_or_else(|| self.send())
    }

    fn send(&mut self) -> Op {
        let chat = self.chat();
        let id = self.id();
        let text = format!("{} {}", self.text(), "x".repeat(self.chance.usize(0..200)));
        self.op(chat, Change::Send { id, text })
    }

    fn edit(&mut self, model: &Model) -> Option<Op> {
        let me = model.user.clone();
        let (chat, row) = self.row(model, |row| row.sender_id == me)?;
        let text = self.text();
        Some(self.op(chat, Change::Edit { id: row.message_id, text }))
    }

    fn delete(&mut self, model: &Model) -> Option<Op> {
        let me = model.user.clone();
        let (chat, row) = self.row(model, |row| row.sender_id == me)?;
        Some(self.op(chat, Change::Delete { id: row.message_id }))
    }

    fn react(&mut self, model: &Model) -> Option<Op> {
        let (chat, row) = self.row(model, |_| true)?;
        let emoji = EMOJI[self.chance.usize(0..EMOJI.len())].to_owned();
        let mine = row.reactions.iter().any(|reaction| reaction.emoji == emoji && reaction.mine == Some(true));
        Some(self.op(chat, Change::React { id: row.message_id, emoji, on: !mine }))
    }

    fn read(&mut self, model: &Model) -> Option<Op> {
        let (chat, known) = self.known(model)?;
        let seq = known.last_seq - self.chance.i64(0..4);
        (seq > 0).then(|| self.op(chat, Change::Read { seq }))
    }

    fn mute(&mut self) -> Op {
        let chat = self.cast.groups[self.chance.usize(0..GROUPS)].clone();
        let until = self.chance.bool().then(|| MUTED.to_owned());
        self.op(chat, Change::Mute { until })
    }

    /// Adds or removes a user, in a group whose members change.
    fn change_members(&mut self) -> Op {
        let chat = self.changing_group();
        let (id, whom) = (self.id(), (self.person + self.chance.usize(1..PEOPLE)) % PEOPLE);
        let adds = self.chance.u32(0..10) < if self.owns(&chat) { 8 } else { 3 };
        let change = if adds { Change::Add { id, whom } } else { Change::Remove { id, whom } };
        self.op(chat, change)
    }

    /// Leaves a group. Its owner stays, so that it always has one.
    fn leave(&mut self) -> Op {
        let chat = self.changing_group();
        if self.owns(&chat) {
            return self.send();
        }
        let id = self.id();
        self.op(chat, Change::Leave { id })
    }

    fn rename(&mut self) -> Op {
        let chat = self.cast.groups[self.chance.usize(0..GROUPS)].clone();
        let is_forbidden = !self.owns(&chat);
        let (id, name) = (self.id(), self.text());
        Op { is_forbidden, ..self.op(chat, Change::Rename { id, name }) }
    }

    /// Something that the server must refuse.
    fn forbidden(&mut self, model: &Model) -> Option<Op> {
        let me = model.user.clone();
        let op = if self.chance.bool() {
            let (chat, row) = self.row(model, |row| row.sender_id != me)?;
            let text = self.text();
            self.op(chat, Change::Edit { id: row.message_id, text })
        } else {
            let (chat, id) = (self.chat(), self.id());
            self.op(chat, Change::Send { id, text: "y".repeat(TOO_LONG) })
        };
        Some(Op { is_forbidden: true, ..op })
    }

    fn owns(&self, group: &Chat) -> bool {
        self.cast.groups.get(self.person) == Some(group)
    }

    fn op(&self, chat: Chat, change: Change) -> Op {
        Op { person: self.person, chat, change, is_forbidden: false, attempts: Vec::new() }
    }

    fn chat(&mut self) -> Chat {
        match self.chance.usize(0..GROUPS + PEOPLE - 1) {
            group @ 0..GROUPS => self.cast.groups[group].clone(),
            other => {
                let partner = (self.person + 1 + other - GROUPS) % PEOPLE;
                Chat::dialog(&self.cast.people[self.person].id, &self.cast.people[partner].id)
            }
        }
    }

    fn changing_group(&mut self) -> Chat {
        self.cast.groups[self.chance.usize(1..GROUPS)].clone()
    }

    fn known<'m>(&mut self, model: &'m Model) -> Option<(Chat, &'m Known)> {
        let chats: Vec<_> = model.view.iter().collect();
        let (chat, known) = self.chance.choice(chats)?;
        Some((chat.clone(), known))
    }

    /// A recent message that the user may know.
    fn row(&mut self, model: &Model, is_meant: impl Fn(&Message) -> bool) -> Option<(Chat, Message)> {
        let (chat, known) = self.known(model)?;
        let recent = known.rows.values().rev().take(RECENT);
        let rows = recent.filter(|row| row.event.is_none() && row.deleted_at.is_none() && is_meant(row));
        Some((chat, self.chance.choice(rows.collect::<Vec<_>>())?.clone()))
    }

    fn id(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.chance.u128(..).to_be_bytes()).into_uuid().to_string()
    }

    fn text(&mut self) -> String {
        format!("{:016x}", self.chance.u64(..))
    }
}

/// The request for an operation.
pub(super) fn request(op: &Op, cast: &Cast) -> (&'static str, Value) {
    let mut params = op.chat.params(&cast.people[op.person].id);
    let kind = match &op.change {
        Change::Send { id, text } => {
            (params["messageId"], params["content"]) = (id.as_str().into(), text.as_str().into());
            if op.chat.group_id().is_some() { "messageInGroup" } else { "privateMessage" }
        }
        Change::Edit { id, text } => {
            (params["messageId"], params["content"]) = (id.as_str().into(), text.as_str().into());
            "editMessage"
        }
        Change::Delete { id } => {
            params["messageId"] = id.as_str().into();
            "deleteMessage"
        }
        Change::React { id, emoji, on } => {
            (params["messageId"], params["emoji"]) = (id.as_str().into(), emoji.as_str().into());
            params["on"] = json!(on);
            "react"
        }
        Change::Read { seq } => {
            params["seq"] = json!(seq);
            "markRead"
        }
        Change::Mute { until } => {
            params["until"] = json!(until);
            "muteChat"
        }
        Change::Add { id, whom } | Change::Remove { id, whom } => {
            (params["messageId"], params["message"]) = (id.as_str().into(), id.as_str().into());
            params["userId"] = cast.people[*whom].id.as_str().into();
            if matches!(op.change, Change::Add { .. }) { "addUserInGroup" } else { "removeUserFromGroup" }
        }
        Change::Leave { id } => {
            (params["messageId"], params["message"]) = (id.as_str().into(), id.as_str().into());
            "leaveGroup"
        }
        Change::Rename { id, name } => {
            (params["messageId"], params["message"]) = (id.as_str().into(), id.as_str().into());
            params["groupName"] = name.as_str().into();
            "renameGroup"
        }
    };
    (kind, params)
}
