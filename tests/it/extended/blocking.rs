//! Blocking a user: what is rejected, and what both sides see.

use futures_util::FutureExt;
use serde_json::json;

use crate::support::{Request, TestServer, column, dialog, group, hearths, new_id};

#[tokio::test]
async fn messages_of_a_blocked_user_are_rejected_until_they_are_unblocked() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&Request::block(&bob)).await;
    let request = Request::write(&dialog(&ann), "hello?");
    assert_eq!(bobs.code(&request).await, "blocked");
    let mut contract = bob.connect().await;
    assert_eq!(contract.may_not(&request).await, "Not delivered: this person does not accept messages from you");
    anns.hears_nothing().await;
    anns.does(&Request::unblock(&bob)).await;
    bobs.does(&request).await;
    anns.hears_only("privateMessage").await;
}

#[tokio::test]
async fn a_blocked_user_can_delete_but_neither_edit_nor_react() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (own, others) = (bob.write_to(&ann, "mine").await, ann.write_to(&bob, "hers").await);
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&Request::block(&bob)).await;
    assert_eq!(bobs.code(&Request::edit(&dialog(&ann), &own, "still me")).await, "blocked");
    assert_eq!(bobs.code(&Request::react(&dialog(&ann), &others, "👍")).await, "blocked");
    anns.hears_nothing().await;
    assert!(bobs.item(&Request::delete(&dialog(&ann), &own)).await["deletedAt"].is_string());
}

#[tokio::test]
async fn a_message_acknowledged_before_the_block_is_acknowledged_again() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let request = Request::write(&dialog(&ann), "hello");
    let answered = bobs.item(&request).await;
    anns.does(&Request::block(&bob)).await;
    assert_eq!(bobs.item(&request).await, answered);
}

#[tokio::test]
async fn a_blocked_user_cannot_add_the_blocker() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = bob.create_group("tea", &[&eve]).await;
    let [mut anns, mut bobs, mut eves] = hearths([&ann, &bob, &eve]).await;
    anns.does(&Request::block(&bob)).await;
    assert_eq!(bobs.code(&Request::add(&tea, &ann.id)).await, "cannot_be_added");
    anns.hears_nothing().await;
    eves.does(&Request::add(&tea, &ann.id)).await;
    bobs.writes(&group(&tea), "in groups we meet").await;
    anns.hears_all(["addUserInGroup", "messageInGroup"]).await;
}

#[tokio::test]
async fn only_the_blockers_dialogs_show_the_block() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    for (request, blocked, state) in [(Request::block(&bob), true, 1), (Request::unblock(&bob), false, 2)] {
        anns.does(&request).await;
        let row = anns.rows(&Request::list()).await.remove(0);
        assert_eq!((&row["blocked"], &row["state"]), (&json!(blocked), &json!(state)));
        let row = bobs.rows(&Request::list()).await.remove(0);
        assert_eq!((&row["blocked"], &row["state"]), (&json!(false), &json!(0)));
    }
}

#[tokio::test]
async fn blocked_users_are_listed_in_pages() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut others = server.people_called(&[("A", "B"); 5]).await;
    others.sort_by(|a, b| a.id.cmp(&b.id));
    let mut anns = ann.hearth().await;
    for other in others.iter().rev() {
        anns.does(&Request::block(other)).await;
    }
    let mut read = Vec::new();
    let mut request = crate::support::Request::new("blockedUsers", json!({ "limit": 2, "cursor": null }));
    loop {
        let page = anns.rows(&request).await;
        let Some(last) = page.last() else { break };
        request = request.with("cursor", last["userId"].clone());
        read.extend(page);
    }
    assert_eq!(column(&read, "userId"), others.iter().map(|other| other.id.clone()).collect::<Vec<_>>());
    assert_eq!(read[0], json!({ "userId": others[0].id, "firstName": "A", "lastName": "B" }));
}

#[tokio::test]
async fn blocks_are_private() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let [mut anns, mut eves, mut bobs] = hearths([&ann, &eve, &bob]).await;
    anns.does(&Request::block(&bob)).await;
    bobs.writes(&dialog(&eve), "hello").await;
    eves.does(&Request::unblock(&bob)).await;
    assert_eq!(bobs.code(&Request::write(&dialog(&ann), "hello")).await, "blocked");
    let request = Request::new("blockedUsers", json!({ "limit": 10 }));
    assert_eq!(eves.rows(&request).await, [json!(null); 0]);
}

#[tokio::test]
async fn the_blocker_cannot_write_edit_or_react() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (own, others) = (ann.write_to(&bob, "mine").await, bob.write_to(&ann, "his").await);
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&Request::react(&dialog(&bob), &others, "👍")).await;
    bobs.hears("messageReactions").await;
    anns.does(&Request::block(&bob)).await;
    let (write, edit) = (Request::write(&dialog(&bob), "hello"), Request::edit(&dialog(&bob), &own, "still mine"));
    for request in [&write, &edit, &Request::react(&dialog(&bob), &others, "🫖")] {
        assert_eq!(anns.code(request).await, "you_blocked");
    }
    assert!(anns.may_not(&write).await.starts_with("You blocked this person: unblock them"));
    bobs.hears_nothing().await;
    anns.does(&Request::react(&dialog(&bob), &others, "👍").with("on", false)).await;
    anns.does(&Request::unblock(&bob)).await;
    anns.does(&write).await;
}

#[tokio::test]
async fn a_blocked_user_gets_no_more_read_receipts() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    bob.write_to(&ann, "hello").await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    anns.does(&Request::block(&bob)).await;
    anns.does(&Request::read(&dialog(&bob), 1)).await;
    bobs.hears_nothing().await;
    assert_eq!(bobs.rows(&Request::list()).await[0]["partnerReadUpTo"], json!(null));
    anns.does(&Request::unblock(&bob)).await;
    assert_eq!(bobs.rows(&Request::list()).await[0]["partnerReadUpTo"], 1);
}

#[tokio::test]
async fn blocking_yourself_or_an_unknown_user_is_rejected() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    bob.delete("/api/profile/destroy").await.expect(200);
    let mut anns = ann.hearth().await;
    assert!(anns.may_not(&Request::block(&ann)).await.contains("userId must not be your own id"));
    for id in [&bob.id, &new_id()] {
        assert_eq!(anns.code(&Request::block(&bob).with("userId", id.as_str())).await, "user_not_found");
    }
}

#[tokio::test]
async fn a_block_ends_with_the_account() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.hearth().await;
    anns.writes(&dialog(&bob), "hello").await;
    anns.does(&Request::block(&bob)).await;
    bob.delete("/api/profile/destroy").await.expect(200);
    assert_eq!(anns.rows(&Request::new("blockedUsers", json!({ "limit": 10 }))).await, [json!(null); 0]);
    let row = anns.rows(&Request::list()).await.remove(0);
    assert_eq!((&row["blocked"], &row["deleted"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn a_deleted_account_blocks_nobody() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.hearth().await;
    let held = server.database.hold("users").await;
    let block = async {
        let request = Request::block(&bob);
        anns.send(request.kind, request.params).await;
    };
    held.in_turn(async { drop(ann.delete("/api/profile/destroy").await.expect(200)) }, vec![block.boxed()]).await;
    // Waits behind the deletion in the writer's queue.
    bob.write_to(&bob, "a note").await;
    assert!(!server.database.has_rows("blocks").await);
}
