//! Falsifies observations, to show that the checker notices.

mod counters;
mod stored;
mod told;

use anyhow::{Result, ensure};
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

/// Falsifies each round in each way. A mutation must be caught in every round in which it is possible.
pub(crate) fn observations(rounds: &[Round], chance: &mut Rng) -> Result<Vec<(&'static str, Verdict)>> {
    for round in rounds {
        let violations = check::check(round);
        ensure!(violations.is_empty(), "a round without mutation has violations: {violations:?}");
    }
    let is_stored = stored::ALL.iter().chain(counters::ALL).map(|mutation| (mutation, check::stored as Judge));
    let all = is_stored.chain(told::ALL.iter().map(|mutation| (mutation, check::check as Judge)));
    Ok(all.map(|(mutation, judge)| (mutation.name, mutation.verdict(rounds, judge, chance))).collect())
}

/// Returns violations. Mistakes in stored rows are judged without the frames and models of clients.
type Judge = fn(&Round) -> Vec<String>;

impl Mutation {
    fn verdict(&self, rounds: &[Round], judge: Judge, chance: &mut Rng) -> Verdict {
        let mut verdict = Verdict::Impossible;
        for round in rounds {
            let mut falsified = round.clone();
            if (self.make)(&mut falsified, chance).is_none() {
                continue;
            }
            match judge(&falsified).into_iter().next() {
                Some(violation) => verdict = Verdict::Caught(violation),
                None => return Verdict::Survived,
            }
        }
        verdict
    }
}
