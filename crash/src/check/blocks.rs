//! Blocks are as they were set last. While one is in force, messages, edits, reactions and adds are refused.

use super::{
    sequence::{last, precedes},
    truth::Truth,
};
use crate::{
    moment::Moment,
    record::{Change, Op, Outcome, Round},
    wire::Chat,
};

pub(super) fn check(truth: &Truth<'_>, violations: &mut Vec<String>) {
    let round = truth.round;
    let people = 0..round.people.len();
    for by in people.clone() {
        for whom in people.clone().filter(|whom| *whom != by) {
            Pair { by, whom }.is_as_set(round, violations);
        }
    }
    for op in &round.ops {
        let Some(at) = op.acknowledged() else { continue };
        for pair in forbidding(round, op) {
            if pair.blocks_throughout(round, op.sent(), at) {
                violations.push(format!("acknowledged, although person {} blocks {}: {op:?}", pair.by, pair.whom));
            }
        }
    }
}

/// Requests are only refused because of a block if there may have been one.
pub(super) fn refusals(truth: &Truth<'_>, violations: &mut Vec<String>) {
    for op in &truth.round.ops {
        let is_because = |code| {
            op.attempts
                .iter()
                .any(|attempt| matches!(&attempt.outcome, Outcome::Refused { code: is, .. } if is == code))
        };
        for pair in forbidding(truth.round, op) {
            let code = if pair.by == op.person { "you_blocked" } else { "blocked" };
            if is_because(code) && !pair.may_block(truth.round) {
                violations.push(format!("refused, although person {} did not block {}: {op:?}", pair.by, pair.whom));
            }
        }
    }
}

/// The blocks that forbid an operation.
fn forbidding(round: &Round, op: &Op) -> Vec<Pair> {
    match &op.change {
        Change::Add { whom, .. } => vec![Pair { by: *whom, whom: op.person }],
        Change::Send { .. } | Change::Edit { .. } | Change::React { on: true, .. } if op.chat.group_id().is_none() => {
            let sides = round.people.iter().enumerate().filter(|(_, id)| op.chat.is_dialog_of(id));
            let partners = sides.map(|(person, _)| person).filter(|person| *person != op.person);
            let pairs = |partner| [Pair { by: partner, whom: op.person }, Pair { by: op.person, whom: partner }];
            partners.flat_map(pairs).collect()
        }
        _ => Vec::new(),
    }
}

/// One user who may block another.
#[derive(Clone, Copy)]
struct Pair {
    by: usize,
    whom: usize,
}

impl Pair {
    fn is_as_set(self, round: &Round, violations: &mut Vec<String>) {
        let Self { by, whom } = self;
        let (was, is) =
            [&round.before, &round.after].map(|snapshot| snapshot.blocked[by].contains(&round.people[whom])).into();
        if [by, whom].iter().any(|person| round.after.gone.contains(person)) {
            if is {
                violations.push(format!("person {by} still blocks person {whom}, but one of the accounts is deleted"));
            }
            return;
        }
        let values = last(&self.ops(round)).into_iter().map(|op| op.map_or(was, |op| op.change == ON));
        if !values.into_iter().any(|on| on == is) {
            violations.push(format!("whether person {by} blocks {whom}: {is}"));
        }
        let known = round.after.views[by].get(&self.chat(round));
        if known.is_some_and(|known| known.blocked != Some(is)) {
            violations.push(format!("whether person {by} blocks {whom}: {is}, but not in the chat list"));
        }
    }

    /// Whether the block was certainly in force from one moment to another. It ends with either account.
    fn blocks_throughout(self, round: &Round, from: Moment, to: Moment) -> bool {
        let mut sides = round.ops.iter().filter(|op| [self.by, self.whom].contains(&op.person));
        if sides.any(|op| matches!(op.change, Change::Destroy { .. }) && op.sent() <= to) {
            return false;
        }
        let ops = self.ops(round);
        let (on, off): (Vec<&Op>, Vec<&Op>) = ops.into_iter().partition(|op| op.change == ON);
        let holds_since =
            |on: Option<&Op>| off.iter().all(|off| off.sent() > to || on.is_some_and(|on| precedes(off, on)));
        let was = round.before.blocked[self.by].contains(&round.people[self.whom]);
        let begun = on.into_iter().filter(|op| op.acknowledged().is_some_and(|at| at < from));
        begun.map(Some).chain(was.then_some(None)).any(holds_since)
    }

    fn may_block(self, round: &Round) -> bool {
        let was = round.before.blocked[self.by].contains(&round.people[self.whom]);
        was || self.ops(round).iter().any(|op| op.change == ON)
    }

    /// The operations that block and unblock.
    fn ops(self, round: &Round) -> Vec<&Op> {
        let chat = self.chat(round);
        let ops = round.ops.iter().filter(|op| op.person == self.by && op.chat == chat && !op.is_refused());
        ops.filter(|op| matches!(op.change, Change::Block { .. })).collect()
    }

    fn chat(self, round: &Round) -> Chat {
        Chat::dialog(&round.people[self.by], &round.people[self.whom])
    }
}

const ON: Change = Change::Block { on: true };
