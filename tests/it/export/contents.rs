//! What is in the archive, and what is not.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Request, TestServer, User, acquaint, column, dialog, group, of_group, with_user};

/// The rows of a chat.
fn in_chat(rows: &[Value], chat: &Value) -> Vec<Value> {
    rows.iter().filter(|row| row["chat"] == *chat).cloned().collect()
}

async fn delete_account(user: &User) {
    user.delete("/api/profile/destroy").await.expect(200);
}

#[tokio::test]
async fn a_new_persons_archive_has_every_file() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let archive = ann.export().await;
    let expected = [
        "README.txt",
        "blocks.jsonl",
        "chats.jsonl",
        "memberships.jsonl",
        "messages.jsonl",
        "profile.json",
        "reactions.jsonl",
        "sessions.jsonl",
        "settings.json",
    ];
    assert_eq!(archive.0.keys().collect::<Vec<_>>(), expected);
    let files = expected.iter().filter(|name| **name != "README.txt");
    for file in files {
        assert!(archive.0["README.txt"].contains(file), "README.txt does not explain {file}");
    }
    for file in ["blocks", "chats", "memberships", "messages", "reactions"] {
        assert_eq!(archive.0[&format!("{file}.jsonl")], "", "{file}");
    }
}

#[tokio::test]
async fn the_account_is_as_the_person_knows_it() {
    let server = TestServer::start().await;
    let (ann, bob) = (server.user("Ann").await, server.user("Bob").await);
    ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
    ann.patch("/api/profile/privacy", json!({ "presence": false })).await.expect(200);
    let phone = ann.log_in_again().await;
    ann.hearth().await.does(&Request::block(&bob)).await;
    let archive = ann.export().await;
    let profile = &archive.rows("profile.json")[0];
    let known = ["userId", "email", "firstName", "lastName"].map(|key| profile[key].as_str().expect("a text"));
    assert_eq!(known, [&*ann.id, "ann@example.org", "Ann", "Lee"]);
    assert_eq!(archive.rows("settings.json"), [json!({ "presence": false, "readReceipts": true })]);
    assert_eq!(column(&archive.rows("blocks.jsonl"), "userId"), [&*bob.id]);
    let listed = phone.get("/api/sessions").await.expect(200);
    let mut ids = column(listed["data"].as_array().expect("rows"), "sessionId");
    ids.sort();
    assert_eq!(column(&archive.rows("sessions.jsonl"), "sessionId"), ids);
}

#[tokio::test]
async fn messages_are_those_of_the_histories() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    for (chat, other) in [(dialog(&bob), dialog(&ann)), (group(&tea), group(&tea))] {
        let first = bobs.id_of(&other, "one \u{1f375} \"quoted\"\nand more").await;
        anns.does(&Request::react(&chat, &first, "👍")).await;
        anns.does(&Request::write(&chat, "an answer").with("replyTo", &*first)).await;
        let second = anns.id_of(&chat, "two").await;
        anns.does(&Request::edit(&chat, &second, "two, edited")).await;
        let third = anns.id_of(&chat, "three").await;
        anns.does(&Request::delete(&chat, &third)).await;
    }
    let rows = ann.export().await.rows("messages.jsonl");
    for (chat, key) in [(dialog(&bob), with_user(&bob)), (group(&tea), of_group(&tea))] {
        let mut history = anns.rows(&Request::page(&chat)).await;
        history.reverse();
        assert!(history.len() >= 4);
        assert_eq!(in_chat(&rows, &key), history);
    }
}

#[tokio::test]
async fn every_message_of_a_long_history_is_there_once_and_in_order() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.create_group("tea", &[]).await;
    server.database.fill_group("tea", &ann, 1600).await;
    acquaint(&bob, &ann).await;
    let rows = ann.export().await.rows("messages.jsonl");
    let expected = (1..=1600).map(|number| format!("number {number}"));
    assert!(column(&rows, "content")[1..=1600].iter().eq(&expected.collect::<Vec<_>>()));
    assert_eq!(rows.len(), 1603);
}

#[tokio::test]
async fn hidden_messages_are_left_out() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let first = ann.hearth().await.id_of(&dialog(&bob), "hidden").await;
    ann.hearth().await.does(&Request::react(&dialog(&bob), &first, "👍")).await;
    ann.hide(&bob).await;
    bob.hearth().await.does(&Request::write(&dialog(&ann), "new").with("replyTo", first)).await;
    let archive = ann.export().await;
    assert_eq!(archive.texts(&with_user(&bob)), ["new"]);
    assert!(!archive.whole().contains("\"hidden\""), "{}", archive.whole());
    assert_eq!(archive.rows("reactions.jsonl"), [Value::Null; 0]);
    assert_eq!(archive.rows("memberships.jsonl")[0]["hiddenUpTo"], 1);
    assert_eq!(bob.export().await.texts(&with_user(&ann)), ["hidden", "new"]);
}

