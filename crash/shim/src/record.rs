//! The records of the log: a header of 32 bytes in the machine's byte order, then a path, two paths with a zero between
//! them, or the bytes written. `crash`, which reads the log, compiles this file too.
//!
//! A header is: kind and length as u32; moment, inode and value as u64.

/// The length of a header in bytes.
pub(crate) const HEADER: usize = 32;

/// What a record says. `inode` and `value` are fields of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Kind {
    /// An existing file or directory at this path was opened: it has this inode.
    Found = 1,
    /// A new file was created at this path: it has this inode.
    Created = 2,
    /// These bytes were written at offset `value`.
    Wrote = 3,
    /// The length became `value`.
    Truncated = 4,
    /// What was in the log before position `value` was synced: of a file its bytes, of a directory its names.
    Synced = 5,
    /// A sync failed: what was in the log before position `value` may never reach the disk.
    SyncFailed = 6,
    /// The first path became the second.
    Renamed = 7,
    /// The path was removed.
    Removed = 8,
    /// The second path became another name of the first.
    Linked = 9,
    /// A directory was created at this path.
    MadeFolder = 10,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// What the record says.
    pub(crate) kind: Kind,
    /// How many bytes follow.
    pub(crate) length: u32,
    /// When: nanoseconds of CLOCK_MONOTONIC.
    pub(crate) moment: u64,
    /// The file; zero if the record is about names only.
    pub(crate) inode: u64,
    /// See [`Kind`].
    pub(crate) value: u64,
}
