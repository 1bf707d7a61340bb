//! Histories: complete, in one order, the same for all readers, and unchanged since the last round.

use std::collections::BTreeSet;

use super::truth::{Stored, Truth};
use crate::{
    record::Protocol,
    wire::{Known, Message},
};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for stored in truth.chats.values() {
        order(stored, violations);
        readers(stored, violations);
        past(stored, violations);
    }
    for view in &truth.round.before.views {
        let lost = view.keys().filter(|chat| chat.group_id().is_none() && !truth.chats.contains_key(chat));
        violations.extend(lost.map(|chat| format!("{chat:?} is lost")));
    }
}

fn order(stored: &Stored<'_>, violations: &mut Vec<String>) {
    let (name, known) = (stored.name(), stored.known);
    let mut ids = BTreeSet::new();
    let mut previous: Option<&Message> = None;
    for row in known.rows.values() {
        let next = previous.map_or(1, |previous| previous.seq + 1);
        if row.seq != next {
            violations.push(format!("{name}: seq {next} is missing before {}", row.seq));
        }
        if previous.is_some_and(|previous| previous.created_at >= row.created_at) {
            violations.push(format!("{name}: the time of seq {} is not after the one before", row.seq));
        }
        if !ids.insert(&row.message_id) {
            violations.push(format!("{name}: {} is stored twice", row.message_id));
        }
        previous = Some(row);
    }
    let last = previous.map_or(0, |row| row.seq);
    if known.last_seq != last {
        violations.push(format!("{name}: lastSeq is {}, but the newest row has seq {last}", known.last_seq));
    }
}

fn readers(stored: &Stored<'_>, violations: &mut Vec<String>) {
    // While texts are being erased, readers may see different states.
    let revision = |known: &Known| (!stored.is_erasing).then_some(known.revision);
    let shared = |known: &Known| (known.last_seq, revision(known), known.group_name.clone(), known.member_count);
    for (person, known) in &stored.readers {
        if shared(known) != shared(stored.known) {
            violations.push(format!("{}: person {person} sees other counters than others", stored.name()));
        }
        let visible = stored.known.rows.range(known.hidden_up_to + 1..);
        if !visible.clone().map(|(seq, _)| seq).eq(known.rows.keys()) {
            violations.push(format!("{}: person {person} sees other rows than others", stored.name()));
            continue;
        }
        for (one, (_, other)) in known.rows.values().zip(visible) {
            if alike(stored, one) != alike(stored, other) {
                violations.push(format!("{}: person {person} sees another row {}: {one:?}", stored.name(), one.seq));
            }
        }
    }
}

fn past(stored: &Stored<'_>, violations: &mut Vec<String>) {
    for old in stored.before.into_iter().flat_map(|before| before.rows.values()) {
        let fixed =
            |row: &Message| (row.message_id.clone(), row.sender_id.clone(), row.created_at.clone(), row.event.clone());
        match stored.known.rows.get(&old.seq) {
            None => violations.push(format!("{}: {} is lost (seq {})", stored.name(), old.message_id, old.seq)),
            Some(row) if fixed(row) != fixed(old) => {
                violations.push(format!("{}: seq {} was {old:?} and is {row:?}", stored.name(), old.seq));
            }
            Some(_) => {}
        }
    }
}

/// Pages show the same as changes, in both protocols.
pub(super) fn pages(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for history in &truth.round.after.histories {
        let Some(known) = truth.round.after.views[history.person].get(&history.chat) else {
            violations.push(format!("{:?} has pages, but is not in the list", history.chat));
            continue;
        };
        let seen = history.rows.iter().map(|(id, ..)| id);
        if !seen.eq(known.rows.values().map(|row| &row.message_id)) {
            violations.push(format!("{:?}: the pages of {:?} differ from the changes", history.chat, history.protocol));
            continue;
        }
        for ((_, text, time), row) in history.rows.iter().zip(known.rows.values()) {
            // To `auth`, deleted messages and notices have other texts.
            let has_text = history.protocol == Protocol::Hearth || row.deleted_at.is_none();
            if *time != row.created_at || has_text && *text != row.content {
                violations.push(format!("{:?}: the page shows seq {} as {text} at {time}", history.chat, row.seq));
            }
        }
    }
}

/// What all readers of a row see.
fn alike(stored: &Stored<'_>, row: &Message) -> Message {
    let mut row = row.clone();
    row.reactions.iter_mut().for_each(|reaction| reaction.mine = None);
    if stored.is_erasing {
        row.reactions.clear();
        row.deleted_at = row.deleted_at.map(|_| "at some time".to_owned());
    }
    row
}
