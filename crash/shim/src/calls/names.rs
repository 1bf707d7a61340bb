//! Names: renaming, linking, removing; folders.

use std::ffi::{c_char, c_int, c_uint};

use libc::{AT_FDCWD, mode_t};

use super::opening::result;
use crate::{log, record::Kind, watch};

export! { rename: (from: *const c_char, to: *const c_char) -> c_int { renamed(AT_FDCWD, from, AT_FDCWD, to, 0) } }
export! { renameat: (from_folder: c_int, from: *const c_char, to_folder: c_int, to: *const c_char) -> c_int {
    renamed(from_folder, from, to_folder, to, 0)
} }
export! { renameat2: (
    from_folder: c_int, from: *const c_char, to_folder: c_int, to: *const c_char, flags: c_uint
) -> c_int {
    renamed(from_folder, from, to_folder, to, flags)
} }
export! { unlink: (path: *const c_char) -> c_int { removed(AT_FDCWD, path, 0) } }
export! { unlinkat: (folder: c_int, path: *const c_char, flags: c_int) -> c_int { removed(folder, path, flags) } }
export! { rmdir: (path: *const c_char) -> c_int { removed(AT_FDCWD, path, libc::AT_REMOVEDIR) } }
export! { link: (from: *const c_char, to: *const c_char) -> c_int { linked(AT_FDCWD, from, AT_FDCWD, to, 0) } }
export! { linkat: (
    from_folder: c_int, from: *const c_char, to_folder: c_int, to: *const c_char, flags: c_int
) -> c_int {
    linked(from_folder, from, to_folder, to, flags)
} }
export! { mkdir: (path: *const c_char, mode: mode_t) -> c_int { made(AT_FDCWD, path, mode) } }
export! { mkdirat: (folder: c_int, path: *const c_char, mode: mode_t) -> c_int { made(folder, path, mode) } }

unsafe fn renamed(
    from_folder: c_int,
    from: *const c_char,
    to_folder: c_int,
    to: *const c_char,
    flags: c_uint,
) -> c_int {
    let done = result(libc::syscall(libc::SYS_renameat2, from_folder, from, to_folder, to, flags));
    if done == 0
        && let (Some(from), Some(to)) = (watch::path(from_folder, from), watch::path(to_folder, to))
    {
        log::append(Kind::Renamed, 0, 0, &[&from, b"\0", &to]);
    }
    done
}

unsafe fn linked(from_folder: c_int, from: *const c_char, to_folder: c_int, to: *const c_char, flags: c_int) -> c_int {
    let done = result(libc::syscall(libc::SYS_linkat, from_folder, from, to_folder, to, flags));
    if done == 0
        && let (Some(from), Some(to)) = (watch::path(from_folder, from), watch::path(to_folder, to))
    {
        log::append(Kind::Linked, 0, 0, &[&from, b"\0", &to]);
    }
    done
}

unsafe fn removed(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    let done = result(libc::syscall(libc::SYS_unlinkat, folder, path, flags));
    if done == 0
        && let Some(name) = watch::path(folder, path)
    {
        log::append(Kind::Removed, 0, 0, &[&name]);
    }
    done
}

unsafe fn made(folder: c_int, path: *const c_char, mode: mode_t) -> c_int {
    let done = result(libc::syscall(libc::SYS_mkdirat, folder, path, mode));
    if done == 0
        && let Some(name) = watch::path(folder, path)
    {
        log::append(Kind::MadeFolder, 0, 0, &[&name]);
    }
    done
}
