//! Muted chats.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, dialog, group, hearths, new_id, with_user};

const LATER: &str = "2036-01-31T18:30:00.000Z";

#[tokio::test]
async fn a_chat_is_muted_until_a_time_and_unmuted() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let [mut bobs, mut anns] = hearths([&bob, &ann]).await;
    for (until, state) in [(Some(LATER), 1), (Some(LATER), 1), (None, 2), (None, 2)] {
        let item = bobs.item(&Request::mute(&dialog(&ann), until)).await;
        assert_eq!(item, json!({ "chat": with_user(&ann), "mutedUntil": until, "state": state }));
        let row = bobs.rows(&Request::list()).await.remove(0);
        assert_eq!((&row["mutedUntil"], &row["state"]), (&json!(until), &json!(state)));
    }
    anns.hears_nothing().await;
    assert_eq!(anns.rows(&Request::list()).await[0]["mutedUntil"], Value::Null);
}

#[tokio::test]
async fn an_offset_is_honoured() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let tea = ann.create_group("tea", &[]).await;
    let request = Request::mute(&group(&tea), Some("2036-01-31T20:30:00+02:00"));
    assert_eq!(ann.hearth().await.item(&request).await["mutedUntil"], LATER);
}

#[tokio::test]
async fn invalid_times_are_rejected() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = group(&ann.create_group("tea", &[]).await);
    let mut anns = ann.hearth().await;
    let past =
        ["1999-01-01T00:00:00.000Z", "2026-01-01", "tomorrow", "", "+12345-01-01T00:00:00", "9999-99-01T00:00:00Z"];
    for until in past.map(Value::from).into_iter().chain([json!(true), json!(4e12), json!({})]) {
        let message = anns.may_not(&Request::mute(&chat, None).with("until", until)).await;
        assert!(message.contains("until must "), "{message}");
    }
    assert_eq!(anns.rows(&Request::list()).await[0]["mutedUntil"], Value::Null);
}

#[tokio::test]
async fn only_your_own_chats_can_be_muted() {
    let server = TestServer::start().await;
    let [ann, bob, eve] = server.people(["Ann", "Bob", "Eve"]).await;
    let tea = ann.create_group("tea", &[&bob]).await;
    let mut eves = eve.hearth().await;
    for id in [tea, new_id()] {
        assert_eq!(eves.code(&Request::mute(&group(&id), Some(LATER))).await, "not_a_member");
    }
    assert_eq!(eves.code(&Request::mute(&dialog(&ann), Some(LATER))).await, "chat_not_found");
}

#[tokio::test]
async fn a_muted_chat_still_gets_broadcasts() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let mut bobs = bob.hearth().await;
    bobs.does(&Request::mute(&dialog(&ann), Some(LATER))).await;
    ann.write_to(&bob, "still there?").await;
    assert_eq!(bobs.hears("privateMessage").await["content"], "still there?");
}
