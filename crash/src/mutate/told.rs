//! Mistakes in answers, live frames and pages.

use fastrand::Rng;

use super::Mutation;
use crate::{
    record::{Change, Heard, Line, Op, Outcome, Protocol, Round},
    wire::{Chat, NEW_ROWS},
};

/// One per mistake.
pub(super) const ALL: &[Mutation] = &[
    Mutation::new("a frame never arrives", lose_frame),
    Mutation::new("a frame for `auth` never arrives", lose_auth_frame),
    Mutation::new("the last frame never arrives", lose_last_frame),
    Mutation::new("two frames arrive in the wrong order", swap_frames),
    Mutation::new("a frame arrives twice", double_frame),
    Mutation::new("a frame arrives of a row that is not stored", invent_frame),
    Mutation::new("a frame arrives at a person who is not a member", tell_stranger),
    Mutation::new("a client of `auth` receives its own message", tell_own),
    Mutation::new("an edit never arrives", lose_edit),
    Mutation::new("two edits have the same revision", same_revision),
    Mutation::new("the retry of a stored message is refused", refuse_retry),
    Mutation::new("a message is acknowledged with another seq", other_seq),
    Mutation::new("a forbidden change is acknowledged", acknowledge_forbidden),
    Mutation::new("an error is internal", internal_error),
    Mutation::new("a page of a history misses a row", page_without_row),
    Mutation::new("a user learns that another one blocks them", tell_of_block),
    Mutation::new("a message is refused because of a block that is not there", refuse_as_blocked),
];

/// A broadcast about a chat.
pub(super) fn frame(kind: &str, chat: &Chat) -> Heard {
    Heard {
        kind: kind.to_owned(),
        chat: chat.clone(),
        is_answer: false,
        message: None,
        seq: None,
        last_seq: None,
        revision: None,
    }
}

fn is_broadcast_row(heard: &Heard) -> bool {
    !heard.is_answer && NEW_ROWS.contains(&heard.kind.as_str())
}

/// A connection that received every frame, and the places of its rows of one chat.
fn rows(
    round: &Round,
    chance: &mut Rng,
    protocol: Protocol,
    least: usize,
    is_meant: impl Fn(&Line) -> bool,
) -> Option<(usize, Vec<usize>)> {
    let mut found = Vec::new();
    for (number, line) in round.lines.iter().enumerate() {
        if !line.is_settled || line.protocol != protocol || !is_meant(line) {
            continue;
        }
        for chat in round.after.members.keys() {
            let places =
                line.heard.iter().enumerate().filter(|(_, heard)| heard.chat == *chat && is_broadcast_row(heard));
            let places: Vec<_> = places.map(|(place, _)| place).collect();
            if places.len() >= least {
                found.push((number, places));
            }
        }
    }
    chance.choice(found)
}

fn lose_frame(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (line, places) = rows(round, chance, Protocol::Hearth, 3, |_| true)?;
    round.lines[line].heard.remove(places[1]);
    Some(())
}

fn lose_auth_frame(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (line, places) = rows(round, chance, Protocol::Auth, 3, |_| true)?;
    round.lines[line].heard.remove(places[1]);
    Some(())
}

fn lose_last_frame(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (line, places) = rows(round, chance, Protocol::Hearth, 2, |_| true)?;
    round.lines[line].heard.remove(*places.last()?);
    Some(())
}

fn swap_frames(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let protocol = if chance.bool() { Protocol::Hearth } else { Protocol::Auth };
    let (line, places) = rows(round, chance, protocol, 2, |_| true)?;
    round.lines[line].heard.swap(places[0], places[1]);
    Some(())
}

fn double_frame(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (line, places) = rows(round, chance, Protocol::Auth, 1, |_| true)?;
    let heard = round.lines[line].heard[places[0]].clone();
    round.lines[line].heard.push(heard);
    Some(())
}

fn invent_frame(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (line, places) = rows(round, chance, Protocol::Auth, 1, |_| true)?;
    let heard = &mut round.lines[line].heard[places[0]];
    heard.message = Some("00000000-0000-4000-8000-000000000000".to_owned());
    Some(())
}

fn tell_stranger(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let dialogs = round.ops.iter().filter(|op| op.chat.group_id().is_none() && op.acknowledged().is_some());
    let op = chance.choice(dialogs.filter(|op| op.change.adds().is_some()).collect::<Vec<_>>())?;
    let message = op.change.adds().map(str::to_owned);
    let heard = Heard { message, ..frame("privateMessage", &op.chat) };
    let strangers = round.people.iter().enumerate().filter(|(_, id)| !heard.chat.is_dialog_of(id));
    let (stranger, _) = chance.choice(strangers.collect::<Vec<_>>())?;
    round.lines.iter_mut().find(|line| line.person == stranger)?.heard.push(heard);
    Some(())
}

fn tell_own(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (line, places) = rows(round, chance, Protocol::Auth, 1, |_| true)?;
    let line = &mut round.lines[line];
    let heard = &mut line.heard[*places.last()?];
    let known = round.after.views[line.person].get(&heard.chat)?;
    let own = known.rows.values().rev().find(|row| row.sender_id == round.people[line.person])?;
    heard.message = Some(own.message_id.clone());
    Some(())
}

