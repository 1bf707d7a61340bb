//! Syncs of the disk.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// What to append before each sync.
const BLOCK: [u8; 4096] = [7; 4096];

/// A file that grows.
pub(crate) struct Disk(File);

impl Disk {
    /// An empty file in this folder; it has no name.
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        Ok(Self(tempfile::tempfile_in(folder).with_context(|| format!("a file in {}", folder.display()))?))
    }

    /// Appends and syncs. Blocks.
    pub(crate) fn sync(&self) -> io::Result<Duration> {
        let (mut file, began) = (&self.0, Instant::now());
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        Ok(began.elapsed())
    }
}
