//! A library for `LD_PRELOAD` that replaces the C library's functions for files. For files in `CRASH_SHIM_DIR`, it
//! appends each write, sync and change of a name to `CRASH_SHIM_LOG`, in order and with its moment, and obeys
//! `CRASH_SHIM_CONTROL`: a file with the word `full` (writes that extend a file fail with ENOSPC), `eio` (syncs fail with
//! EIO), or nothing. It works in programs that fork and in several programs at once, such as PostgreSQL.
//!
//! A record is appended after its call has succeeded and before the caller knows it. So the log has
//! a call before all later calls of its caller, and before all later calls of a process that the caller has notified.
//!
//! Not seen: writes through `mmap` (SQLite's `-shm`, which is rebuilt at each start) and through `stdio` streams
//! (PostgreSQL's caches and statistics, which it does not sync either). `copy_file_range` and `sendfile` are refused, so
//! that programs use `write` instead.

mod calls;
mod control;
mod log;
mod record;
mod settings;
mod watch;
