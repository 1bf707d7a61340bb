//! Mistakes in the rows that fresh clients see.

use fastrand::Rng;

use super::Mutation;
use crate::{
    record::{Change, Op, Outcome, Protocol, Round},
    wire::{Chat, Known, Message, Reaction, View},
};

/// One per mistake.
pub(super) const ALL: &[Mutation] = &[
    Mutation::new("an acknowledged message is lost", lose_newest),
    Mutation::new("a message is lost in the middle", lose_middle),
    Mutation::new("an old message is lost", lose_old),
    Mutation::new("a message is stored twice", double),
    Mutation::new("a message is stored twice, with two ids", double_with_other_id),
    Mutation::new("two messages of a connection change places", swap),
    Mutation::new("two messages with an acknowledged seq change places", swap_acknowledged),
    Mutation::new("a seq is skipped", skip_seq),
    Mutation::new("two messages have the same time", same_time),
    Mutation::new("a message has another sender", other_sender),
    Mutation::new("an edit is lost", lose_edit),
    Mutation::new("a deleted message is back", undelete),
    Mutation::new("a deletion is lost", lose_delete),
    Mutation::new("a reaction is lost", lose_reaction),
    Mutation::new("a reaction is counted twice", count_reaction_twice),
    Mutation::new("a refused message is stored", store_refused),
    Mutation::new("two readers see different texts", other_text_for_one),
];

/// Changes a chat for all its readers.
pub(super) fn everywhere(round: &mut Round, chat: &Chat, change: impl Fn(&mut Known)) {
    round.after.views.iter_mut().filter_map(|view| view.get_mut(chat)).for_each(change);
}

/// Changes a row for all readers.
pub(super) fn row_everywhere(round: &mut Round, chat: &Chat, seq: i64, change: impl Fn(&mut Message)) {
    everywhere(round, chat, |known| {
        if let Some(row) = known.rows.get_mut(&seq) {
            change(row);
        }
    });
}

/// A row of this round that an acknowledged operation added.
pub(super) fn sent(
    round: &Round,
    chance: &mut Rng,
    is_meant: impl Fn(&Known, &Message) -> bool,
) -> Option<(Chat, i64)> {
    let mut found = Vec::new();
    for op in round.ops.iter().filter(|op| op.acknowledged().is_some()) {
        let Change::Send { id, .. } = &op.change else { continue };
        let known = round.after.views.iter().find_map(|view| view.get(&op.chat));
        let Some(known) = known else { continue };
        let row = known.rows.values().find(|row| row.message_id == *id && is_meant(known, row));
        found.extend(row.map(|row| (op.chat.clone(), row.seq)));
    }
    chance.choice(found)
}

fn is_touched(round: &Round, id: &str) -> bool {
    round.ops.iter().any(|op| op.change.changes() == Some(id))
}

fn lose_newest(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = sent(round, chance, |known, row| row.seq == known.last_seq && row.seq > 1)?;
    everywhere(round, &chat, |known| {
        known.rows.remove(&seq);
        known.last_seq -= 1;
        known.unread_count = known.last_seq - known.read_up_to;
    });
    Some(())
}

fn lose_middle(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = sent(round, chance, |known, row| row.seq < known.last_seq)?;
    everywhere(round, &chat, |known| drop(known.rows.remove(&seq)));
    Some(())
}

fn lose_old(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let old = round.before.views[0].iter().filter(|(_, known)| known.last_seq > 2);
    let (chat, known) = chance.choice(old.collect::<Vec<_>>())?;
    let (chat, seq) = (chat.clone(), chance.i64(1..known.last_seq));
    everywhere(round, &chat, |known| drop(known.rows.remove(&seq)));
    Some(())
}

