//! What a power loss leaves: chance decides on everything that is not synced.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use anyhow::{Context, Result};
use fastrand::Rng;

use super::disk::{Disk, Effect, File, Names, Node, set, write};

/// Files that are rebuilt at each start, and that hold the state of processes which are gone.
const NOT_KEPT: [&str; 2] = ["-shm", "postmaster.pid"];

/// A power loss.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loss {
    /// What the disk writes as a whole.
    sector: usize,
    /// How likely an unsynced sector, length or name is on the disk.
    kept: f64,
    /// Names change in their order: some of the last are lost. Otherwise any may be.
    in_order: bool,
}

impl Loss {
    /// Chooses one.
    pub(crate) fn choose(chance: &mut Rng) -> Self {
        let sector = if chance.bool() { 512 } else { 4096 };
        let kept = [0.0, 0.1, 0.5, 0.9, 1.0][chance.usize(0..5)];
        Self { sector, kept, in_order: chance.bool() }
    }
}

impl std::fmt::Display for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sector, kept, in_order } = self;
        let names = if *in_order { "names in order" } else { "names in any order" };
        write!(f, "{:.0} % of unsynced sectors of {sector} bytes kept, {names}", kept * 100.0)
    }
}

impl Disk<'_> {
    /// Writes what a power loss leaves of `folder` to `out`.
    pub(super) fn lose_power(&self, loss: Loss, folder: &Path, out: &Path, chance: &mut Rng) -> Result<()> {
        fs::create_dir_all(out)?;
        for (name, node) in self.names_left(loss, chance) {
            if NOT_KEPT.iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let path = out.join(Path::new(&name).strip_prefix(folder)?);
            // A folder whose own name was lost takes its files with it. Folders come before what is in them.
            if !path.parent().is_some_and(Path::is_dir) {
                continue;
            }
            match node {
                Node::Folder => fs::create_dir_all(&path)?,
                Node::File(file) => {
                    let left = self.file_left(&self.files[file], loss, chance);
                    fs::write(&path, left).with_context(|| path.display().to_string())?;
                }
            }
            let mode = if node == Node::Folder { 0o700 } else { 0o600 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        }
        Ok(())
    }

    fn names_left(&self, loss: Loss, chance: &mut Rng) -> Names {
        let mut names = self.synced.clone();
        for naming in &self.pending {
            if chance.f64() < loss.kept {
                set(&mut names, &naming.sets);
            } else if loss.in_order {
                break;
            }
        }
        names
    }

    fn file_left(&self, file: &File, loss: Loss, chance: &mut Rng) -> Vec<u8> {
        let mut left = file.synced.clone();
        for change in &file.pending {
            match &change.effect {
                Effect::Length(length) if chance.f64() < loss.kept => left.resize(*length, 0),
                Effect::Length(_) => {}
                Effect::Write { offset, body } => {
                    let bytes = self.log.bytes(body);
                    let mut from = 0;
                    while from < bytes.len() {
                        let at = offset + from;
                        let to = bytes.len().min(from + loss.sector - at % loss.sector);
                        if chance.f64() < loss.kept {
                            write(&mut left, at, &bytes[from..to]);
                        }
                        from = to;
                    }
                }
            }
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::power::{
        format::{HEADER, Kind},
        log::Log,
    };

    const NOTHING_KEPT: Loss = Loss { sector: 512, kept: 0.0, in_order: false };
    const ALL_KEPT: Loss = Loss { kept: 1.0, ..NOTHING_KEPT };
    const FOLDER: &str = "/d";

    /// Appends a record as the shim does; returns where the next one begins.
    fn record(log: &mut Vec<u8>, kind: Kind, inode: u64, value: usize, body: &[u8]) -> usize {
        let length = u32::try_from(body.len()).expect("it is short");
        log.extend([(kind as u32).to_ne_bytes(), length.to_ne_bytes()].concat());
        log.extend([0, inode, value as u64].map(u64::to_ne_bytes).concat());
        log.extend(body);
        log.len()
    }

    /// What a loss leaves after these records, on a disk that has the file `old` with the text `old`.
    fn left(log: Vec<u8>, loss: Loss) -> Vec<(String, String)> {
        let (copy, out) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        fs::write(copy.path().join("old"), "old").expect("it is written");
        let log = Log::new(log).expect("records");
        let mut disk = Disk::new(&log, copy.path(), Path::new(FOLDER)).expect("a disk");
        log.records().for_each(|record| disk.apply(&record).expect("it can be done"));
        disk.lose_power(loss, Path::new(FOLDER), out.path(), &mut Rng::with_seed(1)).expect("it is written");
        let files = fs::read_dir(out.path()).expect("a folder").map(|entry| entry.expect("an entry"));
        let text = |path: &Path| fs::read_to_string(path).expect("a text");
        let file = |file: fs::DirEntry| (file.file_name().display().to_string(), text(&file.path()));
        let mut files: Vec<_> = files.map(file).collect();
        files.sort();
        files
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn only_synced_bytes_are_sure_to_stay() {
        let mut log = Vec::new();
        record(&mut log, Kind::Found, 1, 0, b"/d/old");
        let covered = record(&mut log, Kind::Wrote, 1, 3, b" is");
        record(&mut log, Kind::Wrote, 1, 6, b" gold");
        record(&mut log, Kind::Synced, 1, covered, b"");
        assert_eq!(left(log.clone(), NOTHING_KEPT), pairs(&[("old", "old is")]));
        assert_eq!(left(log, ALL_KEPT), pairs(&[("old", "old is gold")]));
    }

    #[test]
    fn a_name_stays_when_its_folder_is_synced() {
        let mut log = Vec::new();
        record(&mut log, Kind::Created, 2, 0, b"/d/new");
        let written = record(&mut log, Kind::Wrote, 2, 0, b"text");
        record(&mut log, Kind::Synced, 2, written, b"");
        assert_eq!(left(log.clone(), NOTHING_KEPT), pairs(&[("old", "old")]));
        record(&mut log, Kind::Found, 9, 1, FOLDER.as_bytes());
        let covered = log.len();
        record(&mut log, Kind::Synced, 9, covered, b"");
        assert_eq!(left(log.clone(), NOTHING_KEPT), pairs(&[("new", "text"), ("old", "old")]));
        record(&mut log, Kind::Renamed, 0, 0, b"/d/new\0/d/old");
        assert_eq!(left(log.clone(), NOTHING_KEPT), pairs(&[("new", "text"), ("old", "old")]));
        assert_eq!(left(log, ALL_KEPT), pairs(&[("old", "text")]));
    }

    #[test]
    fn a_failed_sync_loses_what_it_should_have_kept() {
        let mut log = Vec::new();
        record(&mut log, Kind::Found, 1, 0, b"/d/old");
        let failed = record(&mut log, Kind::Wrote, 1, 0, b"new");
        let covered = record(&mut log, Kind::SyncFailed, 1, failed, b"");
        record(&mut log, Kind::Synced, 1, covered, b"");
        assert_eq!(left(log, ALL_KEPT), pairs(&[("old", "old")]));
    }

    #[test]
    fn a_write_is_torn_between_sectors() {
        let mut log = Vec::new();
        record(&mut log, Kind::Found, 1, 0, b"/d/old");
        record(&mut log, Kind::Wrote, 1, 0, &vec![b'x'; 512 * 64]);
        let torn = left(log, Loss { kept: 0.5, ..NOTHING_KEPT }).remove(0).1;
        let sectors: Vec<_> =
            torn.as_bytes().chunks(512).map(|sector| sector.iter().all(|byte| *byte == b'x')).collect();
        assert!(sectors.contains(&true) && sectors.contains(&false), "some were kept, some were lost");
    }

    #[test]
    fn a_damaged_log_is_refused() {
        let mut log = Vec::new();
        record(&mut log, Kind::Removed, 0, 0, b"/d/old");
        log.truncate(HEADER + 2);
        assert!(Log::new(log).is_err());
    }
}
