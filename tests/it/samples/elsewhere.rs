//! Samples that need other circumstances than the conversation's.

use hearth::config::Limits;
use serde_json::json;

use super::samples;
use crate::support::{Request, TestServer, new_id, sockets};

/// Tested in `full_disk`.
pub const FULL_DISK: &str = "privateMessage with a full disk refusal";

/// Tested in `disk_room`, like the next two.
pub const ALMOST_FULL_DISK: &str = "privateMessage with an almost full disk refusal";
/// See [`ALMOST_FULL_DISK`].
pub const ALMOST_FULL: &str = "serverNotice of an almost full disk broadcast";
/// See [`ALMOST_FULL_DISK`].
pub const ROOM_AGAIN: &str = "serverNotice of a disk with room again broadcast";

const TOO_OFTEN: &str = "listLastMessage too often refusal";
const TOO_MANY_MESSAGES: &str = "privateMessage too often refusal";
const FULL_STORAGE: &str = "privateMessage without storage left refusal";
const TOO_MANY_ADDS: &str = "addUserInGroup too often refusal";
const NO_DATABASE: &str = "privateMessage without database refusal";
const DEFECT: &str = "listLastMessage with a server error refusal";
const TOO_MANY_KINDS: &str = "react with one reaction too many refusal";
const EXPIRED: &str = "messagesExpired broadcast";

/// Their names in `frames.json`: no user of the conversation sends or gets them.
pub(super) const OF_AUTH: [&str; 8] =
    [TOO_OFTEN, TOO_MANY_MESSAGES, FULL_STORAGE, TOO_MANY_ADDS, NO_DATABASE, FULL_DISK, ALMOST_FULL_DISK, DEFECT];

/// Their names in `hearth.json`.
pub(super) const OF_HEARTH: [&str; 4] = [ALMOST_FULL, ROOM_AGAIN, TOO_MANY_KINDS, EXPIRED];

/// The frame of such a sample.
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
async fn requests_over_the_rate_limit_are_rejected_as_in_the_sample() {
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
    assert!(answers.contains(&frame(TOO_OFTEN)), "{answers:?}");
}

#[tokio::test]
async fn requests_beyond_a_budget_are_rejected_as_in_the_samples() {
    let server = TestServer::start_with(|config| {
        config.limits.enabled = true;
        config.limits.messages_per_minute = 3;
        config.limits.adds_of_strangers_per_hour = 1;
    });
    let server = server.await;
    let [ann, bob, cy, dan] = server.people(["Ann", "Bob", "Cy", "Dan"]).await;
    let tea = cy.create_group("tea", &[]).await;
    let [mut anns, mut cys] = sockets([&ann, &cy]).await;
    let messages = ["one", "two", "three", "four"].map(|text| Request::private(&bob.id, text));
    let messages = anns.pipeline(&messages).await;
    let adds = cys.pipeline(&[Request::add(&tea, &bob.id), Request::add(&tea, &dan.id)]).await;
    for (refused, sample) in [(&messages[3], TOO_MANY_MESSAGES), (&adds[1], TOO_MANY_ADDS)] {
        // Some seconds may have passed.
        let but_for_the_time = |frame: &str| frame.split_once("try again in").map(|(before, _)| before.to_owned());
        assert_eq!(but_for_the_time(&refused.to_string()), but_for_the_time(&frame(sample)));
    }
}

#[tokio::test]
async fn messages_beyond_the_storage_limit_are_rejected_as_in_the_sample() {
    let server = TestServer::start_with(|config| {
        let (storage_mb_per_user, messages_per_minute) = (1, 1000);
        config.limits = Limits { storage_mb_per_user, messages_per_minute, ..Limits::default() };
    });
    let server = server.await;
    let ann = server.user("Ann").await;
    let long = Request::private(&ann.id, &"\u{1F600}".repeat(4096));
    let requests: Vec<_> = (0..62).map(|_| long.clone().with("messageId", new_id())).collect();
    let answers = ann.connect().await.pipeline(&requests).await;
    assert_eq!(answers[61].to_string(), frame(FULL_STORAGE));
}

#[tokio::test]
async fn without_the_database_a_message_is_rejected_as_in_the_sample() {
    let mut server = TestServer::start_breakable().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    server.database.gone().await;
    let params = json!({ "messageId": new_id(), "receiverId": ann.id, "content": "Anybody?" });
    socket.send("privateMessage", params).await;
    assert_eq!(socket.text().await, frame(NO_DATABASE));
}

#[tokio::test]
async fn an_internal_error_is_reported_as_in_the_sample() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    server.database.hide("messages").await;
    socket.send("listLastMessage", json!({ "limit": 1 })).await;
    assert_eq!(socket.text().await, frame(DEFECT));
}

#[tokio::test]
async fn expired_messages_are_announced_as_in_the_sample() {
    let server = TestServer::start_with(|config| config.retention.days = 1).await;
    let [ann] = server.people(["Ann"]).await;
    let sample: serde_json::Value = serde_json::from_str(&frame(EXPIRED)).expect("a frame is JSON");
    let group = sample["params"]["item"]["chat"]["groupId"].as_str().expect("a group");
    let new = json!({ "groupId": group, "groupName": "tea", "messageId": new_id(), "notificationMessage": "new" });
    ann.post("/api/use-cases/create-group", new).await.expect(200);
    for number in 2..10 {
        ann.write_in(group, &number.to_string()).await;
    }
    let mut socket = server.connect("/api/ws", &["hearth", &ann.token]).await;
    socket.hears("hello").await;
    server.database.run("UPDATE messages SET created_at = created_at - 200000000 WHERE seq < 8").await;
    assert_eq!(socket.heard().await, sample);
}

#[tokio::test]
async fn one_reaction_too_many_is_rejected_as_in_the_sample() {
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
    assert_eq!(refusal.to_string(), frame(TOO_MANY_KINDS));
}
