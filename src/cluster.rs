//! Many servers on one database. Each tells the others over NATS what it has committed; what they do not hear, they read
//! from the log of commits. PostgreSQL is the truth, NATS only makes it fast.

mod bus;
mod fill;
mod merge;
mod node;
mod packet;
mod peers;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::model::Event;

pub use bus::round_trip;
pub use node::Node;

/// How long a new connection waits for what was committed before.
const CATCH_UP: Duration = Duration::from_secs(2);

/// What the rest of a server knows of its cluster. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    me: i64,
    sender: bus::Sender,
    waiting: mpsc::UnboundedSender<oneshot::Sender<()>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// This server's newest row.
    newest: AtomicI64,
    /// How many other servers are heard.
    peers: AtomicUsize,
    /// Whether the log could not be read when that was last tried.
    is_behind: AtomicBool,
}

/// How a server is connected to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Whether NATS answers. If not, the others are heard through the database: later, but of everything.
    pub has_bus: bool,
    /// Whether the log of commits can be read.
    pub has_log: bool,
    /// How many other servers are heard.
    pub peers: usize,
}

impl Cluster {
    /// Tells the other servers of an event that is not stored.
    pub fn pass(&self, event: &Event) {
        self.sender.send(packet::passing(self.me, event));
    }

    /// Waits until everything that was committed before this call has been delivered here, or for some seconds: a connection
    /// that is opened then gets no frame of it.
    pub async fn catch_up(&self) {
        let (done, caught_up) = oneshot::channel();
        if self.waiting.send(done).is_ok() {
            // Fails when the server stops.
            drop(timeout(CATCH_UP, caught_up).await);
        }
    }

    /// How this server is connected to the others.
    pub fn status(&self) -> Status {
        Status {
            has_bus: self.sender.is_connected(),
            has_log: !self.state.is_behind.load(Ordering::Relaxed),
            peers: self.state.peers.load(Ordering::Relaxed),
        }
    }
}
