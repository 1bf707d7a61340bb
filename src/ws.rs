//! WebSockets: the handshake, and one task per socket.

mod dispatch;
mod gate;
mod handshake;
mod pace;
mod pipeline;
mod socket;

pub use handshake::{FULL, bearer, is_asked_for, upgrade};