/// Removes an acknowledged edit from the frames of a connection that must receive it.
fn lose_edit(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let mut found = Vec::new();
    for (number, line) in round.lines.iter().enumerate().filter(|(_, line)| line.is_settled) {
        let Some(ready) = line.ready else { continue };
        for (place, heard) in line.heard.iter().enumerate().filter(|(_, heard)| heard.kind == "messageEdited") {
            let op = round.ops.iter().find(|op| {
                op.chat == heard.chat
                    && matches!(op.change, Change::Edit { .. })
                    && op.revision() == heard.revision
                    && op.sent() > ready
                    && sees(round, line.person, op)
            });
            // In the first group and in dialogs, the members stay the same.
            if op.is_some() && (heard.chat.group_id().is_none() || members_stay(round, heard)) {
                found.push((number, place));
            }
        }
    }
    let (line, place) = chance.choice(found)?;
    round.lines[line].heard.remove(place);
    Some(())
}

/// Whether a user sees the message that an operation changes: the history of a dialog may be hidden since.
fn sees(round: &Round, person: usize, op: &Op) -> bool {
    let known = round.after.views[person].get(&op.chat);
    known.is_some_and(|known| known.rows.values().any(|row| op.change.changes() == Some(&row.message_id)))
}

fn members_stay(round: &Round, heard: &Heard) -> bool {
    let membership =
        |change: &Change| matches!(change, Change::Add { .. } | Change::Remove { .. } | Change::Leave { .. });
    !round.ops.iter().any(|op| op.chat == heard.chat && membership(&op.change) && !op.is_refused())
}

fn same_revision(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let edits = round.ops.iter().enumerate().filter(|(_, op)| matches!(op.change, Change::Edit { .. }));
    let edits: Vec<_> = edits.filter(|(_, op)| op.revision().is_some()).map(|(number, _)| number).collect();
    let pairs = edits.iter().flat_map(|one| edits.iter().map(move |other| (*one, *other)));
    let pairs = pairs.filter(|(one, other)| one < other && round.ops[*one].chat == round.ops[*other].chat);
    let (one, other) = chance.choice(pairs.collect::<Vec<_>>())?;
    let taken = round.ops[one].revision();
    for attempt in &mut round.ops[other].attempts {
        if let Outcome::Acknowledged { revision, .. } = &mut attempt.outcome {
            *revision = taken;
        }
    }
    Some(())
}

/// An acknowledged message.
fn acknowledged(round: &Round, chance: &mut Rng) -> Option<usize> {
    let sends = round.ops.iter().enumerate().filter(|(_, op)| matches!(op.change, Change::Send { .. }));
    let acknowledged = sends.filter(|(_, op)| {
        op.attempts.iter().any(|attempt| matches!(attempt.outcome, Outcome::Acknowledged { seq: Some(_), .. }))
    });
    chance.choice(acknowledged.map(|(number, _)| number).collect::<Vec<_>>())
}

fn refuse_retry(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let op = acknowledged(round, chance)?;
    let attempts = &mut round.ops[op].attempts;
    let mut retry = attempts.last()?.clone();
    retry.outcome =
        Outcome::Refused { code: "message_id_taken".to_owned(), message: "Message id already exists".to_owned() };
    attempts.push(retry);
    Some(())
}

fn other_seq(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let op = acknowledged(round, chance)?;
    for attempt in &mut round.ops[op].attempts {
        if let Outcome::Acknowledged { seq: Some(seq), .. } = &mut attempt.outcome {
            *seq += 1;
        }
    }
    Some(())
}

fn acknowledge_forbidden(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let forbidden = round.ops.iter_mut().filter(|op| op.is_forbidden && !op.attempts.is_empty());
    let op = chance.choice(forbidden.collect::<Vec<_>>())?;
    op.attempts[0].outcome = Outcome::Acknowledged { at: op.attempts[0].sent, seq: None, revision: None };
    Some(())
}

fn internal_error(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let refused = round.ops.iter_mut().filter(|op| op.is_refused() && !op.attempts.is_empty());
    let op = chance.choice(refused.collect::<Vec<_>>())?;
    op.attempts[0].outcome = Outcome::Refused { code: "internal".to_owned(), message: "Server error".to_owned() };
    Some(())
}

fn tell_of_block(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let blocks = round.ops.iter().filter(|op| matches!(op.change, Change::Block { .. }) && !op.is_refused());
    let op = chance.choice(blocks.collect::<Vec<_>>())?;
    let knows = |person: usize| {
        let own = round.ops.iter().filter(|other| other.person == person && other.chat == op.chat);
        own.into_iter().any(|other| matches!(other.change, Change::Block { .. }))
    };
    let number = round.lines.iter().position(|line| line.protocol == Protocol::Hearth && !knows(line.person))?;
    let heard = frame("blockUser", &op.chat);
    round.lines[number].heard.push(heard);
    Some(())
}

fn refuse_as_blocked(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let refused = round.ops.iter_mut().filter(|op| {
        let is_message = matches!(op.change, Change::Send { .. }) && op.chat.group_id().is_none();
        // The first user takes no part in blocks.
        is_message && op.is_refused() && op.chat.is_dialog_of(&round.people[0])
    });
    let op = chance.choice(refused.collect::<Vec<_>>())?;
    op.attempts.last_mut()?.outcome =
        Outcome::Refused { code: "blocked".to_owned(), message: "Not delivered".to_owned() };
    Some(())
}

fn page_without_row(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let histories = round.after.histories.iter_mut().filter(|history| !history.rows.is_empty());
    let history = chance.choice(histories.collect::<Vec<_>>())?;
    history.rows.remove(history.rows.len() / 2);
    Some(())
}
