//! The expected state: a plain model of chats that gets the same steps as the server.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    record::{Chat, Event, Member, Message},
    steps::{Act, PEOPLE, Place},
};

/// Emoji that users react with.
pub const EMOJI: [&str; 3] = ["👍", "❤️", "🫖"];

/// The whole model.
#[derive(Default)]
pub struct Model {
    /// By the two users or the group.
    pub(super) chats: BTreeMap<Key, Chat>,
    pub(super) blocks: BTreeSet<(usize, usize)>,
    /// All blocks so far: the second user's devices no longer compare how far the first has read.
    pub(super) receipts_ended: BTreeSet<(usize, usize)>,
    joins: usize,
}

/// A dialog of two users, the lower number first, or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Dialog(usize, usize),
    Group(usize),
}

impl Key {
    pub fn of(who: usize, place: Place) -> Self {
        match place {
            Place::With(other) => Self::Dialog(who.min(other), who.max(other)),
            Place::In(group) => Self::Group(group),
        }
    }
}

impl Model {
    /// The id of a message; `None` if there is no such message.
    pub fn id(&self, key: Key, nth: usize) -> Option<String> {
        let chat = self.chats.get(&key)?;
        Some(chat.messages[chat.seq(nth)? - 1].id.clone())
    }

    /// The number of the n-th newest message.
    pub fn seq(&self, key: Key, nth: usize) -> usize {
        self.chats.get(&key).and_then(|chat| chat.seq(nth)).unwrap_or(0)
    }

    /// Applies an action with this message id and text; returns whether it is allowed.
    pub fn does(&mut self, who: usize, act: &Act, id: &str, text: &str) -> bool {
        self.try_to(who, act, id, text).is_some()
    }

    fn try_to(&mut self, who: usize, act: &Act, id: &str, text: &str) -> Option<()> {
        match *act {
            Act::Send { place, reply_to } => self.send(who, place, reply_to, id, text),
            Act::Edit { place, nth } => {
                let (blocked, blocks) = (self.is_blocked(who, place), self.has_blocked(who, place));
                let message = self.message(who, place, nth)?;
                (message.sender == who && !message.deleted && !blocked && !blocks).then_some(())?;
                (message.text, message.edited) = (text.to_owned(), true);
                Some(())
            }
            Act::Delete { place, nth } => {
                let looks_after = match place {
                    Place::In(group) => self.chats.get(&Key::Group(group))?.role(who)? != "member",
                    Place::With(_) => false,
                };
                let message = self.message(who, place, nth)?;
                (message.sender == who || looks_after).then_some(())?;
                message.deleted = true;
                message.text.clear();
                message.reactions.clear();
                Some(())
            }
            Act::React { place, nth, emoji, on } => {
                let (blocked, blocks) = (self.is_blocked(who, place), self.has_blocked(who, place));
                let message = self.message(who, place, nth)?;
                (!message.deleted && !blocked && (!on || !blocks)).then_some(())?;
                react(&mut message.reactions, who, emoji, on);
                Some(())
            }
            Act::Read { place, nth } => {
                let chat = self.chats.get_mut(&Key::of(who, place)).filter(|chat| chat.member(who).is_some())?;
                let seq = chat.seq(nth).unwrap_or(0);
                let member = chat.members.get_mut(&who)?;
                member.read = member.read.max(seq);
                Some(())
            }
            Act::Mute { place, on } => {
                let chat = self.chats.get_mut(&Key::of(who, place)).filter(|chat| chat.member(who).is_some())?;
                chat.members.get_mut(&who)?.muted = on;
                Some(())
            }
            Act::Hide { with } => {
                if let Some(chat) = self.chats.get_mut(&Key::of(who, Place::With(with))) {
                    let last = chat.messages.len();
                    let member = chat.members.get_mut(&who)?;
                    (member.hidden, member.read) = (last, last);
                }
                Some(())
            }
            Act::Block { whom, on } => {
                (whom != who).then_some(())?;
                if on {
                    self.receipts_ended.insert((who, whom));
                    self.blocks.insert((who, whom))
                } else {
                    self.blocks.remove(&(who, whom))
                };
                Some(())
            }
            Act::Create { group } => {
                self.joins += 1;
                let joins = self.joins;
                let chat = self.chats.entry(Key::Group(group)).or_default();
                chat.messages.is_empty().then_some(())?;
                chat.name = format!("group {group}");
                chat.join(who, "owner", joins);
                chat.push(id, who, text, Some(event("created", None)), None);
                Some(())
            }
            Act::Add { group, whom } => {
                self.joins += 1;
                let (joins, blocked) = (self.joins, self.blocks.contains(&(whom, who)));
                let chat = self.group(group, who)?;
                let returns = chat.members.contains_key(&whom);
                let may = !blocked && (!returns || chat.role(who)? != "member");
                (chat.member(whom).is_none() && may).then_some(())?;
                chat.join(whom, "member", joins);
                chat.push(id, who, text, Some(event("added", Some(whom))), None);
                Some(())
            }
            Act::Remove { group, whom } => {
                let chat = self.group(group, who)?;
                let (mine, theirs) = (chat.role(who)?, chat.role(whom)?);
                let may = mine == "owner" || mine == "admin" && theirs == "member";
                (whom != who && may).then_some(())?;
                chat.members.get_mut(&whom)?.is_in = false;
                chat.push(id, who, text, Some(event("removed", Some(whom))), None);
                Some(())
            }
            Act::Leave { group } => self.leave(who, group, id, text),
            Act::Rename { group } => {
                let chat = self.group(group, who)?;
                (chat.role(who)? != "member").then_some(())?;
                text.clone_into(&mut chat.name);
                let event = Event { name: Some(text.to_owned()), ..event("renamed", None) };
                chat.push(id, who, text, Some(event), None);
                Some(())
            }
            Act::SetRole { group, whom, role } => {
                let chat = self.group(group, who)?;
                let may = chat.role(who)? == "owner" && whom != who && chat.role(whom)? != role;
                may.then_some(())?;
                chat.members.get_mut(&whom)?.role = role;
                if role == "owner" {
                    chat.members.get_mut(&who)?.role = "admin";
                }
                let event = Event { role: Some(role), ..event("role", Some(whom)) };
                chat.push(id, who, text, Some(event), None);
                Some(())
            }
            Act::Drop { group } => {
                let chat = self.group(group, who)?;
                (chat.role(who)? == "owner").then_some(())?;
                chat.dropped = true;
                Some(())
            }
        }
    }

