//! Mistakes in counters, settings, members and names.

use fastrand::Rng;

use super::{
    Mutation,
    stored::{everywhere, sent},
};
use crate::{
    record::{Change, Round},
    wire::{Chat, Known},
};

/// One per mistake.
pub(super) const ALL: &[Mutation] = &[
    Mutation::new("a rename is lost", lose_rename),
    Mutation::new("a mute is lost", lose_mute),
    Mutation::new("unreadCount is off by one", miscount_unread),
    Mutation::new("readUpTo goes back", unread),
    Mutation::new("lastSeq is behind", last_seq_behind),
    Mutation::new("revision is behind", revision_behind),
    Mutation::new("state goes back", state_back),
    Mutation::new("memberCount is wrong", miscount_members),
    Mutation::new("a member is missing", lose_member),
    Mutation::new("a former member still has the group", keep_group),
];

fn lose_rename(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let renames = round.ops.iter().filter(|op| matches!(op.change, Change::Rename { .. }));
    let op = chance.choice(renames.filter(|op| op.acknowledged().is_some()).collect::<Vec<_>>())?.clone();
    everywhere(round, &op.chat, |known| known.group_name = Some("crash".to_owned()));
    Some(())
}

fn lose_mute(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let mut found = Vec::new();
    for (person, view) in round.after.views.iter().enumerate() {
        for (chat, known) in view.iter().filter(|(chat, _)| round.before.views[person].contains_key(chat)) {
            let ops = round.ops.iter().filter(|op| op.person == person && op.chat == *chat);
            let mutes: Vec<_> = ops.filter(|op| matches!(op.change, Change::Mute { .. })).collect();
            let is_certain = mutes.iter().all(|op| op.acknowledged().is_some());
            if !mutes.is_empty() && is_certain && known.muted_until.is_some() {
                found.push((person, chat.clone()));
            }
        }
    }
    let (person, chat) = chance.choice(found)?;
    round.after.views[person].get_mut(&chat)?.muted_until = None;
    Some(())
}

/// A chat as one user sees it.
fn seen<'a>(round: &'a mut Round, chance: &mut Rng, is_meant: impl Fn(&Chat, &Known) -> bool) -> Option<&'a mut Known> {
    let views = round.after.views.iter_mut().flat_map(|view| view.iter_mut());
    let meant: Vec<_> = views.filter(|(chat, known)| is_meant(chat, known)).collect();
    chance.choice(meant).map(|(_, known)| known)
}

fn miscount_unread(round: &mut Round, chance: &mut Rng) -> Option<()> {
    seen(round, chance, |_, _| true)?.unread_count += 1;
    Some(())
}

fn unread(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let known = seen(round, chance, |_, known| known.read_up_to > 1)?;
    known.read_up_to -= 1;
    known.unread_count = known.last_seq - known.read_up_to;
    Some(())
}

fn last_seq_behind(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let (chat, _) = sent(round, chance, |_, _| true)?;
    everywhere(round, &chat, |known| known.last_seq -= 1);
    Some(())
}

fn revision_behind(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let ops: Vec<_> = round.ops.iter().filter(|op| matches!(op.change, Change::Edit { .. })).collect();
    let op = chance.choice(ops.into_iter().filter(|op| op.acknowledged().is_some()).collect::<Vec<_>>())?;
    let (chat, revision) = (op.chat.clone(), op.revision()?);
    everywhere(round, &chat, |known| known.revision = revision - 1);
    Some(())
}

fn state_back(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let before = round.before.views.clone();
    let known = seen(round, chance, |chat, known| {
        known.state > 0 && before.iter().all(|view| view.get(chat).is_some_and(|old| old.state == known.state))
    });
    if let Some(known) = known {
        known.state -= 1;
        return Some(());
    }
    let (person, chat) = before.iter().enumerate().find_map(|(person, view)| {
        Some((
            person,
            view.iter().find(|(chat, old)| old.state > 0 && round.after.views[person].contains_key(*chat))?.0,
        ))
    })?;
    round.after.views[person].get_mut(chat)?.state = 0;
    Some(())
}

pub(super) fn group(round: &Round, chance: &mut Rng) -> Option<Chat> {
    chance.choice(round.after.members.keys()).cloned()
}

fn miscount_members(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let chat = group(round, chance)?;
    everywhere(round, &chat, |known| known.member_count = known.member_count.map(|count| count + 1));
    Some(())
}

fn lose_member(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let chat = group(round, chance)?;
    let members = round.after.members.get_mut(&chat)?;
    let lost = members.iter().position(|(_, role)| role != "owner")?;
    members.remove(lost);
    Some(())
}

fn keep_group(round: &mut Round, _: &mut Rng) -> Option<()> {
    let (chat, known) = round.after.views[0].iter().find(|(chat, _)| chat.group_id().is_some())?;
    let (chat, known) = (chat.clone(), known.clone());
    // If all people see the group, a member loses it instead.
    let person = (0..round.people.len()).find(|person| !round.after.views[*person].contains_key(&chat));
    match person {
        Some(person) => drop(round.after.views[person].insert(chat, known)),
        None => drop(round.after.views[round.people.len() - 1].remove(&chat)),
    }
    Some(())
}
