//! The use cases: they decide, and are the same for REST and WebSocket. What changes a chat they leave to the writer.

pub mod accounts;
pub mod catch_up;
pub mod clock;
pub mod confirmation;
pub mod dialogs;
pub mod groups;
pub mod hello;
pub mod history;
pub mod housekeeping;
pub mod messages;
pub mod people;
pub mod privacy;
pub mod search;
pub mod sessions;

use std::{sync::Arc, time::Instant};

use crate::{
    auth::{Attempts, Devices, Passwords, SessionClock, Sessions, Tokens},
    config::Config,
    error::Result,
    live::{Hub, Typists},
    model::{ChatKey, SessionId, Timestamp, UserId},
    protocol::Bounds,
    store::Store,
    writer::{Action, Command, Origin, Pending, Writer},
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
    /// By which time they are logged in for too long.
    pub session_clock: SessionClock,
    /// Hashing.
    pub passwords: Passwords,
    /// Signing.
    pub tokens: Tokens,
    /// Signing of proofs of earlier log-ins.
    pub devices: Devices,
    /// Sign-ups and log-ins of late.
    pub attempts: Attempts,
    /// Who is typing.
    pub typists: Typists,
    /// Another one after a backup was restored: what clients know is void then.
    pub epoch: String,
}

impl App {
    /// The time by which sessions end.
    pub(crate) fn session_time(&self) -> Timestamp {
        self.session_clock.read(Timestamp::now(), Instant::now())
    }
}

/// Somebody with a live session.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// Who.
    pub user: UserId,
    /// By which log-in.
    pub session: SessionId,
    /// By which of its tokens.
    pub generation: i64,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// By which client.
    pub origin: Origin,
}

/// Queues what a caller does to a chat.
fn submit(app: &App, caller: Caller, chat: ChatKey, action: Action) -> Result<Pending> {
    let Caller { user: actor, origin, .. } = caller;
    app.writer.submit(Command { actor, origin, chat, action })
}
