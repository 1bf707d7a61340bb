//! Syncs. A sync covers what was recorded before it began. `sync_file_range` promises nothing and is not replaced.

use std::ffi::c_int;

use super::opening::result;
use crate::{
    control::{fail, syncs_fail},
    log,
    record::Kind,
    watch,
};

export! { fsync: (descriptor: c_int) -> c_int {
    synced(descriptor, || result(libc::syscall(libc::SYS_fsync, descriptor)))
} }
export! { fdatasync: (descriptor: c_int) -> c_int {
    synced(descriptor, || result(libc::syscall(libc::SYS_fdatasync, descriptor)))
} }

unsafe fn synced(descriptor: c_int, call: impl FnOnce() -> c_int) -> c_int {
    let Some(file) = watch::file(descriptor) else { return call() };
    let covered = log::position();
    let done = if syncs_fail() { fail(libc::EIO) } else { call() };
    let error = *libc::__errno_location();
    log::append(if done == 0 { Kind::Synced } else { Kind::SyncFailed }, file.inode, covered, &[]);
    *libc::__errno_location() = error;
    done
}
