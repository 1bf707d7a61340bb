//! The use cases: they decide, and are the same for REST and WebSocket. What changes a chat they leave to the writer.

pub mod accounts;
pub mod dialogs;
pub mod groups;
pub mod housekeeping;
pub mod messages;
pub mod search;
pub mod sessions;

use std::sync::Arc;

use crate::{
    auth::{Attempts, Passwords, Sessions, Tokens},
    config::Config,
    live::Hub,
    model::{SessionId, Timestamp, UserId},
    protocol::Bounds,
    store::Store,
    writer::Writer,
};

/// What every use case works with.
pub struct App {
    /// As it is in force.
    pub config: Config,
    /// The bounds of requests.
    pub bounds: Bounds,
    /// The database.
    pub store: Store,
    /// The way to change chats.
    pub writer: Writer,
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// Who is logged in.
    pub sessions: Sessions,
    /// Hashing.
    pub passwords: Passwords,
    /// Signing.
    pub tokens: Tokens,
    /// Sign-ups and log-ins of late.
    pub attempts: Attempts,
}

/// Somebody with a live session.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// Who.
    pub user: UserId,
    /// By which log-in.
    pub session: SessionId,
    /// When the token ends.
    pub expires_at: Timestamp,
}
