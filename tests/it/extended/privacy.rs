//! The privacy settings, and that they work both ways.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, User, acquaint, all_quiet, all_write, column, dialog, group, hearths};

const PRIVACY: &str = "/api/profile/privacy";

async fn switch(user: &User, change: Value) -> Value {
    user.patch(PRIVACY, change).await.expect(200)
}

fn gone(user: &User) -> Value {
    json!({ "userId": user.id, "online": false, "lastSeenAt": null })
}

#[tokio::test]
async fn both_settings_are_on_by_default_and_independent() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    assert_eq!(anns.hello["privacy"], json!({ "presence": true, "readReceipts": true }));
    let changed = json!({ "presence": true, "readReceipts": false });
    assert_eq!(switch(&ann, json!({ "readReceipts": false })).await, changed);
    assert_eq!(anns.hears_only("privacyChanged").await, changed);
    for nothing in [json!({}), json!({ "readReceipts": false, "presence": null })] {
        assert_eq!(switch(&ann, nothing).await, changed);
    }
    assert_eq!(switch(&ann, json!({ "presence": false })).await, json!({ "presence": false, "readReceipts": false }));
    anns.hears_only("privacyChanged").await;
    assert_eq!(ann.get(PRIVACY).await.expect(200), ann.hearth().await.hello["privacy"]);
    user_sees_a_fault(&ann).await;
    bobs.hears_nothing().await;
}

async fn user_sees_a_fault(user: &User) {
    let reply = user.patch(PRIVACY, json!({ "presence": "no", "readReceipts": 1 })).await;
    assert_eq!(column(reply.body["errors"].as_array().expect("faults"), "path"), ["presence", "readReceipts"]);
}

#[tokio::test]
async fn a_user_who_hides_presence_seems_offline_at_once_and_sees_nobody() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    for (socket, other) in [(&mut anns, &bob), (&mut bobs, &ann)] {
        assert_eq!(socket.rows(&Request::watch(&[other])).await[0]["online"], true);
    }
    switch(&ann, json!({ "presence": false })).await;
    assert_eq!(bobs.hears_only("presence").await, gone(&ann));
    anns.hears("privacyChanged").await;
    assert_eq!(anns.hears_only("presence").await, gone(&bob));
    for (socket, other) in [(&mut anns, &bob), (&mut bobs, &ann)] {
        assert_eq!(socket.rows(&Request::watch(&[other])).await, [gone(other)]);
        socket.does(&Request::typing(&dialog(other))).await;
    }
    all_quiet(&mut [anns, bobs]).await;
}

#[tokio::test]
async fn a_user_who_shows_presence_again_is_online_to_all_watchers() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    switch(&ann, json!({ "presence": false })).await;
    let [mut anns, mut bobs] = hearths([&ann, &bob]).await;
    assert_eq!(bobs.rows(&Request::watch(&[&ann])).await, [gone(&ann)]);
    switch(&ann, json!({ "presence": true })).await;
    assert_eq!(bobs.hears("presence").await, json!({ "userId": ann.id, "online": true, "lastSeenAt": null }));
    assert_eq!(anns.rows(&Request::watch(&[&bob])).await[0]["online"], true);
}

#[tokio::test]
async fn without_read_receipts_only_the_users_own_devices_get_read_positions() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    acquaint(&ann, &bob).await;
    switch(&ann, json!({ "readReceipts": false })).await;
    let [mut anns, mut phone, mut bobs] = hearths([&ann, &ann, &bob]).await;
    anns.does(&Request::read(&dialog(&bob), 2)).await;
    assert_eq!(phone.hears_only("messagesRead").await["readUpTo"], 2);
    bobs.does(&Request::read(&dialog(&ann), 2)).await;
    for socket in [&mut anns, &mut bobs] {
        let row = socket.rows(&Request::list()).await.remove(0);
        assert_eq!((&row["partnerReadUpTo"], &row["readUpTo"]), (&json!(null), &json!(2)));
    }
    all_quiet(&mut [anns, phone]).await;
    switch(&ann, json!({ "readReceipts": true })).await;
    assert_eq!(bobs.rows(&Request::list()).await[0]["partnerReadUpTo"], 2);
}

#[tokio::test]
async fn members_without_read_receipts_neither_send_nor_get_them() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let tea = ann.create_group("tea", &[&bob, &cy]).await;
    all_write(&tea, &[&ann, &bob, &cy]).await;
    let [mut anns, mut bobs, mut cys] = hearths([&ann, &bob, &cy]).await;
    anns.does(&Request::read(&group(&tea), 5)).await;
    for socket in [&mut bobs, &mut cys] {
        socket.hears_only("messagesRead").await;
    }
    switch(&cy, json!({ "readReceipts": false })).await;
    cys.hears_only("privacyChanged").await;
    anns.does(&Request::read(&group(&tea), 6)).await;
    bobs.hears_only("messagesRead").await;
    anns.writes(&group(&tea), "more").await;
    cys.does(&Request::read(&group(&tea), 7)).await;
    bobs.hears_only("messageInGroup").await;
    cys.hears_only("messageInGroup").await;
    assert_eq!(column_of(&bobs.rows(&Request::members(&tea)).await), [json!(7), json!(5), json!(null)]);
    assert_eq!(column_of(&cys.rows(&Request::members(&tea)).await), [json!(null), json!(null), json!(7)]);
    all_quiet(&mut [anns, bobs, cys]).await;
}

fn column_of(members: &[Value]) -> Vec<Value> {
    members.iter().map(|member| member["readUpTo"].clone()).collect()
}
