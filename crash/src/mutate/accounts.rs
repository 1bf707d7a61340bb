//! Mistakes in the deletion of accounts.

use fastrand::Rng;

use super::{
    Mutation,
    counters::group,
    stored::{everywhere, row_everywhere},
    told::frame,
};
use crate::{
    record::{Change, Line, Op, Outcome, Protocol, Round},
    wire::Chat,
};

/// Mistakes that fresh clients see.
pub(super) const STORED: &[Mutation] = &[
    Mutation::new("a deleted account is here again", restore),
    Mutation::new("an account is lost", lose),
    Mutation::new("a deleted account is shown as one that is there", show),
    Mutation::new("a deleted account is still a member", keep_member),
    Mutation::new("a deleted account is still blocked", keep_block),
    Mutation::new("a message is acknowledged after its account was deleted", write_later),
];

/// Mistakes that fresh clients see if the texts were erased.
pub(super) const ERASED: &[Mutation] = &[
    Mutation::new("an erased text is still there", show_text),
    Mutation::new("a message of another user is erased, too", erase_other),
];

/// Mistakes that only other clients notice.
pub(super) const TOLD: &[Mutation] = &[
    Mutation::new("a connection outlives its account", outlive),
    Mutation::new("a connection is closed although the account is there", log_out),
    Mutation::new("a frame about a deletion never arrives", lose_frame),
    Mutation::new("a frame arrives about a deletion that is not done", invent_frame),
    Mutation::new("a client of `auth` receives a frame about a deletion", tell_auth),
];

/// A user whose account was certainly deleted, and the moment of the acknowledgement.
fn deleted(round: &Round) -> Option<(usize, &Op)> {
    let requests =
        round.ops.iter().filter(|op| matches!(op.change, Change::Destroy { .. }) && op.acknowledged().is_some());
    requests.map(|op| (op.person, op)).next()
}

fn restore(round: &mut Round, _: &mut Rng) -> Option<()> {
    let (person, _) = deleted(round)?;
    round.after.gone.remove(&person).then_some(())
}

fn lose(round: &mut Round, _: &mut Rng) -> Option<()> {
    round.after.gone.insert(1).then_some(())
}

/// The dialogs of the deleted account that others see.
fn show(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let dialogs = round.after.views.iter_mut().flat_map(|view| view.values_mut());
    chance.choice(dialogs.filter(|known| known.deleted == Some(true)).collect::<Vec<_>>())?.deleted = Some(false);
    Some(())
}

fn keep_member(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (id, chat) = (round.people[deleted(round)?.0].clone(), group(round, chance)?);
    round.after.members.get_mut(&chat)?.push((id, "member".to_owned()));
    everywhere(round, &chat, |known| known.member_count = known.member_count.map(|count| count + 1));
    Some(())
}

fn keep_block(round: &mut Round, _: &mut Rng) -> Option<()> {
    let (person, _) = deleted(round)?;
    round.after.blocked[1].insert(round.people[person].clone()).then_some(())
}

/// A message of the deleted account was sent just after the deletion was acknowledged.
fn write_later(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (person, at) = deleted(round).map(|(person, op)| (person, op.acknowledged()))?;
    let later = at? + 1;
    let ops = round.ops.iter_mut().filter(|op| op.person == person && matches!(op.change, Change::Send { .. }));
    let op = chance.choice(ops.filter(|op| op.acknowledged().is_some()).collect::<Vec<_>>())?;
    for attempt in &mut op.attempts {
        attempt.sent = later;
        if let Outcome::Acknowledged { at, .. } = &mut attempt.outcome {
            *at = later + 1;
        }
    }
    Some(())
}

fn line<'a>(round: &'a mut Round, chance: &mut Rng, is_meant: impl Fn(&Line) -> bool) -> Option<&'a mut Line> {
    chance.choice(round.lines.iter_mut().filter(|line| is_meant(line)).collect::<Vec<_>>())
}

fn outlive(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (person, _) = deleted(round)?;
    line(round, chance, |line| line.person == person)?.is_settled = true;
    Some(())
}

fn log_out(round: &mut Round, chance: &mut Rng) -> Option<()> {
    line(round, chance, |line| line.is_settled)?.is_logged_out = true;
    Some(())
}

/// A client that was there before the deletion, and until the end.
fn lose_frame(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let request = deleted(round)?.1.sent();
    let was_there = |line: &Line| line.is_settled && line.ready.is_some_and(|ready| ready < request);
    let line = line(round, chance, |line| line.protocol == Protocol::Hearth && was_there(line))?;
    let place = line.heard.iter().position(|heard| heard.kind == "personDeleted")?;
    line.heard.remove(place);
    Some(())
}

fn invent_frame(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let heard = frame("personDeleted", &Chat::dialog(&round.people[0], &round.people[1]));
    line(round, chance, |line| line.person == 0)?.heard.push(heard);
    Some(())
}

fn tell_auth(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (person, _) = deleted(round)?;
    let heard = frame("personDeleted", &Chat::dialog(&round.people[0], &round.people[person]));
    line(round, chance, |line| line.person == 0 && line.protocol == Protocol::Auth)?.heard.push(heard);
    Some(())
}

/// A message that is or is not of the deleted account, and that all its readers see.
fn message(round: &Round, chance: &mut Rng, is_theirs: bool) -> Option<(Chat, i64)> {
    let id = &round.people[deleted(round)?.0];
    let mut found = Vec::new();
    for (chat, known) in &round.after.views[0] {
        let rows = known.rows.values().filter(|row| row.event.is_none() && (row.sender_id == *id) == is_theirs);
        let rows = rows.filter(|row| is_theirs || row.deleted_at.is_none());
        found.extend(rows.map(|row| (chat.clone(), row.seq)));
    }
    chance.choice(found)
}

fn show_text(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = message(round, chance, true)?;
    row_everywhere(round, &chat, seq, |row| "a secret".clone_into(&mut row.content));
    Some(())
}

fn erase_other(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, seq) = message(round, chance, false)?;
    row_everywhere(round, &chat, seq, |row| {
        row.content.clear();
        row.reactions.clear();
        row.deleted_at = Some(row.created_at.clone());
    });
    Some(())
}
