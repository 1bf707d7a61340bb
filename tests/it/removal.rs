//! `removeUserFromGroup`: who may remove whom, and who is notified.

use serde_json::json;

use crate::support::{Request, TestServer, all_quiet, new_id, seen, sockets};

const NOT_A_MEMBER: &str = "User is not a member of this group";

#[tokio::test]
async fn the_remaining_members_are_notified_of_a_removal_as_of_leaving() {
    let server = TestServer::start().await;
    let [ann, bob, eve, rob] = server.people(["Ann", "Bob", "Eve", "Rob"]).await;
    let group = ann.create_group("tea", &[&bob, &rob]).await;
    let mut quiet = sockets([&ann, &ann, &eve]).await;
    let mut remaining = sockets([&bob, &bob]).await;
    let mut removed = sockets([&rob, &rob]).await;

    let item = quiet[0].remove(&group, &rob).await;
    for socket in &mut remaining {
        assert_eq!(socket.hears("leaveGroup").await, item);
        socket.hears_nothing().await;
    }
    for socket in &mut removed {
        assert_eq!(socket.hears("dropGroup").await, json!({ "groupId": group }));
        socket.hears_nothing().await;
    }
    all_quiet(&mut quiet).await;
}

#[tokio::test]
async fn a_removals_notice_names_who_did_it() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut socket = ann.connect().await;
    let request = Request::remove(&group, &bob.id).with("message", "Bob had to go");
    let answer = socket.does(&request).await;
    let row = socket.rows(&Request::history(&group)).await.remove(0);
    let item = json!({
        "groupId": group, "groupName": "tea", "messageId": request.id(), "message": "Bob had to go",
        "senderName": "Ann", "senderId": ann.id, "senderLastName": "", "notification": true,
        "createdAt": row["createdAt"],
    });
    assert_eq!(answer, json!({ "item": item, "data": null, "isBroadcast": false }));
    assert_eq!((&row["content"], &row["notification"]), (&json!("Bob had to go"), &json!(true)));
    assert_eq!(socket.rows(&Request::list()).await[0]["messageId"], row["messageId"]);
}

#[tokio::test]
async fn a_removed_member_is_out_at_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.connect().await;
    ann.connect().await.remove(&group, &bob).await;
    bobs.hears("dropGroup").await;
    ann.write_in(&group, "without bob").await;
    assert_eq!(bobs.rows(&Request::list()).await, [json!(null); 0]);
    for request in Request::of_members(&group, &bob.id).into_iter().chain(Request::of_members(&group, &ann.id)) {
        assert_eq!(bobs.may_not(&request).await, NOT_A_MEMBER, "{request:?}");
    }
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn owners_can_remove_anyone_and_admins_plain_members() {
    let server = TestServer::start().await;
    let [ann, bob, lea, rob] = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
    let group = ann.create_group("tea", &[&bob, &lea, &rob]).await;
    for admin in [&bob, &lea] {
        server.database.make_admin(admin, "tea").await;
    }
    bob.connect().await.remove(&group, &rob).await;
    ann.connect().await.remove(&group, &lea).await;
    ann.connect().await.remove(&group, &bob).await;
    assert_eq!(ann.texts_in(&group).await[..3], ["removed"; 3]);
}

#[tokio::test]
async fn a_rejected_removal_explains_who_may_and_changes_nothing() {
    let server = TestServer::start().await;
    let [ann, bob, lea, rob] = server.people(["Ann", "Bob", "Lea", "Rob"]).await;
    let everybody = [&ann, &bob, &lea, &rob];
    let group = ann.create_group("tea", &everybody[1..]).await;
    for admin in [&bob, &lea] {
        server.database.make_admin(admin, "tea").await;
    }
    let before = seen(&everybody, &group).await;
    let mut sockets = sockets([&ann, &rob]).await;
    let attempts = [(&rob, &lea), (&rob, &ann), (&bob, &lea), (&bob, &ann), (&lea, &bob)];
    for (who, whom) in attempts {
        let refusal = who.connect().await.may_not(&Request::remove(&group, &whom.id)).await;
        assert!(refusal.contains("owner"), "{refusal}");
    }
    for who in everybody {
        let refusal = who.connect().await.may_not(&Request::remove(&group, &who.id)).await;
        assert!(refusal.contains("leaveGroup"), "{refusal}");
    }
    assert_eq!(seen(&everybody, &group).await, before);
    all_quiet(&mut sockets).await;
}

#[tokio::test]
async fn only_a_member_can_be_removed() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    bob.connect().await.leave(&group).await;
    let before = seen(&[&ann, &bob, &eve], &group).await;
    let mut sockets = sockets([&ann, &bob, &eve]).await;
    for nobody in [&bob.id, &eve.id, &new_id()] {
        assert_eq!(sockets[0].may_not(&Request::remove(&group, nobody)).await, NOT_A_MEMBER);
    }
    assert_eq!(seen(&[&ann, &bob, &eve], &group).await, before);
    all_quiet(&mut sockets).await;
}

#[tokio::test]
async fn the_owner_can_add_a_removed_member_again_as_a_plain_member() {
    let server = TestServer::start().await;
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let group = ann.create_group("tea", &[&bob, &lea]).await;
    server.database.make_admin(&bob, "tea").await;
    let mut anns = ann.connect().await;
    anns.remove(&group, &bob).await;
    anns.write_in(&group, "while bob was away").await;
    anns.add(&group, &bob).await;
    assert_eq!(bob.texts_in(&group).await[..3], ["added", "while bob was away", "removed"]);
    let refusal = bob.connect().await.may_not(&Request::remove(&group, &lea.id)).await;
    assert!(refusal.contains("owner"), "{refusal}");
    bob.write_in(&group, "back").await;
    assert_eq!(lea.texts_in(&group).await[0], "back");
}
