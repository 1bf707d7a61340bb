//! Importing a database of the reference messenger from PostgreSQL. A separate binary: if `TEST_DATABASE_URL` does not
//! name a PostgreSQL server, these tests are counted as ignored, not as passed.

#![allow(
    clippy::pedantic,
    missing_docs,
    unreachable_pub,
    dead_code,
    unused_imports,
    reason = "tests are nobody's library"
)]

mod outside;
#[path = "import/reference.rs"]
mod reference;
mod support;

use std::process::ExitCode;

use reference::{OLD_PASSWORD, Reference};
use serde_json::Value;
use sqlx::Row;
use support::{Hearth, Request, TestDatabase, column, grows, instants, is_sound, texts};

fn main() -> ExitCode {
    let tests: [(&str, fn()); _] = outside::tests! {
        users_groups_and_messages_keep_their_ids_and_order
        old_passwords_work_and_are_rehashed
        messages_deleted_by_one_user_stay_hidden_only_from_that_user
        messages_of_one_instant_are_paged_one_by_one
        a_second_import_changes_nothing_and_a_later_one_adds_what_is_new
        an_interrupted_import_is_completed_by_the_next
        rows_that_cannot_be_imported_are_left_out_and_reported
        a_group_belongs_to_its_creator_or_the_next_oldest_member
        notices_stay_notices
        a_former_member_is_not_imported_as_a_member
        wrong_times_are_moved_between_1970_and_now
        a_database_in_use_is_left_unchanged
        sqlite_can_be_the_target
        a_database_of_another_program_is_rejected
    };
    let has_postgres = std::env::var("TEST_DATABASE_URL").is_ok_and(|url| url.starts_with("postgres"));
    outside::run("PostgreSQL", has_postgres, tests)
}

/// A database to import into, and the program.
async fn target() -> (TestDatabase, Hearth) {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    (database, hearth)
}

/// The arguments that import this database, whose URL may have a password.
fn from(hearth: &Hearth, source: &TestDatabase) -> [String; 3] {
    let file = hearth.folder().join("source-url");
    std::fs::write(&file, format!("{}\n", source.url)).expect("the folder can be written to");
    ["import".to_owned(), "--url-file".to_owned(), file.display().to_string()]
}

fn words(words: &[String; 3]) -> [&str; 3] {
    words.each_ref().map(String::as_str)
}

/// Imports a source; returns the report.
fn import(hearth: &Hearth, reference: &Reference) -> String {
    hearth.prints(&words(&from(hearth, &reference.database)))
}

/// The numbers of one line: read and new.
fn counts(report: &str, of: &str) -> [u64; 2] {
    let line = report.lines().find(|line| line.trim_start().starts_with(of)).expect("a line");
    let numbers: Vec<_> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().expect("two numbers")
}

async fn users_groups_and_messages_keep_their_ids_and_order() {
    let (reference, (database, hearth)) = (Reference::create().await, target().await);
    let ann = reference.user("Ann", "Lee", "ann@example.org").await;
    let bob = reference.user("Bob", "", "bob@example.org").await;
    let tea = reference.group("Tea", &ann, &[&bob]).await;
    let first = reference.write_to(&ann, &bob, "it''s on").await;
    reference.write_to(&bob, &ann, "coming").await;
    reference.write_to(&ann, &ann, "note").await;
    reference.write_in(&bob, &tea, "hello, all").await;
    let report = import(&hearth, &reference);
    assert_eq!(counts(&report, "people"), [2, 2], "{report}");
    assert_eq!([counts(&report, "groups"), counts(&report, "memberships")], [[1, 1], [2, 2]], "{report}");
    assert_eq!(counts(&report, "messages"), [5, 5], "{report}");
    is_sound(&database).await;

    let serving = hearth.serve();
    let user = serving.api.log_in("ann@example.org", OLD_PASSWORD).await;
    assert_eq!((user.id.as_str(), user.name.as_str()), (ann.as_str(), "Ann"));
    let mut socket = user.connect().await;
    let list = socket.list_page(10, None).await;
    assert_eq!(texts(&list), ["hello, all", "note", "coming"]);
    let dialog = socket.rows(&Request::dialog(&bob)).await;
    assert_eq!(texts(&dialog), ["coming", "it's on"]);
    assert_eq!(dialog[1]["messageId"], first.as_str());
    assert_eq!(dialog[1]["createdAt"], "2025-06-13T07:05:00.123Z");
    assert_eq!(socket.rows(&Request::history(&tea)).await.len(), 2);
}

