//! The server stops and starts between any two steps; only one server serves a database, and none a newer one.

use std::collections::BTreeSet;

use hearth::{config::Config, store::Store};
use serde_json::{Value, json};

use crate::support::{Request, TestDatabase, TestServer, column, grows, instants, new_id, seen, texts};

#[tokio::test]
async fn a_story_continues_over_restarts() {
    let mut server = TestServer::start().await;
    let ann = server.user("Ann").await;
    server.restart().await;
    let [bob, lea] = server.people(["Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[]).await;
    server.restart().await;
    ann.connect().await.add(&group, &bob).await;
    server.restart().await;
    let mut bobs = bob.connect().await;
    ann.write_in(&group, "kettle's on").await;
    assert_eq!(bobs.hears("messageInGroup").await["groupName"], "tea");
    drop(bobs);
    server.restart().await;
    bob.connect().await.add(&group, &lea).await;
    server.restart().await;
    lea.connect().await.leave(&group).await;
    server.restart().await;
    ann.connect().await.remove(&group, &bob).await;
    server.restart().await;
    assert_eq!(ann.texts_in(&group).await, ["removed", "left", "added", "kettle's on", "added", "a new group"]);
    ann.connect().await.does(&Request::drop(&group)).await;
    server.restart().await;
    assert_eq!(ann.connect().await.rows(&Request::list()).await, [Value::Null; 0]);
}

#[tokio::test]
async fn everybody_sees_the_same_after_a_restart() {
    let mut server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    ann.write_to(&bob, "hello").await;
    lea.write_to(&bob, "hidden").await;
    bob.post("/api/use-cases/mark-as-deleted", json!({ "companionId": lea.id })).await.expect(200);
    lea.connect().await.leave(&group).await;
    let before = seen(&[&ann, &bob, &lea], &group).await;
    server.restart().await;
    assert_eq!(seen(&[&ann, &bob, &lea], &group).await, before);
    assert_eq!(bob.texts_with(&lea).await, [""; 0]);
    lea.write_to(&bob, "new").await;
    assert_eq!(bob.texts_with(&lea).await, ["new"]);
}

#[tokio::test]
async fn the_order_continues_after_a_restart() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut sent = Vec::new();
    for round in 0..3 {
        let requests: Vec<_> = (0..100).map(|number| Request::message(&group, &format!("{round} {number}"))).collect();
        ann.connect().await.pipeline(&requests).await;
        sent.extend(requests.iter().map(|request| request.id().to_owned()));
        server.restart().await;
    }
    let mut rows = ann.connect().await.all(&Request::history(&group), 100).await;
    rows.reverse();
    assert!(grows(&instants(&rows)));
    assert_eq!(column(&rows[1..], "messageId"), sent);
}

#[tokio::test]
async fn retries_are_recognised_after_a_restart() {
    let mut server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let requests = [
        Request::private(&bob.id, "hi"),
        Request::message(&group, "hi"),
        Request::add(&group, &lea.id),
        Request::remove(&group, &lea.id),
        Request::leave(&group),
    ];
    let answers = ann.connect().await.pipeline(&requests).await;
    server.restart().await;
    let before = seen(&[&ann, &bob, &lea], &group).await;
    let (mut bobs, mut leas) = (bob.connect().await, lea.connect().await);
    assert_eq!(ann.connect().await.pipeline(&requests).await, answers);
    assert_eq!(seen(&[&ann, &bob, &lea], &group).await, before);
    bobs.hears_nothing().await;
    leas.hears_nothing().await;
}

#[tokio::test]
async fn a_group_that_was_created_before_a_restart_is_not_created_again() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = new_id();
    let body = json!({ "groupId": group, "groupName": "tea", "messageId": new_id(), "notificationMessage": "made" });
    let first = ann.post("/api/use-cases/create-group", body.clone()).await.expect(200);
    server.restart().await;
    assert_eq!(ann.post("/api/use-cases/create-group", body.clone()).await.expect(200), first);
    bob.post("/api/use-cases/create-group", body).await.refused(409);
    assert_eq!(ann.texts_in(&group).await, ["made"]);
}

