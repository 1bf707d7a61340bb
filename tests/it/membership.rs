//! Joining, leaving and deleting groups: who may, who is notified, and what changes at once.

use serde_json::json;

use crate::support::{Request, TestServer, all_quiet, new_id, seen, sockets, texts};

const NOT_A_MEMBER: &str = "User is not a member of this group";

#[tokio::test]
async fn an_added_user_and_the_other_members_are_notified_on_every_connection() {
    let server = TestServer::start().await;
    let [ann, bob, eve, lea] = server.people(["Ann", "Bob", "Eve", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut quiet = sockets([&ann, &ann, &eve]).await;
    let mut listening = sockets([&bob, &bob, &lea, &lea]).await;
    let item = quiet[0].add(&group, &lea).await;
    for socket in &mut listening {
        assert_eq!(socket.hears("addUserInGroup").await, item);
        socket.hears_nothing().await;
    }
    all_quiet(&mut quiet).await;
}

#[tokio::test]
async fn a_notices_answer_and_broadcast_have_exactly_the_keys_of_the_contract() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    let request = Request::add(&group, &bob.id).with("groupName", "a lie");
    anns.send(request.kind, request.params.clone()).await;
    let (answer, broadcast) = (anns.text().await, bobs.text().await);
    let at = &anns.rows(&Request::history(&group)).await[0]["createdAt"];
    let (id, ann) = (request.id(), &ann.id);
    let expected = |is_broadcast: bool| {
        format!(
            r#"{{"type":"addUserInGroup","success":true,"params":{{"item":{{"groupId":"{group}","groupName":"tea","messageId":"{id}","message":"added","senderName":"Ann","senderId":"{ann}","senderLastName":"","notification":true,"createdAt":{at}}},"data":null,"isBroadcast":{is_broadcast}}}}}"#
        )
    };
    assert_eq!((answer, broadcast), (expected(false), expected(true)));
}

#[tokio::test]
async fn any_member_can_add_and_the_added_user_is_a_full_member() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    bob.connect().await.add(&group, &lea).await;
    let mut anns = ann.connect().await;
    lea.write_in(&group, "hello").await;
    assert_eq!(anns.hears("messageInGroup").await["senderName"], "Lea");
}

#[tokio::test]
async fn a_rejected_add_changes_nothing() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    eve.delete("/api/profile/destroy").await.expect(200);
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    let before = seen(&[&ann, &bob], &group).await;
    for member in [&ann, &bob] {
        assert_eq!(anns.may_not(&Request::add(&group, &member.id)).await, "the user is already in the group");
    }
    for nobody in [&new_id(), &eve.id] {
        assert_eq!(anns.may_not(&Request::add(&group, nobody)).await, "User not found");
    }
    assert_eq!(seen(&[&ann, &bob], &group).await, before);
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn new_and_returning_members_see_the_whole_history() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut anns = ann.connect().await;
    anns.write_in(&group, "before bob").await;
    anns.add(&group, &bob).await;
    assert_eq!(bob.texts_in(&group).await, ["added", "before bob", "a new group"]);
    bob.connect().await.leave(&group).await;
    anns.write_in(&group, "while bob was away").await;
    anns.add(&group, &bob).await;
    let whole = ["added", "while bob was away", "left", "added", "before bob", "a new group"];
    assert_eq!(bob.texts_in(&group).await, whole);
    assert_eq!(texts(&bob.connect().await.all(&Request::history(&group), 2).await), whole);
}

#[tokio::test]
async fn a_full_group_accepts_nobody_until_a_member_leaves() {
    let server = TestServer::start_with(|config| config.limits.group_members = 2).await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut anns = ann.connect().await;
    let before = seen(&[&ann, &bob, &lea], &group).await;
    let refusal = anns.may_not(&Request::add(&group, &lea.id)).await;
    assert!(refusal.contains("at most 2 members"), "{refusal}");
    assert_eq!(seen(&[&ann, &bob, &lea], &group).await, before);
    bob.connect().await.leave(&group).await;
    anns.add(&group, &lea).await;
    anns.may_not(&Request::add(&group, &bob.id)).await;
}

