//! Where backups are: a folder of this machine, or a bucket. Under its final name, a file is always complete.

mod bucket;
mod folder;

use std::{
    fmt,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use tempfile::TempPath;

use self::{
    bucket::{Bucket, Upload},
    folder::{Folder, Partial},
};
use super::room::Scratch;
use crate::model::Timestamp;

/// The scheme of a bucket.
const BUCKET: &str = "s3://";
/// What the names of backups begin and end with.
const PREFIX: &str = "hearth-";
const SUFFIX: &str = ".zip";
/// Added to the name of an encrypted backup.
const ENCRYPTED: &str = ".age";
/// Added to a name until the file is complete.
const UNFINISHED: &str = ".partial";

/// A folder of this machine or of a bucket that has backups.
#[derive(Clone)]
pub enum Place {
    /// On this machine.
    Folder(Folder),
    /// In an S3-compatible store.
    Bucket(Bucket),
}

/// A file in a place.
pub struct Spot {
    /// The folder.
    pub place: Place,
    /// The name in it.
    pub name: String,
}

/// A file on this machine, which is removed when this is dropped if it was fetched from elsewhere.
pub(super) struct Fetched {
    pub(super) path: PathBuf,
    _temporary: Option<TempPath>,
}

impl Place {
    /// The folder that `text` names: a path, or `s3://BUCKET/PREFIX`.
    pub fn of(text: &str) -> anyhow::Result<Self> {
        if text.starts_with(BUCKET) {
            return Ok(Self::Bucket(Bucket::of(text)?));
        }
        Ok(Self::Folder(Folder::new(text.into())))
    }

    /// The file that `text` names for a new backup. In a folder, and in a bucket, the name is made from the time.
    pub fn target(text: &str, now: Timestamp, is_encrypted: bool) -> anyhow::Result<Spot> {
        let is_file = [SUFFIX, ENCRYPTED].iter().any(|suffix| text.ends_with(suffix));
        if is_file && !Path::new(text).is_dir() {
            return Self::file(text);
        }
        if !text.starts_with(BUCKET) && !Path::new(text).is_dir() {
            bail!("the folder {text} does not exist: create it, or name a file that ends in {SUFFIX} or {ENCRYPTED}");
        }
        Ok(Spot { place: Self::of(text)?, name: new_name(now, is_encrypted) })
    }

    /// The file that `text` names.
    pub fn file(text: &str) -> anyhow::Result<Spot> {
        if text.starts_with(BUCKET) {
            let (folder, name) = text.rsplit_once('/').unwrap_or_default();
            let is_named = !name.is_empty() && folder.len() > BUCKET.len();
            anyhow::ensure!(is_named, "{text} names no file: s3://BUCKET/PREFIX/NAME");
            return Ok(Spot { place: Self::of(folder)?, name: name.to_owned() });
        }
        let path = Path::new(text);
        let name = path.file_name().with_context(|| format!("{text} names no file"))?;
        let name = name.to_str().with_context(|| format!("{text} is not UTF-8"))?.to_owned();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Spot { place: Self::Folder(Folder::new(folder.into())), name })
    }

    /// Creates the folder if it is missing, with mode 0700.
    pub(super) fn create(&self) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => folder.create(),
            Self::Bucket(_) => Ok(()),
        }
    }

    /// The names of the complete backups, the oldest first. Only those that Hearth has named: retention deletes some.
    pub async fn backups(&self) -> anyhow::Result<Vec<String>> {
        let mut names = match self {
            Self::Folder(folder) => folder.names()?,
            Self::Bucket(bucket) => bucket.names().await?,
        };
        names.retain(|name| is_backup(name));
        names.sort();
        Ok(names)
    }

    /// Begins a file. Fails if there is one with this name. Removes what interrupted backups have left.
    pub(super) async fn begin(&self, name: &str, now: Timestamp) -> anyhow::Result<Output> {
        match self {
            Self::Folder(folder) => Ok(Output::File(folder.begin(name)?)),
            Self::Bucket(bucket) => Ok(Output::Object(Box::new(bucket.begin(name, now).await?))),
        }
    }

    /// Makes a file available on this machine; downloads it into the folder `scratch` if it is in a bucket.
    pub(super) async fn fetch(&self, name: &str, scratch: &Scratch) -> anyhow::Result<Fetched> {
        match self {
            Self::Folder(folder) => Ok(Fetched { path: folder.path(name), _temporary: None }),
            Self::Bucket(bucket) => {
                let file = bucket.download(name, scratch).await?;
                Ok(Fetched { path: file.to_path_buf(), _temporary: Some(file) })
            }
        }
    }

    /// Deletes a file.
    pub(super) async fn remove(&self, name: &str) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => Ok(std::fs::remove_file(folder.path(name))?),
            Self::Bucket(bucket) => bucket.remove(name).await,
        }
    }

    /// The contents of a small file; `None` if there is none.
    pub(super) async fn read(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(folder) => folder.read(name),
            Self::Bucket(bucket) => bucket.read(name).await,
        }
    }

    /// Replaces the contents of a small file: a reader sees the old or the new ones.
    pub(super) async fn replace(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => folder.replace(name, &bytes),
            Self::Bucket(bucket) => bucket.replace(name, bytes).await,
        }
    }

    /// The folder of this machine; `None` if it is elsewhere.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.path("")),
            Self::Bucket(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.path("").display().fmt(f),
            Self::Bucket(bucket) => bucket.url().fmt(f),
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Folder(folder) => folder.path(&self.name).display().fmt(f),
            Place::Bucket(bucket) => write!(f, "{}/{}", bucket.url(), self.name),
        }
    }
}

