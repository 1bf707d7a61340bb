//! Writes, and changes of a file's length.

use std::{
    ffi::{c_char, c_int, c_uint, c_void},
    slice,
};

use libc::{iovec, off_t, size_t, ssize_t};

use super::opening::result;
use crate::{
    control::{fail, is_full},
    log,
    record::Kind,
    watch::{self, Watched},
};

export! { write: (descriptor: c_int, bytes: *const c_void, length: size_t) -> ssize_t {
    let parts = [iovec { iov_base: bytes.cast_mut(), iov_len: length }];
    written(descriptor, &parts, None, || size(libc::syscall(libc::SYS_write, descriptor, bytes, length)))
} }
export! { pwrite, pwrite64: (descriptor: c_int, bytes: *const c_void, length: size_t, at: off_t) -> ssize_t {
    let parts = [iovec { iov_base: bytes.cast_mut(), iov_len: length }];
    written(descriptor, &parts, Some(at), || size(libc::syscall(libc::SYS_pwrite64, descriptor, bytes, length, at)))
} }
export! { writev: (descriptor: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    written(descriptor, list(parts, count), None, || size(libc::syscall(libc::SYS_writev, descriptor, parts, count)))
} }
export! { pwritev, pwritev64: (descriptor: c_int, parts: *const iovec, count: c_int, at: off_t) -> ssize_t {
    // The kernel takes an offset in two halves; the second is not used on 64-bit systems.
    let call = || size(libc::syscall(libc::SYS_pwritev, descriptor, parts, count, at, 0));
    written(descriptor, list(parts, count), Some(at), call)
} }
export! { ftruncate, ftruncate64: (descriptor: c_int, length: off_t) -> c_int {
    let done = result(libc::syscall(libc::SYS_ftruncate, descriptor, length));
    if done == 0 && let Some(file) = watch::file(descriptor) {
        log::append(Kind::Truncated, file.inode, number(length), &[]);
    }
    done
} }
export! { truncate, truncate64: (path: *const c_char, length: off_t) -> c_int {
    let done = result(libc::syscall(libc::SYS_truncate, path, length));
    if done == 0 && let Some(name) = watch::path(libc::AT_FDCWD, path) && let Some(file) = watch::file_at(path) {
        log::append(Kind::Found, file.inode, 0, &[&name]);
        log::append(Kind::Truncated, file.inode, number(length), &[]);
    }
    done
} }
export! { fallocate, fallocate64: (descriptor: c_int, mode: c_int, at: off_t, length: off_t) -> c_int {
    allocated(descriptor, mode, at, length)
} }
export! { posix_fallocate, posix_fallocate64: (descriptor: c_int, at: off_t, length: off_t) -> c_int {
    if allocated(descriptor, 0, at, length) == 0 { 0 } else { *libc::__errno_location() }
} }
export! { copy_file_range: (
    from: c_int, from_at: *mut off_t, to: c_int, to_at: *mut off_t, length: size_t, flags: c_uint
) -> ssize_t {
    if watch::file(to).is_some() {
        return fail(libc::ENOSYS) as ssize_t;
    }
    size(libc::syscall(libc::SYS_copy_file_range, from, from_at, to, to_at, length, flags))
} }
export! { sendfile, sendfile64: (to: c_int, from: c_int, at: *mut off_t, length: size_t) -> ssize_t {
    if watch::file(to).is_some() {
        return fail(libc::ENOSYS) as ssize_t;
    }
    size(libc::syscall(libc::SYS_sendfile, to, from, at, length))
} }

/// Writes, unless the disk is full, and records what was written.
unsafe fn written(descriptor: c_int, parts: &[iovec], at: Option<off_t>, call: impl FnOnce() -> ssize_t) -> ssize_t {
    let Some(file) = watch::file(descriptor) else { return call() };
    let length = parts.iter().map(|part| part.iov_len as u64).sum::<u64>();
    if is_full() && at.map_or_else(|| place(descriptor, file), number) + length > file.length {
        return fail(libc::ENOSPC) as ssize_t;
    }
    let done = call();
    let Ok(mut rest @ 1..) = usize::try_from(done) else { return done };
    let start = at.map_or_else(|| number(libc::lseek(descriptor, 0, libc::SEEK_CUR)) - rest as u64, number);
    let mut bytes = Vec::with_capacity(parts.len());
    for part in parts {
        let taken = rest.min(part.iov_len);
        if taken > 0 {
            bytes.push(slice::from_raw_parts(part.iov_base.cast::<u8>(), taken));
        }
        rest -= taken;
    }
    log::append(Kind::Wrote, file.inode, start, &bytes);
    if file.syncs_writes {
        log::append(Kind::Synced, file.inode, log::position(), &[]);
    }
    done
}

/// Where the next `write` starts.
unsafe fn place(descriptor: c_int, file: Watched) -> u64 {
    if libc::fcntl(descriptor, libc::F_GETFL) & libc::O_APPEND != 0 {
        return file.length;
    }
    number(libc::lseek(descriptor, 0, libc::SEEK_CUR))
}

unsafe fn allocated(descriptor: c_int, mode: c_int, at: off_t, length: off_t) -> c_int {
    let file = watch::file(descriptor);
    let grows = |file: &Watched| mode == 0 && number(at + length) > file.length;
    if file.as_ref().is_some_and(grows) && is_full() {
        return fail(libc::ENOSPC);
    }
    let done = result(libc::syscall(libc::SYS_fallocate, descriptor, mode, at, length));
    if done == 0
        && let Some(file) = file.filter(grows)
    {
        log::append(Kind::Truncated, file.inode, number(at + length), &[]);
    }
    done
}

unsafe fn list<'a>(parts: *const iovec, count: c_int) -> &'a [iovec] {
    usize::try_from(count).map_or(&[], |count| slice::from_raw_parts(parts, count))
}

/// A length or an offset that the kernel has accepted.
fn number(value: off_t) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, reason = "both are 64 bits where this is built")]
fn size(value: libc::c_long) -> ssize_t {
    value as ssize_t
}
