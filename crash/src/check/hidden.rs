//! Hidden dialogs: what was there when a user hid the dialog is hidden from that user, and nothing else.

use super::truth::{Stored, Truth};
use crate::record::Change;

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for stored in truth.chats.values().filter(|stored| stored.chat.group_id().is_none()) {
        let sides = truth.round.people.iter().enumerate().filter(|(_, id)| stored.chat.is_dialog_of(id));
        for (person, _) in sides.filter(|(person, _)| !truth.round.after.gone.contains(person)) {
            let (least, most) = bounds(truth, stored, person);
            let hidden = stored.hidden_up_to(person);
            if !(least..=most).contains(&hidden) {
                violations.push(format!(
                    "{}: hidden from person {person} up to seq {hidden} instead of {least} to {most}",
                    stored.name()
                ));
            }
        }
    }
}

/// The least and the most that may be hidden from a person.
fn bounds(truth: &Truth<'_>, stored: &Stored<'_>, person: usize) -> (i64, i64) {
    // A dialog that was not in the list was hidden completely.
    let known = truth.round.before.views[person].get(stored.chat);
    let old = known.map_or(stored.old_seq(), |known| known.hidden_up_to);
    let hides = truth.round.ops.iter().filter(|op| op.person == person && op.chat == *stored.chat);
    let hides: Vec<_> = hides.filter(|op| matches!(op.change, Change::Hide) && !op.is_refused()).collect();
    let certain = hides.iter().filter(|op| op.acknowledged().is_some());
    let newest_request = certain.map(|op| op.sent()).max();
    // `None` if one without an answer may have taken effect at any time.
    let newest_answer = hides.iter().map(|op| op.acknowledged()).collect::<Option<Vec<_>>>();
    let newest_answer = newest_answer.map(|answers| answers.into_iter().max());
    let mut least = if newest_request.is_some() { stored.old_seq() } else { old };
    let mut most = if hides.is_empty() { old } else { stored.known.last_seq };
    for row in stored.new_rows() {
        let Some(op) = truth.adding.get(&(stored.chat, row.message_id.as_str())) else { continue };
        if op.acknowledged().is_some_and(|at| newest_request.is_some_and(|request| at < request)) {
            least = least.max(row.seq);
        }
        if newest_answer.is_some_and(|answer| answer.is_some_and(|at| at < op.sent())) {
            most = most.min(row.seq - 1);
        }
    }
    (least, most)
}
