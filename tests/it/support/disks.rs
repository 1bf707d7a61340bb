//! Two real disks, one of which the server watches as its own.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use hearth::{config::Config, store::Space};
use tempfile::TempDir;

/// Bytes per MB.
const MB: u64 = 1_000_000;

/// A link to one of two disks of this machine. A server that watches the link sees its disk fill up when the link leads to
/// the other one: what it measures is real, and nothing needs to be filled.
pub struct Disks {
    folder: TempDir,
    roomy: PathBuf,
    tight: PathBuf,
    stop_mb: u64,
}

impl Disks {
    /// The disks of this machine with the most and the least room; the link leads to the former.
    pub fn new() -> Self {
        let mounts = fs::read_to_string("/proc/self/mounts").expect("a list of disks");
        let points = mounts.lines().filter_map(|line| line.split(' ').nth(1)).map(PathBuf::from);
        let mut disks: Vec<_> = points.filter_map(|point| Some((Space::of(&point).ok()?.free / MB, point))).collect();
        disks.sort();
        let [(least, tight), .., (most, roomy)] = &disks[..] else { panic!("there is only one disk: {disks:?}") };
        let stop_mb = least + (most - least) / 4;
        let folder = tempfile::tempdir().expect("a folder");
        let (roomy, tight) = (roomy.clone(), tight.clone());
        let disks = Self { folder, roomy, tight, stop_mb };
        disks.free();
        disks
    }

    /// Makes a server watch the link. The tight disk has less room than it needs.
    pub fn watched_by(&self, config: &mut Config) {
        config.storage.watch = self.link().display().to_string();
        config.storage.stop_mb = u32::try_from(self.stop_mb).expect("less than a petabyte");
    }

    /// The disk has no room left.
    pub fn fill(&self) {
        self.lead_to(&self.tight);
    }

    /// The disk has room again.
    pub fn free(&self) {
        self.lead_to(&self.roomy);
    }

    /// Replaces the link at once: it always leads somewhere.
    fn lead_to(&self, disk: &Path) {
        let next = self.folder.path().join("next");
        symlink(disk, &next).expect("links can be made");
        fs::rename(next, self.link()).expect("links can be renamed");
    }

    fn link(&self) -> PathBuf {
        self.folder.path().join("disk")
    }
}
