//! A disk as POSIX promises it: what is synced is there after a power loss, anything else may be.
//!
//! The sync of a file keeps its bytes and its length, not its name; the sync of a folder keeps the names in it. After a
//! failed sync, the bytes that it should have kept are lost, as on Linux.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use anyhow::{Context, Result, bail};

use super::{
    format::Kind,
    log::{Log, Record},
};

/// Files and folders in a folder, by their absolute paths.
pub(super) type Names = BTreeMap<String, Node>;

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Folder,
    /// An index into the files.
    File(usize),
}

/// A file: what the disk has for sure, and what may be on it besides.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) synced: Vec<u8>,
    /// Later changes, in their order.
    pub(super) pending: Vec<Change>,
}

/// A change of a file that is not synced.
#[derive(Debug, Clone)]
pub(super) struct Change {
    position: u64,
    pub(super) effect: Effect,
}

#[derive(Debug, Clone)]
pub(super) enum Effect {
    Write { offset: usize, body: std::ops::Range<usize> },
    Length(usize),
}

/// A change of names that is not synced: all of it happens or nothing.
#[derive(Debug, Clone)]
pub(super) struct Naming {
    position: u64,
    /// The folder whose sync keeps it: of a rename, the new name's.
    folder: String,
    pub(super) sets: Vec<(String, Option<Node>)>,
}

/// The state of a disk at a moment.
pub(super) struct Disk<'a> {
    pub(super) log: &'a Log,
    pub(super) files: Vec<File>,
    /// The names that are synced.
    pub(super) synced: Names,
    pub(super) pending: Vec<Naming>,
    /// The names that programs see.
    names: Names,
    inodes: HashMap<u64, usize>,
    folders: HashMap<u64, String>,
}

impl<'a> Disk<'a> {
    /// The disk before the log: `copy` holds the contents of `folder`, all of them synced.
    pub(super) fn new(log: &'a Log, copy: &Path, folder: &Path) -> Result<Self> {
        let (mut files, mut names) = (Vec::new(), Names::new());
        let mut rest = vec![copy.to_owned()];
        while let Some(path) = rest.pop() {
            let name = folder.join(path.strip_prefix(copy)?);
            let name = name.to_str().context("a path is not UTF-8")?.trim_end_matches('/').to_owned();
            if path.is_dir() {
                for entry in std::fs::read_dir(&path)? {
                    rest.push(entry?.path());
                }
                names.insert(name, Node::Folder);
            } else {
                names.insert(name, Node::File(files.len()));
                files.push(File { synced: std::fs::read(&path)?, pending: Vec::new() });
            }
        }
        let (inodes, folders) = (HashMap::new(), HashMap::new());
        Ok(Self { log, files, synced: names.clone(), pending: Vec::new(), names, inodes, folders })
    }

    /// Does what a record says.
    pub(super) fn apply(&mut self, record: &Record) -> Result<()> {
        let (header, position) = (record.header, record.position);
        let value = usize::try_from(header.value)?;
        match header.kind {
            Kind::Found if header.value == 1 => {
                self.folders.insert(header.inode, self.log.path(record)?);
            }
            Kind::Found => self.find(header.inode, position, self.log.path(record)?),
            Kind::Created => self.create(header.inode, position, self.log.path(record)?),
            Kind::Wrote => {
                let effect = Effect::Write { offset: value, body: record.body.clone() };
                self.file(header.inode)?.pending.push(Change { position, effect });
            }
            Kind::Truncated => {
                self.file(header.inode)?.pending.push(Change { position, effect: Effect::Length(value) });
            }
            Kind::Synced => self.sync(header.inode, header.value)?,
            Kind::SyncFailed => self.lose(header.inode, header.value),
            Kind::Renamed => {
                let (from, to) = self.log.paths(record)?;
                // The shim does not see files that streams create: such a file is lost.
                let node = self.names.get(&from).copied();
                if node == Some(Node::Folder) {
                    bail!("{from}: a folder was renamed, which is not simulated");
                }
                self.name(position, &to.clone(), vec![(from, None), (to, node)]);
            }
            Kind::Removed => {
                let path = self.log.path(record)?;
                self.name(position, &path.clone(), vec![(path, None)]);
            }
            Kind::Linked => {
                let (from, to) = self.log.paths(record)?;
                let node = self.names.get(&from).copied();
                self.name(position, &to.clone(), vec![(to, node)]);
            }
            Kind::MadeFolder => {
                let path = self.log.path(record)?;
                self.name(position, &path.clone(), vec![(path, Some(Node::Folder))]);
            }
        }
        Ok(())
    }

    fn find(&mut self, inode: u64, position: u64, path: String) {
        match self.names.get(&path) {
            Some(Node::File(file)) => {
                self.inodes.insert(inode, *file);
            }
            _ => self.create(inode, position, path),
        }
    }

    fn create(&mut self, inode: u64, position: u64, path: String) {
        let node = Node::File(self.files.len());
        self.inodes.insert(inode, self.files.len());
        self.files.push(File::default());
        self.name(position, &path.clone(), vec![(path, Some(node))]);
    }

    fn name(&mut self, position: u64, path: &str, sets: Vec<(String, Option<Node>)>) {
        set(&mut self.names, &sets);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        self.pending.push(Naming { position, folder, sets });
    }

    /// Keeps what came before this position.
    fn sync(&mut self, inode: u64, before: u64) -> Result<()> {
        if let Some(folder) = self.folders.get(&inode) {
            let is_kept = |naming: &Naming| naming.position < before && naming.folder == *folder;
            self.pending.iter().filter(|naming| is_kept(naming)).for_each(|naming| set(&mut self.synced, &naming.sets));
            self.pending.retain(|naming| !is_kept(naming));
            return Ok(());
        }
        let log = self.log;
        let file = self.file(inode)?;
        let kept = file.pending.iter().take_while(|change| change.position < before).count();
        for change in file.pending.drain(..kept) {
            match change.effect {
                Effect::Write { offset, body } => write(&mut file.synced, offset, log.bytes(&body)),
                Effect::Length(length) => file.synced.resize(length, 0),
            }
        }
        Ok(())
    }

    /// Loses what came before this position.
    fn lose(&mut self, inode: u64, before: u64) {
        if let Some(file) = self.inodes.get(&inode) {
            self.files[*file].pending.retain(|change| change.position >= before);
        }
    }

    fn file(&mut self, inode: u64) -> Result<&mut File> {
        let file = self.inodes.get(&inode).with_context(|| format!("inode {inode} was never opened"))?;
        Ok(&mut self.files[*file])
    }
}

/// Writes into a file, which grows if it must.
pub(super) fn write(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

/// Changes names.
pub(super) fn set(names: &mut Names, sets: &[(String, Option<Node>)]) {
    for (path, node) in sets {
        match node {
            Some(node) => names.insert(path.clone(), *node),
            None => names.remove(path),
        };
    }
}
