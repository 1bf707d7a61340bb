//! Presence: sent to watchers who have written in a chat with the user.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, hearths, new_id};

async fn watch(socket: &mut Socket, people: &[&User]) -> Vec<Value> {
    socket.rows(&Request::watch(people)).await
}

/// A row of a user who is offline or hidden.
fn gone(id: &str) -> Value {
    json!({ "userId": id, "online": false, "lastSeenAt": null })
}

/// Waits for a presence broadcast, which must be the next frame.
async fn news(socket: &mut Socket) -> (String, bool) {
    let item = socket.hears("presence").await;
    let online = item["online"].as_bool().expect("a flag");
    assert_eq!(item["lastSeenAt"].is_null(), online, "{item}");
    (item["userId"].as_str().expect("an id").to_owned(), online)
}

#[tokio::test]
async fn coming_online_is_sent_to_watchers() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    server.database.everybody_has_written().await;
    let mut anns = ann.hearth().await;
    let row = watch(&mut anns, &[&bob]).await.remove(0);
    assert_eq!((&row["userId"], &row["online"]), (&json!(bob.id), &json!(false)));
    assert!(row["lastSeenAt"].is_string(), "{row}");
    let bobs = bob.hearth().await;
    assert_eq!(anns.hears("presence").await, json!({ "userId": bob.id, "online": true, "lastSeenAt": null }));
    assert_eq!(watch(&mut anns, &[&bob]).await[0]["online"], true);
    drop(bobs);
}

#[tokio::test]
async fn only_people_with_whom_both_have_written_are_watched() {
    let server = TestServer::start().await;
    let [ann, bob, cy, eve] = server.people(["Ann", "Bob", "Cy", "Eve"]).await;
    ann.create_group("tea", &[&bob]).await;
    server.database.everybody_has_written().await;
    cy.write_to(&ann, "hello").await;
    let [mut anns, _cys] = hearths([&ann, &cy]).await;
    let rows = anns.rows(&Request::watch(&[&bob, &cy, &eve, &bob, &ann])).await;
    assert_eq!(rows.len(), 4);
    for stranger in [&cy, &eve] {
        assert!(rows.contains(&gone(&stranger.id)), "{rows:?}");
    }
    let [_eves, _bobs] = hearths([&eve, &bob]).await;
    assert_eq!(news(&mut anns).await, (bob.id.clone(), true));
    let nobody = new_id();
    assert_eq!(anns.rows(&Request::watch(&[]).with("userIds", vec![nobody.as_str()])).await, [gone(&nobody)]);
    ann.write_to(&cy, "hello").await;
    assert_eq!(watch(&mut anns, &[&cy]).await[0]["online"], true);
}

#[tokio::test]
async fn auth_connections_count_as_online() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    server.database.everybody_has_written().await;
    let mut anns = ann.hearth().await;
    watch(&mut anns, &[&bob]).await;
    let mut bobs = bob.connect().await;
    assert_eq!(news(&mut anns).await, (bob.id.clone(), true));
    bobs.hears_nothing().await;
}

#[tokio::test]
async fn two_devices_are_one_presence_and_a_short_absence_is_none() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    ann.create_group("tea", &[&bob, &cy]).await;
    server.database.everybody_has_written().await;
    let [mut anns, bobs, others] = hearths([&ann, &bob, &bob]).await;
    watch(&mut anns, &[&bob, &cy]).await;
    bobs.close().await;
    others.close().await;
    let _back = bob.hearth().await;
    let _cys = cy.hearth().await;
    assert_eq!(news(&mut anns).await, (cy.id.clone(), true));
    anns.hears_nothing().await;
}

#[tokio::test]
async fn going_offline_is_sent_once_with_its_time() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    server.database.everybody_has_written().await;
    let [mut anns, bobs, others] = hearths([&ann, &bob, &bob]).await;
    assert_eq!(watch(&mut anns, &[&bob]).await[0]["online"], true);
    bobs.close().await;
    others.close().await;
    let told = anns.hears("presence").await;
    assert_eq!((&told["userId"], &told["online"]), (&json!(bob.id), &json!(false)));
    assert_eq!(watch(&mut anns, &[&bob]).await, [told]);
    anns.hears_nothing().await;
}

#[tokio::test]
async fn a_new_list_replaces_the_old_one() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    ann.create_group("tea", &[&bob, &cy]).await;
    server.database.everybody_has_written().await;
    let mut anns = ann.hearth().await;
    watch(&mut anns, &[&bob]).await;
    watch(&mut anns, &[&cy]).await;
    let _bobs = bob.hearth().await;
    let _cys = cy.hearth().await;
    assert_eq!(news(&mut anns).await, (cy.id.clone(), true));
}

#[tokio::test]
async fn without_a_shared_chat_presence_is_no_longer_sent() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    ann.write_to(&cy, "hello").await;
    server.database.everybody_has_written().await;
    let mut anns = ann.hearth().await;
    watch(&mut anns, &[&bob, &cy]).await;
    anns.does(&Request::remove(&tea, &bob.id)).await;
    let _bobs = bob.hearth().await;
    let _cys = cy.hearth().await;
    assert_eq!(news(&mut anns).await, (cy.id.clone(), true));
    let rows = watch(&mut anns, &[&bob, &cy]).await;
    assert!(rows.contains(&gone(&bob.id)) && !rows.contains(&gone(&cy.id)), "{rows:?}");
}

#[tokio::test]
async fn a_blocked_user_sees_the_blocker_as_offline() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    ann.create_group("tea", &[&bob, &cy]).await;
    server.database.everybody_has_written().await;
    let [mut anns, mut bobs, mut cys] = hearths([&ann, &bob, &cy]).await;
    assert_eq!(watch(&mut bobs, &[&ann]).await[0]["online"], true);
    watch(&mut cys, &[&ann]).await;
    anns.does(&Request::block(&bob)).await;
    let told = gone(&ann.id);
    assert_eq!(bobs.hears_only("presence").await, told);
    assert_eq!(watch(&mut bobs, &[&ann]).await, [told]);
    cys.hears_nothing().await;
    assert_eq!(watch(&mut anns, &[&bob]).await[0]["online"], true);
    anns.does(&Request::unblock(&bob)).await;
    assert_eq!(watch(&mut bobs, &[&ann]).await[0]["online"], true);
}

#[tokio::test]
async fn a_deleted_account_is_offline() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    server.database.everybody_has_written().await;
    let mut anns = ann.hearth().await;
    bob.delete("/api/profile/destroy").await.expect(200);
    let rows = watch(&mut anns, &[&bob]).await;
    assert_eq!(rows, [gone(&bob.id)]);
}

#[tokio::test]
async fn in_a_group_both_must_have_written_and_notices_do_not_count() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    bob.write_in(&tea, "hello").await;
    anns.does(&Request::rename(&tea, "green tea")).await;
    assert_eq!(watch(&mut anns, &[&bob]).await, [gone(&bob.id)]);
    ann.write_in(&tea, "hello").await;
    assert_eq!(watch(&mut anns, &[&bob]).await[0]["online"], true);
    server.database.run("UPDATE chats SET member_count = 101").await;
    assert_eq!(watch(&mut bobs, &[&ann]).await, [gone(&ann.id)]);
}
