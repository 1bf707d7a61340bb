//! The order in which connections are given frames: answers take theirs from the same count as broadcasts, so that a
//! socket's task, which gets the two by different ways, writes them in that order.

use std::sync::atomic::{AtomicU64, Ordering};

/// Answers so far.
static TURNS: AtomicU64 = AtomicU64::new(0);

/// A moment between two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn(u64);

impl Turn {
    /// Of an answer: what was pushed before is not later, what is pushed from now on is.
    pub fn of_answer() -> Self {
        Self(TURNS.fetch_add(1, Ordering::SeqCst))
    }

    /// Of a frame that is pushed now.
    pub(super) fn of_push() -> Self {
        Self(TURNS.load(Ordering::SeqCst))
    }
}
