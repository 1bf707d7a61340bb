//! Message ids are made by clients: unique within their chat, free in all others.

use serde_json::json;

use crate::support::{Request, Socket, TestServer, column, hearths, new_id, seen, sockets};

const TAKEN: &str = "Message id already exists";
const NOT_A_MEMBER: &str = "User is not a member of this group";

#[tokio::test]
async fn one_id_may_be_used_in_every_chat() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (tea, coffee) = (ann.create_group("tea", &[&bob]).await, ann.create_group("coffee", &[&bob]).await);
    let id = new_id();
    let mut anns = ann.connect().await;
    let requests = [
        Request::private(&bob.id, "1"),
        Request::private(&ann.id, "2"),
        Request::message(&tea, "3"),
        Request::message(&coffee, "4"),
    ];
    let answers = anns.pipeline(&requests.map(|request| request.with("messageId", id.clone()))).await;
    assert!(answers.iter().all(|answer| answer["success"] == true), "{answers:?}");
    assert_eq!(column(&anns.rows(&Request::list()).await, "messageId"), [&*id; 4]);
    let sent_elsewhere = Request::private(&ann.id, "5").with("messageId", id.clone());
    bob.connect().await.does(&Request::message(&bob.create_group("own", &[]).await, "6").with("messageId", id)).await;
    assert_eq!(bob.connect().await.may_not(&sent_elsewhere).await, TAKEN);
}

#[tokio::test]
async fn an_id_that_the_other_side_used_is_taken() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let request = Request::private(&bob.id, "mine");
    anns.does(&request).await;
    bobs.hears("privateMessage").await;
    let taken = Request::private(&ann.id, "mine").with("messageId", request.id());
    assert_eq!(bobs.may_not(&taken).await, TAKEN);
    assert_eq!(bobs.may_not(&taken).await, TAKEN);
    anns.hears_nothing().await;
    assert_eq!(ann.texts_with(&bob).await, ["mine"]);
    assert_eq!(bob.texts_with(&ann).await, ["mine"]);
}

#[tokio::test]
async fn an_id_is_taken_for_every_other_type_of_request() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let requests = [
        Request::message(&group, "hi"),
        Request::add(&group, &lea.id),
        Request::remove(&group, &lea.id),
        Request::leave(&group),
    ];
    for used in &requests[..3] {
        anns.does(used).await;
        bobs.heard().await;
        let before = seen(&[&ann, &bob, &lea], &group).await;
        for other in requests.iter().filter(|other| other.kind != used.kind) {
            assert_eq!(anns.may_not(&other.clone().with("messageId", used.id())).await, TAKEN, "{other:?}");
        }
        assert_eq!(seen(&[&ann, &bob, &lea], &group).await, before);
    }
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn an_id_that_another_member_used_is_taken_for_every_type() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let id = bobs.write_in(&group, "mine").await;
    anns.heard().await;
    let before = seen(&[&ann, &bob, &lea], &group).await;
    for request in [
        Request::message(&group, "mine"),
        Request::add(&group, &lea.id),
        Request::remove(&group, &bob.id),
        Request::leave(&group),
    ] {
        assert_eq!(anns.may_not(&request.with("messageId", id.clone())).await, TAKEN);
    }
    assert_eq!(seen(&[&ann, &bob, &lea], &group).await, before);
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn an_id_that_was_used_for_a_person_is_taken_for_every_other() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut anns = ann.connect().await;
    for request in [Request::add, Request::remove] {
        let used = request(&group, &bob.id);
        let answer = anns.does(&used).await;
        let before = ann.texts_in(&group).await;
        // For another user, existing or not, the id is taken.
        assert_eq!(anns.may_not(&request(&group, &lea.id).with("messageId", used.id())).await, TAKEN);
        assert_eq!(anns.may_not(&request(&group, &new_id()).with("messageId", used.id())).await, TAKEN);
        assert_eq!(anns.does(&used).await, answer);
        assert_eq!(ann.texts_in(&group).await, before);
    }
    anns.does(&Request::add(&group, &bob.id)).await;
    let mut hearths = ann.hearth().await;
    let give = |user: &str, id: &str| {
        Request::new(
            "setRole",
            json!({ "groupId": group, "userId": user, "role": "admin", "messageId": id, "message": "admin" }),
        )
    };
    let id = new_id();
    hearths.does(&give(&bob.id, &id)).await;
    assert_eq!(hearths.may_not(&give(&lea.id, &id)).await, TAKEN);
}

#[tokio::test]
async fn the_id_of_the_first_notice_is_taken() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut anns = ann.connect().await;
    let first = column(&anns.rows(&Request::history(&group)).await, "messageId").remove(0);
    for request in [Request::message(&group, "hi"), Request::leave(&group)] {
        assert_eq!(anns.may_not(&request.with("messageId", first.clone())).await, TAKEN);
    }
    assert_eq!(ann.texts_in(&group).await, ["a new group"]);
}