/// Adds a row to the end of a history.
fn append(round: &mut Round, chat: &Chat, change: impl Fn(&mut Message)) {
    everywhere(round, chat, |known| {
        let Some(mut row) = known.rows.values().next_back().cloned() else { return };
        row.created_at = row.created_at.replacen("20", "21", 1);
        change(&mut row);
        known.last_seq += 1;
        row.seq = known.last_seq;
        known.unread_count += 1;
        known.rows.insert(row.seq, row);
    });
}

fn double(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, _) = sent(round, chance, |known, row| row.seq == known.last_seq)?;
    append(round, &chat, |_| {});
    Some(())
}

fn double_with_other_id(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, _) = sent(round, chance, |known, row| row.seq == known.last_seq)?;
    append(round, &chat, |row| row.message_id.replace_range(..1, "x"));
    Some(())
}

fn swap(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let place = |id: &str| {
        let op = round.ops.iter().find(|op| op.change.adds() == Some(id))?;
        let [attempt] = &op.attempts[..] else { return None };
        Some((attempt.line?, attempt.sent))
    };
    // Only the connection tells their order: `auth` does not acknowledge a seq.
    let (chat, seq) = sent(round, chance, |known, row| {
        let next = known.rows.get(&(row.seq + 1)).filter(|next| next.event.is_none());
        let (one, other) = (place(&row.message_id), next.and_then(|next| place(&next.message_id)));
        one.zip(other).is_some_and(|(one, other)| one.0 == other.0 && round.lines[one.0].protocol == Protocol::Auth)
    })?;
    exchange(round, &chat, seq);
    Some(())
}

fn swap_acknowledged(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let has_seq = |id: &str| {
        let op = round.ops.iter().find(|op| op.change.adds() == Some(id));
        op.is_some_and(|op| {
            op.attempts.iter().any(|attempt| matches!(attempt.outcome, Outcome::Acknowledged { seq: Some(_), .. }))
        })
    };
    let (chat, seq) = sent(round, chance, |known, row| {
        let next = known.rows.get(&(row.seq + 1)).filter(|next| next.event.is_none());
        next.is_some() && has_seq(&row.message_id)
    })?;
    exchange(round, &chat, seq);
    Some(())
}

/// Exchanges a row with the next.
fn exchange(round: &mut Round, chat: &Chat, seq: i64) {
    everywhere(round, chat, |known| {
        let (Some(mut one), Some(mut other)) = (known.rows.remove(&seq), known.rows.remove(&(seq + 1))) else { return };
        std::mem::swap(&mut one.created_at, &mut other.created_at);
        (one.seq, other.seq) = (seq + 1, seq);
        known.rows.extend([(seq, other), (seq + 1, one)]);
    });
}

fn skip_seq(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = sent(round, chance, |known, row| row.seq == known.last_seq)?;
    everywhere(round, &chat, |known| {
        let Some(mut row) = known.rows.remove(&seq) else { return };
        row.seq += 1;
        known.rows.insert(row.seq, row);
        known.last_seq += 1;
    });
    Some(())
}

fn same_time(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = sent(round, chance, |_, row| row.seq > 1)?;
    let known = round.after.views.iter().find_map(|view| view.get(&chat))?;
    let time = known.rows.get(&(seq - 1))?.created_at.clone();
    row_everywhere(round, &chat, seq, |row| row.created_at.clone_from(&time));
    Some(())
}

fn other_sender(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = sent(round, chance, |_, _| true)?;
    let people = round.people.clone();
    row_everywhere(round, &chat, seq, |row| {
        row.sender_id = if row.sender_id == people[0] { people[1].clone() } else { people[0].clone() };
    });
    Some(())
}

fn lose_edit(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let is_lone = |op: &&Op| {
        let id = op.change.changes();
        matches!(op.change, Change::Edit { .. })
            && op.acknowledged().is_some()
            && round.ops.iter().filter(|other| other.change.changes() == id).count() == 1
    };
    let op = chance.choice(round.ops.iter().filter(is_lone).collect::<Vec<_>>())?.clone();
    let known = round.after.views.iter().find_map(|view| view.get(&op.chat))?;
    let seq = known.rows.values().find(|row| Some(row.message_id.as_str()) == op.change.changes())?.seq;
    row_everywhere(round, &op.chat, seq, |row| {
        "what it said before".clone_into(&mut row.content);
        row.edited_at = None;
    });
    Some(())
}

