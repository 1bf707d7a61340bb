//! The disk of the database: where it is, how much of it is free, and whether changes may store more.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{Store, engine::Engine};
use crate::{
    error::{Error, Result},
    model::Room,
};

/// Its log is in the same folder.
const SQLITE: &str = "SELECT file FROM pragma_database_list WHERE name = 'main'";

/// Only if the server runs on this machine. Fails if the role may not read all settings.
const POSTGRES: &str = "SELECT current_setting('data_directory') \
     WHERE COALESCE(inet_server_addr() = inet_client_addr(), TRUE)";

/// What was measured last.
pub(super) type LastRoom = Mutex<Room>;

/// The size of a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What programs without special rights can still use.
    pub free: u64,
    /// All of it.
    pub total: u64,
}

impl Space {
    /// Measures the disk that holds a file or folder.
    pub fn of(path: &Path) -> io::Result<Self> {
        let disk = rustix::fs::statvfs(path)?;
        let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
        if disk.f_blocks == 0 {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "the file system does not say how large it is"));
        }
        Ok(Self { free: bytes(disk.f_bavail), total: bytes(disk.f_blocks) })
    }
}

impl Store {
    /// A path on the disk of the database; `None` if the disk is on another machine, or unknown.
    pub async fn disk(&self) -> Option<PathBuf> {
        let query = sqlx::query_scalar(match self.engine {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        });
        let answer = tokio::time::timeout(self.timeout, query.fetch_optional(&self.reads)).await;
        let path: String = answer.ok()?.ok()??;
        // In a container, the path is one of another file system.
        Some(PathBuf::from(path)).filter(|path| Space::of(path).is_ok())
    }

    /// How much room the disk has.
    pub fn room(&self) -> Room {
        *self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets how much room the disk has. Returns what was set before.
    pub fn set_room(&self, room: Room) -> Room {
        std::mem::replace(&mut self.room.lock().unwrap_or_else(PoisonError::into_inner), room)
    }

    /// Fails with [`Error::ReadOnly`] while the disk is almost full. Ask before you store more.
    pub fn may_grow(&self) -> Result<()> {
        if self.room() == Room::Spent { Err(Error::ReadOnly) } else { Ok(()) }
    }
}
