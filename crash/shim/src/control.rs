//! The faults that are on now.

use std::ffi::c_int;

use crate::settings::settings;

/// Whether writes that extend a file fail now.
pub fn is_full() -> bool {
    says(b"full")
}

/// Whether syncs fail now.
pub fn syncs_fail() -> bool {
    says(b"eio")
}

/// Sets `errno`; returns what a failed call returns.
pub fn fail(error: c_int) -> c_int {
    // SAFETY: the C library owns this thread's error number.
    unsafe { *libc::__errno_location() = error };
    -1
}

/// Whether the control file begins with this word.
fn says(word: &[u8]) -> bool {
    let Some(path) = settings().and_then(|settings| settings.control.as_ref()) else { return false };
    let mut text = [0_u8; 8];
    // SAFETY: the path ends with a zero, and the buffer is as long as it says. System calls, not functions: those are
    // ours.
    let length = unsafe {
        let flags = libc::O_RDONLY | libc::O_CLOEXEC;
        let file = libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags, 0);
        if file < 0 {
            return false;
        }
        let length = libc::syscall(libc::SYS_read, file, text.as_mut_ptr(), text.len());
        libc::syscall(libc::SYS_close, file);
        length
    };
    length >= 0 && text.starts_with(word)
}
