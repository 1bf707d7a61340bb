//! WebSockets over their rate limits: what counts, how frames are rejected, and when the socket is closed.

use hearth::config::Limits;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Socket, TestServer};

const WS: &str = "/api/ws";

async fn limited(frames_per_second: u32, frames_per_second_and_user: u32) -> TestServer {
    TestServer::start_with(|config| {
        config.limits = Limits { frames_per_second, frames_per_second_and_user, ..Limits::default() };
    })
    .await
}

/// Uses up the burst and the pauses, until a request is rejected.
async fn exhaust(socket: &mut Socket) {
    for _ in 0..64 {
        socket.send("listLastMessage", json!({ "limit": 0 })).await;
    }
    let mut last = Value::Null;
    for _ in 0..64 {
        last = socket.answer().await;
    }
    assert_eq!(last["code"], "too_many_requests");
}

#[tokio::test]
async fn a_rate_limit_error_carries_the_id_and_type_of_odd_frames() {
    let server = limited(1, 100).await;
    let mut socket = server.user("Ann").await.hearth().await;
    exhaust(&mut socket).await;
    let late = format!(r#"{{"type":"react","params":{{"x":"{}"}},"id":6}}"#, "x".repeat(600));
    for (frame, kind, id) in [
        (r#"{"params":{"id":1,"type":"x"},"id":2,"type":"react"}"#, "react", json!(2)),
        (r#"{"type":"react","x":"\"id\":1","id":"3\\"}"#, "react", json!("3\\")),
        (r#"{"id":4,"type":"shrug"}"#, "processor", json!(4)),
        (&late, "react", Value::Null),
        ("[[[", "processor", Value::Null),
    ] {
        for message in [Message::text(frame), Message::binary(frame.as_bytes().to_vec())] {
            socket.send_raw(message).await;
        }
        for _ in 0..2 {
            let answer = socket.answer().await;
            // On a slow machine a frame may be within the limits again, and is then rejected for its content.
            assert_eq!((&answer["error"], &answer["type"]), (&json!(true), &json!(kind)), "{answer}");
            assert!(answer["id"] == id || answer["code"] != "too_many_requests", "{answer}");
        }
    }
}

#[tokio::test]
async fn the_sockets_of_a_user_share_a_limit_and_others_have_their_own() {
    let server = limited(1000, 1).await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut second = ann.connect().await;
    exhaust(&mut ann.connect().await).await;
    exhaust_at_once(&mut second).await;
    bob.connect().await.write_to(&ann, "hello").await;
}

/// Sends twelve requests, of which at least one is rejected: a single socket may send ten at once and two while
/// pausing.
async fn exhaust_at_once(socket: &mut Socket) {
    for _ in 0..12 {
        socket.send("listLastMessage", json!({ "limit": 0 })).await;
    }
    let mut refused = 0;
    for _ in 0..12 {
        refused += usize::from(socket.answer().await["code"] == "too_many_requests");
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn a_flood_of_pings_closes_the_socket_and_bars_its_session() {
    let server = limited(1, 100).await;
    let ann = server.user("Ann").await;
    let mut socket = ann.connect().await;
    for _ in 0..1100 {
        socket.send_raw(Message::Ping(Vec::new().into())).await;
    }
    assert_eq!(socket.closed().await, 1008);
    let token = |token: &str| ("authorization", format!("Bearer {token}"));
    let again = Socket::open_with(server.api().base(), WS, &[token(&ann.token)]).await;
    assert_eq!(again.err(), Some(429));
    ann.log_in_again().await.connect().await.write_to(&ann, "another session is free").await;
}
