//! Which open descriptors are watched files, and what paths mean.

use std::{
    ffi::{CStr, c_char, c_int},
    mem::MaybeUninit,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::settings::settings;

/// Descriptors from this number on are not watched.
const DESCRIPTORS: usize = 1 << 16;
/// Set beside the inode if each write is synced at once.
const SYNCS_WRITES: u64 = 1 << 63;

/// By descriptor: the inode of a watched file or folder, else zero.
static INODES: [AtomicU64; DESCRIPTORS] = [const { AtomicU64::new(0) }; DESCRIPTORS];

/// A watched file that is open.
#[derive(Clone, Copy)]
pub struct Watched {
    pub inode: u64,
    pub length: u64,
    pub is_folder: bool,
    /// Opened with O_SYNC or O_DSYNC.
    pub syncs_writes: bool,
}

/// Watches a descriptor from now on, if it is a file or a folder.
pub fn begin(descriptor: c_int, flags: c_int) -> Option<Watched> {
    let watched = look(descriptor)?;
    let syncs_writes = flags & (libc::O_SYNC | libc::O_DSYNC) != 0;
    place(descriptor)?.store(watched.inode | if syncs_writes { SYNCS_WRITES } else { 0 }, Ordering::Release);
    Some(Watched { syncs_writes, ..watched })
}

/// The descriptor is closed.
pub fn end(descriptor: c_int) {
    if let Some(place) = place(descriptor) {
        place.store(0, Ordering::Release);
    }
}

/// The file behind a descriptor, if it is watched.
pub fn file(descriptor: c_int) -> Option<Watched> {
    let stored = place(descriptor)?.load(Ordering::Acquire);
    if stored == 0 {
        return None;
    }
    // A stream closes its descriptor without a call that the shim sees, and another file may have the number now.
    let watched = look(descriptor).filter(|watched| watched.inode == stored & !SYNCS_WRITES)?;
    Some(Watched { syncs_writes: stored & SYNCS_WRITES != 0, ..watched })
}

/// The absolute path, if it is in the watched folder. Does not resolve symbolic links.
pub unsafe fn path(folder: c_int, path: *const c_char) -> Option<Vec<u8>> {
    let watched = &settings()?.folder;
    let given = CStr::from_ptr(path).to_bytes();
    let mut full = Vec::new();
    if given.first() != Some(&b'/') {
        let link = if folder == libc::AT_FDCWD { c"/proc/self/cwd".to_owned() } else { descriptor_link(folder) };
        full = link_target(&link)?;
        if full == b"/" {
            full.clear();
        }
    }
    for part in given.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".") {
        if part == b".." {
            full.truncate(full.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
        } else {
            full.push(b'/');
            full.extend_from_slice(part);
        }
    }
    let rest = full.strip_prefix(watched.as_slice())?;
    (rest.is_empty() || rest[0] == b'/').then_some(full)
}

/// The file behind a path.
pub unsafe fn file_at(path: *const c_char) -> Option<Watched> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    (libc::stat(path, status.as_mut_ptr()) == 0).then(|| watched(&status.assume_init()))?
}

fn place(descriptor: c_int) -> Option<&'static AtomicU64> {
    INODES.get(usize::try_from(descriptor).ok()?)
}

fn look(descriptor: c_int) -> Option<Watched> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: read only if the call filled it.
    unsafe { (libc::fstat(descriptor, status.as_mut_ptr()) == 0).then(|| watched(&status.assume_init()))? }
}

fn watched(status: &libc::stat) -> Option<Watched> {
    let kind = status.st_mode & libc::S_IFMT;
    let length = u64::try_from(status.st_size).unwrap_or_default();
    let is_folder = kind == libc::S_IFDIR;
    let inode = status.st_ino;
    (is_folder || kind == libc::S_IFREG).then_some(Watched { inode, length, is_folder, syncs_writes: false })
}

fn descriptor_link(descriptor: c_int) -> std::ffi::CString {
    std::ffi::CString::new(format!("/proc/self/fd/{descriptor}")).unwrap_or_default()
}

fn link_target(link: &CStr) -> Option<Vec<u8>> {
    let mut target = vec![0; libc::PATH_MAX as usize];
    // SAFETY: the buffer is as long as it says.
    let length = unsafe { libc::readlink(link.as_ptr(), target.as_mut_ptr().cast(), target.len()) };
    target.truncate(usize::try_from(length).ok()?);
    Some(target)
}
