//! Backups in a folder of this machine.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};

use super::{UNFINISHED, is_backup};

/// A folder of this machine.
#[derive(Clone)]
pub struct Folder(PathBuf);

/// A file under a name of its own until it is complete. Its lock distinguishes a running backup from a killed one.
pub(in crate::backup) struct Partial {
    file: File,
    unfinished: PathBuf,
    path: PathBuf,
    bytes: u64,
    is_complete: bool,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The path of a file.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        match (self.0.as_os_str(), name) {
            (_, "") => self.0.clone(),
            (folder, _) if folder == "." => name.into(),
            _ => self.0.join(name),
        }
    }

    pub(super) fn create(&self) -> anyhow::Result<()> {
        let created = DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        created.with_context(|| format!("folder {}", self.0.display()))
    }

    pub(super) fn names(&self) -> anyhow::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("folder {}", self.0.display()))?,
        };
        let names = entries.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default()));
        names.collect()
    }

    pub(super) fn begin(&self, name: &str) -> anyhow::Result<Partial> {
        self.remove_leftovers()?;
        let path = self.path(name);
        ensure!(!path.try_exists()?, "{} is there already: choose another name", path.display());
        Partial::begin(path)
    }

    /// Removes what killed backups have left.
    fn remove_leftovers(&self) -> anyhow::Result<()> {
        let names = self.names()?;
        let unfinished = names.iter().filter(|name| name.strip_suffix(UNFINISHED).is_some_and(is_backup));
        for path in unfinished.map(|name| self.path(name)) {
            // A running backup holds the lock.
            if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    pub(super) fn read(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let mut partial = Partial::begin(self.path(name))?;
        partial.write_all(bytes)?;
        partial.finish().map(drop)
    }
}

impl Partial {
    fn begin(path: PathBuf) -> anyhow::Result<Self> {
        let mut unfinished = path.clone().into_os_string();
        unfinished.push(UNFINISHED);
        let unfinished = PathBuf::from(unfinished);
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&unfinished);
        let file = file.with_context(|| unfinished.display().to_string())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another backup is writing {}", path.display()),
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| unfinished.display().to_string()),
        }
        // It may be what a killed backup has left.
        file.set_len(0)?;
        Ok(Self { file, unfinished, path, bytes: 0, is_complete: false })
    }

    pub(super) fn finish(mut self) -> anyhow::Result<u64> {
        self.file.sync_all()?;
        fs::rename(&self.unfinished, &self.path)?;
        self.is_complete = true;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(self.bytes)
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_complete {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}
