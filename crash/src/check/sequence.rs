//! Which of some operations took effect last, as far as the answers show their order.

use crate::record::Op;

/// The operations that may have been the last to take effect; `None` if maybe none of them did.
pub(super) fn last<'a>(ops: &[&'a Op]) -> Vec<Option<&'a Op>> {
    let is_followed =
        |op: &Op| ops.iter().any(|later| later.acknowledged().is_some() && precedes(op, later) && *later != op);
    let none = ops.iter().all(|op| op.acknowledged().is_none()).then_some(None);
    ops.iter().copied().filter(|op| !is_followed(op)).map(Some).chain(none).collect()
}

/// Whether one operation certainly took effect before another.
pub(super) fn precedes(one: &Op, other: &Op) -> bool {
    if let (Some(one), Some(other)) = (one.revision(), other.revision()) {
        return one < other;
    }
    if one.acknowledged().is_some_and(|at| at < other.sent()) {
        return true;
    }
    let (Some(first), Some(then)) = (one.attempts.last(), other.attempts.first()) else { return false };
    first.line.is_some() && first.line == then.line && first.sent < then.sent
}
