//! Sets the version that the binary prints: with the commit from `HEARTH_COMMIT` if a packager sets it, otherwise from
//! this folder's git repository, with the commit's time. Without either, the binary has only its version number.

use std::{path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=HEARTH_COMMIT");
    let version = env!("CARGO_PKG_VERSION");
    let set = std::env::var("HEARTH_COMMIT").ok().filter(|commit| !commit.trim().is_empty());
    let committed = if set.is_none() { from_git() } else { None };
    let (commit, time) = committed.unzip();
    let version = match set.or(commit) {
        Some(commit) => format!("{version} ({})", commit.trim()),
        None => version.to_owned(),
    };
    // Not named HEARTH_…: `cargo run` also sets it for the program, which rejects unknown HEARTH_ variables.
    println!("cargo::rustc-env=VERSION_WITH_COMMIT={version}");
    println!("cargo::rustc-env=COMMIT_SECONDS={}", time.unwrap_or_default());
}

/// The commit that is checked out, and its time in seconds since 1970. Rebuilds when another commit is checked out.
fn from_git() -> Option<(String, String)> {
    // A source archive unpacked inside another repository must not use that repository's commit.
    if !Path::new(".git").exists() {
        return None;
    }
    let commit = git(&["rev-parse", "--short=7", "HEAD"])?;
    let time = git(&["log", "-1", "--format=%ct"])?;
    // Every commit and checkout adds a line to the reflog; if there is no reflog, HEAD and the branch files change.
    for name in ["HEAD", "logs/HEAD", "packed-refs", &git(&["symbolic-ref", "HEAD"]).unwrap_or_default()] {
        // Cargo treats a missing file as changed and would rebuild every time.
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).is_file()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    Some((commit, time))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
