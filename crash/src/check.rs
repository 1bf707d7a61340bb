//! Judges the observations of a round, and nothing else.

mod accounts;
mod blocks;
mod counters;
mod delivery;
mod hidden;
mod history;
mod members;
mod models;
mod operations;
mod sequence;
mod texts;
mod truth;

use crate::record::Round;
use truth::Truth;

/// The most violations that one round reports.
const MOST: usize = 1000;

/// What is wrong, a sentence each.
pub(crate) fn check(round: &Round) -> Vec<String> {
    let mut violations = stored(round);
    let truth = Truth::of(round);
    history::pages(&truth, &mut violations);
    blocks::refusals(&truth, &mut violations);
    accounts::connections(&truth, &mut violations);
    delivery::check(&truth, &mut violations);
    models::check(&truth, &mut violations);
    violations.extend(round.surprises.iter().cloned());
    violations.truncate(MOST);
    violations
}

/// Violations in what fresh clients see. Ignores the frames and the models of other clients.
pub(crate) fn stored(round: &Round) -> Vec<String> {
    let (truth, mut violations) = (Truth::of(round), Vec::new());
    history::check(&truth, &mut violations);
    operations::check(&truth, &mut violations);
    texts::check(&truth, &mut violations);
    counters::check(&truth, &mut violations);
    hidden::check(&truth, &mut violations);
    blocks::check(&truth, &mut violations);
    accounts::check(&truth, &mut violations);
    members::check(&truth, &mut violations);
    violations
}
