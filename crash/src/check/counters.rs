//! The counters of chats and memberships.

use super::truth::{Stored, Truth};
use crate::{
    record::{Change, Op},
    wire::Known,
};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for stored in truth.chats.values() {
        revision(truth, stored, violations);
        for (person, known) in &stored.readers {
            reads(truth, stored, *person, known, violations);
            let old = truth.round.before.views[*person].get(stored.chat);
            if old.is_some_and(|old| old.state > known.state) {
                violations.push(format!("{}: the state of person {person} decreased", stored.name()));
            }
        }
        if let [(one, known), (other, partner)] = stored.readers.iter().collect::<Vec<_>>()[..]
            && stored.chat.group_id().is_none()
        {
            for (person, seen, by, read) in [
                (*one, known.partner_read_up_to, *other, partner.read_up_to),
                (*other, partner.partner_read_up_to, *one, known.read_up_to),
            ] {
                // Users do not see how far those have read who block them.
                let is_blocked = truth.round.after.blocked[by].contains(&truth.round.people[person]);
                if seen != (!is_blocked).then_some(read) {
                    violations.push(format!(
                        "{}: person {person} sees {seen:?} as read, but the other read up to {read}",
                        stored.name()
                    ));
                }
            }
        }
    }
}

fn revision(truth: &Truth<'_>, stored: &Stored<'_>, violations: &mut Vec<String>) {
    let (old, new) = (stored.before.map_or(0, |before| before.revision), stored.known.revision);
    let ops = truth.round.ops.iter().filter(|op| op.chat == *stored.chat && op.change.changes().is_some());
    let ops: Vec<&Op> = ops.filter(|op| !op.is_refused()).collect();
    let mut certain: Vec<_> = ops.iter().filter_map(|op| op.revision()).filter(|revision| *revision > old).collect();
    certain.sort_unstable();
    certain.dedup();
    if let Some(highest) = certain.last().filter(|highest| **highest > new) {
        violations.push(format!("{}: revision is {new}, but {highest} was acknowledged", stored.name()));
    }
    // Who deletes the account changes the name that all the chats show.
    let names = truth.round.after.gone.len();
    let (least, most) = (i64::try_from(certain.len()).unwrap_or(0), i64::try_from(ops.len() + names).unwrap_or(0));
    let most = if stored.is_erasing { i64::MAX } else { most };
    if !(least..=most).contains(&(new - old)) {
        violations.push(format!(
            "{}: revision went from {old} to {new}, but {least} to {most} changes were made",
            stored.name()
        ));
    }
    let mut edits: Vec<_> =
        ops.iter().filter(|op| matches!(op.change, Change::Edit { .. })).filter_map(|op| op.revision()).collect();
    edits.sort_unstable();
    if edits.windows(2).any(|two| two[0] == two[1]) {
        violations.push(format!("{}: two edits have the same revision", stored.name()));
    }
}

fn reads(truth: &Truth<'_>, stored: &Stored<'_>, person: usize, known: &Known, violations: &mut Vec<String>) {
    let name = stored.name();
    let unread = known.last_seq - known.read_up_to.max(known.hidden_up_to);
    if known.unread_count != unread {
        violations.push(format!("{name}: person {person} has {} unread instead of {unread}", known.unread_count));
    }
    let ops = truth.round.ops.iter().filter(|op| op.person == person && op.chat == *stored.chat && !op.is_refused());
    let reads = ops.filter_map(|op| match op.change {
        Change::Read { seq } => Some((seq, op.acknowledged().is_some())),
        _ => None,
    });
    let me = &truth.round.people[person];
    let own = stored.new_rows().filter(|row| {
        let joins = row.event.as_ref().is_some_and(|event| event.kind == "added" && event.user_id.as_ref() == Some(me));
        row.sender_id == *me || joins
    });
    let old = truth.round.before.views[person].get(stored.chat).map(|old| (old.read_up_to, true));
    // What is hidden counts as read.
    let hidden = (known.hidden_up_to, true);
    let all: Vec<_> = reads.chain(own.map(|row| (row.seq, true))).chain(old).chain([hidden]).collect();
    let least = all.iter().filter(|(_, is_certain)| *is_certain).map(|(seq, _)| *seq).max().unwrap_or(0);
    let is_possible = known.read_up_to == 0 || all.iter().any(|(seq, _)| *seq == known.read_up_to);
    if known.read_up_to < least || !is_possible {
        violations.push(format!("{name}: person {person} read up to {} instead of {least}", known.read_up_to));
    }
}
