//! All SQL. A method answers one question or makes one atomic change. Transactions never leave the store, except
//! [`Batch`] for the writer and [`Load`] for imports.
//! One SQL text serves both engines; `engine` and `migrations/` contain the differences.

mod batch;
mod catch_up;
mod change;
mod chats;
mod check;
mod clock;
mod commits;
mod connect;
mod copy;
mod diagnosis;
mod disk;
mod engine;
mod errors;
mod export;
mod export_links;
mod fence;
mod file;
mod folds;
mod greeting;
mod guard;
mod health;
mod history;
mod load;
mod members;
mod migrations;
mod moves;
mod nodes;
mod pools;
mod privacy;
mod purge;
mod records;
mod restoration;
mod retention;
mod rows;
mod sample;
mod scenes;
mod script;
mod scrub;
mod search;
mod sessions;
mod settings;
mod size;
mod source;
mod stats;
pub mod tables;
mod types;
mod users;
mod writers;

pub use batch::{
    Author, Batch, ChatChange, Erased, Expired, Locked, Lookup, NewMember, NewMessage, NewStanding, ReactionKey,
    Situation, StoredChat, StoredMessage, Written, cost,
};
pub use catch_up::CatchUp;
pub use check::{CheckProgress, Checked, Finding, Inspection};
pub use clock::Repaired;
pub use commits::{Aside, Commit, KEPT_MILLIS as COMMITS_KEPT_MILLIS, OthersCommit, Unanswered, Uncommitted};
pub use connect::place;
pub use diagnosis::Diagnosis;
pub use disk::Space;
pub use errors::{is_away, is_conflict};
pub use export::Page;
pub use export_links::{ExportLink, LINK_MILLIS};
pub use guard::ServingGuard;
pub use health::Readiness;
pub use history::{Detail, Readable, Window};
pub use load::{Fate, Load, LoadedGroup, LoadedMember, LoadedMessage, LoadedPerson, LoadedReaction, Unread};
pub use members::Sharing;
pub use moves::{MoveSource, MoveTarget, Reached, Settled, Switch, Taken};
pub use nodes::Node;
pub use records::{BackupRecord, Erasure, Records, VerifyRecord};
pub use restoration::Restoration;
pub use retention::{Expiring, ExpiryPage};
pub use rows::QUOTED;
pub use scenes::Place;
pub use sessions::{Confirmation, NewSession, Renewal};
pub use source::{Source, SourceGroup, SourceMember, SourceMessage, SourceUser, Table};
pub use stats::{Pending, Stats, file, newest_schema, pending};
pub use users::{Account, Changed, PasswordChange};

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64},
};

use disk::LastRoom;
use engine::Engine;
use fence::Fence;
use health::Health;
use search::NameIndex;
use sqlx::AnyPool;
use writers::Writers;

/// An error of the database itself.
pub type DatabaseError = sqlx::Error;

/// The result of a step of a transaction, which its caller may retry as a whole.
pub type DatabaseResult<T> = Result<T, DatabaseError>;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    /// Connections for reads. On SQLite they are read-only.
    reads: AnyPool,
    /// Connections for writes. On SQLite there is one.
    writers: Writers,
    fence: Fence,
    /// The order of the log of commits.
    order: commits::Order,
    /// Delivers what changed after its requester had stopped waiting.
    late: commits::Late,
    /// Passes on what other servers must be told.
    asides: commits::Asides,
    /// All people's names in memory, for searches.
    names: Arc<NameIndex>,
    /// Whether writes work.
    health: Arc<Health>,
    /// The database's address without credentials, for messages.
    place: Arc<str>,
    /// How often accounts were deleted since the start.
    erasures: Arc<AtomicU64>,
    /// Bytes of the database at the last measurement.
    size: Arc<AtomicI64>,
    /// How much room the disk has.
    room: Arc<LastRoom>,
    /// The timeout of all work.
    timeout: std::time::Duration,
}
