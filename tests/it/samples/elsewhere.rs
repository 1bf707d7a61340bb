//! Samples that take other circumstances than the conversation's.

use serde_json::json;

use super::samples;
use crate::support::{TestServer, new_id};

/// Tried where the disk is: in `full_disk`.
pub const FULL_DISK: &str = "privateMessage with a full disk refusal";

/// Their names in `frames.json`: nobody of the conversation sends or gets them.
pub(super) const OF_AUTH: [&str; 4] = [
    "listLastMessage too often refusal",
    "privateMessage without database refusal",
    FULL_DISK,
    "listLastMessage by a defect refusal",
];

/// Their names in `hearth.json`.
pub(super) const OF_HEARTH: [&str; 1] = ["react with one kind too many refusal"];

/// The frame of a sample that takes other circumstances.
pub fn frame(name: &str) -> String {
    let samples = ["frames.json", "hearth.json"].into_iter().flat_map(samples);
    samples
        .filter(|sample| sample.sockets.is_empty())
        .find(|sample| sample.name == name)
        .expect("told")
        .frame
        .to_string()
}

#[tokio::test]
async fn requests_that_come_too_often_are_refused_as_the_sample_shows() {
    let server = TestServer::start_with(|config| {
        config.limits.enabled = true;
        config.limits.frames_per_second = 1;
    });
    let server = server.await;
    let mut socket = server.user("Ann").await.connect().await;
    for _ in 0..64 {
        socket.send("listLastMessage", json!({ "limit": 0 })).await;
    }
    let mut answers = Vec::new();
    for _ in 0..64 {
        answers.push(socket.text().await);
    }
    assert!(answers.contains(&frame(OF_AUTH[0])), "{answers:?}");
}

#[tokio::test]
async fn without_the_database_a_message_is_refused_as_the_sample_shows() {
    let mut server = TestServer::start_breakable().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    server.database.gone().await;
    let params = json!({ "messageId": new_id(), "receiverId": ann.id, "content": "Anybody?" });
    socket.send("privateMessage", params).await;
    assert_eq!(socket.text().await, frame(OF_AUTH[1]));
}

#[tokio::test]
async fn a_defect_is_told_as_the_sample_shows() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    server.database.hide("messages").await;
    socket.send("listLastMessage", json!({ "limit": 1 })).await;
    assert_eq!(socket.text().await, frame(OF_AUTH[3]));
}

#[tokio::test]
async fn one_kind_of_reaction_too_many_is_refused_as_the_sample_shows() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let message = ann.write_to(&ann, "A note").await;
    let mut socket = server.connect("/api/ws", &["hearth", &ann.token]).await;
    socket.hears("hello").await;
    let emojis = ('\u{1F600}'..)
        .take(21)
        .map(|emoji| json!({ "receiverId": ann.id, "messageId": message, "emoji": emoji.to_string(), "on": true }));
    let mut answers = Vec::new();
    for params in emojis {
        answers.push(socket.ask("react", params).await);
    }
    let refusal = answers.pop().expect("the last one");
    assert!(answers.iter().all(|answer| answer["success"] == true), "{answers:?}");
    assert_eq!(refusal.to_string(), frame(OF_HEARTH[0]));
}
