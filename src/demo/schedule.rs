//! Decides when the conversations of a chat take place, and which user has which part.

use super::{
    cast::Actor,
    plan::Planner,
    script::Thread,
    talk::{self, Parts},
};
use crate::{
    model::{ChatKey, Timestamp},
    store::{LoadedMessage, Unread},
};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The parts of a conversation between any users.
const PARTS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// A chat to fill.
pub(super) struct Stage<'a> {
    pub(super) chat: ChatKey,
    /// The members from the beginning until now.
    pub(super) members: Vec<&'a Actor>,
    /// Members who were added after the beginning.
    pub(super) late: Vec<Late<'a>>,
    /// How many days ago the chat began.
    pub(super) days: i64,
    /// Whether it is about work.
    pub(super) is_work: bool,
    /// What the chat already contains: notices.
    pub(super) history: Vec<LoadedMessage>,
}

/// A member who was added after the beginning.
pub(super) struct Late<'a> {
    pub(super) actor: &'a Actor,
    /// How many days ago, on the calendar of the user who added them.
    pub(super) days: i64,
    pub(super) joined_at: Timestamp,
}

impl<'a> Stage<'a> {
    /// A dialog of two users, or of one user with themselves.
    pub(super) fn dialog([one, other]: [&'a Actor; 2], days: i64) -> Self {
        let members = if one.id == other.id { vec![one] } else { vec![one, other] };
        let chat = ChatKey::dialog(one.id, other.id);
        Self { chat, members, late: Vec::new(), days, is_work: false, history: Vec::new() }
    }
}

impl<'a> Planner<'a> {
    /// Schedules the conversations in order, more of them recently than long ago, and the last today if there are
    /// several.
    pub(super) fn talk(&mut self, stage: Stage<'a>, threads: &[Thread]) {
        let Stage { chat, members, late, days, is_work, mut history } = stage;
        let mut ages: Vec<_> = threads.iter().map(|_| self.days_ago(days)).collect();
        ages.sort_unstable_by(|one, other| other.cmp(one));
        if let Some(first) = ages.first_mut().filter(|_| !history.is_empty()) {
            *first = days;
        }
        if let Some(last) = ages.last_mut().filter(|_| threads.len() > 4) {
            *last = 0;
        }
        let created_at = history.first().map_or(Timestamp(0), |message| message.created_at);
        let mut free_at = created_at.plus_millis(20 * MINUTE);
        for (thread, age) in threads.iter().zip(ages) {
            let present = late.iter().filter(|late| age < late.days).map(|late| late.actor);
            let present: Vec<_> = members.iter().copied().chain(present).collect();
            let Some(parts) = self.parts(thread, &present) else { continue };
            let Some(first) = thread.lines.first().and_then(|line| parts.get(line.speaker.as_str()).copied()) else {
                continue;
            };
            // A day starts at another instant in each time zone, and work moves away from weekends.
            let joined = late.iter().filter(|late| parts.values().any(|actor| actor.id == late.actor.id));
            let joined_at = joined.map(|late| late.joined_at.plus_millis(MINUTE)).max().unwrap_or(free_at);
            let start = self.start(first, age, is_work).max(free_at).max(joined_at);
            let said = talk::messages(thread, &parts, chat, [start, self.now], &mut self.chance);
            if let Some(last) = said.last() {
                free_at = last.created_at.plus_millis(self.chance.between(15, 90) * MINUTE);
            }
            history.extend(said);
        }
        // Notices were planned before the messages between them.
        history.sort_by_key(|message| message.created_at);
        history.retain(|message| message.created_at <= self.now);
        let steady = members.into_iter().map(|actor| (actor, created_at));
        let everybody: Vec<_> = steady.chain(late.iter().map(|late| (late.actor, late.joined_at))).collect();
        self.leave_unread(chat, &everybody, &history);
        self.plan.messages.append(&mut history);
    }

    fn days_ago(&mut self, days: i64) -> i64 {
        self.chance.between(0, days).min(self.chance.between(0, days))
    }

    fn start(&mut self, actor: &Actor, age: i64, is_work: bool) -> Timestamp {
        let (low, high) = if is_work { (9, 16) } else { (actor.wakes + 1, actor.sleeps - 2) };
        let (hour, millis) = (self.chance.between(low, high), self.chance.between(0, 60 * MINUTE - 1));
        let start = actor.day_before(self.today, age, hour, millis);
        // Work conversations planned for Saturday and Sunday move to Thursday and Friday.
        if is_work && !actor.is_at_work(start) { start.plus_millis(-2 * DAY) } else { start }
    }

    /// Assigns the parts: the named users, or any. `None` if it needs more users than there are.
    fn parts<'t>(&mut self, thread: &'t Thread, members: &[&'a Actor]) -> Option<Parts<'t>>
    where
        'a: 't,
    {
        let mut others = members.to_vec();
        self.chance.shuffle(&mut others);
        let mut parts = Parts::new();
        let reacting = thread.lines.iter().flat_map(|line| &line.reactions).flat_map(|(_, from)| from);
        for name in thread.lines.iter().map(|line| &line.speaker).chain(reacting) {
            if parts.contains_key(name.as_str()) {
                continue;
            }
            let actor = match members.iter().find(|actor| actor.key == *name) {
                Some(actor) => actor,
                None if PARTS.contains(&name.as_str()) => others.pop()?,
                None => return None,
            };
            parts.insert(name, actor);
        }
        Some(parts)
    }

    /// Leaves the newest messages unread for most members, but only those after the member joined and last wrote.
    fn leave_unread(&mut self, chat: ChatKey, members: &[(&Actor, Timestamp)], history: &[LoadedMessage]) {
        let is_recent = history.last().is_some_and(|last| last.created_at > self.now.plus_millis(-7 * DAY));
        for (actor, joined_at) in members.iter().filter(|_| is_recent) {
            let is_new = |message: &&LoadedMessage| message.sender != actor.id && message.created_at > *joined_at;
            let since = history.iter().rev().take_while(is_new).count();
            if since > 0 && self.looks.percent(85) {
                let count = self.looks.between(1, i64::try_from(since).unwrap_or(1).min(14));
                self.plan.unread.push(Unread { user: actor.id, chat, count });
            }
        }
    }
}
