//! The use cases: they decide, and are the same for REST and WebSocket. What changes a chat they leave to the writer.

pub mod accounts;
pub mod catch_up;
pub mod clock;
pub mod confirmation;
pub mod groups;
pub mod hello;
pub mod history;
pub mod housekeeping;
pub mod people;
pub mod privacy;
pub mod search;
pub mod sessions;

use std::{sync::Arc, time::Instant};

use crate::{
    auth::{Attempts, Devices, Passwords, SessionClock, Sessions, Tokens},
    config::Config,
    error::Result,
    live::{ConnectionId, Hub, Typists},
    model::{Action, ChatRef, SessionId, Timestamp, UserId},
    protocol::{Bounds, Protocol, Write},
    store::Store,
    writer::{Command, Pending, Writer},
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
    /// What the client speaks.
    pub protocol: Protocol,
    /// Its connection; none for REST.
    pub connection: Option<ConnectionId>,
}

/// Queues a change of a chat.
pub fn submit(app: &App, caller: Caller, chat: ChatRef, action: Action) -> Result<Pending> {
    let Caller { user: actor, connection: cause, .. } = caller;
    app.writer.submit(Command { actor, cause, chat: chat.key(actor), action })
}

/// Changes a chat as a request says.
pub async fn change(app: &App, caller: Caller, request: impl Write) -> Result<()> {
    let (chat, action) = request.into_action();
    submit(app, caller, chat, action)?.outcome().await.map(drop)
}