#[tokio::test]
async fn the_remaining_members_are_notified_who_left() {
    let server = TestServer::start().await;
    let [ann, bob, eve, lea] = server.people(["Ann", "Bob", "Eve", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    let mut quiet = sockets([&lea, &lea, &eve]).await;
    let mut listening = sockets([&ann, &bob, &bob]).await;
    let request = Request::leave(&group).with("groupName", "a lie").with("message", "bye");
    let answer = quiet[0].does(&request).await;
    assert_eq!(answer, json!({ "item": { "groupId": group }, "data": null, "isBroadcast": false }));
    for socket in &mut listening {
        let item = socket.hears("leaveGroup").await;
        let row = &socket.rows(&Request::history(&group)).await[0];
        let expected = json!({
            "groupId": group, "groupName": "tea", "messageId": request.id(), "message": "bye", "senderName": "Lea",
            "senderId": lea.id, "senderLastName": "", "notification": true, "createdAt": row["createdAt"],
        });
        assert_eq!((item, &row["content"], &row["notification"]), (expected, &json!("bye"), &json!(true)));
    }
    all_quiet(&mut quiet).await;
}

#[tokio::test]
async fn a_user_who_left_is_out_at_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let (mut bobs, mut others) = (bob.connect().await, bob.connect().await);
    bobs.leave(&group).await;
    ann.write_in(&group, "without bob").await;
    assert_eq!(bobs.rows(&Request::list()).await, [json!(null); 0]);
    for request in Request::of_members(&group, &bob.id).into_iter().chain(Request::of_members(&group, &ann.id)) {
        assert_eq!(bobs.may_not(&request).await, NOT_A_MEMBER, "{request:?}");
    }
    others.hears_nothing().await;
    assert_eq!(ann.texts_in(&group).await, ["without bob", "left", "added", "a new group"]);
}

#[tokio::test]
async fn a_group_is_deleted_with_its_last_member() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    bob.connect().await.leave(&group).await;
    let mut anns = ann.connect().await;
    assert_eq!(anns.leave(&group).await, json!({ "groupId": group }));
    for person in [&ann, &bob] {
        let mut socket = person.connect().await;
        assert_eq!(socket.may_not(&Request::history(&group)).await, NOT_A_MEMBER);
        assert_eq!(socket.rows(&Request::list()).await, [json!(null); 0]);
    }
    assert_eq!(ann.get("/api/use-cases/search?searchText=tea").await.expect(200), json!({ "data": [] }));
    anns.hears_nothing().await;
}

#[tokio::test]
async fn a_deleted_group_is_gone_for_all_and_the_others_are_notified() {
    let server = TestServer::start().await;
    let [ann, bob, eve, lea] = server.people(["Ann", "Bob", "Eve", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    lea.connect().await.leave(&group).await;
    let mut quiet = sockets([&ann, &ann, &eve, &lea]).await;
    let mut listening = sockets([&bob, &bob]).await;
    let answer = quiet[0].does(&Request::drop(&group)).await;
    assert_eq!(answer, json!({ "item": { "groupId": group }, "data": null, "isBroadcast": false }));
    for socket in &mut listening {
        assert_eq!(socket.hears("dropGroup").await, json!({ "groupId": group }));
        socket.hears_nothing().await;
    }
    all_quiet(&mut quiet).await;
    for socket in [&mut listening[0], &mut quiet[0]] {
        assert_eq!(socket.rows(&Request::list()).await, [json!(null); 0]);
        assert_eq!(socket.may_not(&Request::history(&group)).await, NOT_A_MEMBER);
        assert_eq!(socket.may_not(&Request::message(&group, "hello?")).await, NOT_A_MEMBER);
    }
}

#[tokio::test]
async fn only_the_owner_can_delete_a_group() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    server.database.make_admin(&bob, "tea").await;
    let mut anns = ann.connect().await;
    let before = seen(&[&ann, &bob, &lea], &group).await;
    for person in [&bob, &lea] {
        let refusal = person.connect().await.may_not(&Request::drop(&group)).await;
        assert!(refusal.contains("owner"), "{refusal}");
    }
    assert_eq!(seen(&[&ann, &bob, &lea], &group).await, before);
    anns.hears_nothing().await;
}

#[tokio::test]
async fn the_id_of_a_group_that_is_gone_stays_taken() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    ann.connect().await.does(&Request::drop(&group)).await;
    let again = json!({
        "groupId": group, "groupName": "tea", "messageId": new_id(), "notificationMessage": "again",
    });
    for person in [&ann, &bob] {
        person.post("/api/use-cases/create-group", again.clone()).await.refused(409);
        assert_eq!(person.connect().await.rows(&Request::list()).await, [json!(null); 0]);
    }
}
