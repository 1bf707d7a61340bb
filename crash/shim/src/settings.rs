//! What the environment asks for. Read once, when the library is loaded.

use std::{ffi::CString, os::unix::ffi::OsStringExt, sync::OnceLock};

/// The settings of a process that is watched.
pub struct Settings {
    /// The folder that is watched, without symbolic links.
    pub folder: Vec<u8>,
    /// `None` if nothing is recorded.
    pub log: Option<CString>,
    /// `None` if nothing fails.
    pub control: Option<CString>,
}

static SETTINGS: OnceLock<Option<Settings>> = OnceLock::new();

/// The settings; `None` if nothing is watched.
pub fn settings() -> Option<&'static Settings> {
    SETTINGS.get_or_init(read).as_ref()
}

fn read() -> Option<Settings> {
    let path = |name| CString::new(std::env::var_os(name)?.into_vec()).ok();
    let mut folder = path("CRASH_SHIM_DIR")?.into_bytes();
    while folder.last() == Some(&b'/') {
        folder.pop();
    }
    Some(Settings { folder, log: path("CRASH_SHIM_LOG"), control: path("CRASH_SHIM_CONTROL") })
}
