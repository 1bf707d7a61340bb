//! The order of frames within a connection. A socket's task gets answers and broadcasts through different channels;
//! both take their turn from one counter, so that the task can write them in order.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many answers were counted.
static TURNS: AtomicU64 = AtomicU64::new(0);

/// A position between two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn(u64);

impl Turn {
    /// The turn of an answer: after everything pushed before, and before everything pushed later.
    pub fn of_answer() -> Self {
        Self(TURNS.fetch_add(1, Ordering::SeqCst))
    }

    /// The turn of a frame that is pushed now.
    pub(super) fn of_push() -> Self {
        Self(TURNS.load(Ordering::SeqCst))
    }
}
