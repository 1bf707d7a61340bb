//! Documents that are reviewed when they change.

use std::path::Path;

/// Makes sure that a document is as `tests/samples` has it.
#[track_caller]
pub fn snapshot(name: &str, now: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name).with_extension("json");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, now).expect("the snapshot can be written");
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(now == reviewed, "the document has changed: see `UPDATE_SNAPSHOTS=1 cargo test {name}` and git diff");
}