#[tokio::test]
async fn outsiders_do_not_learn_which_ids_a_group_uses() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let (message, add) = (Request::message(&group, "hi"), Request::add(&group, &lea.id));
    anns.pipeline(&[message.clone(), add.clone()]).await;
    let own = Request::message(&group, "mine");
    bobs.does(&own).await;
    bobs.leave(&group).await;
    let stranger = server.user("Eve").await;
    let mut strangers = stranger.connect().await;
    let mut hearths = stranger.hearth().await;
    for used in [&message, &add, &own] {
        for request in [Request::message(&group, "hi"), Request::add(&group, &bob.id), Request::leave(&group)] {
            let request = request.with("messageId", used.id());
            if request.kind != own.kind || used.id() != own.id() {
                assert_eq!(bobs.may_not(&request).await, NOT_A_MEMBER, "{request:?}");
            }
            assert_eq!(strangers.may_not(&request).await, NOT_A_MEMBER, "{request:?}");
            assert_eq!(hearths.may_not(&request).await, NOT_A_MEMBER, "{request:?}");
        }
    }
    // An acknowledged request is acknowledged again.
    bobs.does(&own).await;
}

#[tokio::test]
async fn former_members_get_the_same_answer_again_with_the_name_at_that_time() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut anns = ann.hearth().await;
    let rename = async |socket: &mut Socket, name: &str| socket.does(&Request::rename(&group, name)).await;
    let first = Request::add(&group, &lea.id);
    let mut bobs = bob.connect().await;
    let answer = bobs.does(&first).await;
    assert_eq!(answer["item"]["groupName"], "tea");
    bobs.leave(&group).await;
    assert_eq!(bobs.does(&first).await, answer, "nobody renamed it");
    rename(&mut anns, "coffee").await;
    lea.patch("/api/profile/update", json!({ "firstName": "Leonora" })).await.expect(201);
    assert_eq!(bobs.does(&first).await, answer, "the group's original name is kept");
    server.database.run("UPDATE messages SET detail = NULL WHERE event = 1").await;
    assert_eq!(bobs.does(&first).await["item"]["groupName"], "", "older versions did not keep it");
    let row = bob.hearth().await.does(&first).await["item"].clone();
    assert_eq!(
        (&row["groupName"], &row["event"]["firstName"], &row["memberCount"]),
        (&json!(""), &json!(""), &json!(0))
    );

    anns.does(&Request::add(&group, &bob.id)).await;
    anns.does(&Request::remove(&group, &lea.id)).await;
    server.database.make_admin(&bob, "coffee").await;
    let again = Request::add(&group, &lea.id);
    bobs.does(&again).await;
    bobs.leave(&group).await;
    rename(&mut anns, "a secret").await;
    assert_eq!(bobs.does(&again).await["item"]["groupName"], "coffee");
}

#[tokio::test]
async fn former_members_do_not_learn_that_a_message_was_deleted() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    let message = Request::message(&group, "mine");
    bobs.does(&message).await;
    let leave = Request::leave(&group);
    bobs.does(&leave).await;
    let answer = bobs.does(&message).await;
    let deletion = Request::new("deleteMessage", json!({ "groupId": group, "messageId": message.id() }));
    anns.does(&deletion).await;
    assert_eq!(bobs.does(&message).await, answer);
    assert_eq!(answer["item"]["content"], "mine");
}

#[tokio::test]
async fn one_of_two_concurrent_uses_of_an_id_is_rejected() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    for number in 1..=10 {
        let (one, other) = (Request::private(&bob.id, "mine"), Request::private(&ann.id, "mine"));
        let other = other.with("messageId", one.id());
        let (first, second) =
            tokio::join!(anns.pipeline(std::slice::from_ref(&one)), bobs.pipeline(std::slice::from_ref(&other)));
        let refused: Vec<_> = [&first[0], &second[0]].into_iter().filter(|answer| answer["error"] == true).collect();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0]["message"], TAKEN);
        assert_eq!(ann.texts_with(&bob).await.len(), number);
    }
}

#[tokio::test]
async fn a_taken_id_in_a_burst_does_not_affect_the_others() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = sockets([&ann, &bob]).await;
    let taken = Request::private(&ann.id, "mine");
    bobs.does(&taken).await;
    let requests = [
        Request::private(&bob.id, "one"),
        Request::private(&bob.id, "no").with("messageId", taken.id()),
        Request::private(&bob.id, "two"),
        Request::private(&new_id(), "no"),
        Request::private(&bob.id, "three"),
    ];
    let answers = anns.pipeline(&requests).await;
    let accepted: Vec<_> = answers.iter().map(|answer| answer["success"] == true).collect();
    assert_eq!(accepted, [true, false, true, false, true]);
    assert_eq!([&answers[1]["message"], &answers[3]["message"]], [TAKEN, "User not found"]);
    assert_eq!(bob.texts_with(&ann).await, ["three", "two", "one", "mine"]);
}
