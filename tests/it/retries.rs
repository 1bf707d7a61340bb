//! Requests that are retried because their answer was lost: the same answer again, done once.

use serde_json::json;

use crate::support::{Request, Socket, TestServer, all_quiet, items, new_id, seen, sockets, texts};

/// Retries a request with another text; its answer must be the same.
async fn repeat(socket: &mut Socket, request: &Request, answer: &serde_json::Value) {
    let words =
        if request.kind.ends_with("Message") || request.kind == "messageInGroup" { "content" } else { "message" };
    for repeated in [request.clone(), request.clone().with(words, "in other words")] {
        assert_eq!(socket.does(&repeated).await, *answer);
    }
}

#[tokio::test]
async fn a_private_message_is_sent_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let request = Request::private(&bob.id, "once");
    let answer = anns.does(&request).await;
    repeat(&mut anns, &request, &answer).await;
    repeat(&mut ann.log_in_again().await.connect().await, &request, &answer).await;
    assert_eq!(bobs.hears("privateMessage").await["message"], "once");
    bobs.hears_nothing().await;
    assert_eq!(bob.texts_with(&ann).await, ["once"]);
}

#[tokio::test]
async fn a_message_in_a_group_is_sent_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let request = Request::message(&group, "once");
    let answer = anns.does(&request).await;
    repeat(&mut anns, &request, &answer).await;
    assert_eq!(bobs.hears("messageInGroup").await["message"], "once");
    bobs.hears_nothing().await;
    assert_eq!(bob.texts_in(&group).await, ["once", "added", "a new group"]);
}

#[tokio::test]
async fn retries_in_one_burst_are_recognised_too() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let message = Request::message(&group, "once");
    let (again, next) = (message.clone().with("content", "twice"), Request::message(&group, "next"));
    let answers = anns.pipeline(&[message.clone(), message, again.clone(), next, again]).await;
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer["success"] == true));
    let heard = items(&bobs.hears_many(2).await);
    assert_eq!([&heard[0]["message"], &heard[1]["message"]], ["once", "next"]);
    bobs.hears_nothing().await;
    assert_eq!(ann.texts_in(&group).await[..3], ["next", "once", "added"]);
}

#[tokio::test]
async fn a_request_whose_connection_ended_before_the_answer_is_done_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    for number in 0..10 {
        let request = Request::private(&bob.id, &format!("number {number}"));
        let mut lost = ann.connect().await;
        lost.send(request.kind, request.params.clone()).await;
        drop(lost);
        ann.connect().await.does(&request).await;
    }
    let expected: Vec<_> = (0..10).rev().map(|number| format!("number {number}")).collect();
    assert_eq!(bob.texts_with(&ann).await, expected);
}

#[tokio::test]
async fn a_group_is_created_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = new_id();
    let mut body =
        json!({ "groupId": group, "groupName": "tea", "messageId": new_id(), "notificationMessage": "made" });
    let first = ann.post("/api/use-cases/create-group", body.clone()).await.expect(200);
    ann.connect().await.add(&group, &bob).await;
    let before = seen(&[&ann, &bob], &group).await;
    let mut listening = sockets([&ann, &bob]).await;
    assert_eq!(ann.post("/api/use-cases/create-group", body.clone()).await.expect(200), first);
    (body["groupName"], body["notificationMessage"]) = (json!("coffee"), json!("made again"));
    assert_eq!(ann.post("/api/use-cases/create-group", body.clone()).await.expect(200), first);
    assert_eq!(seen(&[&ann, &bob], &group).await, before);
    ann.connect().await.leave(&group).await;
    assert_eq!(ann.post("/api/use-cases/create-group", body).await.expect(200), first);
    listening[1].hears("leaveGroup").await;
    all_quiet(&mut listening).await;
}

#[tokio::test]
async fn a_retried_add_happens_once_even_after_the_user_left() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut anns = ann.connect().await;
    let request = Request::add(&group, &lea.id);
    let answer = anns.does(&request).await;
    let mut others = sockets([&bob, &lea]).await;
    repeat(&mut anns, &request, &answer).await;
    all_quiet(&mut others).await;
    lea.connect().await.leave(&group).await;
    let before = seen(&[&ann, &bob, &lea], &group).await;
    repeat(&mut anns, &request, &answer).await;
    assert_eq!(seen(&[&ann, &bob, &lea], &group).await, before);
}

