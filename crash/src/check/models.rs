//! Clients that ran during the round know what fresh clients see.

use std::collections::BTreeMap;

use super::truth::Truth;
use crate::wire::{Chat, Known, Message, View};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for model in &truth.round.models {
        let fresh = &truth.round.after.views[model.person];
        for difference in differences(truth, &model.view, fresh) {
            violations.push(format!("a client of person {} that resumed: {difference}", model.person));
        }
    }
}

fn differences(truth: &Truth<'_>, kept: &View, fresh: &View) -> Vec<String> {
    let mut found = Vec::new();
    for chat in kept.keys().filter(|chat| !fresh.contains_key(chat)) {
        found.push(format!("{chat:?} should be gone"));
    }
    for (chat, fresh) in fresh {
        let Some(kept) = kept.get(chat) else {
            found.push(format!("{chat:?} is missing"));
            continue;
        };
        let (kept_counters, fresh_counters) = (counters(truth, chat, kept), counters(truth, chat, fresh));
        if kept_counters != fresh_counters {
            found.push(format!("{chat:?}: {kept_counters:?} instead of {fresh_counters:?}"));
        }
        for (seq, row) in &kept.rows {
            let is_erased = truth.erased == Some(&row.sender_id);
            if !is_erased && fresh.rows.get(seq).map(|row| visible(truth, chat, row)) != Some(visible(truth, chat, row))
            {
                found.push(format!("{chat:?}: seq {seq} is {row:?} instead of {:?}", fresh.rows.get(seq)));
            }
        }
        for seq in fresh.rows.keys().filter(|seq| !kept.rows.contains_key(seq)) {
            found.push(format!("{chat:?}: seq {seq} is missing"));
        }
    }
    found
}

/// A chat without its rows, and without what clients only learn when they resume.
fn counters(truth: &Truth<'_>, chat: &Chat, known: &Known) -> Known {
    let mut known = Known { rows: BTreeMap::new(), ..known.clone() };
    if known.hidden_up_to > 0 || is_erasing(truth, chat) {
        // There are no frames about changes of hidden messages, and none when texts are erased.
        known.revision = 0;
    }
    if truth.round.quarrels.contains(chat) {
        known.partner_read_up_to = None;
    }
    known
}

/// A row without what clients only learn when they resume.
fn visible(truth: &Truth<'_>, chat: &Chat, row: &Message) -> Message {
    let reactions = if is_erasing(truth, chat) { Vec::new() } else { row.reactions.clone() };
    Message { reactions, ..row.clone() }
}

fn is_erasing(truth: &Truth<'_>, chat: &Chat) -> bool {
    truth.chats.get(chat).is_some_and(|stored| stored.is_erasing)
}
