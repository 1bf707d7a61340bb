//! Numbers about a database, and whether it must be migrated. Works beside a running server, with a connection of its own.

use std::path::PathBuf;

use sqlx::{AnyConnection, Connection, Row};

use super::{
    connect::{self, is_damage},
    engine::Engine,
    file::DatabaseFile,
    migrations, restoration, size,
};

/// Numbers about a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Accounts that are not deleted.
    pub users: i64,
    /// Groups that are not deleted.
    pub groups: i64,
    /// Dialogs.
    pub dialogs: i64,
    /// Messages and notices.
    pub messages: i64,
    /// Bytes, without pages that are free.
    pub bytes: u64,
}

/// A migration that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The version of the schema.
    pub from: i64,
    /// The version that this program has.
    pub to: i64,
    /// Whether it changes stored rows.
    pub changes_data: bool,
    /// Bytes of the database, without pages that are free.
    pub bytes: u64,
}

const COUNTS: &str = "SELECT \
     (SELECT COUNT(*) FROM users WHERE deleted_at IS NULL) AS users, \
     (SELECT COUNT(*) FROM chats WHERE group_id IS NOT NULL AND dropped_at IS NULL) AS groups, \
     (SELECT COUNT(*) FROM chats WHERE group_id IS NULL) AS dialogs, \
     (SELECT COUNT(*) FROM messages) AS messages";

impl Stats {
    /// Counts everything in the database that this URL names.
    pub async fn of(url: &str) -> anyhow::Result<Self> {
        let (engine, mut connection) = connect::existing(url).await?;
        let row = sqlx::query(COUNTS).fetch_one(&mut connection).await?;
        let bytes = bytes(engine, &mut connection).await?;
        connection.close().await?;
        Ok(Self {
            users: row.try_get("users")?,
            groups: row.try_get("groups")?,
            dialogs: row.try_get("dialogs")?,
            messages: row.try_get("messages")?,
            bytes,
        })
    }
}

/// What must be migrated in the database that this URL names; `None` if its schema is current, if the
/// database does not exist or has no users, or if a restore into it is unfinished.
pub async fn pending(url: &str) -> anyhow::Result<Option<Pending>> {
    let found = look_for_pending(url).await;
    found.map_err(|error| if is_damage(&error) { connect::damaged(error, connect::place(url)) } else { error })
}

async fn look_for_pending(url: &str) -> anyhow::Result<Option<Pending>> {
    if file(url)?.is_some_and(|path| !path.exists()) {
        return Ok(None);
    }
    let (engine, mut connection) = connect::existing(url).await?;
    if restoration::ensure_finished(engine, &mut connection).await.is_err() {
        return Ok(None);
    }
    let from = migrations::version(engine, &mut connection).await?;
    let to = migrations::newest();
    let mut pending = None;
    if from > 0 && from < to {
        let has_users = sqlx::query("SELECT 1 FROM users LIMIT 1").fetch_optional(&mut connection).await?.is_some();
        let (changes_data, bytes) = (migrations::changes_data(from), bytes(engine, &mut connection).await?);
        pending = has_users.then_some(Pending { from, to, changes_data, bytes });
    }
    connection.close().await?;
    Ok(pending)
}

/// The newest version of the schema that this program knows.
pub fn newest_schema() -> i64 {
    migrations::newest()
}

/// The file of a database on SQLite.
pub fn file(url: &str) -> anyhow::Result<Option<PathBuf>> {
    match Engine::of(url) {
        Engine::Sqlite => Ok(Some(DatabaseFile::of(url)?.path().to_owned())),
        Engine::Postgres => Ok(None),
    }
}

async fn bytes(engine: Engine, connection: &mut AnyConnection) -> anyhow::Result<u64> {
    let bytes: i64 = sqlx::query_scalar(size::query(engine)).fetch_one(connection).await?;
    Ok(bytes.unsigned_abs())
}
