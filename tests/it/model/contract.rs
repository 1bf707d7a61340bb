//! The contract as a plain program: chats in memory, commands one after the other.

use std::collections::{BTreeMap, BTreeSet};

use super::steps::{Command, MEMBERS, PEOPLE};

/// The kind of a stored row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Message,
    Created,
    Added,
    Left,
    Removed,
}

/// A stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub id: usize,
    pub sender: usize,
    pub text: String,
    pub event: Event,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Member,
    Admin,
    Owner,
}

/// A chat from its reader's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chat {
    Dialog(usize),
    Group(usize),
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Done,
    Notice(usize, Row),
    Gone(usize),
    Rows(Chat, Vec<Row>),
    /// With exactly this text.
    Refused(&'static str),
    /// With a message that contains these words.
    Explained(&'static str),
}

/// A broadcast that a user gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Private(Row),
    Message(usize, Row),
    Added(usize, Row),
    Left(usize, Row),
    Dropped(usize),
}

const NOT_A_MEMBER: Reply = Reply::Refused("User is not a member of this group");
const NO_SUCH_USER: Reply = Reply::Refused("User not found");
const TAKEN: Reply = Reply::Refused("Message id already exists");

#[derive(Default)]
struct Group {
    rows: Vec<Row>,
    /// In the order of joining.
    members: Vec<(usize, Role)>,
    former: BTreeSet<usize>,
}

#[derive(Default)]
struct Dialog {
    rows: Vec<Row>,
    hidden: [usize; PEOPLE],
}

/// All chats. A deleted group has no members.
#[derive(Default)]
pub struct Contract {
    groups: BTreeMap<usize, Group>,
    dialogs: BTreeMap<(usize, usize), Dialog>,
    erased: [bool; PEOPLE],
}

impl Group {
    fn role(&self, who: usize) -> Option<Role> {
        self.members.iter().find(|(member, _)| *member == who).map(|(_, role)| *role)
    }

    fn others(&self, who: usize) -> Vec<usize> {
        self.members.iter().map(|(member, _)| *member).filter(|member| *member != who).collect()
    }

    /// Ends a membership; the longest-standing member succeeds an owner.
    fn end(&mut self, who: usize) {
        let owned = self.role(who) == Some(Role::Owner);
        self.members.retain(|(member, _)| *member != who);
        self.former.insert(who);
        if let Some(longest_standing) = self.members.first_mut().filter(|_| owned) {
            longest_standing.1 = Role::Owner;
        }
    }
}

fn tell(people: Vec<usize>, heard: &Heard) -> Vec<(usize, Heard)> {
    people.into_iter().map(|person| (person, heard.clone())).collect()
}

impl Contract {
    /// Whether a user may create a group, or already has.
    pub fn create(&mut self, who: usize, group: usize, id: usize, text: String) -> bool {
        let row = Row { id, sender: who, text, event: Event::Created };
        if let Some(Group { rows, members, .. }) = self.groups.get(&group) {
            let first = &rows[0];
            return !members.is_empty() && first.id == id && first.sender == who;
        }
        self.groups
            .insert(group, Group { rows: vec![row], members: vec![(who, Role::Owner)], former: BTreeSet::new() });
        true
    }

    /// Hides a dialog.
    pub fn hide(&mut self, who: usize, with: usize) {
        if let Some(dialog) = self.dialogs.get_mut(&(who.min(with), who.max(with))) {
            dialog.hidden[who] = dialog.rows.len();
        }
    }

    /// Deletes an account: memberships end, and nobody is notified.
    pub fn erase(&mut self, who: usize) {
        self.erased[who] = true;
        for group in self.groups.values_mut() {
            group.end(who);
        }
    }

    /// Whether the user's account was deleted.
    pub fn is_erased(&self, who: usize) -> bool {
        self.erased[who]
    }

    /// Whether a user with this number exists.
    fn is_there(&self, who: usize) -> bool {
        who < PEOPLE && !self.erased[who]
    }

    /// Makes a plain member an admin; returns whether the user was one.
    pub fn promote(&mut self, who: usize, group: usize) -> bool {
        let members = self.groups.get_mut(&group).map(|group| &mut group.members);
        let plain = members.into_iter().flatten().find(|member| **member == (who, Role::Member));
        plain.map(|member| member.1 = Role::Admin).is_some()
    }

    /// Applies a command; returns the answer, and who gets which broadcasts.
    pub fn apply(&mut self, who: usize, command: &Command, text: String) -> (Reply, Vec<(usize, Heard)>) {
        let row = |id: usize, event: Event| Row { id, sender: who, text, event };
        match *command {
            Command::Write { to, id } => self.write(who, to, row(id, Event::Message)),
            Command::ReadDialog { with, limit } => (self.page(who, Chat::Dialog(with), limit), Vec::new()),
            Command::ReadGroup { group, limit } => (self.page(who, Chat::Group(group), limit), Vec::new()),
            Command::Drop { group } => self.drop(who, group),
            Command::Say { group, id } => self.change(group, None, row(id, Event::Message)),
            Command::Add { group, whom, id } => self.change(group, Some(whom), row(id, Event::Added)),
            Command::Leave { group, id } => self.change(group, None, row(id, Event::Left)),
            Command::Remove { group, whom, id } => self.change(group, Some(whom), row(id, Event::Removed)),
        }
    }

