//! Operations: acknowledged ones are stored once, refused ones are not stored, others completely or not at all.

use std::collections::BTreeMap;

use super::truth::{Stored, Truth};
use crate::{
    record::{Change, Op, Outcome},
    wire::Message,
};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for op in &truth.round.ops {
        answers(op, violations);
        if let Some(id) = op.change.adds() {
            rows(truth, op, id, violations);
        }
    }
    for stored in truth.chats.values() {
        order(truth, stored, violations);
        for row in stored.new_rows() {
            if !truth.adding.contains_key(&(stored.chat, row.message_id.as_str())) {
                violations.push(format!("{}: no client sent {} (seq {})", stored.name(), row.message_id, row.seq));
            }
        }
    }
}

/// What was acknowledged before another was sent comes first, and so does what was sent first on one connection.
fn order(truth: &Truth<'_>, stored: &Stored<'_>, violations: &mut Vec<String>) {
    let mut newest_request = 0;
    let mut by_line: BTreeMap<usize, u64> = BTreeMap::new();
    for row in stored.new_rows() {
        let Some(op) = truth.adding.get(&(stored.chat, row.message_id.as_str())) else { continue };
        if op.acknowledged().is_some_and(|at| at < newest_request) {
            violations.push(format!("{}: seq {} was acknowledged before others were sent", stored.name(), row.seq));
        }
        newest_request = newest_request.max(op.sent());
        // A retry may have taken effect, or the first request.
        if let [attempt] = &op.attempts[..]
            && let Some(line) = attempt.line
        {
            let previous = by_line.insert(line, attempt.sent);
            if previous.is_some_and(|previous| previous > attempt.sent) {
                violations.push(format!("{}: seq {} was sent before others", stored.name(), row.seq));
            }
        }
    }
}

fn answers(op: &Op, violations: &mut Vec<String>) {
    if op.is_forbidden && op.acknowledged().is_some() {
        violations.push(format!("{op:?} must be refused"));
    }
    let mut known: Option<i64> = None;
    let mut is_done = false;
    for attempt in &op.attempts {
        match &attempt.outcome {
            Outcome::Acknowledged { seq, .. } => {
                if op.change.adds().is_some() && known.is_some() && seq.is_some() && known != *seq {
                    violations.push(format!("{op:?}: a retry was acknowledged as another row"));
                }
                known = known.or(*seq);
                is_done = true;
            }
            Outcome::Refused { code, .. } if code == "internal" => {
                violations.push(format!("{op:?}: an internal error"));
            }
            Outcome::Refused { code, .. } if is_done && op.change.adds().is_some() && code != "disk_full" => {
                violations.push(format!("{op:?}: the retry of a stored row is refused"));
            }
            _ => {}
        }
    }
}

fn rows(truth: &Truth<'_>, op: &Op, id: &str, violations: &mut Vec<String>) {
    let stored = truth.chats.get(&op.chat);
    let row = stored.and_then(|stored| stored.known.rows.get(stored.seqs.get(id)?));
    match row {
        None if op.acknowledged().is_some() => violations.push(format!("lost: {op:?}")),
        None => {}
        Some(row) => {
            if op.is_refused() {
                violations.push(format!("refused, but stored as seq {}: {op:?}", row.seq));
            }
            if !is_as_sent(truth, op, row) {
                violations.push(format!("{op:?} is stored as {row:?}"));
            }
        }
    }
}

fn is_as_sent(truth: &Truth<'_>, op: &Op, row: &Message) -> bool {
    let people = &truth.round.people;
    let kind = match &op.change {
        Change::Send { .. } => None,
        Change::Add { .. } => Some("added"),
        Change::Remove { .. } => Some("removed"),
        Change::Leave { .. } => Some("left"),
        Change::Role { .. } => Some("role"),
        _ => Some("renamed"),
    };
    let event = row.event.as_ref();
    let is_about = match (&op.change, event) {
        (Change::Add { whom, .. } | Change::Remove { whom, .. }, Some(event)) => {
            event.user_id.as_deref() == Some(&people[*whom])
        }
        (Change::Role { whom, role, .. }, Some(event)) => {
            event.user_id.as_deref() == Some(&people[*whom]) && event.role.as_deref() == Some(role)
        }
        (Change::Rename { name, .. }, Some(event)) => event.group_name.as_deref() == Some(name),
        _ => true,
    };
    let seqs = op.attempts.iter().filter_map(|attempt| match attempt.outcome {
        Outcome::Acknowledged { seq, .. } => seq,
        _ => None,
    });
    row.sender_id == people[op.person]
        && event.map(|event| event.kind.as_str()) == kind
        && is_about
        && seqs.into_iter().all(|seq| seq == row.seq)
}
