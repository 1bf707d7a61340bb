//! Mistakes in roles, blocks and hidden dialogs.

use fastrand::Rng;

use super::{Mutation, counters::group, stored::row_everywhere};
use crate::{
    record::{Change, Op, Round},
    wire::Chat,
};

/// One per mistake.
pub(super) const ALL: &[Mutation] = &[
    Mutation::new("a member has another role", other_role),
    Mutation::new("two members exchange their roles", exchange_roles),
    Mutation::new("a group was renamed by a member who may not", rename_as_member),
    Mutation::new("a block is lost", |round, chance| forget_block(round, chance, true)),
    Mutation::new("an unblock is lost", |round, chance| forget_block(round, chance, false)),
    Mutation::new("the chat list does not show a block", show_no_block),
    Mutation::new("a message to a user who blocks its sender is acknowledged", write_to_blocking),
    Mutation::new("a user sees how far a user has read who blocks them", show_read_to_blocked),
    Mutation::new("a hidden message is back", show_hidden),
    Mutation::new("a dialog is hidden that its user did not hide", hide_unasked),
    Mutation::new("a message is hidden that came later", hide_later),
];

/// Gives a member a role, in the list of members and in the member's own view.
fn give(round: &mut Round, chat: &Chat, place: usize, role: &str) -> Option<()> {
    let (id, known) = round.after.members.get_mut(chat)?.get_mut(place)?;
    role.clone_into(known);
    let person = round.people.iter().position(|other| other == id)?;
    round.after.views[person].get_mut(chat)?.role = Some(role.to_owned());
    Some(())
}

fn other_role(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let chat = group(round, chance)?;
    let members = &round.after.members[&chat];
    let place = members.iter().position(|(_, role)| role != "owner")?;
    let role = if members[place].1 == "admin" { "member" } else { "admin" };
    give(round, &chat, place, role)
}

fn exchange_roles(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let chat = group(round, chance)?;
    let members = round.after.members[&chat].clone();
    let owner = members.iter().position(|(_, role)| role == "owner")?;
    let other = members.iter().position(|(_, role)| role != "owner")?;
    give(round, &chat, owner, &members[other].1)?;
    give(round, &chat, other, "owner")
}

/// Only the sender changes: everything else about the row stays.
fn rename_as_member(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let mut found = Vec::new();
    for (number, op) in round.ops.iter().enumerate() {
        let Change::Rename { id, .. } = &op.change else { continue };
        let known = round.after.views[0].get(&op.chat)?;
        let Some(row) = known.rows.values().find(|row| row.message_id == *id) else { continue };
        let notices = || known.rows.range(known.last_seq.min(1)..).filter_map(|(_, row)| row.event.as_ref());
        for (person, id) in round.people.iter().enumerate() {
            let plain =
                |members: &[(String, String)]| members.iter().any(|(other, role)| other == id && role == "member");
            let stays = [&round.before, &round.after].iter().all(|snapshot| plain(&snapshot.members[&op.chat]));
            let is_old = round.before.views[0].get(&op.chat).is_some_and(|old| old.rows.contains_key(&row.seq));
            if stays && !is_old && notices().all(|event| event.kind != "role" || event.user_id.as_ref() != Some(id)) {
                found.push((number, op.chat.clone(), row.seq, person));
            }
        }
    }
    let (number, chat, seq, person) = chance.choice(found)?;
    let sender = round.people[person].clone();
    round.ops[number].person = person;
    row_everywhere(round, &chat, seq, |row| row.sender_id.clone_from(&sender));
    Some(())
}

/// The two sides of a dialog.
fn sides(round: &Round, chat: &Chat) -> Option<[usize; 2]> {
    let sides = round.people.iter().enumerate().filter(|(_, id)| chat.is_dialog_of(id));
    sides.map(|(person, _)| person).collect::<Vec<_>>().try_into().ok()
}

/// Sets whether a user blocks another, wherever that shows.
fn set_block(round: &mut Round, by: usize, whom: usize, on: bool) {
    let (id, chat) = (round.people[whom].clone(), Chat::dialog(&round.people[by], &round.people[whom]));
    for snapshot in [&mut round.before, &mut round.after] {
        let read = snapshot.views[by].get_mut(&chat).map(|known| {
            known.blocked = Some(on);
            known.read_up_to
        });
        if let (Some(known), Some(read)) = (snapshot.views[whom].get_mut(&chat), read) {
            known.partner_read_up_to = (!on).then_some(read);
        }
        snapshot.blocked[by].retain(|other| *other != id);
        snapshot.blocked[by].extend(on.then(|| id.clone()));
    }
}

fn forget_block(round: &mut Round, chance: &mut Rng, on: bool) -> Option<()> {
    let is_block = |op: &&Op| matches!(op.change, Change::Block { .. }) && !op.is_refused();
    let mut found = Vec::new();
    for op in round.ops.iter().filter(|op| op.change == Change::Block { on } && op.acknowledged().is_some()) {
        let others =
            round.ops.iter().filter(is_block).filter(|other| other.person == op.person && other.chat == op.chat);
        let [one, other] = sides(round, &op.chat)?;
        // Nobody blocks a deleted account.
        let is_there = ![one, other].iter().any(|person| round.after.gone.contains(person));
        if others.count() == 1 && is_there {
            found.push((op.person, if one == op.person { other } else { one }));
        }
    }
    let (by, whom) = chance.choice(found)?;
    set_block(round, by, whom, !on);
    Some(())
}

