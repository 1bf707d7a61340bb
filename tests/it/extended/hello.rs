//! The first frame: the user, the bounds, and the unread count.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, dialog, group, new_id, token};

const LATER: Option<&str> = Some("2036-01-31T18:30:00.000Z");

#[tokio::test]
async fn the_first_frame_names_the_user() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    ann.patch("/api/profile/update", json!({ "lastName": "Lee" })).await.expect(201);
    let hello = ann.hearth().await.hello;
    let claims = token::claims(&ann.token);
    let expected = json!([ann.id, "Ann", "Lee", "ann@example.org", claims["sid"], 30, 0]);
    let keys = ["userId", "firstName", "lastName", "email", "sessionId", "heartbeatSeconds", "unreadTotal"];
    assert_eq!(json!(keys.map(|key| &hello[key])), expected);
    let millis = |key: &str| crate::support::instants(&[json!({ "createdAt": hello[key] })])[0];
    assert_eq!(Some(millis("expiresAt") / 1000), claims["exp"].as_i64());
    assert!((millis("serverTime") - chrono::Utc::now().timestamp_millis()).abs() < 60_000, "{hello}");
    assert!(hello["epoch"].as_str().is_some_and(|epoch| !epoch.is_empty()), "{hello}");
}

#[tokio::test]
async fn the_first_frame_is_a_broadcast_without_an_id() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = server.connect("/api/ws", &["hearth", &ann.token]).await;
    assert_eq!(socket.protocol.as_deref(), Some("hearth"));
    let mut frame = socket.frame().await;
    assert!(frame["params"]["item"].take().is_object());
    let params = json!({ "item": null, "data": null, "isBroadcast": true });
    assert_eq!(frame, json!({ "type": "hello", "success": true, "params": params }));
    socket.hears_nothing().await;
}

#[tokio::test]
async fn the_bounds_are_the_configured_ones() {
    let server = TestServer::start_with(|config| {
        config.limits.group_members = 77;
        config.auth.password_min_length = 9;
    });
    let server = server.await;
    let [ann] = server.people(["Ann"]).await;
    let expected = json!({
        "firstName": 64, "lastName": 64, "groupName": 128, "content": 4096, "notice": 512, "searchText": 100,
        "passwordMin": 9, "groupMembers": 77, "page": 100, "known": 500, "watched": 200, "reactions": 20,
        "changes": 10_000, "receiptsUpTo": 100, "frameBytes": 65_536, "inFlight": 64, "retentionDays": null,
        "framesPerSecond": null,
    });
    assert_eq!(ann.hearth().await.hello["bounds"], expected);
}

#[tokio::test]
async fn the_rate_limit_of_frames_is_included_if_enabled() {
    let server = TestServer::start_with(|config| {
        config.limits.enabled = true;
        config.limits.frames_per_second = 33;
    });
    let server = server.await;
    let [ann] = server.people(["Ann"]).await;
    assert_eq!(ann.hearth().await.hello["bounds"]["framesPerSecond"], 33);
}

#[tokio::test]
async fn the_epoch_stays_over_a_restart() {
    let mut server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let before = ann.hearth().await.hello;
    server.restart().await;
    assert_eq!(ann.hearth().await.hello["epoch"], before["epoch"]);
}

#[tokio::test]
async fn two_servers_have_two_epochs() {
    let mut epochs: Vec<Value> = Vec::new();
    for _ in 0..2 {
        let server = TestServer::start().await;
        let [ann] = server.people(["Ann"]).await;
        epochs.push(ann.hearth().await.hello["epoch"].clone());
    }
    assert_ne!(epochs[0], epochs[1]);
}

#[tokio::test]
async fn unread_messages_are_counted_except_in_muted_chats() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    for content in ["one", "two", "three"] {
        ann.write_to(&bob, content).await;
        ann.write_in(&tea, content).await;
    }
    eve.write_to(&bob, "hidden").await;
    bob.write_to(&eve, "my own are never unread").await;
    assert_eq!(bob.hearth().await.hello["unreadTotal"], 6);
    let mut bobs = bob.hearth().await;
    bobs.does(&Request::mute(&group(&tea), LATER)).await;
    assert_eq!(bob.hearth().await.hello["unreadTotal"], 3);
    bobs.does(&Request::read(&dialog(&ann), 1)).await;
    assert_eq!(bob.hearth().await.hello["unreadTotal"], 2);
}

#[tokio::test]
async fn hidden_dialogs_and_left_groups_are_not_unread() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    ann.write_in(&tea, "one").await;
    ann.write_to(&bob, "two").await;
    bob.hide(&ann).await;
    assert_eq!(bob.hearth().await.hello["unreadTotal"], 1);
    bob.connect().await.leave(&tea).await;
    assert_eq!(bob.hearth().await.hello["unreadTotal"], 0);
}

#[tokio::test]
async fn a_bad_token_gets_only_the_close_frame() {
    let server = TestServer::start().await;
    let socket = server.connect("/api/ws", &["hearth", &new_id()]).await;
    assert_eq!(socket.last_words().await, (vec![], 4001, "Unauthorized".into()));
}
