//! A commit whose answer is lost: it took effect, or it did not. In both cases, everyone gets what is stored.

use serde_json::json;

use crate::support::{Loss, PASSWORD, Request, TestServer, dialog, group, hearths, new_id};

async fn is_told_in_spite_of(loss: Loss) {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob, cid] = server.people(["Ann", "Bob", "Cid"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let (with_bob, in_tea) = (dialog(&bob), group(&tea));
    let message = anns.id_of(&in_tea, "first").await;
    bobs.hears("messageInGroup").await;
    for (request, kind) in [
        (Request::write(&with_bob, "hello"), "privateMessage"),
        (Request::write(&in_tea, "hello"), "messageInGroup"),
        (Request::edit(&in_tea, &message, "second"), "messageEdited"),
        (Request::react(&in_tea, &message, "\u{1F44D}"), "messageReactions"),
        (Request::delete(&in_tea, &message), "messageDeleted"),
        (Request::read(&in_tea, 1), ""),
        (Request::mute(&in_tea, None), ""),
        (Request::block(&cid), ""),
        (Request::unblock(&cid), ""),
        (Request::rename(&tea, "coffee"), "groupChanged"),
        (Request::add(&tea, &cid.id), "addUserInGroup"),
        (Request::role(&tea, &cid, "admin"), "groupChanged"),
        (Request::remove(&tea, &cid.id), "removeUserFromGroup"),
        (Request::leave(&tea), "leaveGroup"),
    ] {
        server.database.loses(loss).await;
        anns.does(&request).await;
        if !kind.is_empty() {
            bobs.hears(kind).await;
        }
    }
    // Of the group that its owner has left.
    bobs.hears("roleChanged").await;
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn a_commit_without_an_answer_is_acknowledged_and_broadcast() {
    is_told_in_spite_of(Loss::Answer).await;
}

#[tokio::test]
async fn a_lost_commit_is_repeated_and_broadcast_once() {
    is_told_in_spite_of(Loss::Commit).await;
}

#[tokio::test]
async fn a_lost_commit_is_repeated_although_the_answer_to_its_look_up_is_lost_too() {
    is_told_in_spite_of(Loss::CommitAndLookUp).await;
}

#[tokio::test]
async fn an_account_whose_deletion_lost_its_answer_is_deleted_and_logged_out() {
    let mut server = TestServer::start_breakable().await;
    let [ann] = server.people(["Ann"]).await;
    let socket = ann.connect().await;
    server.database.loses(Loss::Answer).await;
    ann.delete("/api/profile/destroy").await.expect(200);
    assert_eq!(socket.closed().await, 4001);
    ann.post("/api/auth/login", json!({ "email": ann.email, "password": PASSWORD })).await.refused(400);
}

#[tokio::test]
async fn a_commit_found_after_an_outage_is_broadcast_once() {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    let request = Request::private(&bob.id, "hello");
    server.database.loses(Loss::AnswerAndLine).await;
    assert_eq!(anns.ask(request.kind, request.params.clone()).await["code"], "unavailable");
    let later = Request::private(&bob.id, "later");
    assert_eq!(anns.ask(later.kind, later.params.clone()).await["code"], "unavailable");
    server.database.back().await;
    if server.database.keeps("hello").await {
        // No request was sent in the meantime.
        assert_eq!(bobs.hears("privateMessage").await["message"], "hello");
        anns.does(&request).await;
    } else {
        anns.does(&request).await;
        assert_eq!(bobs.hears("privateMessage").await["message"], "hello");
    }
    anns.does(&later).await;
    assert_eq!(bobs.hears("privateMessage").await["message"], "later");
    bobs.hears_nothing().await;
    assert_eq!(bob.texts_with(&ann).await, ["later", "hello"]);
}

#[tokio::test]
async fn sessions_end_by_a_password_change_that_is_found_after_an_outage() {
    let mut server = TestServer::start_breakable().await;
    let ann = server.user("Ann").await;
    let socket = ann.log_in_again().await.connect().await;
    server.database.loses(Loss::AnswerAndLine).await;
    let change = json!({ "oldPassword": PASSWORD, "newPassword": "battery staple" });
    ann.patch("/api/profile/change-password", change).await.refused(503);
    server.database.back().await;
    let new = json!({ "email": ann.email, "password": "battery staple" });
    if ann.post("/api/auth/login", new).await.status == 201 {
        assert_eq!(socket.closed().await, 4001);
    }
}

#[tokio::test]
async fn a_server_that_ends_before_it_knows_recognises_the_retry_later() {
    let mut server = TestServer::start_breakable().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.connect().await;
    let request = Request::private(&bob.id, "hello").with("messageId", new_id());
    server.database.loses(Loss::AnswerAndLine).await;
    assert_eq!(anns.ask(request.kind, request.params.clone()).await["code"], "unavailable");
    server.stop().await;
    server.database.back().await;
    server.start_again().await;
    ann.connect().await.does(&request).await;
    ann.connect().await.does(&request).await;
    assert_eq!(bob.texts_with(&ann).await, ["hello"]);
}
