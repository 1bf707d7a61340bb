//! Live delivery: everything for a connection arrived, once, in the order of the history, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::truth::{Stored, Truth};
use crate::{
    record::{Change, Heard, Line, Op, Outcome, Protocol},
    wire::{CHANGED_ROWS, Chat, NEW_ROWS, OWN},
};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for (number, line) in truth.round.lines.iter().enumerate() {
        let mut by_chat: BTreeMap<&Chat, Vec<&Heard>> = BTreeMap::new();
        for heard in line.heard.iter().filter(|heard| !is_own(heard) && heard.kind != "personDeleted") {
            by_chat.entry(&heard.chat).or_default().push(heard);
        }
        let mut connection = Connection { truth, number, line, violations };
        for stored in truth.chats.values() {
            let heard = by_chat.remove(stored.chat).unwrap_or_default();
            connection.rows(stored, &heard);
            if line.protocol == Protocol::Hearth {
                connection.changes(stored, &heard);
            }
        }
        for heard in by_chat.into_values().flatten() {
            connection.complain(&format!("received a frame about a chat that does not exist: {heard:?}"));
        }
        for heard in line.heard.iter().filter(|heard| is_own(heard)) {
            connection.own(heard);
        }
    }
}

struct Connection<'a, 'v> {
    truth: &'a Truth<'a>,
    number: usize,
    line: &'a Line,
    violations: &'v mut Vec<String>,
}

impl Connection<'_, '_> {
    fn rows(&mut self, stored: &Stored<'_>, heard: &[&Heard]) {
        let (mut seqs, mut first, mut latest) = (BTreeSet::new(), i64::MAX, None);
        for heard in heard.iter().filter(|heard| is_row(heard)) {
            let Some(id) = &heard.message else { continue };
            let Some(seq) = stored.seqs.get(id.as_str()).copied() else {
                self.complain(&format!("received a row that is not stored: {heard:?}"));
                continue;
            };
            seqs.insert(seq);
            if heard.seq.is_some_and(|told| told != seq) {
                self.complain(&format!("{heard:?} is stored as seq {seq}"));
            }
            if heard.is_answer {
                continue;
            }
            if latest.is_some_and(|latest| latest >= seq) {
                self.complain(&format!("{}: received seq {seq} after {latest:?}", stored.name()));
            }
            (first, latest) = (first.min(seq), Some(seq));
            if self.line.protocol == Protocol::Auth && self.is_own(stored, seq) {
                self.complain(&format!("{}: received its own user's seq {seq}", stored.name()));
            }
            if !stored.is_member(self.line.person, &self.truth.round.people, seq) {
                self.complain(&format!("{}: received seq {seq}, which is not for this person", stored.name()));
            }
        }
        for row in stored.new_rows().filter(|row| !seqs.contains(&row.seq)) {
            let op = self.truth.adding.get(&(stored.chat, row.message_id.as_str()));
            let is_inside = row.seq > first && (self.line.is_settled || latest.is_some_and(|latest| row.seq < latest));
            let is_after =
                self.line.is_settled && op.is_some_and(|op| self.line.ready.is_some_and(|ready| op.sent() > ready));
            let is_own = match self.line.protocol {
                Protocol::Auth => self.is_own(stored, row.seq),
                Protocol::Hearth => op.is_some_and(|op| self.sent(op)),
            };
            let is_for = stored.is_member(self.line.person, &self.truth.round.people, row.seq);
            if (is_inside || is_after) && is_for && !is_own {
                self.complain(&format!("{}: never received seq {}", stored.name(), row.seq));
            }
        }
    }