async fn old_passwords_work_and_are_rehashed() {
    let (reference, (database, hearth)) = (Reference::create().await, target().await);
    reference.user("Ann", "Lee", "Ann@Example.org").await;
    import(&hearth, &reference);
    let hash = async || {
        let row = sqlx::query("SELECT password_hash FROM users").fetch_one(&mut database.connect().await).await;
        row.expect("one person").get::<String, _>(0)
    };
    assert!(hash().await.starts_with("$2b$05$"));
    let serving = hearth.serve();
    let guess = serde_json::json!({ "email": "ann@example.org", "password": "12345" });
    let text = serving.api.post("/api/auth/login", guess).await.refused(400);
    assert_eq!(text, "No such user exists or wrong password");
    assert!(hash().await.starts_with("$2b$05$"));
    serving.api.log_in("ann@example.org", OLD_PASSWORD).await;
    assert!(hash().await.starts_with("$argon2id$"));
    serving.api.log_in("ann@example.org", OLD_PASSWORD).await;
}

async fn messages_deleted_by_one_user_stay_hidden_only_from_that_user() {
    let (reference, (_database, hearth)) = (Reference::create().await, target().await);
    let ann = reference.user("Ann", "", "ann@example.org").await;
    let bob = reference.user("Bob", "", "bob@example.org").await;
    let cleo = reference.user("Cleo", "", "cleo@example.org").await;
    reference.write_to(&ann, &bob, "one").await;
    reference.write_to(&bob, &ann, "two").await;
    reference.write_to(&cleo, &ann, "gone").await;
    reference.mark_as_deleted(&ann, &bob).await;
    reference.mark_as_deleted(&ann, &cleo).await;
    reference.write_to(&bob, &ann, "three").await;
    import(&hearth, &reference);
    let serving = hearth.serve();
    let [mut anns, mut bobs] = [
        serving.api.log_in("ann@example.org", OLD_PASSWORD).await.connect().await,
        serving.api.log_in("bob@example.org", OLD_PASSWORD).await.connect().await,
    ];
    assert_eq!(texts(&anns.rows(&Request::dialog(&bob)).await), ["three"]);
    assert_eq!(texts(&anns.list_page(10, None).await), ["three"]);
    assert_eq!(texts(&bobs.rows(&Request::dialog(&ann)).await), ["three", "two", "one"]);
}

async fn messages_of_one_instant_are_paged_one_by_one() {
    let (reference, (_database, hearth)) = (Reference::create().await, target().await);
    let ann = reference.user("Ann", "", "ann@example.org").await;
    let bob = reference.user("Bob", "", "bob@example.org").await;
    reference.write_at_once(&ann, &bob, &["1", "2", "3", "4", "5"]).await;
    import(&hearth, &reference);
    let serving = hearth.serve();
    let mut socket = serving.api.log_in("ann@example.org", OLD_PASSWORD).await.connect().await;
    let mut rows = socket.all(&Request::dialog(&bob), 2).await;
    rows.reverse();
    assert!(rows.len() == 5 && grows(&instants(&rows)), "{rows:?}");
    let mut said = texts(&rows);
    said.sort();
    assert_eq!(said, ["1", "2", "3", "4", "5"]);
}

