//! `hearth check`: what it finds, what it does not report, and that it changes nothing.

mod planted;

use serde_json::json;

use self::planted::FAULTS;
use crate::support::{Hearth, Request, TestDatabase, TestServer, User, WholeDatabase, dialog, faults, group, is_sound};

/// A server with a group (chat 1, messages 1 to 7), a dialog (chat 2, messages 1 and 2) and a deleted group (chat 3).
async fn server() -> TestServer {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let tea = group(&ann.create_group("tea", &[&bob, &cy]).await);
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    let first = anns.id_of(&tea, "hello").await;
    let second = anns.id_of(&tea, "a slip").await;
    bobs.does(&Request::write(&tea, "well met").with("replyTo", first.clone())).await;
    bobs.does(&Request::react(&tea, &first, "👍")).await;
    anns.does(&Request::edit(&tea, &first, "hello all")).await;
    anns.does(&Request::delete(&tea, &second)).await;
    bobs.done("markRead", json!({ "groupId": tea["groupId"], "seq": 6 })).await;
    cy.connect().await.leave(tea["groupId"].as_str().expect("an id")).await;
    anns.does(&Request::write(&dialog(&bob), "only you")).await;
    bobs.does(&Request::write(&dialog(&ann), "only me")).await;
    bobs.done("blockUser", json!({ "userId": cy.id, "on": true })).await;
    let gone = bob.create_group("gone", &[]).await;
    bobs.does(&Request::drop(&gone)).await;
    server
}

#[tokio::test]
async fn each_fault_is_reported_with_its_table_and_its_key() {
    let mut server = server().await;
    is_sound(&server.database).await;
    server.stop().await;
    let mut before = Vec::new();
    for (fault, start, problem) in FAULTS {
        server.database.run_unchecked(fault).await;
        let after = faults(&server.database).await;
        let is_reported =
            |line: &&String| line.starts_with(start) && line[start.len()..].contains(&format!(": {problem}"));
        let reported: Vec<_> = after.iter().filter(is_reported).collect();
        assert!(reported.iter().any(|line| !before.contains(*line)), "{fault}: {after:#?}");
        before = after;
    }
}

#[tokio::test]
async fn it_exits_with_0_if_the_database_is_sound_and_with_1_if_not() {
    let mut server = server().await;
    let hearth = Hearth::with_database(&server.database.url);
    let printed = hearth.prints(&["check"]);
    assert!(printed.contains(" is sound: 3 users, 3 chats, "), "{printed}");
    server.stop().await;
    server.database.run("UPDATE chats SET member_count = 7 WHERE id = 1").await;
    let output = hearth.run(&["check"]);
    let printed = String::from_utf8(output.stdout).expect("a text");
    assert_eq!(output.status.code(), Some(1));
    let line = "chats id 1: member_count is not the number of members: 7 instead of 2\n";
    assert!(printed.starts_with(line) && printed.contains(" has 1 fault: see docs/troubleshooting.md"), "{printed}");
}

#[tokio::test]
async fn it_exits_with_2_if_it_could_not_check() {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    for (arguments, complaint) in [
        (&["check"][..], ""),
        (&["check", "--database-url", "sqlite://no/such/folder.db"], "folder no/such: No such file or directory"),
        (&["check", "--database-url", "postgres://nobody@127.0.0.1:1/none"], "database 127.0.0.1:1/none"),
        (&["check", "--config", "nowhere.toml"], "nowhere.toml"),
    ] {
        let output = hearth.run(arguments);
        let error = String::from_utf8(output.stderr).expect("a text");
        assert!(output.status.code() == Some(2) && error.contains(complaint), "{:?}: {error}", output.status);
    }
    assert!(!hearth.folder().join("no").exists(), "it creates nothing");
    hearth.prints(&["migrate"]);
    hearth.prints(&["check"]);
    database.run("DELETE FROM _sqlx_migrations WHERE version > 6").await;
    let output = hearth.run(&["check"]);
    let error = String::from_utf8(output.stderr).expect("a text");
    assert!(output.status.code() == Some(2) && error.contains("its schema has version 6"), "{error}");
}

/// Writes until the check is done.
async fn writes(one: &User, other: &User, checked: impl Future) {
    let mut socket = one.hearth().await;
    let mut checked = std::pin::pin!(checked);
    for number in 0.. {
        let batch: Vec<_> = (0..50).map(|_| Request::write(&dialog(other), &number.to_string())).collect();
        tokio::select! {
            biased;
            _ = &mut checked => return,
            _ = socket.pipeline(&batch) => {}
        }
    }
}

#[tokio::test]
async fn what_is_written_meanwhile_is_not_reported() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.create_group("tea", &[&bob]).await;
    server.database.fill_group("tea", &ann, 20_000).await;
    server
        .database
        .run(
            "UPDATE members SET bytes = (SELECT SUM(octet_length(content) + 128) FROM messages \
        WHERE sender_id = members.user_id), wrote = 1 WHERE role = 2",
        )
        .await;
    writes(&ann, &bob, async {
        for _ in 0..5 {
            is_sound(&server.database).await;
        }
    })
    .await;
}

#[tokio::test]
async fn faults_beyond_a_thousand_are_not_listed() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    ann.create_group("tea", &[]).await;
    server.stop().await;
    server.database.fill_group("tea", &ann, 3000).await;
    server.database.run("UPDATE messages SET created_at = 1").await;
    let output = Hearth::with_database(&server.database.url).run(&["check"]);
    let printed = String::from_utf8(output.stdout).expect("a text");
    assert!(printed.contains(" has more than 1000 faults: "), "{}", &printed[printed.len() - 200..]);
    assert_eq!(printed.lines().count(), 1001);
}

#[tokio::test]
async fn the_demo_is_sound() {
    let database = TestDatabase::create().await;
    let hearth = Hearth::with_database(&database.url);
    hearth.prints(&["demo"]);
    assert!(hearth.prints(&["check"]).contains(" is sound: 20 users, "));
}

#[tokio::test]
async fn an_index_that_lacks_a_row_is_reported() {
    let Some(database) = WholeDatabase::with_amcheck().await else { return };
    let hearth = Hearth::with_database(&database.url);
    hearth.prints(&["demo"]);
    assert!(hearth.prints(&["check"]).contains(" is sound: 20 users, "));
    database.lose_index_entry().await;
    let output = hearth.run(&["check"]);
    let printed = String::from_utf8(output.stdout).expect("a text");
    assert!(output.status.code() == Some(1) && printed.contains("reactions_pkey: damaged: "), "{printed}");
}
