//! Files that cannot be restored: each is refused with its reason, before anything is touched.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::Path,
};

use serde_json::{Value, json};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{back_up, backups};
use crate::support::{Hearth, TestDatabase};

/// Copies an archive; `change` may change the text of each entry, or leave it out.
fn rewritten(from: &str, to: &Path, change: impl Fn(&str, String) -> Option<String>) {
    let mut old = ZipArchive::new(File::open(from).expect("a file")).expect("a zip");
    let mut new = ZipWriter::new(File::create(to).expect("a file"));
    for index in 0..old.len() {
        let (mut entry, mut text) = (old.by_index(index).expect("an entry"), String::new());
        entry.read_to_string(&mut text).expect("a text");
        let name = entry.name().expect("a name").into_owned();
        if let Some(text) = change(&name, text) {
            new.start_file(name, SimpleFileOptions::default()).expect("a new entry");
            new.write_all(text.as_bytes()).expect("it can be written");
        }
    }
    new.finish().expect("it can be finished");
}

/// Changes the manifest.
fn with_manifest(change: impl Fn(&mut Value)) -> impl Fn(&str, String) -> Option<String> {
    move |name, text| {
        if name != "manifest.json" {
            return Some(text);
        }
        let mut manifest = serde_json::from_str(&text).expect("JSON");
        change(&mut manifest);
        Some(manifest.to_string())
    }
}

#[tokio::test]
async fn a_file_that_is_not_a_whole_backup_is_refused_with_its_reason() {
    let database = TestDatabase::create().await;
    database.fill().await;
    let hearth = Hearth::with_database(&database.url);
    let good = back_up(&hearth, "good.zip");
    let bytes = fs::read(&good).expect("a file");
    let path = |name: &str| hearth.folder().join(name);
    let mut flipped = bytes.clone();
    flipped[1000] ^= 1;
    for (name, bytes) in [
        ("empty", &[][..]),
        ("truncated", &bytes[..bytes.len() - 10]),
        ("half", &bytes[..bytes.len() / 2]),
        ("flipped", &flipped),
        ("text", b"a letter"),
        ("sqlite", b"SQLite format 3\0 and more"),
        ("dump", b"PGDMP and more"),
    ] {
        fs::write(path(name), bytes).expect("it can be written");
    }
    rewritten(&good, &path("foreign"), |name, text| (name != "manifest.json").then_some(text));
    rewritten(&good, &path("other"), with_manifest(|manifest| *manifest = json!({ "name": "an app" })));
    rewritten(&good, &path("newer"), with_manifest(|manifest| manifest["schema"] = json!(9999)));
    rewritten(&good, &path("format"), with_manifest(|manifest| *manifest = json!({ "format": 2, "hearth": "9.0.0" })));
    rewritten(&good, &path("counted"), with_manifest(|manifest| manifest["tables"][0]["rows"] = json!(1)));
    rewritten(&good, &path("missing"), |name, text| (name != "tables/users.jsonl").then_some(text));
    let forged = |name: &str, text: String| {
        Some(if name == "tables/users.jsonl" { text.replacen("\"password_hash\"", "\"forged\"", 1) } else { text })
    };
    rewritten(&good, &path("forged"), forged);

    let target = TestDatabase::create().await;
    let hearth = Hearth::with_database(&target.url);
    for (name, reason) in [
        ("nowhere", "No such file"),
        ("empty", "truncated: the file is empty"),
        ("truncated", "truncated or damaged"),
        ("half", "truncated or damaged"),
        ("flipped", "damaged"),
        ("text", "not a backup of Hearth"),
        ("sqlite", "a SQLite database, not a backup"),
        ("dump", "an archive of pg_dump"),
        ("foreign", "a zip, but not a backup of Hearth"),
        ("other", "a zip, but not a backup of Hearth"),
        ("newer", "made by a newer Hearth"),
        ("format", "made by a newer Hearth (9.0.0, archive format 2"),
        ("counted", "the manifest's checksum does not match"),
        ("missing", "entries, its manifest names"),
        ("forged", "the checksum (SHA-256) of table users does not match"),
    ] {
        let file = path(name).display().to_string();
        for command in ["restore", "verify"] {
            let complaint = hearth.complains(&[command, &file]);
            assert!(complaint.contains(reason) && complaint.contains(name), "{name}: {complaint}");
        }
    }
    assert!(target.is_untouched().await, "nothing was created");
}

#[tokio::test]
async fn a_target_that_cannot_be_written_leaves_no_file() {
    let database = TestDatabase::create().await;
    database.fill().await;
    let hearth = Hearth::with_database(&database.url);
    let there = back_up(&hearth, "there.zip");
    let before = fs::read(&there).expect("a file");
    assert!(hearth.complains(&["backup", &there]).contains("is there already"));
    assert_eq!(fs::read(&there).expect("a file"), before);
    assert!(hearth.complains(&["backup", "nowhere"]).contains("the folder nowhere does not exist"));
    assert!(hearth.complains(&["backup", "nowhere/x.zip"]).contains("nowhere"));
    assert!(hearth.complains(&["backup", "/dev/full/x.zip"]).contains("/dev/full"));
    assert!(hearth.complains(&["backup", "s3://"]).contains("must be s3://BUCKET/PREFIX"));

    // A limit on the size of files is a disk that is full.
    let limited = Hearth::with_database(&database.url).launched_by(&["sh", "-c", "ulimit -f 128; exec \"$0\" \"$@\""]);
    let complaint = limited.complains(&["backup", "big.zip"]);
    assert!(complaint.contains("cannot write big.zip") && complaint.contains("File too large"), "{complaint}");
    assert!(backups(limited.folder()).is_empty(), "no half file");
}