    fn send(&mut self, who: usize, place: Place, reply_to: Option<usize>, id: &str, text: &str) -> Option<()> {
        if let Place::With(other) = place {
            (!self.blocks.contains(&(other, who)) && !self.blocks.contains(&(who, other))).then_some(())?;
            if reply_to.is_some() {
                self.chats.get(&Key::of(who, place))?;
            }
        }
        let quoted = match reply_to {
            Some(nth) => {
                let chat = self.chats.get(&Key::of(who, place))?;
                let seq = chat.seq(nth)?;
                let visible = seq > chat.member(who)?.hidden && chat.messages[seq - 1].event.is_none();
                visible.then_some(())?;
                Some(seq)
            }
            None => None,
        };
        if let Place::With(other) = place {
            let chat = self.chats.entry(Key::of(who, place)).or_default();
            for person in [who, other] {
                let member = Member { is_in: true, role: "member", joined: 0, read: 0, hidden: 0, muted: false };
                chat.members.entry(person).or_insert(member);
            }
        }
        let chat = self.chats.get_mut(&Key::of(who, place))?;
        chat.member(who)?;
        chat.push(id, who, text, None, quoted);
        Some(())
    }

    fn leave(&mut self, who: usize, group: usize, id: &str, text: &str) -> Option<()> {
        let chat = self.group(group, who)?;
        let mut others: Vec<_> = (0..PEOPLE).filter(|other| *other != who && chat.member(*other).is_some()).collect();
        others.sort_by_key(|other| chat.members[other].joined);
        let Some(successor) = others.first() else {
            chat.dropped = true;
            return Some(());
        };
        if chat.role(who)? == "owner" {
            chat.members.get_mut(successor)?.role = "owner";
        }
        chat.members.get_mut(&who)?.is_in = false;
        chat.push(id, who, text, Some(event("left", None)), None);
        Some(())
    }

    fn group(&mut self, group: usize, who: usize) -> Option<&mut Chat> {
        self.chats.get_mut(&Key::Group(group)).filter(|chat| chat.member(who).is_some())
    }

    /// A message that a user sees and that is not a notice.
    fn message(&mut self, who: usize, place: Place, nth: usize) -> Option<&mut Message> {
        let chat = self.chats.get_mut(&Key::of(who, place))?;
        let (seq, hidden) = (chat.seq(nth)?, chat.member(who)?.hidden);
        chat.messages.get_mut(seq - 1).filter(|message| seq > hidden && message.event.is_none())
    }

    fn is_blocked(&self, who: usize, place: Place) -> bool {
        matches!(place, Place::With(other) if self.blocks.contains(&(other, who)))
    }

    fn has_blocked(&self, who: usize, place: Place) -> bool {
        matches!(place, Place::With(other) if self.blocks.contains(&(who, other)))
    }
}

fn event(kind: &'static str, subject: Option<usize>) -> Event {
    Event { kind, subject, name: None, role: None }
}

fn react(reactions: &mut Vec<(usize, Vec<usize>)>, who: usize, emoji: usize, on: bool) {
    let place = reactions.iter().position(|(other, _)| *other == emoji);
    match place {
        Some(place) if on && !reactions[place].1.contains(&who) => reactions[place].1.push(who),
        Some(place) if !on => {
            reactions[place].1.retain(|person| *person != who);
            if reactions[place].1.is_empty() {
                reactions.remove(place);
            }
        }
        None if on => reactions.push((emoji, vec![who])),
        _ => {}
    }
}
