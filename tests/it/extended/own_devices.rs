//! A user's other devices are notified of what the user does; the requesting connection is not.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, column, dialog, group, hearths, new_id, of_group, with_user};

const LATER: Option<&str> = Some("2036-01-31T18:30:00.000Z");

/// The requesting connection, and another one of the same user in another session.
async fn devices(person: &User) -> [Socket; 2] {
    let elsewhere = person.log_in_again().await;
    [person.hearth().await, elsewhere.hearth().await]
}

#[tokio::test]
async fn messages_arrive_as_rows_with_the_counters() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut asking, mut other] = devices(&ann).await;
    for (chat, kind) in [(dialog(&bob), "privateMessage"), (group(&tea), "messageInGroup")] {
        let answered = asking.writes(&chat, "hello").await;
        assert_eq!(other.hears_only(kind).await, answered);
        asking.hears_nothing().await;
    }
}

#[tokio::test]
async fn messages_sent_with_auth_arrive_as_well() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut other = ann.hearth().await;
    let id = ann.write_to(&bob, "hello").await;
    let row = other.hears_only("privateMessage").await;
    assert_eq!((&row["messageId"], &row["chat"]), (&json!(id), &with_user(&bob)));
}

#[tokio::test]
async fn notes_to_yourself_reach_the_other_devices() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let [mut asking, mut other] = devices(&ann).await;
    let answered = asking.writes(&dialog(&ann), "milk").await;
    assert_eq!(other.hears_only("privateMessage").await, answered);
    assert_eq!((&answered["chat"], &answered["receiverId"]), (&with_user(&ann), &json!(ann.id)));
    asking.hears_nothing().await;
}

#[tokio::test]
async fn reads_and_mutes_arrive() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let [mut asking, mut other] = devices(&bob).await;
    let read = asking.item(&Request::read(&dialog(&ann), 1)).await;
    let muted = asking.item(&Request::mute(&dialog(&ann), LATER)).await;
    assert_eq!(other.hears_all(["messagesRead", "muteChat"]).await, [read, muted]);
    asking.hears_nothing().await;
}

#[tokio::test]
async fn hiding_a_dialog_reaches_every_device() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "one").await;
    ann.write_to(&bob, "two").await;
    let mut bobs = hearths([&bob, &bob]).await;
    let hide = json!({ "companionId": ann.id });
    bob.post("/api/use-cases/mark-as-deleted", hide.clone()).await.expect(200);
    bob.post("/api/use-cases/mark-as-deleted", hide).await.expect(200);
    let expected = json!({ "chat": with_user(&ann), "hiddenUpTo": 2, "readUpTo": 2, "state": 1 });
    for socket in &mut bobs {
        assert_eq!(socket.hears_only("dialogHidden").await, expected);
    }
}

#[tokio::test]
async fn a_new_name_reaches_only_the_users_own_devices() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
    ann.patch("/api/profile/update", json!({})).await.expect(201);
    let expected = json!({ "userId": ann.id, "firstName": "Ann", "lastName": "Lee" });
    assert_eq!(anns.hears_only("profileChanged").await, expected);
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn each_block_arrives_once() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut asking, mut other] = devices(&ann).await;
    let mut bobs = bob.hearth().await;
    for request in [Request::block(&bob), Request::block(&bob), Request::unblock(&bob), Request::unblock(&bob)] {
        assert_eq!(asking.item(&request).await, request.params);
    }
    let expected = [true, false].map(|on| json!({ "userId": bob.id, "on": on }));
    assert_eq!(other.hears_all(["blockUser"; 2]).await, expected);
    asking.hears_nothing().await;
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn a_new_group_arrives() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut anns = hearths([&ann, &ann]).await;
    let tea = ann.create_group("tea", &[]).await;
    for socket in &mut anns {
        let row = socket.hears_only("groupChanged").await;
        assert_eq!((&row["event"]["kind"], &row["chat"]), (&json!("created"), &of_group(&tea)));
        let counters = ["seq", "lastSeq", "revision", "memberCount"].map(|key| row[key].clone());
        assert_eq!(json!(counters), json!([1, 1, 0, 1]));
    }
}

#[tokio::test]
async fn every_change_of_a_group_arrives_as_it_was_answered() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[]).await;
    let [mut asking, mut other] = devices(&ann).await;
    let requests = [
        Request::add(&tea, &bob.id),
        Request::role(&tea, &bob, "admin"),
        Request::rename(&tea, "coffee"),
        Request::remove(&tea, &bob.id),
    ];
    let mut answered: Vec<Value> = Vec::new();
    for request in &requests {
        answered.push(asking.item(request).await);
    }
    let kinds = ["addUserInGroup", "groupChanged", "groupChanged", "removeUserFromGroup"];
    assert_eq!(other.hears_all(kinds).await.to_vec(), answered);
    assert_eq!(column(&answered, "groupName"), ["tea", "tea", "coffee", "coffee"]);
    asking.hears_nothing().await;
}

#[tokio::test]
async fn edits_deletions_and_reactions_arrive() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut asking, mut other] = devices(&ann).await;
    let chat = dialog(&bob);
    let id = asking.id_of(&chat, "helo").await;
    let edited = asking.item(&Request::edit(&chat, &id, "hello")).await;
    asking.does(&Request::react(&chat, &id, "👍")).await;
    let deleted = asking.item(&Request::delete(&chat, &id)).await;
    let kinds = ["privateMessage", "messageEdited", "messageReactions", "messageDeleted"];
    let [_, heard_edited, reactions, heard_deleted] = other.hears_all(kinds).await;
    assert_eq!([heard_edited, heard_deleted], [edited, deleted]);
    assert_eq!(reactions["chat"], with_user(&bob));
    asking.hears_nothing().await;
}

#[tokio::test]
async fn leaving_and_dropping_a_group_take_it_from_the_other_devices() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut anns_other] = devices(&ann).await;
    let [mut bobs, mut bobs_other] = devices(&bob).await;
    let gone = json!({ "chat": of_group(&tea), "groupId": tea });
    assert_eq!(bobs.item(&Request::leave(&tea)).await, gone);
    assert_eq!(bobs_other.hears_only("removedFromGroup").await, gone);
    assert_eq!(anns.hears("leaveGroup").await["event"]["kind"], "left");
    assert_eq!(anns.item(&Request::drop(&tea)).await, gone);
    assert_eq!(anns_other.hears_all(["leaveGroup", "dropGroup"]).await[1], gone);
    for socket in [&mut anns, &mut bobs, &mut bobs_other] {
        socket.hears_nothing().await;
    }
}

#[tokio::test]
async fn rejected_requests_are_not_broadcast() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let id = ann.write_in(&tea, "hello").await;
    let [mut asking, other] = devices(&bob).await;
    for request in [
        Request::edit(&group(&tea), &id, "mine"),
        Request::delete(&group(&tea), &id),
        Request::rename(&tea, "coffee"),
        Request::role(&tea, &ann, "member"),
        Request::read(&group(&tea), 99),
        Request::write(&group(&new_id()), "x"),
    ] {
        asking.may_not(&request).await;
    }
    crate::support::all_quiet(&mut [asking, other, ann.hearth().await]).await;
}
