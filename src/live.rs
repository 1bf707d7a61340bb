//! Who is connected, and how news reach them. Knows frames and user ids; no SQL, no permissions, no sockets.

mod connection;
mod hub;
mod publisher;

pub use connection::{Connection, Taken};
pub use hub::{Entered, Full, Hub};
pub use publisher::{Audience, Broadcast, Publication, publish};
