//! Counts what happened in some rounds.

use std::{collections::BTreeMap, fmt};

use crate::{
    record::{Outcome, Round},
    story::fault::Fault,
};

#[derive(Debug, Default)]
pub(crate) struct Tally {
    rounds: u32,
    acknowledged: usize,
    refused: usize,
    open: usize,
    repeated: usize,
    connections: usize,
    settled: usize,
    frames: usize,
    faults: BTreeMap<&'static str, usize>,
    refusals: BTreeMap<String, usize>,
    /// Acknowledged changes.
    changes: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Adds a round.
    pub(crate) fn count(&mut self, round: &Round, faults: &[Fault]) {
        self.rounds += 1;
        for fault in faults {
            *self.faults.entry(fault.name()).or_default() += 1;
        }
        for op in &round.ops {
            if op.acknowledged().is_some() {
                self.acknowledged += 1;
                *self.changes.entry(op.change.name()).or_default() += 1;
            }
            self.refused += usize::from(op.is_refused());
            self.open += usize::from(op.is_open());
            self.repeated += op.attempts.len().saturating_sub(1);
            for attempt in &op.attempts {
                if let Outcome::Refused { code, .. } = &attempt.outcome {
                    *self.refusals.entry(code.clone()).or_default() += 1;
                }
            }
        }
        self.connections += round.lines.len();
        self.settled += round.lines.iter().filter(|line| line.is_settled).count();
        self.frames += round.lines.iter().map(|line| line.heard.len()).sum::<usize>();
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, acknowledged, refused, open, repeated, connections, settled, frames, .. } = self;
        writeln!(
            f,
            "  {rounds} rounds: {acknowledged} changes acknowledged, {refused} refused, {open} without an answer, \
             {repeated} requests repeated"
        )?;
        writeln!(f, "  {frames} frames on {connections} connections, of which {settled} lasted to the end of a round")?;
        writeln!(f, "  acknowledged: {}", list(&self.changes))?;
        writeln!(f, "  faults: {}", list(&self.faults))?;
        write!(f, "  refusals: {}", list(&self.refusals))
    }
}

fn list<K: fmt::Display>(counts: &BTreeMap<K, usize>) -> String {
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}
