//! Every way in which a request can fail, with one stable code and one text for REST and WebSocket alike.
//! Knows nothing of HTTP or frames; those layers choose the status from [`Error::kind`].

mod budgets;
mod refusals;

use std::{fmt, time::Duration};

use serde::Serialize;

pub use budgets::{Budget, StorageBound};
pub use refusals::Refusal;

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field; or the part of the request, such as `body`, that it belongs to.
    pub path: String,
    /// What it must be and the limit it broke: reads on after the field's name.
    pub message: String,
}

impl Fault {
    /// A fault of one field.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.message)
    }
}

/// Why a request did not do what it asked for.
#[derive(Debug)]
pub enum Error {
    /// Fields are missing, malformed or out of bounds; every fault at once.
    Invalid(Vec<Fault>),
    /// Well-formed, and not allowed or not possible.
    Refused(Refusal),
    /// The frame's `type` is none of ours.
    NoSuchType,
    /// The group is as large as the configuration allows: so many members.
    GroupFull(u32),
    /// Too many requests; try again after this time.
    TooMany(Duration),
    /// The person's budget is used up; retry after `wait`.
    OverBudget {
        /// Which.
        budget: Budget,
        /// How much it allows.
        limit: u32,
        /// How long.
        wait: Duration,
    },
    /// The storage for messages is used up; the bound in MB.
    StorageFull(StorageBound, u32),
    /// The database does not answer, or the server is full; nothing is wrong with the request.
    Unavailable(&'static str),
    /// The disk that holds the database is full: nothing was stored.
    DiskFull,
    /// The request needs a damaged page of the database. The store has logged it.
    Damaged,
    /// A defect of ours. The cause is for the log alone.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// The classes that decide an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is at fault.
    Invalid,
    /// No live session.
    Unauthorized,
    /// Not by this person.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// It collides with what exists.
    Conflict,
    /// Too often.
    TooMany,
    /// Not now.
    Unavailable,
    /// Our fault.
    Internal,
}

impl Error {
    /// The class that decides an HTTP status.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Invalid(_) | Self::NoSuchType => Kind::Invalid,
            Self::Refused(refusal) => refusal.row().0,
            Self::GroupFull(_) => Kind::Conflict,
            Self::TooMany(_) | Self::OverBudget { .. } => Kind::TooMany,
            Self::StorageFull(..) => Kind::Forbidden,
            Self::Unavailable(_) | Self::DiskFull => Kind::Unavailable,
            Self::Damaged | Self::Internal(_) => Kind::Internal,
        }
    }

    /// A word that stays the same when the text changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Refused(refusal) => refusal.row().1,
            Self::NoSuchType => "unknown_type",
            Self::GroupFull(_) => "group_full",
            Self::TooMany(_) => "too_many_requests",
            Self::OverBudget { budget, .. } => budget.code(),
            Self::StorageFull(..) => "storage_full",
            Self::Unavailable(_) => "unavailable",
            Self::DiskFull => "disk_full",
            Self::Damaged | Self::Internal(_) => "internal",
        }
    }

    /// Every fault of an invalid request; empty for every other failure.
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Invalid(faults) => faults,
            _ => &[],
        }
    }

    /// The same error for another request, if it is about the server and not about the request: the database is away,
    /// its disk is full, the server is busy or stopping.
    pub fn outage(&self) -> Option<Self> {
        match self {
            Self::Unavailable(reason) => Some(Self::Unavailable(reason)),
            Self::DiskFull => Some(Self::DiskFull),
            _ => None,
        }
    }

    /// Writes the cause of an internal failure to the log. Called where the answer is made.
    pub fn log(&self) {
        if let Self::Internal(cause) = self {
            tracing::error!(cause = %cause, "a request failed by our fault");
        }
    }
}

/// The text for people.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(faults) => {
                f.write_str("Invalid request: ")?;
                for (position, fault) in faults.iter().enumerate() {
                    let separator = if position == 0 { "" } else { "; " };
                    write!(f, "{separator}{fault}")?;
                }
                Ok(())
            }
            Self::Refused(refusal) => f.write_str(refusal.row().2),
            Self::NoSuchType => f.write_str("There is no such type"),
            Self::GroupFull(limit) => write!(f, "A group has at most {limit} members"),
            Self::TooMany(wait) => {
                write!(f, "Too many requests: try again in {} s", seconds(*wait))
            }
            Self::OverBudget { budget, limit, wait } => {
                write!(f, "You can {}: try again in {} s", budget.allows(*limit), seconds(*wait))
            }
            Self::StorageFull(storage, mb) => storage.explain(*mb, f),
            Self::Unavailable(reason) => f.write_str(reason),
            Self::DiskFull => f.write_str("The server's disk is full, so nothing was saved: try again later"),
            Self::Damaged | Self::Internal(_) => f.write_str("Server error"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Whole seconds, rounded up: what `Retry-After` can say.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