    fn changes(&mut self, stored: &Stored<'_>, heard: &[&Heard]) {
        let (mut revisions, mut first, mut latest) = (BTreeSet::new(), i64::MAX, None);
        for heard in heard.iter().filter(|heard| !is_row(heard)) {
            let Some(revision) = heard.revision else { continue };
            revisions.insert(revision);
            if heard.is_answer {
                continue;
            }
            if latest.is_some_and(|latest| latest >= revision) {
                self.complain(&format!("{}: received revision {revision} after {latest:?}", stored.name()));
            }
            (first, latest) = (first.min(revision), Some(revision));
        }
        if !stored.stays(self.line.person, &self.truth.round.people) {
            return;
        }
        let ops: Vec<_> = self.truth.round.ops.iter().filter(|op| op.chat == *stored.chat).collect();
        // An own change without an answer may have any revision.
        let is_certain = !ops.iter().any(|op| op.change.changes().is_some() && self.is_open(op));
        // There are no frames about messages that the user has hidden, and the end of an account has other frames.
        let hidden = stored.hidden_up_to(self.line.person);
        let is_visible = |op: &Op| {
            let seq = op.change.changes().and_then(|id| stored.seqs.get(id));
            seq.is_some_and(|seq| *seq > hidden)
        };
        let is_complete = hidden == 0 && self.truth.round.after.gone.is_empty();
        let is_meant =
            |revision: i64| is_complete || ops.iter().any(|op| op.revision() == Some(revision) && is_visible(op));
        if is_certain && let Some(latest) = latest {
            let missing = (first..latest).filter(|revision| !revisions.contains(revision) && is_meant(*revision));
            for revision in missing.collect::<Vec<_>>() {
                self.complain(&format!("{}: never received revision {revision}", stored.name()));
            }
        }
        let (true, Some(ready)) = (self.line.is_settled, self.line.ready) else { return };
        let all = ops.iter().filter(|op| op.sent() > ready && always_changes(&op.change) && is_visible(op));
        for op in all.collect::<Vec<_>>() {
            if let Some(revision) = op.revision().filter(|revision| !revisions.contains(revision)) {
                self.complain(&format!("{}: never received revision {revision}: {op:?}", stored.name()));
            }
        }
    }

    /// A frame that only the user who caused it may get.
    fn own(&mut self, heard: &Heard) {
        let ops = self.truth.round.ops.iter().filter(|op| op.person == self.line.person && op.chat == heard.chat);
        let caused = ops.filter(|op| !op.is_refused()).any(|op| match op.change {
            Change::Block { .. } => heard.kind == "blockUser",
            Change::Hide => heard.kind == "dialogHidden",
            _ => false,
        });
        if !caused {
            self.complain(&format!("received a frame about what another user did: {heard:?}"));
        }
    }

    /// Whether the user of the connection caused the row.
    fn is_own(&self, stored: &Stored<'_>, seq: i64) -> bool {
        let row = stored.known.rows.get(&seq);
        row.is_some_and(|row| row.sender_id == self.truth.round.people[self.line.person])
    }

    /// Whether the operation was requested on this connection.
    fn sent(&self, op: &Op) -> bool {
        op.attempts.iter().any(|attempt| attempt.line == Some(self.number))
    }

    fn is_open(&self, op: &Op) -> bool {
        op.attempts.iter().any(|attempt| attempt.line == Some(self.number) && attempt.outcome == Outcome::Unanswered)
    }

    fn complain(&mut self, what: &str) {
        let Line { person, protocol, is_settled, .. } = self.line;
        let end = if *is_settled { "" } else { ", which ended early" };
        let number = self.number;
        self.violations.push(format!("connection {number} of person {person} ({protocol:?}{end}): {what}"));
    }
}

fn is_own(heard: &Heard) -> bool {
    OWN.contains(&heard.kind.as_str())
}

/// Whether it carries a row of the history. Answers to changes do not.
fn is_row(heard: &Heard) -> bool {
    let kind = heard.kind.as_str();
    let is_change = CHANGED_ROWS.contains(&kind) || ["editMessage", "deleteMessage", "react"].contains(&kind);
    !is_change && (NEW_ROWS.contains(&kind) || heard.is_answer)
}

/// Whether an acknowledged operation of this kind always makes a new revision.
fn always_changes(change: &Change) -> bool {
    matches!(change, Change::Edit { .. })
}