/// A dialog and a group with some messages.
async fn small_world() -> (Reference, [String; 3]) {
    let reference = Reference::create().await;
    let ann = reference.user("Ann", "", "ann@example.org").await;
    let bob = reference.user("Bob", "", "bob@example.org").await;
    let tea = reference.group("Tea", &ann, &[&bob]).await;
    for number in 1..=20 {
        reference.write_to(&ann, &bob, &format!("to {number}")).await;
        reference.write_in(&bob, &tea, &format!("in {number}")).await;
    }
    (reference, [ann, bob, tea])
}

/// Everything in the dialog and the group, as Ann sees it.
async fn as_seen(hearth: &Hearth, [_, bob, tea]: &[String; 3]) -> Vec<Value> {
    let serving = hearth.serve();
    let mut socket = serving.api.log_in("ann@example.org", OLD_PASSWORD).await.connect().await;
    let mut rows = socket.all(&Request::dialog(bob), 7).await;
    rows.extend(socket.all(&Request::history(tea), 7).await);
    socket.close().await;
    serving.terminate();
    assert_eq!(serving.ended().0, Some(0));
    rows
}

async fn a_second_import_changes_nothing_and_a_later_one_adds_what_is_new() {
    let ((reference, world), (_database, hearth)) = (small_world().await, target().await);
    import(&hearth, &reference);
    let seen = as_seen(&hearth, &world).await;
    let report = import(&hearth, &reference);
    for of in ["people", "groups", "memberships", "messages"] {
        assert_eq!(counts(&report, of)[1], 0, "{report}");
    }
    assert_eq!(as_seen(&hearth, &world).await, seen);

    reference.write_to(&world[1], &world[0], "meanwhile").await;
    assert_eq!(counts(&import(&hearth, &reference), "messages")[1], 1);
    let later = as_seen(&hearth, &world).await;
    assert_eq!(later[0]["content"], "meanwhile");
    assert_eq!(later[1..], seen);
}

async fn an_interrupted_import_is_completed_by_the_next() {
    let ((reference, world), (_whole, whole), (_database, hearth)) =
        (small_world().await, target().await, target().await);
    import(&whole, &reference);
    reference.run("ALTER TABLE messages ALTER notification TYPE text").await;
    assert!(hearth.complains(&words(&from(&hearth, &reference.database))).contains("types text and boolean"));
    reference.run("ALTER TABLE messages ALTER notification TYPE boolean USING notification::boolean").await;
    let report = import(&hearth, &reference);
    assert_eq!([counts(&report, "people"), counts(&report, "messages")], [[2, 0], [41, 41]], "{report}");
    assert_eq!(as_seen(&hearth, &world).await, as_seen(&whole, &world).await);
}

