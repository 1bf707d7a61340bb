//! All SQL. A method answers one question or makes one atomic change; no transaction leaves, but the writer's [`Batch`],
//! which is the writer's whole business.
//! One text serves both engines; what differs stands in `engine` and in `migrations/`.

mod batch;
mod catch_up;
mod change;
mod chats;
mod clock;
mod connect;
mod copy;
mod engine;
mod errors;
mod fence;
mod file;
mod folds;
mod guard;
mod health;
mod history;
mod load;
mod members;
mod migrations;
mod privacy;
mod purge;
mod rows;
mod search;
mod sessions;
mod size;
mod source;
mod types;
mod users;

pub use batch::{
    Author, Batch, ChatChange, Erased, Lookup, NewMember, NewMessage, NewStanding, ReactionKey, Situation, StoredChat,
    StoredMessage, Uncommitted, Written, cost,
};
pub use catch_up::{CatchUp, MAX_CHANGES};
pub use clock::Repaired;
pub use connect::place;
pub use errors::is_conflict;
pub use fence::BatchId;
pub use guard::ServingGuard;
pub use health::Readiness;
pub use history::Readable;
pub use load::{Fate, Load, LoadedGroup, LoadedMember, LoadedMessage, LoadedPerson, LoadedReaction, Unread};
pub use members::Sharing;
pub use rows::QUOTED;
pub use sessions::{Confirmation, NewSession, Renewal};
pub use source::{Source, SourceGroup, SourceMember, SourceMessage, SourceUser, Table};
pub use users::{Account, Changed, PasswordChange};

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64},
};

use engine::Engine;
use fence::Fence;
use health::Health;
use search::NameIndex;
use sqlx::AnyPool;

/// What went wrong in the database itself.
pub type DatabaseError = sqlx::Error;

/// The result of a step inside a transaction of the writer, who may make the whole again.
pub type DatabaseResult<T> = Result<T, DatabaseError>;

/// The database, with what it takes to use it. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    /// For questions. On SQLite: a few read-only connections.
    reads: AnyPool,
    /// For changes. On SQLite: the one connection that writes.
    writes: AnyPool,
    fence: Fence,
    /// Everybody's names, in memory, for searches.
    names: Arc<NameIndex>,
    /// Whether writing works.
    health: Arc<Health>,
    /// Where the database is, for messages.
    place: Arc<str>,
    /// Something was erased that the log still has.
    erased: Arc<AtomicBool>,
    /// Bytes of the database, when they were measured last.
    size: Arc<AtomicI64>,
    /// How long any work may take.
    timeout: std::time::Duration,
}
