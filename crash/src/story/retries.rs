//! The operations that a client sends once more.

use std::collections::VecDeque;

use fastrand::Rng;

use crate::record::Op;

/// How many acknowledged requests a client remembers, to repeat them.
const REMEMBERED: usize = 20;

#[derive(Clone, Default)]
pub(super) struct Retries {
    /// Operations that failed.
    again: VecDeque<usize>,
    /// Acknowledged operations that can be repeated.
    done: VecDeque<usize>,
}

impl Retries {
    /// An operation failed: half of those that can be repeated are tried again.
    pub(super) fn failed(&mut self, number: usize, op: &Op, chance: &mut Rng) {
        if chance.bool() && op.change.adds().is_some() {
            self.again.push_back(number);
        }
    }

    /// An operation was acknowledged.
    pub(super) fn acknowledged(&mut self, number: usize, op: &Op) {
        if op.change.adds().is_some() {
            self.done.push_back(number);
            self.done.truncate(REMEMBERED);
        }
    }

    /// Chance decides whether it is time for one.
    pub(super) fn choose(&mut self, chance: &mut Rng) -> Option<usize> {
        let failed = (chance.u32(0..8) == 0).then(|| self.again.pop_front()).flatten();
        failed.or_else(|| (chance.u32(0..25) == 0).then(|| self.done.pop_front()).flatten())
    }

    /// The next one that failed.
    pub(super) fn next(&mut self) -> Option<usize> {
        self.again.pop_front()
    }

    /// Whether none has failed.
    pub(super) fn is_empty(&self) -> bool {
        self.again.is_empty()
    }
}