#[tokio::test]
async fn roles_and_seniority_survive_a_restart() {
    let mut server = TestServer::start().await;
    let [ann, bob, lea, rob] = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
    let group = ann.create_group("tea", &[&bob, &lea, &rob]).await;
    server.database.make_admin(&rob, "tea").await;
    server.restart().await;
    assert!(bob.connect().await.may_not(&Request::drop(&group)).await.contains("owner"));
    rob.connect().await.remove(&group, &lea).await;
    ann.connect().await.leave(&group).await;
    server.restart().await;
    assert!(rob.connect().await.may_not(&Request::drop(&group)).await.contains("owner"));
    bob.connect().await.does(&Request::drop(&group)).await;
}

#[tokio::test]
async fn live_sessions_survive_a_restart_and_ended_ones_stay_ended() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let second = ann.log_in_again().await;
    let change = json!({ "oldPassword": crate::support::PASSWORD, "newPassword": "another horse" });
    second.patch("/api/profile/change-password", change).await.expect(201);
    bob.delete("/api/profile/destroy").await.expect(200);
    server.restart().await;
    for ended in [&ann, &bob] {
        assert_eq!(ended.search("x").await.refused(401), "Not authorized");
        assert_eq!(ended.connect().await.closed().await, 4001);
    }
    second.search("x").await.expect(200);
    second.connect().await.hears_nothing().await;
    assert_eq!(second.connect().await.may_not(&Request::private(&bob.id, "hi")).await, "User not found");
}

#[tokio::test]
async fn acknowledged_requests_survive_the_end_of_the_server_and_rejected_ones_do_not() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    let requests: Vec<_> = (0..60).map(|number| Request::message(&group, &number.to_string())).collect();
    for request in &requests {
        socket.send(request.kind, request.params.clone()).await;
    }
    socket.answer().await;
    let ((answers, code, _), ()) = tokio::join!(socket.last_words(), server.restart());
    assert_eq!(code, 1001);
    let mut acknowledged = vec![requests[0].id()];
    for (request, answer) in requests[1..].iter().zip(&answers) {
        let answer: Value = serde_json::from_str(answer).expect("frames are JSON");
        acknowledged.extend((answer["success"] == true).then_some(request.id()));
    }
    let rows = ann.connect().await.all(&Request::history(&group), 100).await;
    let stored: BTreeSet<_> = column(&rows, "messageId").into_iter().collect();
    assert!(acknowledged.iter().all(|id| stored.contains(*id)));
    let answers = ann.connect().await.pipeline(&requests).await;
    assert!(answers.iter().all(|answer| answer["success"] == true));
    assert_eq!(ann.connect().await.all(&Request::history(&group), 100).await.len(), 61);
}

#[tokio::test]
async fn a_second_server_on_one_database_is_rejected_and_the_first_keeps_running() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let complaint = format!("{:#}", server.second_server().await);
    assert!(complaint.contains("another Hearth already serves the database"), "{complaint}");
    ann.write_to(&ann, "still here").await;
    server.restart().await;
    assert_eq!(ann.texts_with(&ann).await, ["still here"]);
}

#[tokio::test]
async fn a_server_can_start_as_soon_as_another_has_ended() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    for number in 0..10 {
        ann.write_to(&ann, &number.to_string()).await;
        server.restart().await;
    }
    assert_eq!(ann.texts_with(&ann).await.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_can_migrate_one_empty_database_at_once() {
    let database = TestDatabase::create().await;
    let config = Config::default().database;
    let config = hearth::config::Database { url: database.url.clone(), connections: 2, ..config };
    let open = || async {
        let store = Store::open(&config).await?;
        store.ping().await?;
        store.setting("signing_secret", &[7; 32]).await.map_err(anyhow::Error::from)
    };
    let (one, other, third) = tokio::join!(open(), open(), open());
    for secret in [one, other, third] {
        assert_eq!(secret.expect("every one succeeds"), [7; 32]);
    }
}

#[tokio::test]
async fn texts_of_any_kind_survive_a_restart() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let odd = ["it's", "\u{1F469}\u{200D}\u{1F680}", "Ёж", "% _ \\", "{\"a\": 1}"];
    ann.connect().await.pipeline(&odd.map(|text| Request::private(&ann.id, text))).await;
    server.restart().await;
    let rows = ann.connect().await.rows(&Request::dialog(&ann.id)).await;
    assert!(texts(&rows).iter().rev().eq(&odd));
}
