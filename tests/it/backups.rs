//! Backups: what is in them, and that they can be restored into either engine.

mod bad;
mod killed;
mod scheduled;
mod unreachable;
mod upgraded;

use std::{
    fs,
    path::{Path, PathBuf},
};

use hearth::store::tables::{Row, Value};
use serde_json::json;

use crate::support::{Contents, Hearth, PASSWORD, PATIENCE, Serving, TestDatabase, User};

/// The only backup in a folder.
fn only(folder: &Path) -> PathBuf {
    let mut found = backups(folder);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// The backups in a folder, the oldest first.
fn backups(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut found: Vec<_> = paths.filter(|path| path.to_string_lossy().contains(".zip")).collect();
    found.sort();
    found
}

/// Backs up a database into a new file.
fn back_up(hearth: &Hearth, name: &str) -> String {
    let file = hearth.folder().join(name).display().to_string();
    let printed = hearth.prints(&["backup", &file]);
    assert!(printed.starts_with(&file) && printed.contains(" rows, "), "{printed}");
    file
}

/// Everything except what a restore changes: sessions, and settings about one database.
fn lasting(contents: Contents) -> Contents {
    const OWN: [&str; 4] = ["epoch", "last_backup", "last_verified", "oldest_binary"];
    let (mut rows, numbers) = contents;
    rows.remove("sessions");
    let is_own = |row: &Row| matches!(&row[0], Value::Text(key) if OWN.contains(&key.as_str()));
    rows.get_mut("settings").expect("a table").retain(|row| !is_own(row));
    (rows, numbers)
}

/// Waits until something is there.
async fn appears<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it appears in time")
}

#[tokio::test]
async fn a_backup_is_restored_into_either_engine_as_it_was() {
    let databases = [TestDatabase::create().await, TestDatabase::create_sqlite(), TestDatabase::create().await];
    let [one, two, three] = &databases;
    one.fill().await;
    let original = lasting(one.contents().await);
    assert!(original.0["messages"].len() > 1000);
    for (from, to) in [(one, two), (two, three)] {
        let source = Hearth::with_database(&from.url);
        let file = back_up(&source, "all.zip");
        let restored = Hearth::with_database(&to.url).prints(&["restore", &file]);
        assert!(restored.contains("rows of"), "{restored}");
        assert!(lasting(to.contents().await) == original, "the restored database differs");
    }
    Hearth::with_database(&three.url).serve().api.sign_up("Ann").await;
    assert!(Hearth::with_database(&three.url).prints(&["check"]).contains("is sound"));
}

/// A server with Ann and Bob, who have written to each other.
async fn conversation() -> (TestDatabase, Hearth, Serving, User, User) {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    let serving = hearth.serve();
    let (ann, bob) = (serving.api.sign_up("Ann").await, serving.api.sign_up("Bob").await);
    ann.write_to(&bob, "before the backup").await;
    bob.write_to(&ann, "a secret of Bob").await;
    (database, hearth, serving, ann, bob)
}

#[tokio::test]
async fn a_backup_of_a_running_server_has_what_was_acknowledged() {
    let (_database, hearth, serving, ann, bob) = conversation().await;
    let before = ann.hearth().await.hello["epoch"].clone();
    let file = back_up(&hearth, "running.zip");
    ann.write_to(&bob, "after the backup").await;
    drop(serving);

    let copy = TestDatabase::create().await;
    let restored = Hearth::with_database(&copy.url);
    assert!(restored.prints(&["restore", &file]).contains("sessions ended: 2"));
    let serving = restored.serve();
    let old = serving.api.with_token(&ann.token).patch("/api/profile/update", json!({})).await;
    assert_eq!(old.refused(401), "Not authorized");
    let again = serving.api.log_in(&ann.email, PASSWORD).await;
    assert_ne!(again.hearth().await.hello["epoch"], before);
    assert_eq!(again.texts_with(&bob).await, ["a secret of Bob", "before the backup"]);
}

#[tokio::test]
async fn accounts_that_were_erased_since_are_erased_again() {
    let (_database, hearth, serving, ann, bob) = conversation().await;
    let backups = hearth.folder().join("backups");
    fs::create_dir(&backups).expect("it can be created");
    drop(serving);
    let hearth = hearth.set("HEARTH_BACKUP__TO", "backups");
    hearth.prints(&["backup"]);
    let file = only(&backups).display().to_string();
    let serving = hearth.serve();
    let bob = serving.api.with_token(&bob.token);
    bob.delete("/api/profile/destroy?messages=erase").await.expect(200);
    let list = appears(async || fs::read_to_string(backups.join("erased.jsonl")).ok()).await;
    assert!(list.lines().count() == 1 && list.contains("\"texts\":true"), "{list}");
    drop(serving);

    let copy = TestDatabase::create().await;
    let restored = Hearth::with_database(&copy.url);
    let printed = restored.prints(&["restore", &file]);
    assert!(printed.contains("accounts erased again: 1"), "{printed}");
    assert!(!copy.keeps("a secret of Bob").await && !copy.keeps("bob").await && copy.keeps("before the backup").await);
    let serving = restored.serve();
    let ann = serving.api.log_in(&ann.email, PASSWORD).await;
    assert!(ann.finds("Bob").await.is_empty());
}

