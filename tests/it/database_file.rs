//! The database file: which files are accepted or rejected, who can read them, and the effects of damage.

use std::{
    fs::{self, Permissions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use hearth::{
    config::{Config, Database},
    model::{Person, Texts, Timestamp, UserId},
    store::{Account, Store},
};
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};
use uuid::Uuid;

use crate::support::{Hearth, PASSWORD, Request, TestServer};

const PAGE: u64 = 4096;

fn hearth() -> Hearth {
    Hearth::with_database("sqlite://data/hearth.db")
}

/// The path of its database, in a folder that exists.
fn path(hearth: &Hearth) -> PathBuf {
    let folder = hearth.folder().join("data");
    fs::create_dir_all(&folder).expect("the folder can be written to");
    folder.join("hearth.db")
}

/// A database with the schema and no users.
fn migrated() -> (Hearth, PathBuf) {
    let hearth = hearth();
    hearth.prints(&["migrate"]);
    let path = path(&hearth);
    (hearth, path)
}

async fn sqlite(path: &Path, statement: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut connection = AnyConnection::connect(&url).await.expect("it opens");
    connection.execute(AssertSqlSafe(statement.to_owned())).await.expect("it can be written");
    connection
}

#[tokio::test]
async fn every_name_of_a_database_leads_to_the_same_lock() {
    let hearth = hearth();
    let _serving = hearth.serve();
    let (real, elsewhere) = (path(&hearth), hearth.folder().join("elsewhere"));
    fs::create_dir(&elsewhere).expect("it can be written to");
    symlink(&real, elsewhere.join("link.db")).expect("it can be written to");
    symlink("link.db", elsewhere.join("link of a link.db")).expect("it can be written to");
    let absolute = format!("sqlite:{}", real.display());
    for url in [
        "sqlite://elsewhere/link.db",
        "sqlite://elsewhere/link%20of%20a%20link.db",
        "sqlite://elsewhere/../data/hearth.db",
        &absolute,
    ] {
        let complaint = hearth.complains(&["--database-url", url]);
        assert!(complaint.contains("another Hearth already serves"), "{url}: {complaint}");
    }
}

#[tokio::test]
async fn a_database_with_two_hard_links_is_rejected() {
    let (hearth, path) = migrated();
    fs::hard_link(&path, path.with_file_name("other.db")).expect("it can be written to");
    assert!(hearth.complains(&[]).contains("2 names"));
}

#[tokio::test]
async fn a_dangling_link_creates_the_database_at_its_target() {
    let hearth = hearth();
    let target = hearth.folder().join("disk/real.db");
    symlink(&target, path(&hearth)).expect("it can be written to");
    hearth.prints(&["migrate"]);
    assert!(target.is_file() && path(&hearth).is_symlink());
}

#[tokio::test]
async fn a_file_that_is_not_our_database_is_rejected_and_left_unchanged() {
    for (content, reason) in [("", "is empty"), ("a letter to Ann, of some length", "is not a SQLite database")] {
        let hearth = hearth();
        let path = path(&hearth);
        fs::write(&path, content).expect("it can be written to");
        for command in [&[][..], &["migrate"]] {
            let complaint = hearth.complains(command);
            assert!(complaint.contains(reason) && complaint.contains("hearth.db"), "{complaint}");
        }
        assert_eq!(fs::read(&path).expect("it can be read"), content.as_bytes());
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_rejected() {
    let hearth = hearth();
    sqlite(&path(&hearth), "CREATE TABLE recipes (name TEXT)").await.close().await.expect("it closes");
    let complaint = hearth.complains(&["migrate"]);
    assert!(complaint.contains("not one of Hearth") && complaint.contains("hearth.db"), "{complaint}");
}

#[tokio::test]
async fn a_log_without_its_database_is_rejected() {
    let hearth = hearth();
    fs::write(path(&hearth).with_file_name("hearth.db-wal"), "the last changes").expect("it can be written to");
    assert!(hearth.complains(&["migrate"]).contains("hearth.db is missing"));
}

#[tokio::test]
async fn an_interrupted_first_start_is_repeated() {
    let hearth = hearth();
    let path = path(&hearth);
    for suffix in [".new", ".new-wal", ".new-journal"] {
        fs::write(path.with_file_name(format!("hearth.db{suffix}")), "half a").expect("it can be written to");
    }
    hearth.prints(&["migrate"]);
    let names = fs::read_dir(path.parent().expect("a folder")).expect("it can be read");
    let names: Vec<_> = names.map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(names.contains(&"hearth.db".into()) && names.len() == 2, "it and its lock: {names:?}");
    hearth.serve().api.sign_up("Ann").await;
}

#[tokio::test]
async fn files_are_readable_only_by_the_owner_with_any_umask() {
    let hearth = hearth().launched_by(&["sh", "-c", "umask 0; exec \"$0\" \"$@\""]);
    let path = path(&hearth);
    let serving = hearth.serve();
    serving.api.sign_up("Ann").await;
    let mut seen = 0;
    for entry in fs::read_dir(path.parent().expect("a folder")).expect("it can be read") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        seen += 1;
    }
    assert_eq!(seen, 5, "database, log, index and two locks");
}

#[tokio::test]
async fn a_database_that_others_can_read_causes_a_warning() {
    let (hearth, path) = migrated();
    let folder = path.parent().expect("a folder");
    let warns = |folder_mode, file_mode| {
        fs::set_permissions(folder, Permissions::from_mode(folder_mode)).expect("it is ours");
        fs::set_permissions(&path, Permissions::from_mode(file_mode)).expect("it is ours");
        let log = hearth.run(&["migrate"]).stderr;
        String::from_utf8_lossy(&log).contains("chmod 600")
    };
    assert_eq!([warns(0o755, 0o644), warns(0o755, 0o600), warns(0o700, 0o644)], [true, false, false]);
}

#[tokio::test]
async fn damage_at_the_start_is_named() {
    let (hearth, path) = migrated();
    let mut file = fs::File::options().write(true).open(&path).expect("it can be written");
    file.seek(SeekFrom::Start(100)).expect("it is long enough");
    file.write_all(&[0xff; 3000]).expect("it can be written");
    let complaint = hearth.complains(&[]);
    assert!(complaint.contains("hearth.db is damaged: restore a backup"), "{complaint}");
}

#[tokio::test]
async fn damage_elsewhere_degrades_and_is_logged_once() {
    let hearth = hearth();
    let serving = hearth.serve();
    let ann = serving.api.sign_up("Ann").await;
    ann.write_to(&ann, "a note").await;
    serving.terminate();
    serving.ended();

    let path = path(&hearth);
    let mut connection = sqlite(&path, "PRAGMA user_version").await;
    let root = connection.fetch_one("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").await;
    let root = root.expect("the table is there").get::<i64, _>(0).unsigned_abs();
    connection.close().await.expect("it closes");
    let mut file = fs::File::options().write(true).open(&path).expect("it can be written");
    file.seek(SeekFrom::Start((root - 1) * PAGE)).expect("it is long enough");
    file.write_all(&[0xff; PAGE as usize]).expect("it can be written");
    let checked = hearth.run(&["check"]);
    let printed = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.code() == Some(1) && printed.starts_with("database: "), "{printed}");

    let serving = hearth.serve();
    let ann = serving.api.log_in(&ann.email, PASSWORD).await;
    assert_eq!(serving.api.get("/readyz").await.expect(200), "ready\n");
    let mut socket = ann.connect().await;
    for _ in 0..3 {
        let request = Request::dialog(&ann.id);
        assert_eq!(socket.ask(request.kind, request.params).await["code"], "internal");
    }
    assert_eq!(serving.api.get("/readyz").await.expect(200), "degraded\ndamaged pages were met 3 times\n");
    socket.close().await;
    serving.terminate();
    let (_, log) = serving.ended();
    assert_eq!(log.lines().filter(|line| line.contains("ERROR")).count(), 1, "{log}");
    assert!(log.contains("the database has damaged pages") && log.contains("hearth.db"), "{log}");
}

/// Whether any file of a folder contains a text.
fn has(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).expect("it can be read").any(|entry| {
        let mut bytes = Vec::new();
        let mut file = fs::File::open(entry.expect("an entry").path()).expect("it can be read");
        file.read_to_end(&mut bytes).expect("it can be read");
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn an_erased_email_leaves_the_files_while_they_are_in_use() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let url = format!("sqlite://{}/hearth.db", folder.path().display());
    let store = Store::open(&Database { url, ..Config::default().database }).await.expect("a new database");
    let (now, mut ids) = (Timestamp::now(), Vec::new());
    for number in 0..200 {
        let person = Person { id: UserId(Uuid::now_v7()), first_name: "Ann".into(), last_name: String::new() };
        ids.push(person.id);
        let email = format!("gone{number}@example.org");
        store.add_user(&Account { person, email, password_hash: "x".into() }, now).await.expect("it is free");
    }
    assert!(has(folder.path(), "gone1"));
    for id in ids {
        let mut batch = store.batch([]);
        batch.erase_account(id, Texts::Keep, now).await.expect("it works").expect("there is such an account");
        batch.commit(&[]).await.expect("it works");
    }
    assert!(store.begin_scrub().await.expect("the database answers"));
    while store.scrub_step().await.expect("nobody reads") {}
    assert!(!has(folder.path(), "gone"));
}

#[tokio::test]
async fn a_restored_backup_ends_every_session_and_starts_an_epoch() {
    let mut server = TestServer::start().await;
    let ann = server.user("Ann").await;
    let before = ann.hearth().await.hello["epoch"].clone();
    let hearth = Hearth::with_database(&server.database.url);
    assert!(hearth.complains(&["restored"]).contains("already serves"));
    server.stop().await;
    assert_eq!(hearth.prints(&["restored"]), "1 session ended; clients will load everything again\n");
    let serving = hearth.serve();
    let old = serving.api.with_token(&ann.token).patch("/api/profile/update", json!({})).await;
    assert_eq!(old.refused(401), "Not authorized");
    let ann = serving.api.log_in(&ann.email, PASSWORD).await;
    assert_ne!(ann.hearth().await.hello["epoch"], before);
}

#[tokio::test]
async fn a_file_that_has_lost_its_log_gets_it_back() {
    let (hearth, path) = migrated();
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", path.display());
    let mode = async |pragma: &'static str| {
        let mut connection = AnyConnection::connect(&url).await.expect("it opens");
        sqlx::query(pragma).fetch_one(&mut connection).await.expect("it answers").get::<String, _>(0)
    };
    assert_eq!(mode("PRAGMA journal_mode = DELETE").await, "delete");
    hearth.prints(&["migrate"]);
    assert_eq!(mode("PRAGMA journal_mode").await, "wal");
}
