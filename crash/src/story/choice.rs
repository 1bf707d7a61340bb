//! What a client does next. Every choice comes from the seed and from what the client knows.

use fastrand::Rng;

use super::cast::{ANCHOR, Cast, GROUPS, PEOPLE};
use crate::{
    client::model::Model,
    record::{Change, Op},
    wire::{Chat, Known, Message},
};

const EMOJI: [&str; 3] = ["👍", "🎂", "🫖"];
const ROLES: [&str; 4] = ["owner", "admin", "admin", "member"];
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
            61..64 => Some(self.set_role()),
            64..68 => self.block(),
            68..71 => self.hide(),
            _ => None,
        };
        op.unwrap_or_else(|| self.send())
    }

    /// The end of the account.
    pub(super) fn destroy(&self, erases: bool) -> Op {
        self.op(self.dialog(self.person), Change::Destroy { erases })
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
        let chat = self.group(0);
        let until = self.chance.bool().then(|| MUTED.to_owned());
        self.op(chat, Change::Mute { until })
    }

    /// Adds or removes a user, in a group whose members change.
    fn change_members(&mut self) -> Op {
        let (chat, id, whom) = (self.group(1), self.id(), self.other());
        let adds = whom == ANCHOR || self.chance.u32(0..10) < 7;
        let change = if adds { Change::Add { id, whom } } else { Change::Remove { id, whom } };
        self.op(chat, change)
    }

    fn leave(&mut self) -> Op {
        if self.person == ANCHOR {
            return self.send();
        }
        let (chat, id) = (self.group(1), self.id());
        self.op(chat, Change::Leave { id })
    }

    fn rename(&mut self) -> Op {
        let (chat, id, name) = (self.group(0), self.id(), self.text());
        self.op(chat, Change::Rename { id, name })
    }

    /// Gives a user a role; `owner` hands the group over.
    fn set_role(&mut self) -> Op {
        let (chat, id, whom) = (self.group(0), self.id(), self.other());
        let role = ROLES[self.chance.usize(0..ROLES.len())].to_owned();
        self.op(chat, Change::Role { id, whom, role })
    }

    /// Blocks or unblocks another user.
    fn block(&mut self) -> Option<Op> {
        let whom = self.other();
        if self.person == ANCHOR || whom == ANCHOR {
            return None;
        }
        let on = self.chance.u32(0..3) == 0;
        Some(self.op(self.dialog(whom), Change::Block { on }))
    }

    /// Hides a dialog. Of two users, only the second does this, so that the first shows what is stored.
    fn hide(&mut self) -> Option<Op> {
        let first = self.other();
        (first < self.person).then(|| self.op(self.dialog(first), Change::Hide))
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

    fn op(&self, chat: Chat, change: Change) -> Op {
        Op { person: self.person, chat, change, is_forbidden: false, attempts: Vec::new() }
    }

    fn chat(&mut self) -> Chat {
        if let group @ 0..GROUPS = self.chance.usize(0..GROUPS + PEOPLE - 1) {
            return self.cast.groups[group].clone();
        }
        let other = self.other();
        self.dialog(other)
    }

    fn dialog(&self, other: usize) -> Chat {
        Chat::dialog(&self.cast.people[self.person].id, &self.cast.people[other].id)
    }

    /// Another user.
    fn other(&mut self) -> usize {
        (self.person + self.chance.usize(1..PEOPLE)) % PEOPLE
    }

    /// A group, from this one on.
    fn group(&mut self, first: usize) -> Chat {
        self.cast.groups[self.chance.usize(first..GROUPS)].clone()
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
