//! Deleted accounts, as clients of the extended protocol learn of them.

use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, column, dialog, group, hearths};

async fn erase(person: &User, texts: &str) {
    person.delete(&format!("/api/profile/destroy{texts}")).await.expect(200);
}

/// The chats' rows, in the order of the list.
async fn list(socket: &mut Socket) -> Vec<Value> {
    socket.rows(&Request::list()).await
}

async fn purge(server: &TestServer) {
    while server.store().purge_step(hearth::model::Timestamp::now()).await.expect("the database answers") {}
}

#[tokio::test]
async fn a_deleted_account_is_marked_and_moves_the_revision() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.hearth().await;
    anns.writes(&dialog(&bob), "hello").await;
    bob.write_to(&ann, "hi").await;
    let before = list(&mut anns).await.remove(0);
    erase(&bob, "").await;
    let after = list(&mut anns).await.remove(0);
    let seen = |row: &Value| ["deleted", "partnerName", "revision", "content"].map(|key| row[key].clone());
    assert_eq!(json!(seen(&before)), json!([false, "Bob", 0, "hi"]));
    assert_eq!(json!(seen(&after)), json!([true, "Deleted account", 1, "hi"]));
    let known = ["chat", "lastSeq", "revision", "state"].map(|key| (key.to_owned(), before[key].clone()));
    let known = Value::Object(known.into_iter().collect());
    let request = Request::new("getChangedChats", json!({ "known": [known] }));
    assert_eq!(column(&anns.rows(&request).await, "partnerName"), ["Deleted account"]);
}

#[tokio::test]
async fn erased_texts_reach_who_was_away_as_changes() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    bob.write_in(&tea, "a secret").await;
    let id = ann.write_in(&tea, "an answer").await;
    bob.hearth().await.does(&Request::react(&group(&tea), &id, "👍")).await;
    let mut anns = ann.hearth().await;
    erase(&bob, "?messages=erase").await;
    purge(&server).await;
    let rows = anns.rows(&Request::changes(&group(&tea), 4, 1)).await;
    assert_eq!(column(&rows, "content"), ["", "an answer"]);
    assert!(rows[0]["deletedAt"].is_string() && rows[1]["deletedAt"].is_null(), "{rows:?}");
    assert_eq!(rows[1]["reactions"], json!([]));
    assert_eq!(column(&anns.rows(&Request::page(&group(&tea))).await, "content")[1], "");
    assert!(!server.database.keeps("a secret").await);
}

#[tokio::test]
async fn erased_texts_are_gone_before_they_are_purged() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = bob.write_to(&ann, "a secret").await;
    let mut anns = ann.hearth().await;
    anns.does(&Request::write(&dialog(&bob), "an answer").with("replyTo", id.as_str())).await;
    erase(&bob, "?messages=erase").await;
    let rows = anns.rows(&Request::page(&dialog(&bob))).await;
    assert_eq!((&rows[1]["content"], &rows[0]["replyTo"]["content"]), (&json!(""), &json!("")));
    assert!(rows[1]["deletedAt"].is_string(), "{rows:?}");
    assert_eq!(anns.code(&Request::react(&dialog(&bob), &id, "👍")).await, "message_deleted");
}

#[tokio::test]
async fn the_new_owner_of_a_group_is_told() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.hearth().await;
    erase(&ann, "").await;
    assert_eq!(bobs.hears_only("roleChanged").await["state"], 1);
    let row = list(&mut bobs).await.remove(0);
    let seen = ["role", "memberCount", "state", "revision"].map(|key| row[key].clone());
    assert_eq!(json!(seen), json!(["owner", 1, 1, 1]));
}

#[tokio::test]
async fn nobody_writes_to_a_deleted_account() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.hearth().await;
    anns.writes(&dialog(&bob), "hello").await;
    erase(&bob, "").await;
    assert_eq!(anns.code(&Request::write(&dialog(&bob), "hello?")).await, "user_not_found");
    anns.does(&Request::read(&dialog(&bob), 1)).await;
    anns.does(&Request::typing(&dialog(&bob))).await;
}

#[tokio::test]
async fn of_erased_texts_no_reactions_are_kept() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = bob.write_to(&ann, "a secret").await;
    ann.hearth().await.does(&Request::react(&dialog(&bob), &id, "👍")).await;
    erase(&bob, "?messages=erase").await;
    purge(&server).await;
    assert!(!server.database.has_rows("reactions").await);
}

#[tokio::test]
async fn erasing_texts_and_deleting_messages_do_not_get_in_each_others_way() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let id = anns.id_of(&group(&tea), "hello").await;
    bobs.does(&Request::react(&group(&tea), &id, "👍")).await;
    erase(&bob, "?messages=erase").await;
    let held = server.database.hold("chats").await;
    let step = server.store().purge_step(hearth::model::Timestamp::now());
    let request = Request::delete(&group(&tea), &id);
    let deletion = async {
        anns.does(&request).await;
        Ok(true)
    };
    let (_, steps) = held.in_turn(deletion, vec![step.boxed()]).await;
    assert!(steps[0].is_ok(), "{steps:?}");
}
