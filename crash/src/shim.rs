//! Loads `crash_shim` into processes.

use std::path::{Path, PathBuf};

use anyhow::Result;

/// What the library does with the files of a folder.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    /// It writes to a file what reaches the disk.
    Record,
    /// It makes calls fail as the word in a file says.
    Obey,
}

/// The library, if it is built: beside this program, where `cargo build` puts it.
pub(crate) fn library() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok()?.with_file_name("libcrash_shim.so");
    beside.exists().then_some(beside)
}

/// The variables that load the library and let it watch a folder. It is copied to `place`, which the process can read.
pub(crate) fn variables(place: &Path, folder: &Path, roles: &[(Role, &Path)]) -> Result<Vec<(String, String)>> {
    let copy = place.join("libcrash_shim.so");
    if let Some(library) = library() {
        std::fs::copy(library, &copy)?;
    }
    let roles = roles.iter().map(|(role, file)| match role {
        Role::Record => ("CRASH_SHIM_LOG", *file),
        Role::Obey => ("CRASH_SHIM_CONTROL", *file),
    });
    let variables = [("LD_PRELOAD", copy.as_path()), ("CRASH_SHIM_DIR", folder)].into_iter().chain(roles);
    Ok(variables.map(|(name, path)| (name.to_owned(), path.display().to_string())).collect())
}
