//! Documents whose changes must be reviewed.

use std::path::Path;

/// Asserts that a document equals its copy in `tests/samples`.
#[track_caller]
pub fn snapshot(name: &str, now: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name).with_extension("json");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, now).expect("the snapshot can be written");
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(now == reviewed, "the document has changed: see `UPDATE_SNAPSHOTS=1 cargo test {name}` and git diff");
}
