//! Backups and restores that are killed.

use std::fs;

use super::{appears, back_up, backups, lasting};
use crate::support::{Hearth, TestDatabase};

#[tokio::test]
async fn a_killed_backup_leaves_no_half_file_and_the_next_one_cleans_up() {
    let database = TestDatabase::create().await;
    database.fill().await;
    let hearth = Hearth::with_database(&database.url);
    let folder = hearth.folder().join("backups");
    fs::create_dir(&folder).expect("it can be created");
    let mut interrupted = 0;
    while interrupted < 3 {
        let mut backup = hearth.begin(&["backup", "backups"]);
        appears(async || backups(&folder).pop().filter(|path| path.to_string_lossy().ends_with(".partial"))).await;
        backup.kill().expect("it runs");
        backup.wait().expect("it ends");
        // It may have finished in between.
        let is_partial = backups(&folder).iter().any(|path| path.to_string_lossy().ends_with(".partial"));
        interrupted += u32::from(is_partial);
        for whole in backups(&folder).iter().filter(|path| !path.to_string_lossy().ends_with(".partial")) {
            hearth.prints(&["verify", &whole.display().to_string()]);
            fs::remove_file(whole).expect("it can be removed");
        }
        hearth.prints(&["backup", "backups"]);
        let left = backups(&folder);
        assert!(left.len() == 1 && left[0].to_string_lossy().ends_with(".zip"), "{left:?}");
        fs::remove_file(&left[0]).expect("it can be removed");
    }
}

#[tokio::test]
async fn a_killed_restore_leaves_nothing_that_serves_and_starts_over() {
    let database = TestDatabase::create().await;
    database.fill().await;
    let source = Hearth::with_database(&database.url);
    let file = back_up(&source, "all.zip");
    let target = TestDatabase::create().await;
    let hearth = Hearth::with_database(&target.url);
    let mut interrupted = 0;
    while interrupted < 3 {
        let mut restore = hearth.begin(&["restore", &file]);
        appears(async || {
            (target.is_being_restored().await || restore.try_wait().expect("it runs").is_some()).then_some(())
        })
        .await;
        let _ = restore.kill();
        if restore.wait().expect("it ends").success() {
            break;
        }
        for command in ["serve", "migrate"] {
            let complaint = hearth.complains(&[command]);
            assert!(complaint.contains("a restore into it was interrupted: run hearth restore again"), "{complaint}");
        }
        interrupted += 1;
    }
    if interrupted == 3 {
        hearth.prints(&["restore", &file]);
    }
    assert!(lasting(target.contents().await) == lasting(database.contents().await), "the restored database differs");
    assert!(!target.is_being_restored().await);
    hearth.serve();
}
