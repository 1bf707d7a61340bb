//! The file of a SQLite database: finds the one that a URL names, checks it, and creates a new one. Does not read its
//! tables.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{ErrorKind, Read},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, bail, ensure};
use sqlx::sqlite::SqliteConnectOptions;

use super::disk::Space;

/// What every SQLite database begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Most symbolic links in a chain, as in the system.
const MAX_LINKS: usize = 40;
/// Suffix of a new database until it is complete.
const UNFINISHED: &str = ".new";

/// The file of a database, with symbolic links resolved, so that all its names lead to the same locks.
pub(super) struct DatabaseFile {
    path: PathBuf,
    /// The URL's parameters, from `?`.
    parameters: String,
}

impl DatabaseFile {
    /// The file that a SQLite URL names. Creates its folder.
    pub(super) fn of(url: &str) -> anyhow::Result<Self> {
        let named = SqliteConnectOptions::from_str(url)?.get_filename().to_owned();
        // A user who can read the database can read every message.
        let create = |folder: &Path| DirBuilder::new().recursive(true).mode(0o700).create(folder);
        Self::find(url, &named, create)
    }

    /// The file that a SQLite URL names. Fails if there is no such folder.
    pub(super) fn existing(url: &str) -> anyhow::Result<Self> {
        let named = SqliteConnectOptions::from_str(url)?.get_filename().to_owned();
        Self::find(url, &named, |_| Ok(()))
    }

    fn find(url: &str, named: &Path, prepare: impl Fn(&Path) -> std::io::Result<()>) -> anyhow::Result<Self> {
        let parameters = url.find('?').map_or("", |start| &url[start..]).to_owned();
        let path = real(named.to_owned(), prepare).with_context(|| format!("folder {}", folder(named).display()))?;
        Ok(Self { path, parameters })
    }

    /// The file, whether or not it exists.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The URL with which connections open the database; they never create it.
    pub(super) fn url(&self) -> anyhow::Result<String> {
        url(&self.path, &self.parameters)
    }

    /// A lock file beside the database: its name and `suffix`.
    pub(super) fn lock_file(&self, suffix: &str) -> anyhow::Result<File> {
        let path = beside(&self.path, suffix);
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        file.with_context(|| format!("lock file {}", path.display()))
    }

    /// Free bytes of its disk, if they are known.
    pub(super) fn free_bytes(&self) -> Option<u64> {
        Space::of(folder(&self.path)).ok().map(|space| space.free)
    }

