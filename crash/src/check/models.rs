//! Clients that ran during the round know what fresh clients see.

use super::truth::Truth;
use crate::wire::{Known, View};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for model in &truth.round.models {
        let fresh = &truth.round.after.views[model.person];
        for difference in differences(&model.view, fresh) {
            violations.push(format!("a client of person {} that resumed: {difference}", model.person));
        }
    }
}

fn differences(kept: &View, fresh: &View) -> Vec<String> {
    let mut found = Vec::new();
    for chat in kept.keys().filter(|chat| !fresh.contains_key(chat)) {
        found.push(format!("{chat:?} should be gone"));
    }
    for (chat, fresh) in fresh {
        let Some(kept) = kept.get(chat) else {
            found.push(format!("{chat:?} is missing"));
            continue;
        };
        if without_rows(kept) != without_rows(fresh) {
            found.push(format!("{chat:?}: {:?} instead of {:?}", without_rows(kept), without_rows(fresh)));
        }
        for (seq, row) in &kept.rows {
            if fresh.rows.get(seq) != Some(row) {
                found.push(format!("{chat:?}: seq {seq} is {row:?} instead of {:?}", fresh.rows.get(seq)));
            }
        }
        for seq in fresh.rows.keys().filter(|seq| !kept.rows.contains_key(seq)) {
            found.push(format!("{chat:?}: seq {seq} is missing"));
        }
    }
    found
}

fn without_rows(known: &Known) -> Known {
    Known { rows: std::collections::BTreeMap::new(), ..known.clone() }
}
