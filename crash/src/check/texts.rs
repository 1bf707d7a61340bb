//! Texts of messages, reactions and mutes have the value that was set last, as far as the answers show the order.

use std::collections::BTreeMap;

use super::{
    sequence::last,
    truth::{Stored, Truth},
};
use crate::{
    record::{Change, Op},
    wire::Message,
};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    let mut changing: BTreeMap<(&_, &str), Vec<&Op>> = BTreeMap::new();
    for op in truth.round.ops.iter().filter(|op| !op.is_refused()) {
        if let Some(id) = op.change.changes() {
            changing.entry((&op.chat, id)).or_default().push(op);
        }
    }
    for stored in truth.chats.values() {
        for row in stored.known.rows.values() {
            let old = stored.before.and_then(|before| before.rows.get(&row.seq));
            let ops = changing.get(&(stored.chat, row.message_id.as_str())).map_or(&[][..], Vec::as_slice);
            let sent = truth.adding.get(&(stored.chat, row.message_id.as_str())).copied();
            if truth.erased == Some(&row.sender_id) {
                continue;
            }
            text(stored, row, (old, sent), ops, violations);
            reactions(truth, stored, row, ops, violations);
        }
        mutes(truth, stored, violations);
    }
}

fn text(
    stored: &Stored<'_>,
    row: &Message,
    (old, sent): (Option<&Message>, Option<&Op>),
    ops: &[&Op],
    violations: &mut Vec<String>,
) {
    let place = || format!("{}: {} (seq {})", stored.name(), row.message_id, row.seq);
    let deletes: Vec<_> = ops.iter().filter(|op| matches!(op.change, Change::Delete { .. })).collect();
    let was_deleted = old.is_some_and(|old| old.deleted_at.is_some());
    let must_be = was_deleted || deletes.iter().any(|op| op.acknowledged().is_some());
    if row.deleted_at.is_some() {
        if !must_be && deletes.is_empty() {
            violations.push(format!("{} is deleted, but no client deleted it", place()));
        }
        if !row.content.is_empty() || !row.reactions.is_empty() {
            violations.push(format!("{} is deleted, but not empty", place()));
        }
        return;
    }
    if must_be {
        violations.push(format!("{} was deleted, and is here again", place()));
    }
    let edits: Vec<_> = ops.iter().copied().filter(|op| matches!(op.change, Change::Edit { .. })).collect();
    let first = match (old, sent.map(|op| &op.change)) {
        (Some(old), _) => Some(old.content.as_str()),
        (None, Some(Change::Send { text, .. })) => Some(text.as_str()),
        _ => None,
    };
    let texts = last(&edits).into_iter().map(|op| match op.map(|op| &op.change) {
        Some(Change::Edit { text, .. }) => Some(text.as_str()),
        _ => first,
    });
    let texts: Vec<_> = texts.flatten().collect();
    if !texts.is_empty() && !texts.contains(&row.content.as_str()) {
        violations.push(format!("{} says {:?} instead of {texts:?}", place(), row.content));
    }
    if first.is_some_and(|first| first != row.content) && row.edited_at.is_none() {
        violations.push(format!("{} was edited, but does not say so", place()));
    }
}

fn reactions(truth: &Truth<'_>, stored: &Stored<'_>, row: &Message, ops: &[&Op], violations: &mut Vec<String>) {
    if row.deleted_at.is_some() {
        return;
    }
    let mut by: BTreeMap<(usize, &str), Vec<&Op>> = BTreeMap::new();
    for op in ops {
        if let Change::React { emoji, .. } = &op.change {
            by.entry((op.person, emoji)).or_default().push(op);
        }
    }
    for (person, known) in &stored.readers {
        let Some(seen) = known.rows.get(&row.seq) else { continue };
        let old = truth.round.before.views[*person].get(stored.chat);
        // A person who was not a member has no earlier view.
        let old = old.map(|known| known.rows.get(&row.seq));
        for emoji in emoji(seen, old.flatten(), &by, *person) {
            let Some(was) = old.map(|old| old.is_some_and(|old| has(old, emoji))) else { continue };
            let ops = by.get(&(*person, emoji)).map_or(&[][..], Vec::as_slice);
            let values = last(ops).into_iter().map(|op| match op.map(|op| &op.change) {
                Some(Change::React { on, .. }) => *on,
                _ => was,
            });
            if !values.into_iter().any(|on| on == has(seen, emoji)) {
                let place = format!("{}: {} (seq {})", stored.name(), row.message_id, row.seq);
                violations.push(format!("{place}: the reaction {emoji} of person {person} is {}", has(seen, emoji)));
            }
        }
    }
    for reaction in &row.reactions {
        let known = stored.readers.values().filter_map(|known| known.rows.get(&row.seq));
        let mine = known.filter(|row| has(row, &reaction.emoji)).count();
        // A reader who has hidden the message may have reacted to it, too.
        let absent = stored.readers.values().filter(|known| !known.rows.contains_key(&row.seq)).count()
            + (truth.round.people.len() - stored.readers.len())
            + truth.round.former;
        let count = usize::try_from(reaction.count).unwrap_or_default();
        if !(mine.max(1)..=mine + absent).contains(&count) {
            violations.push(format!(
                "{}: {} (seq {}) has {} {count} times, but {mine} readers added it",
                stored.name(),
                row.message_id,
                row.seq,
                reaction.emoji
            ));
        }
    }
}

fn emoji<'a>(
    seen: &'a Message,
    old: Option<&'a Message>,
    by: &BTreeMap<(usize, &'a str), Vec<&Op>>,
    person: usize,
) -> Vec<&'a str> {
    let rows = [Some(seen), old].into_iter().flatten();
    let shown = rows.flat_map(|row| row.reactions.iter().map(|reaction| reaction.emoji.as_str()));
    let mut all: Vec<_> = shown.chain(by.keys().filter(|key| key.0 == person).map(|key| key.1)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn has(row: &Message, emoji: &str) -> bool {
    row.reactions.iter().any(|reaction| reaction.emoji == emoji && reaction.mine == Some(true))
}

fn mutes(truth: &Truth<'_>, stored: &Stored<'_>, violations: &mut Vec<String>) {
    for (person, known) in &stored.readers {
        let ops = truth.round.ops.iter().filter(|op| op.person == *person && op.chat == *stored.chat);
        let ops: Vec<_> = ops.filter(|op| matches!(op.change, Change::Mute { .. }) && !op.is_refused()).collect();
        // A person who was not a member has no earlier view.
        let Some(old) = truth.round.before.views[*person].get(stored.chat) else { continue };
        let values = last(&ops).into_iter().map(|op| match op.map(|op| &op.change) {
            Some(Change::Mute { until }) => until,
            _ => &old.muted_until,
        });
        if !values.into_iter().any(|until| *until == known.muted_until) {
            violations.push(format!("{}: person {person} muted it until {:?}", stored.name(), known.muted_until));
        }
        if known.muted_until != old.muted_until && known.state <= old.state {
            violations.push(format!("{}: the mute of person {person} left state as it was", stored.name()));
        }
    }
}
