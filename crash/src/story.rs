//! A round: clients at work, faults, and what is seen afterwards.

mod actor;
mod cast;
mod choice;
pub(crate) mod fault;
pub(crate) mod house;
pub(crate) mod round;
mod snapshot;
