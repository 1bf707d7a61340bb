//! Opening and closing.

use std::ffi::{c_char, c_int};

use libc::mode_t;

use crate::{
    log,
    record::Kind,
    watch::{self, Watched},
};

export! { open, open64: (path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    opened(libc::AT_FDCWD, path, flags, mode)
} }
export! { __open_2, __open64_2: (path: *const c_char, flags: c_int) -> c_int {
    opened(libc::AT_FDCWD, path, flags, 0)
} }
export! { __openat_2, __openat64_2: (folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    opened(folder, path, flags, 0)
} }
export! { creat, creat64: (path: *const c_char, mode: mode_t) -> c_int {
    opened(libc::AT_FDCWD, path, libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC, mode)
} }
export! { openat, openat64: (folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    opened(folder, path, flags, mode)
} }
export! { close: (descriptor: c_int) -> c_int {
    watch::end(descriptor);
    result(libc::syscall(libc::SYS_close, descriptor))
} }

/// The result of a system call that returns a descriptor or zero.
#[expect(clippy::cast_possible_truncation, reason = "descriptors and -1 fit")]
pub fn result(value: libc::c_long) -> c_int {
    value as c_int
}

unsafe fn opened(folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    let raw = |flags: c_int| result(libc::syscall(libc::SYS_openat, folder, path, flags, mode));
    let Some(name) = watch::path(folder, path) else { return raw(flags) };
    // Asks for a new file first, to learn whether this call creates it.
    let creates = flags & libc::O_CREAT != 0 && flags & libc::O_TMPFILE != libc::O_TMPFILE;
    let mut is_new = creates;
    let mut descriptor = raw(if creates { flags | libc::O_EXCL } else { flags });
    if descriptor < 0 && creates && flags & libc::O_EXCL == 0 && *libc::__errno_location() == libc::EEXIST {
        is_new = false;
        descriptor = raw(flags);
    }
    if descriptor < 0 {
        return descriptor;
    }
    watch::end(descriptor);
    if let Some(Watched { inode, is_folder, .. }) = watch::begin(descriptor, flags) {
        log::append(if is_new { Kind::Created } else { Kind::Found }, inode, u64::from(is_folder), &[&name]);
        if !is_new && flags & libc::O_TRUNC != 0 && flags & libc::O_ACCMODE != libc::O_RDONLY {
            log::append(Kind::Truncated, inode, 0, &[]);
        }
    }
    descriptor
}
