//! What a database error means to a request. No constraint's name is looked at: SQLite tells none.

use crate::error::Error;

const NO_ANSWER: &str = "The database does not answer: try again later";

/// SQLite's codes for a full disk: a write to the database or its log, and the growth of the log's index.
const SQLITE_FULL: &[u32] = &[13, 4874];
/// SQLite's codes, without their extensions, for what may pass: busy, locked, I/O error, cannot open.
const SQLITE_NOT_NOW: &[u32] = &[5, 6, 10, 14];
/// PostgreSQL's code for a full disk.
const POSTGRES_FULL: &str = "53100";
/// PostgreSQL's classes for "gone" and "going": connection exception, too many connections, operator intervention.
const POSTGRES_GONE: &[&str] = &["08", "53", "57"];
/// PostgreSQL's codes for a transaction that another one undid.
const POSTGRES_UNDONE: &[&str] = &["40001", "40P01"];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match trouble(&error) {
            Some(Trouble::DiskFull) => {
                tracing::warn!(cause = %error, "the disk of the database is full");
                Self::DiskFull
            }
            Some(Trouble::NoAnswer) => {
                tracing::warn!(cause = %error, "the database does not answer");
                Self::Unavailable(NO_ANSWER)
            }
            None => Self::Internal(Box::new(error)),
        }
    }
}

/// What passes by itself, sooner or later.
enum Trouble {
    DiskFull,
    NoAnswer,
}

fn trouble(error: &sqlx::Error) -> Option<Trouble> {
    let is_gone = match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            match code.parse::<u32>() {
                Ok(number) if code.len() != 5 && SQLITE_FULL.contains(&number) => return Some(Trouble::DiskFull),
                Ok(number) if code.len() != 5 => SQLITE_NOT_NOW.contains(&(number & 0xff)),
                _ if code == POSTGRES_FULL => return Some(Trouble::DiskFull),
                _ => {
                    POSTGRES_UNDONE.contains(&code.as_ref())
                        || POSTGRES_GONE.iter().any(|class| code.starts_with(class))
                }
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    };
    is_gone.then_some(Trouble::NoAnswer)
}

/// Whether another transaction was in the way, so that the same change may succeed if it is made again.
pub fn is_conflict(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|database| {
        let undone = database.code().is_some_and(|code| POSTGRES_UNDONE.contains(&code.as_ref()));
        undone || database.is_unique_violation()
    })
}