async fn rows_that_cannot_be_imported_are_left_out_and_reported() {
    let (reference, (_database, hearth)) = (Reference::create().await, target().await);
    let ann = reference.user("Ann", "", "ann@example.org").await;
    let twin = reference.user("Anna", "", "ANN@example.org").await;
    let nameless = reference.user("", "", "nameless@example.org").await;
    reference.user("Odd", "", "no address").await;
    reference.user("Plain", "", "plain@example.org").await;
    reference.run("UPDATE users SET password = 'plain text' WHERE first_name = 'Plain'").await;
    reference.group("Empty", &ann, &[]).await;
    reference.run("DELETE FROM users_groups").await;
    let tea = reference.group("Tea", &ann, &[&twin]).await;
    reference.write_in(&twin, &tea, "in the group").await;
    reference.write_to(&ann, &twin, "   ").await;
    reference.write_to(&twin, &ann, "from the twin").await;
    reference.run("ALTER TABLE messages ALTER content TYPE text, DROP CONSTRAINT messages_sender_id_fkey").await;
    reference.write_to(&ann, &nameless, &"x".repeat(5000)).await;
    reference.write_to(&uuid::Uuid::new_v4().to_string(), &ann, "from nobody").await;
    let report = import(&hearth, &reference);
    for told in [
        "accounts without login: 1 (their email is an older account's, written differently): ANN@example.org",
        "accounts without login: 1 (their email is not a valid address): no address",
        "accounts without password: 1 (theirs is not a bcrypt hash): plain@example.org",
        "names of users cut, cleaned or filled in: 1 (they have 1 to 64 characters, one visible, no controls): nameless@example.org",
        "groups left out: 1 (they have no members): Empty",
        "memberships left out: 1 (the group does not exist, or the user cannot log in)",
        "messages left out: 1 (they have no text)",
        "texts cut: 1 (they have at most 4096 characters)",
        "messages left out: 1 (their sender or receiver has no account)",
        "messages left out: 1 (their group is left out, or was deleted here)",
    ] {
        assert!(report.contains(told), "{told} in {report}");
    }
    let serving = hearth.serve();
    let user = serving.api.log_in("ann@example.org", OLD_PASSWORD).await;
    assert_eq!(user.id, ann);
    let mut socket = user.connect().await;
    let rows = socket.rows(&Request::dialog(&twin)).await;
    assert_eq!(
        (column(&rows, "content"), column(&rows, "senderName")),
        (vec!["from the twin".into()], vec!["Anna".into()])
    );
    assert_eq!(socket.rows(&Request::dialog(&nameless)).await[0]["content"].as_str().map(str::len), Some(4096));
    assert_eq!(column(&socket.rows(&Request::history(&tea)).await, "senderName"), ["Anna", "Ann"]);
    let guess = serde_json::json!({ "email": "plain@example.org", "password": "plain text" });
    serving.api.post("/api/auth/login", guess).await.refused(400);
}

async fn a_group_belongs_to_its_creator_or_the_next_oldest_member() {
    let (reference, (_database, hearth)) = (Reference::create().await, target().await);
    let ann = reference.user("Ann", "", "ann@example.org").await;
    let bob = reference.user("Bob", "", "bob@example.org").await;
    let cleo = reference.user("Cleo", "", "cleo@example.org").await;
    let made = reference.group("Made", &cleo, &[&ann, &bob]).await;
    let left = reference.group("Left", &ann, &[&cleo, &bob]).await;
    reference.run(&format!("DELETE FROM users_groups WHERE user_id = '{ann}' AND group_id = '{left}'")).await;
    import(&hearth, &reference);
    let serving = hearth.serve();
    let mut bobs = serving.api.log_in("bob@example.org", OLD_PASSWORD).await.connect().await;
    let mut cleos = serving.api.log_in("cleo@example.org", OLD_PASSWORD).await.connect().await;
    bobs.may_not(&Request::drop(&made)).await;
    cleos.does(&Request::drop(&made)).await;
    cleos.may_not(&Request::drop(&left)).await;
    bobs.does(&Request::drop(&left)).await;
}

async fn notices_stay_notices() {
    let (reference, (_database, hearth)) = (Reference::create().await, target().await);
    let ann = reference.user("Ann", "Lee", "ann@example.org").await;
    let bob = reference.user("Bob", "Brown", "bob@example.org").await;
    let tea = reference.group("Tea", &ann, &[&bob]).await;
    reference.notice(&ann, &tea, "Ann Lee добавил(a) в группу Bob Brown").await;
    reference.notice(&ann, &tea, "Ann Lee did something").await;
    reference.write_in(&bob, &tea, "hello").await;
    let report = import(&hearth, &reference);
    assert!(report.contains("notices kept as messages: 1 "), "{report}");
    let serving = hearth.serve();
    let mut socket = serving.api.log_in("ann@example.org", OLD_PASSWORD).await.connect().await;
    let rows = socket.rows(&Request::history(&tea)).await;
    let notices: Vec<_> = rows.iter().map(|row| row["notification"].as_bool()).collect();
    assert_eq!(notices, [Some(false), Some(false), Some(true), Some(true)], "{rows:?}");
    assert_eq!(rows[2]["content"], "Ann Lee добавил(a) в группу Bob Brown");
}

