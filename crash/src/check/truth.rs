//! The stored histories, and what follows from them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    record::{Change, Op, Round},
    wire::{Chat, Known, Message},
};

/// The histories that fresh clients see, and indexes of them.
pub(super) struct Truth<'a> {
    pub(super) round: &'a Round,
    pub(super) chats: BTreeMap<&'a Chat, Stored<'a>>,
    /// By chat and the id of the row that they add.
    pub(super) adding: BTreeMap<(&'a Chat, &'a str), &'a Op>,
    /// The user whose account was deleted with all texts.
    pub(super) erased: Option<&'a String>,
}

/// A chat as it is stored after the round.
pub(super) struct Stored<'a> {
    pub(super) chat: &'a Chat,
    /// As the first of its readers knows it, who hides nothing.
    pub(super) known: &'a Known,
    /// All readers, by the number of the user.
    pub(super) readers: BTreeMap<usize, &'a Known>,
    /// Before the round; `None` if the chat is new.
    pub(super) before: Option<&'a Known>,
    pub(super) seqs: BTreeMap<&'a str, i64>,
    /// In groups: for each user, the seqs at which they became a member or stopped being one.
    changes: BTreeMap<usize, Vec<(i64, bool)>>,
    /// In groups: the members before the round.
    members: BTreeSet<usize>,
    /// Some of its texts and reactions are erased at some time, and change its revision.
    pub(super) is_erasing: bool,
    /// Its name in reports.
    name: String,
}

impl<'a> Truth<'a> {
    pub(super) fn of(round: &'a Round) -> Self {
        let mut readers: BTreeMap<&Chat, BTreeMap<usize, &Known>> = BTreeMap::new();
        for (person, view) in round.after.views.iter().enumerate() {
            for (chat, known) in view {
                readers.entry(chat).or_default().insert(person, known);
            }
        }
        let chats = readers.into_iter().filter_map(|(chat, readers)| Some((chat, Stored::of(round, chat, readers)?)));
        let adding = round.ops.iter().filter_map(|op| Some(((&op.chat, op.change.adds()?), op)));
        Self { round, chats: chats.collect(), adding: adding.collect(), erased: erased(round) }
    }
}

impl<'a> Stored<'a> {
    fn of(round: &'a Round, chat: &'a Chat, readers: BTreeMap<usize, &'a Known>) -> Option<Self> {
        let known = *readers.values().next()?;
        let before = round.before.views.iter().find_map(|view| view.get(chat));
        let seqs = known.rows.iter().map(|(seq, row)| (row.message_id.as_str(), *seq)).collect();
        let number = |id: &String| round.people.iter().position(|person| person == id);
        let members = round.before.members.get(chat).into_iter().flatten().filter_map(|(id, _)| number(id));
        let mut stored = Self {
            chat,
            known,
            readers,
            before,
            seqs,
            changes: BTreeMap::new(),
            members: members.collect(),
            is_erasing: erased(round).is_some_and(|user| chat.group_id().is_some() || chat.is_dialog_of(user)),
            name: name(round, chat),
        };
        for row in stored.new_rows() {
            let Some(event) = &row.event else { continue };
            let (whom, joins) = match event.kind.as_str() {
                "added" => (event.user_id.as_ref().and_then(number), true),
                "removed" => (event.user_id.as_ref().and_then(number), false),
                "left" => (number(&row.sender_id), false),
                _ => continue,
            };
            if let Some(whom) = whom {
                stored.changes.entry(whom).or_default().push((row.seq, joins));
            }
        }
        Some(stored)
    }

    /// The newest seq before the round.
    pub(super) fn old_seq(&self) -> i64 {
        self.before.map_or(0, |before| before.last_seq)
    }

    /// The rows of this round, in their order.
    pub(super) fn new_rows(&self) -> impl Iterator<Item = &'a Message> + use<'a> {
        let old = self.old_seq();
        self.known.rows.range(old + 1..).map(|(_, row)| row)
    }

    /// Whether a user could read the chat after the row with this seq.
    pub(super) fn is_member(&self, person: usize, people: &[String], seq: i64) -> bool {
        if self.chat.group_id().is_none() {
            return self.chat.is_dialog_of(&people[person]);
        }
        let changes = self.changes.get(&person).into_iter().flatten();
        let last = changes.take_while(|(at, _)| *at <= seq).last();
        last.map_or(self.members.contains(&person), |(_, joins)| *joins)
    }

    /// Whether a user could read the chat during the whole round.
    pub(super) fn stays(&self, person: usize, people: &[String]) -> bool {
        !self.changes.contains_key(&person) && self.is_member(person, people, 0)
    }

    /// Up to which seq a side of a dialog has hidden it. A dialog that is not in the list is hidden completely.
    pub(super) fn hidden_up_to(&self, person: usize) -> i64 {
        match self.readers.get(&person) {
            Some(known) => known.hidden_up_to,
            None if self.chat.group_id().is_none() => self.known.last_seq,
            None => 0,
        }
    }

    /// Its name in reports.
    pub(super) fn name(&self) -> String {
        self.name.clone()
    }
}

/// The user whose account was deleted with all texts.
fn erased(round: &Round) -> Option<&String> {
    let erases = |op: &&Op| op.change == Change::Destroy { erases: true } && !op.is_refused();
    let ops = round.ops.iter().filter(erases);
    ops.map(|op| op.person).find(|person| round.after.gone.contains(person)).map(|person| &round.people[person])
}

fn name(round: &Round, chat: &Chat) -> String {
    if let Some(group) = chat.group_id() {
        return format!("group {group}");
    }
    let sides = round.people.iter().enumerate().filter(|(_, id)| chat.is_dialog_of(id));
    let sides: Vec<_> = sides.map(|(person, _)| person.to_string()).collect();
    format!("dialog of {}", sides.join(" and "))
}
