//! Deleted accounts, as Hearth clients see them.

use futures_util::FutureExt;
use hearth::{
    model::{ChatId, Texts, Timestamp, UserId},
    store::{Expiring, Store},
};
use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, column, dialog, faults, group, hearths};

async fn erase(person: &User, texts: &str) {
    person.delete(&format!("/api/profile/destroy{texts}")).await.expect(200);
}

/// The chats' rows, in the order of the list.
async fn list(socket: &mut Socket) -> Vec<Value> {
    socket.rows(&Request::list()).await
}

async fn purge(server: &TestServer) {
    while server.store().purge_step(Timestamp::now()).await.expect("the database answers") {}
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
async fn erased_texts_reach_absent_clients_as_changes() {
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
async fn the_new_owner_of_a_group_is_notified() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.hearth().await;
    erase(&ann, "").await;
    let [role, deleted] = bobs.hears_all(["roleChanged", "personDeleted"]).await;
    assert_eq!((&role["state"], &deleted["userId"]), (&json!(1), &json!(ann.id)));
    let row = list(&mut bobs).await.remove(0);
    let seen = ["role", "memberCount", "state", "revision"].map(|key| row[key].clone());
    assert_eq!(json!(seen), json!(["owner", 1, 1, 1]));
}

#[tokio::test]
async fn nobody_can_write_to_a_deleted_account() {
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
async fn reactions_to_erased_texts_are_deleted() {
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
    let step = server.store().purge_step(Timestamp::now());
    let request = Request::delete(&group(&tea), &id);
    let deletion = async {
        anns.does(&request).await;
        Ok(true)
    };
    let (_, steps) = held.in_turn(deletion, vec![step.boxed()]).await;
    assert!(steps[0].is_ok(), "{steps:?}");
}

#[tokio::test]
async fn texts_that_expire_just_before_they_are_erased_leave_nothing() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    bob.write_to(&ann, "old").await;
    ann.write_to(&bob, "new").await;
    server.stop().await;
    server.database.run("UPDATE messages SET created_at = created_at - 8640000000 WHERE seq = 1").await;
    let store = Store::open(&server.config.database).await.expect("the database opens");
    let (bob, now) = (UserId(bob.id.parse().expect("an id")), Timestamp::now());
    let mut batch = store.batch([]);
    batch.erase_account(bob, Texts::Erase, now).await.expect("it works").expect("there is such an account");
    batch.commit(&[]).await.expect("it works");
    let held = server.database.hold("chats").await;
    let expiry = async {
        let mut batch = store.batch([]);
        let expired = batch.expire(&Expiring { chat: ChatId(1), days: Some(30), now }).await.expect("it works");
        batch.commit(&[]).await.expect("it works");
        expired.is_some()
    };
    let purge = async { store.purge_step(now).await.expect("it works") };
    assert_eq!(held.in_turn(expiry, vec![purge.boxed()]).await, (true, vec![true]));
    assert_eq!(faults(&server.database).await, Vec::<String>::new());
}

#[tokio::test]
async fn everybody_who_shares_a_chat_with_a_person_gets_person_deleted_at_once() {
    let server = TestServer::start().await;
    let people = server.people(["Ann", "Bob", "Cy", "Dan", "Eve", "Flo"]).await;
    let [ann, bob, cy, dan, eve, flo] = &people;
    // A dialog, a group with Ann, one that she left, one that Flo left, and one that was deleted.
    bob.write_to(ann, "hi").await;
    let tea = ann.create_group("tea", &[cy, flo]).await;
    flo.connect().await.leave(&tea).await;
    let left = dan.create_group("coffee", &[ann]).await;
    ann.connect().await.leave(&left).await;
    let gone = eve.create_group("cake", &[ann]).await;
    eve.connect().await.does(&Request::drop(&gone)).await;
    let mut told = hearths([bob, dan, cy]).await;
    let mut others = hearths([eve, flo]).await;
    let mut of_contract = bob.connect().await;
    erase(ann, "?messages=erase").await;
    told[2].hears("roleChanged").await;
    for socket in &mut told {
        let heard = socket.hears("personDeleted").await;
        assert_eq!(heard, json!({ "userId": ann.id, "erased": true }));
    }
    for socket in &mut others {
        socket.hears_nothing().await;
    }
    of_contract.hears_nothing().await;
    erase(bob, "").await;
    told[2].hears_nothing().await;
}

#[tokio::test]
async fn a_group_that_a_deleted_person_had_left_is_fetched_again() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = bob.create_group("tea", &[&ann]).await;
    ann.connect().await.leave(&tea).await;
    let mut bobs = bob.hearth().await;
    let before = list(&mut bobs).await[0]["revision"].clone();
    erase(&ann, "").await;
    let after = list(&mut bobs).await.remove(0);
    assert_eq!((&before, &after["revision"], &after["senderName"]), (&json!(0), &json!(1), &json!("Deleted account")));
}
