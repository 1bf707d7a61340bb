//! What a database error means to a request. Does not depend on constraint names: SQLite reports none.

use sqlx::error::DatabaseError;

use crate::error::Error;

const NO_ANSWER: &str = "The database does not answer: try again later";

/// SQLite's codes for a full disk: a write to the database or its log, and the growth of the log's index.
const SQLITE_FULL: &[u32] = &[13, 4874];
/// SQLite's codes, without their extensions, for a lock that another process holds: busy, locked.
const SQLITE_LOCKED: &[u32] = &[5, 6];
/// SQLite's codes, without their extensions, for errors that may be temporary: read-only, I/O error, cannot open.
const SQLITE_NOT_NOW: &[u32] = &[8, 10, 14];
/// SQLite's code for a write that a trigger refuses: the database was moved.
const SQLITE_MOVED: u32 = 1811;
/// PostgreSQL's code for a full disk.
const POSTGRES_FULL: &str = "53100";
/// PostgreSQL's classes for a lost connection: connection exception, too many connections, operator intervention.
const POSTGRES_GONE: &[&str] = &["08", "53", "57"];
/// PostgreSQL's codes for a lock timeout and for a transaction that was idle for too long.
const POSTGRES_LATE: &[&str] = &["55P03", "25P03"];
/// PostgreSQL's codes for a transaction that was rolled back because of another one; the last is that of `begin_leased`.
const POSTGRES_UNDONE: &[&str] = &["40001", "40P01", "40H01"];

/// PostgreSQL's codes for a prepared statement that has become invalid: its result has changed, or it is unknown.
const POSTGRES_STALE: &[&str] = &["0A000", "26000"];
/// PostgreSQL's code for a read-only database, such as a standby.
const POSTGRES_READ_ONLY: &str = "25006";
/// SQLite's codes, without their extensions, for damage: corrupt, not a database.
const SQLITE_DAMAGED: &[u32] = &[11, 26];
/// PostgreSQL's codes for a damaged table or index.
const POSTGRES_DAMAGED: &[&str] = &["XX001", "XX002"];

/// What is wrong with a database that has worked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Its disk is full.
    DiskFull,
    /// Another process holds the write lock.
    WriteLocked,
    /// It does not answer or cannot be written.
    DatabaseAway,
    /// Some of its pages are corrupt.
    Damaged,
}

impl Trouble {
    /// A stable code for programs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::WriteLocked => "write_locked",
            Self::DatabaseAway => "database_away",
            Self::Damaged => "database_damaged",
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match trouble(&error) {
            Some(Trouble::DiskFull) => {
                tracing::warn!(cause = %error, "the disk of the database is full");
                Self::DiskFull
            }
            Some(Trouble::WriteLocked | Trouble::DatabaseAway) => {
                tracing::warn!(cause = %error, "the database does not answer");
                Self::Unavailable(NO_ANSWER)
            }
            Some(Trouble::Damaged) => Self::Damaged,
            None if was_undone(&error) => Self::Unavailable(NO_ANSWER),
            None => Self::Internal(Box::new(error)),
        }
    }
}

/// The trouble behind an error; `None` if the statement is at fault.
pub(super) fn trouble(error: &sqlx::Error) -> Option<Trouble> {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            // PostgreSQL's codes have five characters; SQLite's are numbers, none of which is that long.
            match code.parse() {
                Ok(number) if code.len() != 5 => sqlite_trouble(number),
                _ => postgres_trouble(&code),
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Some(Trouble::DatabaseAway),
        _ => None,
    }
}

fn sqlite_trouble(code: u32) -> Option<Trouble> {
    let primary = code & 0xff;
    match code {
        _ if SQLITE_FULL.contains(&code) => Some(Trouble::DiskFull),
        _ if SQLITE_LOCKED.contains(&primary) => Some(Trouble::WriteLocked),
        _ if SQLITE_DAMAGED.contains(&primary) => Some(Trouble::Damaged),
        SQLITE_MOVED => Some(Trouble::DatabaseAway),
        _ if SQLITE_NOT_NOW.contains(&primary) => Some(Trouble::DatabaseAway),
        _ => None,
    }
}

fn postgres_trouble(code: &str) -> Option<Trouble> {
    let is_away = code == POSTGRES_READ_ONLY || POSTGRES_GONE.iter().any(|class| code.starts_with(class));
    match code {
        POSTGRES_FULL => Some(Trouble::DiskFull),
        _ if POSTGRES_LATE.contains(&code) => Some(Trouble::WriteLocked),
        _ if POSTGRES_DAMAGED.contains(&code) => Some(Trouble::Damaged),
        _ => is_away.then_some(Trouble::DatabaseAway),
    }
}

/// Whether the database or its disk caused the error, and not what was asked or what is stored.
pub fn is_away(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let is_own = matches!(cause.downcast_ref(), Some(Error::DiskFull | Error::Unavailable(_)));
        is_own || cause.downcast_ref().and_then(trouble).is_some_and(|trouble| trouble != Trouble::Damaged)
    })
}

/// Whether another transaction caused the error, so that a retry may succeed.
pub fn is_conflict(error: &sqlx::Error) -> bool {
    was_undone(error) || error.as_database_error().is_some_and(DatabaseError::is_unique_violation)
}

/// Whether a new connection may not have this error.
pub(super) fn is_of_connection(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    let is_stale = code.is_some_and(|code| POSTGRES_STALE.contains(&code.as_ref()));
    is_stale || trouble(error) == Some(Trouble::DatabaseAway)
}

fn was_undone(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| POSTGRES_UNDONE.contains(&code.as_ref()))
}