#[tokio::test]
async fn a_retried_leave_happens_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let request = Request::leave(&group);
    let answer = bobs.does(&request).await;
    repeat(&mut bobs, &request, &answer).await;
    anns.hears("leaveGroup").await;
    anns.hears_nothing().await;
    assert_eq!(ann.texts_in(&group).await, ["left", "added", "a new group"]);
    anns.add(&group, &bob).await;
    repeat(&mut bobs, &request, &answer).await;
    assert_eq!(bob.texts_in(&group).await[0], "added");
}

#[tokio::test]
async fn a_retried_removal_happens_once_even_after_the_user_returned() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    let mut anns = ann.connect().await;
    let request = Request::remove(&group, &lea.id);
    let answer = anns.does(&request).await;
    repeat(&mut anns, &request, &answer).await;
    anns.add(&group, &lea).await;
    let before = seen(&[&ann, &bob, &lea], &group).await;
    let mut others = sockets([&bob, &lea]).await;
    repeat(&mut anns, &request, &answer).await;
    assert_eq!(seen(&[&ann, &bob, &lea], &group).await, before);
    all_quiet(&mut others).await;
}

#[tokio::test]
async fn a_former_members_retry_is_still_answered() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let done = [Request::message(&group, "hi"), Request::add(&group, &lea.id)];
    let answers = bobs.pipeline(&done).await;
    let refused = Request::message(&group, "too late");
    for going in [Request::leave(&group), Request::remove(&group, &bob.id)] {
        let mover = if going.kind == "leaveGroup" { &mut bobs } else { &mut anns };
        mover.does(&going).await;
        let before = seen(&[&ann, &lea], &group).await;
        assert_eq!(bobs.pipeline(&done).await, answers);
        assert_eq!(bobs.may_not(&refused).await, "User is not a member of this group");
        assert_eq!(seen(&[&ann, &lea], &group).await, before);
        anns.add(&group, &bob).await;
    }
}

#[tokio::test]
async fn a_retried_message_to_a_deleted_account_is_still_answered() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.connect().await;
    let request = Request::private(&bob.id, "farewell");
    let answer = anns.does(&request).await;
    bob.delete("/api/profile/destroy").await.expect(200);
    repeat(&mut anns, &request, &answer).await;
    assert_eq!(anns.may_not(&Request::private(&bob.id, "still there?")).await, "User not found");
    assert_eq!(ann.texts_with(&bob).await, ["farewell"]);
}

#[tokio::test]
async fn a_retry_does_not_bring_a_hidden_dialog_back() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut anns = ann.connect().await;
    let request = Request::private(&bob.id, "once");
    let answer = anns.does(&request).await;
    ann.post("/api/use-cases/mark-as-deleted", json!({ "companionId": bob.id })).await.expect(200);
    repeat(&mut anns, &request, &answer).await;
    assert_eq!(texts(&anns.rows(&Request::list()).await), [""; 0]);
    assert_eq!(bob.texts_with(&ann).await, ["once"]);
}

#[tokio::test]
async fn a_rejected_request_can_succeed_later_with_the_same_id() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let request = Request::message(&group, "hello");
    assert_eq!(bobs.may_not(&request).await, "User is not a member of this group");
    assert_eq!(bobs.may_not(&request).await, "User is not a member of this group");
    anns.add(&group, &bob).await;
    bobs.does(&request).await;
    assert_eq!(anns.hears("messageInGroup").await["messageId"], request.id());
}

#[tokio::test]
async fn in_a_deleted_group_no_retry_is_answered() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let emptied = ann.create_group("emptied", &[]).await;
    let dropped = ann.create_group("dropped", &[&bob]).await;
    let (leave, drop) = (Request::leave(&emptied), Request::drop(&dropped));
    let message = Request::message(&dropped, "hi");
    anns.does(&leave).await;
    bobs.does(&message).await;
    anns.does(&drop).await;
    for request in [&leave, &drop, &message] {
        assert_eq!(anns.may_not(request).await, "User is not a member of this group");
        assert_eq!(bobs.may_not(request).await, "User is not a member of this group");
    }
}
