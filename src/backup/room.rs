//! Room on disks: what a backup or a restore may use without taking what the server needs.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::{
    config::{self, Config},
    store::Space,
};

/// There is no room on a disk. What needs it was not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRoom {
    needed: u64,
    kept: u64,
    free: u64,
    folder: String,
}

impl std::fmt::Display for NoRoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { needed, kept, free, folder } = self;
        write!(f, "{} MB may be needed in {folder}, which has {} MB free", needed.div_ceil(1 << 20), free >> 20)?;
        if *kept > 0 {
            write!(f, "; {} MB of them are kept for the server (storage.stop_mb)", kept.div_ceil(1 << 20))?;
        }
        Ok(())
    }
}

impl std::error::Error for NoRoom {}

/// What must stay free on the disk of the database: below it, the server stores nothing more.
#[derive(Debug, Clone, Default)]
pub struct Reserve {
    storage: config::Storage,
    /// `None` if the disk is unknown: nothing is kept free.
    disk: Option<PathBuf>,
}

impl Reserve {
    /// On the disk that the server watches: the configured one, otherwise that of `database`.
    pub fn of(config: &Config, database: Option<PathBuf>) -> Self {
        let storage = config.storage.clone();
        let disk = if storage.watch.is_empty() { database } else { Some(PathBuf::from(&storage.watch)) };
        Self { storage, disk }
    }

    /// Fails if this folder's disk has less than this many bytes free, besides what is kept.
    pub fn ensure_room(&self, needed: u64, folder: &Path) -> Result<(), NoRoom> {
        let Ok(space) = Space::of(folder) else { return Ok(()) };
        let kept = if self.is_on(folder) { self.storage.stop_bytes(space.total) } else { 0 };
        if space.free >= needed.saturating_add(kept) {
            return Ok(());
        }
        Err(NoRoom { needed, kept, free: space.free, folder: folder.display().to_string() })
    }

    fn is_on(&self, folder: &Path) -> bool {
        let disk_of = |path: &Path| path.metadata().ok().map(|metadata| metadata.dev());
        self.disk.as_deref().and_then(disk_of).is_some_and(|disk| disk_of(folder) == Some(disk))
    }
}

/// Where temporary files go.
#[derive(Debug, Clone)]
pub struct Scratch {
    pub(super) folder: PathBuf,
    reserve: Reserve,
}

impl Scratch {
    /// The system's folder for temporary files.
    pub fn new(reserve: Reserve) -> Self {
        Self { folder: std::env::temp_dir(), reserve }
    }

    pub(super) fn ensure_room(&self, needed: u64) -> Result<(), NoRoom> {
        self.reserve.ensure_room(needed, &self.folder)
    }
}

/// Fails if the file system of this folder has less than this many bytes free.
pub(super) fn ensure_room(needed: u64, folder: &Path) -> Result<(), NoRoom> {
    Reserve::default().ensure_room(needed, folder)
}

/// The free bytes of the file system of a file; `None` if the system does not say.
pub fn free_beside(file: &Path) -> Option<u64> {
    Space::of(file.parent()?).ok().map(|space| space.free)
}
