//! What this machine can do at most of the work that a server does, measured beside the server. These loops know nothing of
//! messages, members or permissions.

mod disk;
mod postgres;
mod query;
mod sockets;
mod sqlite;

use std::time::Duration;

use anyhow::Result;
use uuid::Uuid;

use crate::database::Database;
pub(crate) use disk::Disk;
pub(crate) use query::History;
pub(crate) use sockets::{Echo, fan_out};

/// Rows per batch.
pub(crate) const BATCH: i64 = 100;
/// Chats among which the rows are spread.
const CHATS: i64 = 16;
/// Long enough for some ten thousand rows.
const TIME: Duration = Duration::from_secs(1);
/// What an insert gives a value.
const COLUMNS: &str = "chat_id, seq, id, sender_id, content, event, created_at";

/// A table of messages without a server.
pub(crate) enum Table {
    Sqlite(sqlite::Table),
    Postgres(Box<postgres::Table>),
}

impl Table {
    /// An empty one, on the disk or in the server of this database.
    pub(crate) async fn create(database: &Database) -> Result<Self> {
        Ok(match database {
            Database::Sqlite(_) => Self::Sqlite(sqlite::Table::create(database.folder())?),
            Database::Postgres(url) => Self::Postgres(Box::new(postgres::Table::create(url).await?)),
        })
    }

    /// Rows per second, if each commit has a hundred.
    pub(crate) async fn batches(&mut self) -> Result<f64> {
        match self {
            Self::Sqlite(table) => table.batches(TIME),
            Self::Postgres(table) => table.batches(TIME).await,
        }
    }

    /// The time of an insert of one row with its commit.
    pub(crate) async fn single(&mut self) -> Result<Duration> {
        match self {
            Self::Sqlite(table) => table.single(),
            Self::Postgres(table) => table.single().await,
        }
    }

    /// Removes the table.
    pub(crate) async fn remove(self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(table) => table.remove().await,
        }
    }
}

/// A message of a hundred bytes.
struct Row {
    chat_id: i64,
    seq: i64,
    id: [u8; 16],
    sender_id: [u8; 16],
    content: String,
    created_at: i64,
}

impl Row {
    /// The row with this number.
    fn new(number: i64) -> Self {
        Self {
            chat_id: number % CHATS,
            seq: number / CHATS,
            id: Uuid::now_v7().into_bytes(),
            sender_id: [7; 16],
            content: format!("{number:<100}"),
            created_at: 1_767_225_600_000 + number,
        }
    }
}
