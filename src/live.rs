//! Open connections, presence, and which recipients get which frame for an event. Knows frames and user ids; no SQL, no
//! permissions, no sockets.

mod barred;
mod connection;
mod deliver;
mod elsewhere;
mod hub;
mod peers;
mod presence;
mod publisher;
mod turn;
mod typing;
mod view;

pub use connection::{Connection, ConnectionId, Taken};
#[cfg(test)]
pub(crate) use deliver::broadcasts;
pub use elsewhere::Whereabouts;
pub use hub::{Entered, Entrant, Full, Hub};
pub use peers::{Crowded, Peer, PeerBounds, Peers};
pub use presence::PresenceChange;
pub use publisher::{Committed, Outcome, Publication, Reply, publish};
pub use turn::Turn;
pub use typing::Typists;
pub use view::presence;