#[tokio::test]
async fn of_a_group_that_the_person_left_only_what_the_person_did_is_there() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let (mut anns, mut bobs) = (ann.hearth().await, bob.hearth().await);
    let secret = anns.id_of(&group(&tea), "a secret of Ann").await;
    bobs.does(&Request::write(&group(&tea), "Bob agrees").with("replyTo", &*secret)).await;
    bobs.does(&Request::react(&group(&tea), &secret, "🫖")).await;
    bobs.does(&Request::leave(&tea)).await;
    anns.does(&Request::rename(&tea, "coffee")).await;
    anns.id_of(&group(&tea), "a later secret").await;
    let archive = bob.export().await;
    assert_eq!(archive.texts(&of_group(&tea)), ["added", "Bob agrees", "left"]);
    assert!(!archive.0["messages.jsonl"].contains("secret") && !archive.whole().contains("coffee"));
    assert_eq!(archive.rows("chats.jsonl"), [Value::Null; 0]);
    let membership = &archive.rows("memberships.jsonl")[0];
    assert!(membership["groupName"] == "tea" && membership["leftAt"].is_string(), "{membership}");
    let reaction = &archive.rows("reactions.jsonl")[0];
    assert_eq!((&reaction["emoji"], &reaction["messageId"]), (&json!("🫖"), &json!(secret)));
    assert_eq!(ann.export().await.texts(&of_group(&tea)).len(), 7);
}

#[tokio::test]
async fn a_person_who_returned_has_the_whole_history_again() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    bob.hearth().await.does(&Request::leave(&tea)).await;
    ann.write_in(&tea, "without Bob").await;
    ann.connect().await.add(&tea, &bob).await;
    assert_eq!(bob.export().await.texts(&of_group(&tea)), ["a new group", "added", "left", "without Bob", "added"]);
}

#[tokio::test]
async fn a_deleted_account_has_no_name_and_a_deleted_group_no_messages_of_others() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&bob, &ann).await;
    let tea = bob.create_group("tea", &[&ann]).await;
    bob.write_in(&tea, "what Bob said").await;
    bob.hearth().await.does(&Request::drop(&tea)).await;
    delete_account(&bob).await;
    let archive = ann.export().await;
    let rows = in_chat(&archive.rows("messages.jsonl"), &with_user(&bob));
    assert_eq!(column(&rows, "senderName"), ["Deleted account", "Ann"]);
    assert!(!archive.whole().contains("what Bob said") && !archive.whole().contains("\"Bob\""), "{}", archive.whole());
    let [_, membership] = &archive.rows("memberships.jsonl")[..] else { panic!("two chats") };
    assert!(membership["deletedAt"].is_string() || membership["leftAt"].is_string(), "{membership}");
}

#[tokio::test]
async fn chats_are_the_rows_of_the_chat_list() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    for number in 0..101 {
        ann.create_group(&format!("group {number}"), &[]).await;
    }
    acquaint(&bob, &ann).await;
    ann.write_to(&ann, "a note").await;
    let mut listed = ann.hearth().await.all(&Request::list(), 100).await;
    let mut rows = ann.export().await.rows("chats.jsonl");
    for rows in [&mut listed, &mut rows] {
        rows.sort_by_key(|row| row["chat"].to_string());
    }
    assert_eq!(rows.len(), 103);
    assert_eq!(rows, listed);
}

#[tokio::test]
async fn secrets_and_what_others_keep_from_the_person_are_not_there() {
    let server = TestServer::start().await;
    let (ann, bob) = (server.user("Ann").await, server.user("Bob").await);
    let cy = server.user("Cy").await;
    acquaint(&bob, &ann).await;
    bob.hearth().await.does(&Request::block(&ann)).await;
    cy.write_to(&bob, "between Bob and Cy").await;
    let archive = ann.export().await;
    let whole = archive.whole();
    for kept in ["argon2", PASSWORD, &*ann.token, "bob@example.org", "cy@example.org", &*cy.id, "between"] {
        assert!(!whole.contains(kept), "{kept} is in {whole}");
    }
    assert_eq!(archive.rows("blocks.jsonl"), [Value::Null; 0]);
}