    /// Whether there is a database. Fails if the file is something else.
    pub(super) fn exists(&self) -> anyhow::Result<bool> {
        let path = self.path.display();
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let log = beside(&self.path, "-wal");
                ensure!(
                    fs::metadata(&log).map_or(0, |log| log.len()) == 0,
                    "{path} is missing, but its log {} is there: put the database back, or, for a new server, delete \
                     the log",
                    log.display()
                );
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        let metadata = file.metadata()?;
        ensure!(metadata.is_file(), "{path} is not a file");
        ensure!(
            metadata.len() > 0,
            "{path} is empty: restore a backup, or, for a new server, delete the file and start again"
        );
        ensure!(
            metadata.nlink() == 1,
            "{path} has {} names (hard links), and each would have a log of its own: leave one, or copy the file",
            metadata.nlink()
        );
        let mut start = Vec::new();
        file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start)?;
        ensure!(start == MAGIC, "{path} is not a SQLite database: it belongs to another program, or is damaged");
        self.warn_of_readers(&metadata);
        Ok(true)
    }

    /// Logs a warning if other users can enter the folder and read the file.
    fn warn_of_readers(&self, file: &fs::Metadata) {
        let Ok(folder) = fs::metadata(folder(&self.path)) else { return };
        if file.mode() & ((folder.mode() & 0o011) << 2) != 0 {
            let (path, mode) = (self.path.display(), format!("{:o}", file.mode() & 0o777));
            tracing::warn!(%path, mode, "other users of this machine can read the database: run chmod 600 on it");
        }
    }

    /// Creates a new database that only its owner can read. Returns the URL with which to fill it. Removes what an
    /// interrupted start has left.
    pub(super) fn begin(&self) -> anyhow::Result<String> {
        self.discard()?;
        let path = beside(&self.path, UNFINISHED);
        let file = File::options().create_new(true).write(true).mode(0o600).open(&path);
        let file = file.with_context(|| format!("new database {}", path.display()))?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        url(&path, &self.parameters)
    }

    /// Removes a new database that is not complete.
    pub(super) fn discard(&self) -> anyhow::Result<()> {
        let path = beside(&self.path, UNFINISHED);
        for suffix in ["", "-wal", "-shm", "-journal", ".migrate.lock"] {
            match fs::remove_file(beside(&path, suffix)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives the new database its name. Call it when no connection is open: the database exists completely or not at
    /// all.
    pub(super) fn finish(&self) -> anyhow::Result<()> {
        let path = beside(&self.path, UNFINISHED);
        if fs::metadata(beside(&path, "-wal")).is_ok_and(|log| log.len() > 0) {
            bail!("the new database {} could not be written completely", path.display());
        }
        File::open(&path)?.sync_all()?;
        fs::rename(&path, &self.path)?;
        // What its migration has locked.
        let _ = fs::remove_file(beside(&path, ".migrate.lock"));
        File::open(folder(&self.path))?.sync_all()?;
        Ok(())
    }
}

/// Suffix of the file that says that the database is being restored.
const RESTORING: &str = ".restoring";

impl DatabaseFile {
    /// Says that the database is being restored, until [`Self::unmark`].
    pub(super) fn mark(&self) -> anyhow::Result<()> {
        let path = beside(&self.path, RESTORING);
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        file.with_context(|| path.display().to_string())?.sync_all()?;
        Ok(File::open(folder(&self.path))?.sync_all()?)
    }

    /// The file that says that a restore was interrupted; `None` if there is none, or if the restored database has its
    /// name.
    pub(super) fn mark_of_unfinished(&self) -> anyhow::Result<Option<PathBuf>> {
        let (path, unfinished) = (beside(&self.path, RESTORING), beside(&self.path, UNFINISHED));
        let is_unfinished = path.try_exists()? && (unfinished.try_exists()? || !self.path.try_exists()?);
        Ok(is_unfinished.then_some(path))
    }

    /// Takes [`Self::mark`] back.
    pub(super) fn unmark(&self) -> anyhow::Result<()> {
        match fs::remove_file(beside(&self.path, RESTORING)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// An unfinished copy.
pub(super) struct Copy {
    unfinished: PathBuf,
    path: PathBuf,
}

impl DatabaseFile {
    /// Creates an empty file for a copy, which only its owner can read.
    pub(super) fn begin_copy(&self, suffix: &str) -> anyhow::Result<Copy> {
        let path = beside(&self.path, suffix);
        let unfinished = beside(&path, UNFINISHED);
        ensure!(!path.try_exists()?, "{} is there already", path.display());
        let file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&unfinished);
        file.with_context(|| unfinished.display().to_string())?.set_permissions(Permissions::from_mode(0o600))?;
        Ok(Copy { unfinished, path })
    }
}

impl Copy {
    /// The file to fill.
    pub(super) fn path(&self) -> anyhow::Result<&str> {
        self.unfinished.to_str().with_context(|| format!("{} is not UTF-8", self.unfinished.display()))
    }

    /// Syncs the copy and gives it its name.
    pub(super) fn finish(self) -> anyhow::Result<PathBuf> {
        File::open(&self.unfinished)?.sync_all()?;
        fs::rename(&self.unfinished, &self.path)?;
        File::open(folder(&self.path))?.sync_all()?;
        Ok(self.path)
    }

    /// Removes the unfinished copy.
    pub(super) fn discard(self) {
        let _ = fs::remove_file(self.unfinished);
    }
}

/// Resolves symbolic links, even to a file that does not exist yet, and prepares the file's folder.
fn real(mut path: PathBuf, prepare: impl Fn(&Path) -> std::io::Result<()>) -> std::io::Result<PathBuf> {
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = folder(&path).join(target);
    }
    prepare(folder(&path))?;
    Ok(fs::canonicalize(folder(&path))?.join(path.file_name().unwrap_or_default()))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn url(path: &Path, parameters: &str) -> anyhow::Result<String> {
    let path = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
    Ok(format!("sqlite://{}{parameters}", path.replace('%', "%25").replace('?', "%3F").replace('#', "%23")))
}
