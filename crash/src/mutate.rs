//! Falsifies observations, to show that the checker notices.

mod accounts;
mod counters;
mod models;
mod settings;
mod stored;
mod told;

use fastrand::Rng;

use crate::{check, record::Round};

/// A way to falsify a round.
pub(crate) struct Mutation {
    pub(crate) name: &'static str,
    /// Returns `None` if the round has nothing that could be falsified in this way.
    make: fn(&mut Round, &mut Rng) -> Option<()>,
}

impl Mutation {
    const fn new(name: &'static str, make: fn(&mut Round, &mut Rng) -> Option<()>) -> Self {
        Self { name, make }
    }
}

/// The result of a mutation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// With the first violation.
    Caught(String),
    Survived,
    /// No round had anything to falsify in this way.
    Impossible,
}

impl Verdict {
    /// The verdict on another round, too.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Survived, _) | (_, Self::Survived) => Self::Survived,
            (Self::Impossible, other) | (other, Self::Impossible) => other,
            (caught, _) => caught,
        }
    }
}

/// Falsifies a round in each way. A mutation must be caught in every round in which it is possible.
pub(crate) fn observations(round: &Round, chance: &mut Rng) -> Vec<(&'static str, Verdict)> {
    let is_stored = [stored::ALL, counters::ALL, settings::ALL, accounts::STORED].into_iter().flatten();
    let is_told = [told::ALL, models::ALL, accounts::TOLD].into_iter().flatten();
    let is_stored = is_stored.map(|mutation| (mutation, check::stored as Judge));
    judge(round, is_stored.chain(is_told.map(|mutation| (mutation, check::check as Judge))), chance)
}

/// The same for a round in which an account was deleted with all texts.
pub(crate) fn erased(round: &Round, chance: &mut Rng) -> Vec<(&'static str, Verdict)> {
    judge(round, accounts::ERASED.iter().map(|mutation| (mutation, check::stored as Judge)), chance)
}

/// Returns violations. Mistakes in stored rows are judged without the frames and models of clients.
type Judge = fn(&Round) -> Vec<String>;

fn judge<'a>(
    round: &Round,
    mutations: impl Iterator<Item = (&'a Mutation, Judge)>,
    chance: &mut Rng,
) -> Vec<(&'static str, Verdict)> {
    mutations.map(|(mutation, judge)| (mutation.name, mutation.verdict(round, judge, chance))).collect()
}

impl Mutation {
    fn verdict(&self, round: &Round, judge: Judge, chance: &mut Rng) -> Verdict {
        let mut falsified = round.clone();
        if (self.make)(&mut falsified, chance).is_none() {
            return Verdict::Impossible;
        }
        judge(&falsified).into_iter().next().map_or(Verdict::Survived, Verdict::Caught)
    }
}
