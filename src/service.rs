//! The use cases: they decide, the same for REST and WebSocket. Changes of chats are commands to the writer.

pub mod accounts;
pub mod catch_up;
pub mod clock;
pub mod confirmation;
pub mod disk;
pub mod duty;
pub mod export;
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
    cluster::Cluster,
    config::Config,
    error::Result,
    live::{ConnectionId, Hub, Typists},
    metrics::Metrics,
    model::{Action, ChatRef, SessionId, Timestamp, UserId},
    protocol::{Bounds, Protocol, Write},
    store::Store,
    writer::{Command, Pending, Writer},
};

/// What every use case needs.
pub struct App {
    /// The effective configuration.
    pub config: Config,
    /// The bounds of requests.
    pub bounds: Bounds,
    /// The database.
    pub store: Store,
    /// Queues changes of chats.
    pub writer: Writer,
    /// Other servers on the same database, if there may be some.
    pub cluster: Option<Cluster>,
    /// The open connections.
    pub hub: Arc<Hub>,
    /// The live sessions, cached.
    pub sessions: Arc<Sessions>,
    /// The clock by which sessions expire.
    pub session_clock: SessionClock,
    /// Hashes and verifies passwords.
    pub passwords: Passwords,
    /// Signs and verifies tokens.
    pub tokens: Tokens,
    /// Signs and verifies device tokens.
    pub devices: Devices,
    /// The rate limits of sign-ups, logins and requests.
    pub attempts: Attempts,
    /// The rate limit of typing indicators.
    pub typists: Typists,
    /// What operators see of it.
    pub metrics: Metrics,
    /// The disk that is watched.
    pub disk: disk::Watch,
    /// Work that one server of a cluster does for all.
    pub duty: duty::Duty,
    /// The running exports.
    pub exports: Arc<export::Exports>,
    /// Changes when a backup is restored: clients then discard what they know.
    pub epoch: String,
}

impl App {
    /// The time by which sessions expire.
    pub(crate) fn session_time(&self) -> Timestamp {
        self.session_clock.read(Timestamp::now(), Instant::now())
    }
}

/// A user with a live session.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The generation of the token, counted by renewals.
    pub generation: i64,
    /// When the token expires.
    pub expires_at: Timestamp,
    /// The protocol that the client speaks.
    pub protocol: Protocol,
    /// The WebSocket connection; `None` for REST.
    pub connection: Option<ConnectionId>,
}

/// Queues a change of a chat.
pub fn submit(app: &App, caller: Caller, chat: ChatRef, action: Action) -> Result<Pending> {
    let Caller { user: actor, connection: cause, .. } = caller;
    let wants_message = caller.protocol == Protocol::Hearth;
    app.writer.submit(Command { actor, cause, chat: chat.key(actor), action, wants_message })
}

/// Changes a chat and waits for the outcome.
pub async fn change(app: &App, caller: Caller, request: impl Write) -> Result<()> {
    let (chat, action) = request.into_action();
    submit(app, caller, chat, action)?.outcome().await.map(drop)
}