fn show_no_block(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let chats = round.after.views.iter_mut().flat_map(|view| view.values_mut());
    let blocking = chats.filter(|known| known.blocked == Some(true)).collect::<Vec<_>>();
    chance.choice(blocking)?.blocked = Some(false);
    Some(())
}

/// A dialog in which nobody blocked or unblocked, with a message that was acknowledged and the side that got it.
fn write_to_blocking(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let mut found = Vec::new();
    for op in round.ops.iter().filter(|op| op.acknowledged().is_some() && matches!(op.change, Change::Send { .. })) {
        let quiet =
            !round.ops.iter().any(|other| other.chat == op.chat && matches!(other.change, Change::Block { .. }));
        if let (true, Some([one, other])) = (quiet, sides(round, &op.chat)) {
            found.push((if one == op.person { other } else { one }, op.person));
        }
    }
    let (by, whom) = chance.choice(found)?;
    set_block(round, by, whom, true);
    Some(())
}

/// In a dialog that both still see.
fn show_read_to_blocked(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let mut found = Vec::new();
    for (person, view) in round.after.views.iter().enumerate() {
        for (chat, known) in view.iter().filter(|(chat, _)| chat.group_id().is_none()) {
            let readers = round.after.views.iter().filter(|view| view.contains_key(chat));
            if known.partner_read_up_to.is_none() && readers.count() == 2 {
                found.push((person, chat.clone()));
            }
        }
    }
    let (person, chat) = chance.choice(found)?;
    round.after.views[person].get_mut(&chat)?.partner_read_up_to = Some(1);
    Some(())
}

/// Shows the whole dialog again to a user who has certainly hidden a part.
fn show_hidden(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let mut found = Vec::new();
    for (person, view) in round.after.views.iter().enumerate() {
        for (chat, _) in view.iter().filter(|(_, known)| known.hidden_up_to > 0) {
            let is_old = round.before.views.iter().any(|view| view.contains_key(chat));
            let hides =
                round.ops.iter().filter(|op| op.person == person && op.chat == *chat && op.change == Change::Hide);
            let was = round.before.views[person].get(chat).is_some_and(|old| old.hidden_up_to > 0);
            if was || is_old && hides.into_iter().any(|op| op.acknowledged().is_some()) {
                found.push((person, chat.clone()));
            }
        }
    }
    let (person, chat) = chance.choice(found)?;
    let [first, _] = sides(round, &chat)?;
    let rows = round.after.views[first].get(&chat)?.rows.clone();
    let known = round.after.views[person].get_mut(&chat)?;
    known.hidden_up_to = 0;
    for (seq, row) in rows {
        known.rows.entry(seq).or_insert(row);
    }
    Some(())
}

fn hide_unasked(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let mut found = Vec::new();
    for (person, view) in round.after.views.iter().enumerate() {
        let hides = |chat: &Chat| {
            round.ops.iter().any(|op| op.person == person && op.chat == *chat && op.change == Change::Hide)
        };
        let dialogs = view.keys().filter(|chat| chat.group_id().is_none() && !hides(chat));
        found.extend(dialogs.map(|chat| (person, chat.clone())));
    }
    let (person, chat) = chance.choice(found)?;
    round.after.views[person].remove(&chat).map(drop)
}

/// Hides the oldest message that the user still sees, if it came after all requests to hide were answered.
fn hide_later(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let mut found = Vec::new();
    for op in round.ops.iter().filter(|op| op.change == Change::Hide && op.acknowledged().is_some()) {
        let is_hide = |other: &&Op| other.change == Change::Hide && other.chat == op.chat && !other.is_refused();
        let hides = || round.ops.iter().filter(is_hide);
        let is_last = hides().all(|other| other.acknowledged().is_some_and(|at| Some(at) <= op.acknowledged()));
        let Some(known) = round.after.views[op.person].get(&op.chat).filter(|_| is_last) else { continue };
        let first = known.rows.values().next()?;
        let sent = round.ops.iter().find(|other| other.change.adds() == Some(&first.message_id));
        if sent.is_some_and(|sent| Some(sent.sent()) > op.acknowledged()) {
            found.push((op.person, op.chat.clone()));
        }
    }
    let (person, chat) = chance.choice(found)?;
    let known = round.after.views[person].get_mut(&chat)?;
    known.hidden_up_to += 1;
    known.read_up_to = known.read_up_to.max(known.hidden_up_to);
    known.unread_count = known.last_seq - known.read_up_to;
    known.rows.pop_first();
    let (read, [first, _]) = (known.read_up_to, sides(round, &chat)?);
    let partner = &mut round.after.views[first].get_mut(&chat)?.partner_read_up_to;
    *partner = partner.map(|_| read);
    Some(())
}
