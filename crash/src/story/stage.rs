//! What the clients of a round share.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicUsize},
};

use tokio::sync::watch;

use super::cast::Cast;
use crate::client::log::Log;

/// What all clients do at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Send, and lose connections.
    Work,
    /// Send nothing new; wait for the answers.
    Drain,
    /// Receive what was sent, and end.
    Settle,
}

/// A round, for its clients.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) cast: Cast,
    pub(super) log: Arc<Log>,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) address: watch::Receiver<SocketAddr>,
    /// Whether the account that is deleted is deleted with its texts.
    pub(super) erases: bool,
    /// How many clients have all their answers.
    pub(super) drained: Arc<AtomicUsize>,
}