    /// Everything that a user can read in a chat, oldest first; `None` if not a member.
    pub fn history(&self, who: usize, chat: Chat) -> Option<&[Row]> {
        match chat {
            Chat::Dialog(with) => {
                let dialog = self.dialogs.get(&(who.min(with), who.max(with)));
                Some(dialog.map_or(&[], |dialog| &dialog.rows[dialog.hidden[who]..]))
            }
            Chat::Group(group) => {
                self.groups.get(&group).filter(|group| group.role(who).is_some()).map(|group| group.rows.as_slice())
            }
        }
    }

    fn page(&self, who: usize, chat: Chat, limit: usize) -> Reply {
        let Some(rows) = self.history(who, chat) else { return NOT_A_MEMBER };
        Reply::Rows(chat, rows.iter().rev().take(limit).cloned().collect())
    }

    fn write(&mut self, who: usize, to: usize, row: Row) -> (Reply, Vec<(usize, Heard)>) {
        let (is_there, key) = (self.is_there(to), (who.min(to), who.max(to)));
        let rows = self.dialogs.get(&key).map(|dialog| &dialog.rows);
        if let Some(known) = rows.into_iter().flatten().find(|known| known.id == row.id) {
            return (if known.sender == who { Reply::Done } else { TAKEN }, Vec::new());
        }
        if !is_there {
            return (NO_SUCH_USER, Vec::new());
        }
        let dialog = self.dialogs.entry(key).or_default();
        dialog.rows.push(row.clone());
        let hearing = if to == who { vec![] } else { vec![to] };
        (Reply::Done, tell(hearing, &Heard::Private(row)))
    }

    fn drop(&mut self, who: usize, group: usize) -> (Reply, Vec<(usize, Heard)>) {
        let found = self.groups.get_mut(&group).and_then(|group| group.role(who).map(|role| (group, role)));
        match found {
            None => (NOT_A_MEMBER, Vec::new()),
            Some((found, Role::Owner)) => {
                let others = found.others(who);
                found.members.clear();
                (Reply::Gone(group), tell(others, &Heard::Dropped(group)))
            }
            Some(_) => (Reply::Explained("owner"), Vec::new()),
        }
    }

    fn change(&mut self, number: usize, whom: Option<usize>, row: Row) -> (Reply, Vec<(usize, Heard)>) {
        let is_there = whom.is_none_or(|whom| self.is_there(whom));
        let Some(group) = self.groups.get_mut(&number).filter(|group| !group.members.is_empty()) else {
            return (NOT_A_MEMBER, Vec::new());
        };
        if let Some(known) = group.rows.iter().find(|known| known.id == row.id) {
            let again = known.sender == row.sender && known.event == row.event;
            let refusal = if group.role(row.sender).is_some() { TAKEN } else { NOT_A_MEMBER };
            return (if again { reply(number, known) } else { refusal }, Vec::new());
        }
        let Some(role) = group.role(row.sender) else { return (NOT_A_MEMBER, Vec::new()) };
        match (row.event, whom) {
            (Event::Added, _) if !is_there => (NO_SUCH_USER, Vec::new()),
            (Event::Added, Some(whom)) => add(group, number, whom, role, row),
            (Event::Removed, Some(whom)) => remove(group, number, whom, role, row),
            (Event::Left, _) => leave(group, number, row),
            _ => {
                group.rows.push(row.clone());
                (Reply::Done, tell(group.others(row.sender), &Heard::Message(number, row)))
            }
        }
    }
}

/// The answer to a request that stored this row, at first and for retries.
fn reply(group: usize, row: &Row) -> Reply {
    match row.event {
        Event::Message | Event::Created => Reply::Done,
        Event::Left => Reply::Gone(group),
        Event::Added | Event::Removed => Reply::Notice(group, row.clone()),
    }
}

fn add(group: &mut Group, number: usize, whom: usize, role: Role, row: Row) -> (Reply, Vec<(usize, Heard)>) {
    if group.role(whom).is_some() {
        return (Reply::Refused("the user is already in the group"), Vec::new());
    }
    if group.members.len() >= MEMBERS as usize {
        return (Reply::Explained("at most 3 members"), Vec::new());
    }
    if role == Role::Member && group.former.contains(&whom) {
        return (Reply::Refused("This person cannot be added"), Vec::new());
    }
    group.members.push((whom, Role::Member));
    group.rows.push(row.clone());
    (reply(number, &row), tell(group.others(row.sender), &Heard::Added(number, row)))
}

fn leave(group: &mut Group, number: usize, row: Row) -> (Reply, Vec<(usize, Heard)>) {
    group.end(row.sender);
    group.rows.push(row.clone());
    (reply(number, &row), tell(group.others(row.sender), &Heard::Left(number, row)))
}

fn remove(group: &mut Group, number: usize, whom: usize, role: Role, row: Row) -> (Reply, Vec<(usize, Heard)>) {
    if whom == row.sender {
        return (Reply::Explained("leaveGroup"), Vec::new());
    }
    if role == Role::Member {
        return (Reply::Explained("owner"), Vec::new());
    }
    match group.role(whom) {
        None => return (NOT_A_MEMBER, Vec::new()),
        Some(Role::Admin | Role::Owner) if role == Role::Admin => return (Reply::Explained("owner"), Vec::new()),
        Some(_) => group.end(whom),
    }
    group.rows.push(row.clone());
    let mut heard = tell(group.others(row.sender), &Heard::Left(number, row.clone()));
    heard.push((whom, Heard::Dropped(number)));
    (reply(number, &row), heard)
}