/// A file that is being written. Dropped before [`Self::finish`], it leaves nothing.
pub(super) enum Output {
    File(Partial),
    Object(Box<Upload>),
}

impl Output {
    /// Makes the file durable and gives it its name. Returns its size. Call it where blocking is allowed.
    pub(super) fn finish(self) -> anyhow::Result<u64> {
        match self {
            Self::File(partial) => partial.finish(),
            Self::Object(upload) => upload.finish(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::File(partial) => partial.write(bytes),
            Self::Object(upload) => upload.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::File(partial) => partial.flush(),
            Self::Object(upload) => upload.flush(),
        }
    }
}

/// `hearth-20261129T192100.123Z.zip`, so that names sort by time.
pub(super) fn new_name(now: Timestamp, is_encrypted: bool) -> String {
    let time: String = now.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{PREFIX}{time}{SUFFIX}{}", if is_encrypted { ENCRYPTED } else { "" })
}

/// Whether [`new_name`] may have made this name.
fn is_backup(name: &str) -> bool {
    let name = name.strip_suffix(ENCRYPTED).unwrap_or(name);
    let time = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    let pattern = "00000000T000000.000Z";
    time.is_some_and(|time| {
        time.len() == pattern.len()
            && time
                .chars()
                .zip(pattern.chars())
                .all(|(c, shape)| if shape == '0' { c.is_ascii_digit() } else { c == shape })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_from_the_time_and_known_again() {
        assert_eq!(new_name(Timestamp(1_764_444_060_123), false), "hearth-20251129T192100.123Z.zip");
        assert!(is_backup(&new_name(Timestamp(0), false)) && is_backup(&new_name(Timestamp::now(), true)));
        for other in [
            "hearth-2025.zip",
            "hearth-20251129T192100.123Z.zip.partial",
            "erased.jsonl",
            "hearth-20251129T19210a.123Z.zip",
        ] {
            assert!(!is_backup(other), "{other}");
        }
    }

    #[test]
    fn a_target_is_a_file_by_its_name_or_a_folder_that_exists() {
        let folder = tempfile::TempDir::new().unwrap();
        let (path, now) = (folder.path().to_str().unwrap(), Timestamp(0));
        let target =
            |text: &str| Place::target(text, now, true).map(|spot| spot.to_string()).map_err(|error| error.to_string());
        assert_eq!(target(path), Ok(format!("{path}/hearth-19700101T000000.000Z.zip.age")));
        assert_eq!(target(&format!("{path}/a.zip")), Ok(format!("{path}/a.zip")));
        assert!(target(&format!("{path}/missing")).unwrap_err().contains("does not exist"));
        assert_eq!(target("s3://bucket/a/b"), Ok("s3://bucket/a/b/hearth-19700101T000000.000Z.zip.age".to_owned()));
        assert!(Place::file("s3://bucket").is_err() && Place::file("/").is_err());
    }
}
