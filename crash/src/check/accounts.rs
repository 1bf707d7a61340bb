//! Deleted accounts: they stay deleted, nothing is done by or for them, and others see and learn of it.

use std::ops::RangeInclusive;

use super::truth::{Stored, Truth};
use crate::record::{Change, Line, Op, Protocol};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    let round = truth.round;
    for (person, id) in round.people.iter().enumerate() {
        let (requests, is_gone) = (requests(truth, person), round.after.gone.contains(&person));
        if is_gone && requests.is_empty() {
            violations.push(format!("the account of person {person} is lost"));
        }
        let Some(at) = requests.iter().filter_map(|op| op.acknowledged()).min() else { continue };
        if !is_gone {
            violations.push(format!("the account of person {person} was deleted, and is here again"));
        }
        let later = round.ops.iter().filter(|op| op.sent() > at && op.acknowledged().is_some());
        for op in later.filter(|op| concerns(op, person, id)) {
            violations.push(format!("acknowledged after the account of person {person} was deleted: {op:?}"));
        }
    }
    for (chat, stored) in &truth.chats {
        texts(truth, stored, violations);
        let sides = round.people.iter().enumerate().filter(|(_, id)| chat.is_dialog_of(id));
        let present = sides.filter(|(person, _)| !round.after.gone.contains(person)).count();
        for (person, known) in &stored.readers {
            if known.deleted != chat.group_id().is_none().then_some(present < 2) {
                violations.push(format!("{}: person {person} sees deleted {:?}", stored.name(), known.deleted));
            }
        }
    }
}

/// Erased texts are gone at once, from all readers.
fn texts(truth: &Truth<'_>, stored: &Stored<'_>, violations: &mut Vec<String>) {
    let Some(erased) = truth.erased else { return };
    for (person, known) in &stored.readers {
        for row in known.rows.values().filter(|row| row.sender_id == *erased) {
            if !row.content.is_empty() || row.deleted_at.is_none() {
                violations.push(format!("{}: person {person} still sees an erased text: {row:?}", stored.name()));
            }
        }
    }
}

/// Connections end with the account, and all others get a frame.
pub(super) fn connections(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for (number, line) in truth.round.lines.iter().enumerate() {
        let is_gone = truth.round.after.gone.contains(&line.person);
        if is_gone && line.is_settled {
            violations.push(format!("connection {number} outlived the account of person {}", line.person));
        }
        if !is_gone && line.is_logged_out {
            violations.push(format!("connection {number} of person {} was logged out", line.person));
        }
        let others = truth.round.people.iter().enumerate().filter(|(person, _)| *person != line.person);
        for (person, id) in others {
            // Its chat is the dialog with the deleted account.
            let frames = line.heard.iter().filter(|heard| heard.kind == "personDeleted" && heard.chat.is_dialog_of(id));
            let count = frames.count();
            if !expected(truth, line, person).contains(&count) {
                violations.push(format!("connection {number}: {count} frames about the deletion of person {person}"));
            }
        }
    }
}

/// How many frames about the deletion of another user's account a connection may have received.
fn expected(truth: &Truth<'_>, line: &Line, person: usize) -> RangeInclusive<usize> {
    let requests = requests(truth, person);
    if requests.is_empty() || line.protocol == Protocol::Auth {
        return 0..=0;
    }
    let is_after = |op: &&Op| op.acknowledged().is_some() && line.ready.is_some_and(|ready| ready < op.sent());
    usize::from(line.is_settled && requests.iter().any(is_after))..=1
}

/// The requests to delete an account that may have been done.
fn requests<'a>(truth: &Truth<'a>, person: usize) -> Vec<&'a Op> {
    let ops = truth.round.ops.iter().filter(|op| op.person == person && matches!(op.change, Change::Destroy { .. }));
    ops.filter(|op| !op.is_refused()).collect()
}

/// Whether an operation is by a user, or needs the user's account.
fn concerns(op: &Op, person: usize, id: &str) -> bool {
    match op.change {
        _ if op.person == person => true,
        Change::Send { .. } => op.chat.is_dialog_of(id),
        Change::Add { whom, .. } => whom == person,
        _ => false,
    }
}