async fn a_former_member_is_not_imported_as_a_member() {
    let (reference, (_database, hearth)) = (Reference::create().await, target().await);
    let ann = reference.user("Ann", "", "ann@example.org").await;
    let bob = reference.user("Bob", "", "bob@example.org").await;
    let tea = reference.group("Tea", &ann, &[]).await;
    reference.write_in(&bob, &tea, "I was here").await;
    reference.notice(&bob, &tea, "Bob  покинул(a) группу").await;
    import(&hearth, &reference);
    let serving = hearth.serve();
    let bob = serving.api.log_in("bob@example.org", OLD_PASSWORD).await;
    let ann = serving.api.log_in("ann@example.org", OLD_PASSWORD).await;
    assert!(bob.connect().await.list_page(10, None).await.is_empty());
    bob.connect().await.may_not(&Request::history(&tea)).await;
    bob.delete("/api/profile/destroy?messages=erase").await.expect(200);
    let rows = ann.connect().await.rows(&Request::history(&tea)).await;
    assert_eq!(column(&rows, "senderName"), ["Deleted account", "Deleted account", "Ann"]);
    assert_ne!(rows[1]["content"], "I was here");
}

async fn wrong_times_are_moved_between_1970_and_now() {
    let (reference, (_database, hearth)) = (Reference::create().await, target().await);
    let ann = reference.user("Ann", "", "ann@example.org").await;
    for (text, time) in [("1", "-infinity"), ("2", "1912-06-23"), ("4", "20001-01-01"), ("5", "infinity")] {
        let id = reference.write_to(&ann, &ann, text).await;
        reference.run(&format!("UPDATE messages SET created_at = '{time}' WHERE id = '{id}'")).await;
    }
    reference.write_to(&ann, &ann, "3").await;
    import(&hearth, &reference);
    let serving = hearth.serve();
    let mut socket = serving.api.log_in("ann@example.org", OLD_PASSWORD).await.connect().await;
    let rows = socket.rows(&Request::dialog(&ann)).await;
    assert_eq!(texts(&rows), ["5", "4", "3", "2", "1"]);
    let instants = instants(&rows);
    assert!((0..10).contains(&instants[4]) && instants[0] <= chrono::Utc::now().timestamp_millis() + 1, "{instants:?}");
}

async fn a_database_in_use_is_left_unchanged() {
    let ((reference, _), (_database, hearth)) = (small_world().await, target().await);
    let _serving = hearth.serve();
    let complaint = hearth.complains(&words(&from(&hearth, &reference.database)));
    assert!(complaint.contains("another Hearth already serves"), "{complaint}");
}

async fn sqlite_can_be_the_target() {
    let ((reference, world), (_database, other)) = (small_world().await, target().await);
    let hearth = Hearth::with_database("sqlite://data/hearth.db");
    import(&other, &reference);
    import(&hearth, &reference);
    assert_eq!(as_seen(&hearth, &world).await, as_seen(&other, &world).await);
}

async fn a_database_of_another_program_is_rejected() {
    let (reference, (database, hearth)) = (Reference::create().await, target().await);
    hearth.prints(&["migrate"]);
    let complaint = hearth.complains(&words(&from(&hearth, &database)));
    assert!(complaint.contains("is none of the reference messenger: no "), "{complaint}");
    reference.run("ALTER TABLE messages DROP CONSTRAINT messages_pkey, ALTER id TYPE bigint USING 1").await;
    let complaint = hearth.complains(&words(&from(&hearth, &reference.database)));
    assert!(complaint.contains("messages.id is bigint, not uuid"), "{complaint}");
    assert!(
        hearth
            .complains(&["import", "sqlite://elsewhere.db"])
            .contains("the source must be a database of the reference messenger")
    );
    assert!(hearth.complains(&["import", "postgres://nobody@127.0.0.1:1/x"]).contains("127.0.0.1:1/x"));
}
