//! Records of the latest backups, stored as settings; and which accounts were erased. Works beside a running server,
//! with a connection of its own.

use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Connection};

use super::{Store, connect};
use crate::{
    error::Result,
    model::{Timestamp, UserId},
};

/// The settings' names. A restored database begins without them.
const BACKUP: &str = "last_backup";
const VERIFIED: &str = "last_verified";

/// The latest backup that was completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRecord {
    /// When its snapshot was taken.
    pub at: Timestamp,
    /// Where it is.
    pub place: String,
    /// Its size.
    pub bytes: u64,
    /// The rows of all tables.
    pub rows: u64,
    /// Whether the server made it on schedule.
    pub is_scheduled: bool,
}

/// The latest backup that was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyRecord {
    /// When it was verified.
    pub at: Timestamp,
    /// Where it is.
    pub place: String,
    /// Why it cannot be restored; `None` if it can.
    pub problem: Option<String>,
}

/// Both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// `None` if none was completed.
    pub backup: Option<BackupRecord>,
    /// `None` if none was verified.
    pub verified: Option<VerifyRecord>,
}

/// An account that was erased, for restores of backups from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The id of the account.
    pub id: UserId,
    /// When it was erased.
    pub at: Timestamp,
    /// Whether the person's texts were erased too.
    pub texts: bool,
}

impl Records {
    /// Reads them from the database that this URL names.
    pub async fn read(url: &str) -> anyhow::Result<Self> {
        let (_, mut connection) = connect::existing(url).await?;
        let backup = read(&mut connection, BACKUP).await?;
        let verified = read(&mut connection, VERIFIED).await?;
        connection.close().await?;
        Ok(Self { backup: parsed(backup), verified: parsed(verified) })
    }

    /// Keeps a record of a backup.
    pub async fn keep_backup(url: &str, record: &BackupRecord) -> anyhow::Result<()> {
        keep(url, BACKUP, serde_json::to_vec(record)?).await
    }

    /// Keeps a record of a verified backup.
    pub async fn keep_verified(url: &str, record: &VerifyRecord) -> anyhow::Result<()> {
        keep(url, VERIFIED, serde_json::to_vec(record)?).await
    }
}

impl Store {
    /// Changes when an account was erased by this process.
    pub fn erased_so_far(&self) -> u64 {
        self.erasures.load(Ordering::Relaxed)
    }

    /// Counts an account that another server has deleted.
    pub fn has_erased(&self) {
        self.erasures.fetch_add(1, Ordering::Relaxed);
    }

    /// All erased accounts, in the order in which they were erased.
    pub async fn erasures(&self) -> Result<Vec<Erasure>> {
        let query = sqlx::query_as::<_, (UserId, Timestamp, i64)>(
            "SELECT id, deleted_at, texts_erased FROM users WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id",
        );
        let rows = self.within(query.fetch_all(&self.reads)).await?;
        Ok(rows.into_iter().map(|(id, at, texts)| Erasure { id, at, texts: texts != 0 }).collect())
    }
}

async fn read(connection: &mut AnyConnection, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let query = sqlx::query_scalar("SELECT value FROM settings WHERE key = $1").bind(key);
    Ok(query.fetch_optional(connection).await?)
}

/// An unreadable record of another version counts as none.
fn parsed<T: for<'a> Deserialize<'a>>(value: Option<Vec<u8>>) -> Option<T> {
    value.and_then(|value| serde_json::from_slice(&value).ok())
}

async fn keep(url: &str, key: &str, value: Vec<u8>) -> anyhow::Result<()> {
    let (_, mut connection) = connect::existing(url).await?;
    let query = sqlx::query(
        "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    query.bind(key).bind(value).execute(&mut connection).await?;
    Ok(connection.close().await?)
}
