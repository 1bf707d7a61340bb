//! Every way in which a request can fail, with one stable code and one text, the same for REST and WebSocket. Knows no
//! HTTP and no frames: those layers choose the status from [`Error::kind`].

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
    /// The field, or the part of the request that it belongs to, such as `body`.
    pub path: String,
    /// What the value must be and the limit it broke. Continues a sentence that begins with the field's name.
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

/// Why a request failed.
#[derive(Debug)]
pub enum Error {
    /// Fields are missing, malformed or out of bounds: all faults at once.
    Invalid(Vec<Fault>),
    /// The request is valid, but not allowed or not possible.
    Refused(Refusal),
    /// The frame's `type` is unknown.
    NoSuchType,
    /// The group has the maximum number of members, which is this.
    GroupFull(u32),
    /// Too many requests; retry after this time.
    TooMany(Duration),
    /// The user's budget is used up; retry after `wait`.
    OverBudget {
        /// The budget.
        budget: Budget,
        /// How much the budget allows.
        limit: u32,
        /// How long to wait.
        wait: Duration,
    },
    /// The user has exported their data too often; retry after `wait`.
    TooManyExports {
        /// How many are allowed per hour.
        limit: u32,
        /// How long to wait.
        wait: Duration,
    },
    /// The storage for messages is used up; the limit is in MB.
    StorageFull(StorageBound, u32),
    /// The database does not answer, or the server is overloaded. Retry later.
    Unavailable(&'static str),
    /// The disk that holds the database is full; nothing was stored.
    DiskFull,
    /// The disk that holds the database is almost full, and the request would store more; nothing was stored.
    ReadOnly,
    /// The request needs a damaged page of the database. The store has logged it.
    Damaged,
    /// A bug or an unexpected failure. The cause is only for the log.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// The classes of errors, which decide the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is invalid.
    Invalid,
    /// The request has no live session.
    Unauthorized,
    /// The user is not allowed to do this.
    Forbidden,
    /// It does not exist.
    NotFound,
    /// It conflicts with something that exists.
    Conflict,
    /// A rate limit or a budget is used up.
    TooMany,
    /// The server cannot do it now.
    Unavailable,
    /// The server failed.
    Internal,
}

impl Error {
    /// The class, which decides the HTTP status.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Invalid(_) | Self::NoSuchType => Kind::Invalid,
            Self::Refused(refusal) => refusal.row().0,
            Self::GroupFull(_) => Kind::Conflict,
            Self::TooMany(_) | Self::OverBudget { .. } | Self::TooManyExports { .. } => Kind::TooMany,
            Self::StorageFull(..) => Kind::Forbidden,
            Self::Unavailable(_) | Self::DiskFull | Self::ReadOnly => Kind::Unavailable,
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
            Self::TooMany(_) | Self::TooManyExports { .. } => "too_many_requests",
            Self::OverBudget { budget, .. } => budget.code(),
            Self::StorageFull(..) => "storage_full",
            Self::Unavailable(_) => "unavailable",
            Self::DiskFull | Self::ReadOnly => "disk_full",
            Self::Damaged | Self::Internal(_) => "internal",
        }
    }

    /// The faults of an invalid request; empty for every other error.
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Invalid(faults) => faults,
            _ => &[],
        }
    }

    /// The same error for another request, if it is about the server rather than the request: the database is down, its
    /// disk is full, the server is overloaded or stopping.
    pub fn outage(&self) -> Option<Self> {
        match self {
            Self::Unavailable(reason) => Some(Self::Unavailable(reason)),
            Self::DiskFull => Some(Self::DiskFull),
            _ => None,
        }
    }

    /// Logs the cause of an internal error. Called where the response is built.
    pub fn log(&self) {
        if let Self::Internal(cause) = self {
            tracing::error!(cause = %cause, "a request failed with an internal error");
        }
    }
}

/// The text for users.
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
            Self::TooManyExports { limit, wait } => {
                let times = if *limit == 1 { "once" } else { &format!("{limit} times") };
                write!(f, "You can export your data {times} an hour: try again in {} s", seconds(*wait))
            }
            Self::StorageFull(storage, mb) => storage.explain(*mb, f),
            Self::Unavailable(reason) => f.write_str(reason),
            Self::DiskFull => f.write_str("The server's disk is full, so nothing was saved: try again later"),
            Self::ReadOnly => f.write_str("The server's disk is almost full, so nothing was saved: try again later"),
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

/// Whole seconds, rounded up, as `Retry-After` needs them.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
