//! Members, roles and names of groups follow from their histories.

use std::collections::BTreeSet;

use super::truth::{Stored, Truth};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for (chat, members) in &truth.round.before.members {
        let Some(stored) = truth.chats.get(chat) else {
            violations.push(format!("{chat:?} is lost"));
            continue;
        };
        let members = replay(truth, stored, members.keys().collect(), violations);
        roster(truth, stored, &members, violations);
        name(stored, violations);
    }
}

/// The members after all notices. Each must have been possible.
fn replay<'a>(
    truth: &Truth<'a>,
    stored: &Stored<'a>,
    mut members: BTreeSet<&'a String>,
    violations: &mut Vec<String>,
) -> BTreeSet<&'a String> {
    for row in stored.new_rows() {
        let (kind, whom) = row.event.as_ref().map_or(("", None), |event| (event.kind.as_str(), event.user_id.as_ref()));
        let fits = match (kind, whom) {
            ("added", Some(whom)) => members.insert(whom),
            ("removed", Some(whom)) => members.remove(whom),
            ("left", _) => members.contains(&row.sender_id),
            _ => true,
        };
        if !fits || !members.contains(&row.sender_id) {
            violations.push(format!("{}: seq {} is impossible for these members: {row:?}", stored.name(), row.seq));
        }
        if kind == "left" {
            members.remove(&row.sender_id);
        }
    }
    for (person, id) in truth.round.people.iter().enumerate() {
        if members.contains(id) != stored.readers.contains_key(&person) {
            let has = if members.contains(id) { "misses it" } else { "still has it" };
            violations.push(format!("{}: person {person} {has}", stored.name()));
        }
    }
    members
}

fn roster(truth: &Truth<'_>, stored: &Stored<'_>, members: &BTreeSet<&String>, violations: &mut Vec<String>) {
    let name = stored.name();
    let Some(after) = truth.round.after.members.get(stored.chat) else {
        return violations.push(format!("{name}: no members"));
    };
    if !after.keys().eq(members.iter().copied()) {
        violations.push(format!("{name}: the members are {after:?} instead of {members:?}"));
    }
    if stored.known.member_count != i64::try_from(members.len()).ok() {
        violations.push(format!("{name}: memberCount is {:?}", stored.known.member_count));
    }
    let before = &truth.round.before.members[stored.chat];
    let owner = |members: &std::collections::BTreeMap<String, String>| {
        members.iter().find(|(_, role)| *role == "owner").map(|(id, _)| id.clone())
    };
    if owner(after) != owner(before) {
        violations.push(format!("{name}: the owner has changed: {after:?}"));
    }
}

fn name(stored: &Stored<'_>, violations: &mut Vec<String>) {
    let renamed = stored.new_rows().filter_map(|row| row.event.as_ref()?.group_name.as_ref()).last();
    let expected = renamed.or(stored.before.and_then(|before| before.group_name.as_ref()));
    if stored.known.group_name.as_ref() != expected {
        violations.push(format!(
            "{}: its name is {:?} instead of {expected:?}",
            stored.name(),
            stored.known.group_name
        ));
    }
}
