//! Appends records to the log. Each is one `writev` to a file opened for appending, so records of several threads and
//! processes never mix.

use std::{
    ffi::{c_int, c_long},
    sync::atomic::{AtomicI32, Ordering},
};

use crate::{
    record::{HEADER, Header, Kind},
    settings::settings,
};

/// The log's descriptor is above those that programs count from zero.
const ABOVE: c_int = 700;
/// The log is not open in this process. Children inherit it when a process forks.
const NOT_OPEN: c_int = -1;

static FILE: AtomicI32 = AtomicI32::new(NOT_OPEN);

/// Appends a record. Ends the process if it cannot: a log with gaps proves nothing.
pub fn append(kind: Kind, inode: u64, value: u64, parts: &[&[u8]]) {
    let Some(log) = file() else { return };
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let Ok(stored) = u32::try_from(length) else { give_up("a record is too long") };
    let header = bytes(Header { kind, length: stored, moment: now(), inode, value });
    let slices: Vec<_> = [header.as_slice()].iter().chain(parts).map(|part| slice(part)).collect();
    let Ok(count) = c_long::try_from(slices.len()) else { give_up("a record has too many parts") };
    // SAFETY: the slices are alive, and `count` is their number.
    let written = unsafe { libc::syscall(libc::SYS_writev, log, slices.as_ptr(), count) };
    if usize::try_from(written) != Ok(HEADER + length) {
        give_up("the log cannot be written");
    }
}

/// The log's length: everything that is recorded now is before it.
pub fn position() -> u64 {
    let Some(log) = file() else { return 0 };
    // SAFETY: no memory is passed.
    let end = unsafe { libc::syscall(libc::SYS_lseek, log, 0, libc::SEEK_END) };
    u64::try_from(end).unwrap_or_else(|_| give_up("the log has no length"))
}

/// The log; `None` if nothing is recorded.
fn file() -> Option<c_int> {
    let path = settings()?.log.as_ref()?;
    let known = FILE.load(Ordering::Acquire);
    if known != NOT_OPEN {
        return Some(known);
    }
    // SAFETY: the path ends with a zero.
    let opened = unsafe {
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND | libc::O_CLOEXEC;
        // Everyone: the server and PostgreSQL run as different users.
        let file = libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags, 0o666);
        let moved = libc::syscall(libc::SYS_fcntl, file, libc::F_DUPFD_CLOEXEC, ABOVE);
        libc::syscall(libc::SYS_close, file);
        moved
    };
    let Ok(opened @ 0..) = c_int::try_from(opened) else { give_up("the log cannot be opened") };
    match FILE.compare_exchange(NOT_OPEN, opened, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => Some(opened),
        Err(other) => {
            // SAFETY: another thread was faster, and no other thread knows this descriptor.
            unsafe { libc::syscall(libc::SYS_close, opened) };
            Some(other)
        }
    }
}

/// A header as it is stored.
fn bytes(header: Header) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..4].copy_from_slice(&(header.kind as u32).to_ne_bytes());
    bytes[4..8].copy_from_slice(&header.length.to_ne_bytes());
    for (place, number) in [header.moment, header.inode, header.value].into_iter().enumerate() {
        bytes[8 + 8 * place..16 + 8 * place].copy_from_slice(&number.to_ne_bytes());
    }
    bytes
}

fn slice(part: &[u8]) -> libc::iovec {
    libc::iovec { iov_base: part.as_ptr().cast_mut().cast(), iov_len: part.len() }
}

fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock fills what it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    u64::try_from(time.tv_sec).unwrap_or_default() * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or_default()
}

fn give_up(reason: &str) -> ! {
    eprintln!("crash_shim: {reason}");
    std::process::abort()
}
