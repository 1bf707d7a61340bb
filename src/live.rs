//! Who is connected, and how news reach them. Knows frames and user ids; no SQL, no permissions, no sockets.

mod barred;
mod connection;
mod hub;
mod peers;
mod presence;
mod publisher;
mod turn;
mod typing;

pub use connection::{Connection, ConnectionId, Taken};
pub use hub::{Entered, Entrant, Full, HEARTBEAT_SECONDS, Hub};
pub use peers::{Crowded, Peer, PeerBounds, Peers};
pub use presence::PresenceChange;
pub use publisher::{Broadcast, Except, People, Publication, publish};
pub use turn::Turn;
pub use typing::Typists;
