//! Tells the binary which commit it was built from: `HEARTH_COMMIT` if a packager sets it, else what git says of this
//! very folder, with the time of the commit. Without git, or in an unpacked source archive, there is only the version.

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
    // No name of the configuration's: `cargo run` sets it for the program, too, which knows every HEARTH_ variable.
    println!("cargo::rustc-env=VERSION_WITH_COMMIT={version}");
    println!("cargo::rustc-env=COMMIT_SECONDS={}", time.unwrap_or_default());
}

/// The commit that is checked out and its time in seconds since 1970; a rebuild when that is another one.
fn from_git() -> Option<(String, String)> {
    // An archive unpacked inside another repository is not that repository's.
    if !Path::new(".git").exists() {
        return None;
    }
    let commit = git(&["rev-parse", "--short=7", "HEAD"])?;
    let time = git(&["log", "-1", "--format=%ct"])?;
    // Every commit and checkout adds a line to the log; where none is kept, HEAD and the branches themselves change.
    for name in ["HEAD", "logs/HEAD", "packed-refs", &git(&["symbolic-ref", "HEAD"]).unwrap_or_default()] {
        // A file that is missing would count as changed, at every build.
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