/// A deleted row, of this round or of those before.
fn deleted(round: &Round, chance: &mut Rng, is_old: bool) -> Option<(Chat, i64)> {
    let mut found = Vec::new();
    for (chat, known) in round.after.views.iter().flatten() {
        for row in known.rows.values().filter(|row| row.deleted_at.is_some()) {
            let before = round.before.views.iter().find_map(|view| view.get(chat)?.rows.get(&row.seq));
            let is_certain = round.ops.iter().any(|op| {
                matches!(&op.change, Change::Delete { id } if *id == row.message_id) && op.acknowledged().is_some()
            });
            let was_deleted = before.is_some_and(|before| before.deleted_at.is_some());
            if if is_old { was_deleted } else { is_certain && !was_deleted } {
                found.push((chat.clone(), row.seq));
            }
        }
    }
    chance.choice(found)
}

fn undelete(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = deleted(round, chance, true)?;
    row_everywhere(round, &chat, seq, |row| row.deleted_at = None);
    Some(())
}

fn lose_delete(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = deleted(round, chance, false)?;
    row_everywhere(round, &chat, seq, |row| row.deleted_at = None);
    Some(())
}

/// A reaction, as the reader who added it sees it.
fn reaction(round: &Round, chance: &mut Rng) -> Option<(usize, Chat, i64, Reaction)> {
    let mut found = Vec::new();
    for (person, view) in round.after.views.iter().enumerate() {
        for (chat, known) in view.iter().filter(|(chat, _)| round.before.views[person].contains_key(chat)) {
            for row in known.rows.values().filter(|row| !is_touched(round, &row.message_id)) {
                let mine = row.reactions.iter().find(|reaction| reaction.mine == Some(true) && reaction.count == 1);
                found.extend(mine.map(|reaction| (person, chat.clone(), row.seq, reaction.clone())));
            }
        }
    }
    chance.choice(found)
}

fn lose_reaction(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (_, chat, seq, lost) = reaction(round, chance)?;
    row_everywhere(round, &chat, seq, |row| row.reactions.retain(|reaction| reaction.emoji != lost.emoji));
    Some(())
}

fn count_reaction_twice(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (_, chat, seq, twice) = reaction(round, chance)?;
    let sees = |view: &&View| view.get(&chat).is_some_and(|known| known.rows.contains_key(&seq));
    let readers = round.after.views.iter().filter(sees).count();
    let count = i64::try_from(1 + round.people.len() + round.former - readers).ok()? + 1;
    row_everywhere(round, &chat, seq, |row| {
        row.reactions.iter_mut().filter(|other| other.emoji == twice.emoji).for_each(|other| other.count = count);
    });
    Some(())
}

fn store_refused(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let refused = round.ops.iter().filter(|op| op.is_refused() && matches!(op.change, Change::Send { .. }));
    let refused = refused.filter(|op| round.after.views.iter().any(|view| view.contains_key(&op.chat)));
    let op = chance.choice(refused.collect::<Vec<_>>())?.clone();
    let sender = round.people[op.person].clone();
    append(round, &op.chat, |row| {
        if let Change::Send { id, text } = &op.change {
            (row.message_id, row.content) = (id.clone(), text.clone());
        }
        row.sender_id.clone_from(&sender);
        row.event = None;
    });
    Some(())
}

fn other_text_for_one(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = sent(round, chance, |_, row| row.deleted_at.is_none())?;
    let view = round.after.views.iter_mut().rev().find(|view| view.contains_key(&chat))?;
    view.get_mut(&chat)?.rows.get_mut(&seq)?.content.push('!');
    Some(())
}
