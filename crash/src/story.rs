//! A round: clients at work, faults, and what is seen afterwards.

mod actor;
pub(crate) mod cast;
mod choice;
pub(crate) mod fault;
pub(crate) mod house;
mod request;
mod retries;
pub(crate) mod round;
pub(crate) mod snapshot;
mod stage;
