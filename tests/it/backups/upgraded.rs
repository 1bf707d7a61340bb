//! Backups of older schemas, and the backup before an update of the schema.

use std::fs;

use hearth::store::Restoration;

use super::{backups, only};
use crate::support::{Hearth, TestDatabase};

/// A database of an older schema, with a user.
async fn old_database() -> TestDatabase {
    let database = TestDatabase::create().await;
    let mut old = Restoration::begin(&database.url).await.expect("it is empty");
    old.create_tables(5).await.expect("it can be created");
    old.finish().await.expect("it can be finished");
    let id = database.bytes_of("1");
    let columns = "id, email, email_folded, first_name, last_name, first_name_folded, last_name_folded, password_hash, \
         created_at, updated_at";
    database
        .run(&format!("INSERT INTO users ({columns}) VALUES ({id}, 'a@b', 'a@b', 'Ann', '', 'ann', '', '', 1, 1)"))
        .await;
    database
}

#[tokio::test]
async fn an_update_that_changes_data_is_preceded_by_a_backup() {
    let database = old_database().await;
    let hearth = Hearth::with_database(&database.url).set("HEARTH_BACKUP__TO", "kept");
    hearth.prints(&["migrate"]);
    let file = only(&hearth.folder().join("kept")).display().to_string();
    hearth.prints(&["migrate"]);
    only(&hearth.folder().join("kept"));

    // The backup has the old schema, and is updated when it is restored.
    assert!(hearth.prints(&["verify", &file]).contains("restored: "));
    let copy = TestDatabase::create().await;
    let target = Hearth::with_database(&copy.url);
    target.prints(&["restore", &file]);
    assert!(target.prints(&["stats"]).contains("users          1\n"));
    assert!(target.prints(&["check"]).contains("is sound"));
}

#[tokio::test]
async fn without_a_backup_the_schema_stays_as_it_is() {
    let database = old_database().await;
    let hearth = Hearth::with_database(&database.url).set("HEARTH_BACKUP__TO", "file/kept");
    fs::write(hearth.folder().join("file"), "not a folder").expect("it can be written");
    for command in ["serve", "migrate"] {
        let complaint = hearth.complains(&[command]);
        assert!(complaint.contains("--without-backup") && complaint.contains("file/kept"), "{complaint}");
    }
    assert!(hearth.complains(&["check"]).contains("its schema has version 5"));
    hearth.prints(&["migrate", "--without-backup"]);
    assert!(hearth.prints(&["check"]).contains("is sound"));
    assert!(backups(hearth.folder()).is_empty());
}

#[tokio::test]
async fn a_database_that_a_newer_hearth_has_migrated_is_not_backed_up_in_part() {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    hearth.prints(&["migrate"]);
    database.migrate_later("7 0.1.0").await;
    let complaint = hearth.complains(&["backup", "part.zip"]);
    assert!(complaint.contains("version 9999") && complaint.contains("with the newer Hearth"), "{complaint}");
    assert!(backups(hearth.folder()).is_empty());
}

#[tokio::test]
async fn a_new_database_needs_no_backup() {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url).set("HEARTH_BACKUP__TO", "kept");
    hearth.prints(&["migrate"]);
    assert!(!hearth.folder().join("kept").exists());
}