#[tokio::test]
async fn an_encrypted_backup_needs_its_passphrase() {
    let (_database, hearth, serving, ..) = conversation().await;
    let phrase = |name: &str, text: &str| {
        let path = hearth.folder().join(name);
        fs::write(&path, text).expect("it can be written");
        path.display().to_string()
    };
    let (right, wrong, empty) =
        (phrase("right", "kettle on\n"), phrase("wrong", "kettle off\n"), phrase("empty", "\n"));
    let file = hearth.folder().join("sealed.zip.age").display().to_string();
    let printed = hearth.prints(&["backup", &file, "--passphrase-file", &right]);
    assert!(printed.contains("encrypted"), "{printed}");
    assert!(!fs::read(&file).expect("a file").windows(4).any(|bytes| bytes == b"Ann\""), "nothing can be read");
    drop(serving);

    let copy = TestDatabase::create().await;
    let target = Hearth::with_database(&copy.url);
    let refused = |more: &[&str]| target.complains(&[&["restore", &file], more].concat());
    assert!(refused(&[]).contains("encrypted: give its passphrase"));
    assert!(refused(&["--passphrase-file", &wrong]).contains("encrypted with another passphrase"));
    assert!(refused(&["--passphrase-file", &empty]).contains("empty first line"));
    assert!(refused(&["--passphrase-file", "nowhere"]).contains("cannot read the passphrase file nowhere"));
    let target = target.set("HEARTH_BACKUP__PASSPHRASE", "kettle on");
    assert!(target.prints(&["verify", &file]).contains(", encrypted"));
    let plain = back_up(&hearth, "plain.zip");
    assert!(target.complains(&["restore", &plain]).contains("not encrypted, although a passphrase is given"));
    target.prints(&["restore", &file]);
}

#[tokio::test]
async fn a_database_with_users_is_not_replaced() {
    let (database, hearth, serving, ..) = conversation().await;
    let file = back_up(&hearth, "mine.zip");
    assert!(hearth.complains(&["restore", &file]).contains("another Hearth already serves"));
    drop(serving);
    let before = database.contents().await;
    assert!(hearth.complains(&["restore", &file]).contains("has users: restore into another one"));
    assert!(database.contents().await == before, "nothing has changed");

    // A database without users is replaced.
    let empty = TestDatabase::create().await;
    let target = Hearth::with_database(&empty.url);
    target.serve();
    target.prints(&["restore", &file]);
    assert!(empty.keeps("before the backup").await);
}

#[tokio::test]
async fn a_restore_leaves_the_tables_of_other_schemas_alone() {
    let [one, two] = [TestDatabase::create().await, TestDatabase::create().await];
    one.fill().await;
    let before = lasting(one.contents().await);
    let (source, target) = (Hearth::with_database(&one.url), Hearth::with_database(&two.url_that_finds(&one)));
    let file = back_up(&source, "all.zip");
    target.prints(&["restore", &file]);
    assert!(lasting(one.contents().await) == before, "the other database has changed");
    assert!(lasting(two.contents().await) == before, "the restored database differs");
}

#[tokio::test]
async fn links_to_exports_end_with_a_restore() {
    let (database, hearth, ..) = conversation().await;
    let links = "INSERT INTO export_links (hash, user_id, session_id, created_at, expires_at) \
                 SELECT id, id, id, 1, 9000000000000 FROM users";
    database.run(links).await;
    let file = back_up(&hearth, "linked.zip");
    let copy = TestDatabase::create().await;
    Hearth::with_database(&copy.url).prints(&["restore", &file]);
    assert!(database.has_rows("export_links").await && !copy.has_rows("export_links").await);
}

#[tokio::test]
async fn stats_show_the_numbers_and_the_last_backups() {
    let (_database, hearth, _serving, ..) = conversation().await;
    let stats = hearth.prints(&["stats"]);
    let line = |name: &str, value: &str| format!("{name:<14} {value}\n");
    for line in [line("users", "2"), line("groups", "0"), line("dialogs", "1"), line("messages", "2")] {
        assert!(stats.contains(&line), "{line} in {stats}");
    }
    assert_eq!(stats.matches("never").count(), 2, "{stats}");
    let file = back_up(&hearth, "counted.zip");
    let verified = hearth.prints(&["verify", &file]);
    assert!(verified.contains("opened: 1 chats") && verified.contains("restored: "), "{verified}");
    let stats = hearth.prints(&["stats"]);
    assert!(stats.contains(&format!(", good: {file}")) && stats.matches(&file).count() == 2, "{stats}");
}
