//! Many requests at once on one connection, and connections that do not read.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Socket, TestServer, User, new_id, texts};

/// Sends a message to a user without waiting for its answer.
async fn post(socket: &mut Socket, receiver: &User, content: &str) {
    let params = json!({ "messageId": new_id(), "receiverId": receiver.id, "content": content });
    socket.send("privateMessage", params).await;
}

/// The next answer, which must be a success of this type.
async fn succeeds(socket: &mut Socket, kind: &str) -> Value {
    let mut answer = socket.answer().await;
    assert_eq!((&answer["type"], &answer["success"]), (&json!(kind), &json!(true)), "{answer}");
    answer["params"].take()
}

#[tokio::test]
async fn sixty_four_requests_at_once_are_answered_in_their_order() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    for round in 0..16 {
        post(&mut socket, &ann, &round.to_string()).await;
        socket.send("listLastMessage", json!({ "limit": 1 })).await;
        socket.send("dropGroup", json!({ "groupId": "none" })).await;
        socket.send_raw(Message::text("no JSON")).await;
    }
    for round in 0..16 {
        succeeds(&mut socket, "privateMessage").await;
        let list = succeeds(&mut socket, "listLastMessage").await;
        assert_eq!(list["data"][0]["content"], round.to_string(), "a read sees the writes before it, and no others");
        assert_eq!(socket.answer().await["type"], "dropGroup");
        assert_eq!(socket.answer().await["type"], "processor");
    }
}

#[tokio::test]
async fn a_request_sees_the_effects_of_those_before_it() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    let message = |text: &str| json!({ "groupId": group, "messageId": new_id(), "content": text });
    let notice = json!({ "groupId": group, "userId": bob.id, "messageId": new_id(), "message": "added" });
    socket.send("messageInGroup", message("one")).await;
    socket.send("addUserInGroup", notice).await;
    socket.send("messageInGroup", message("two")).await;
    socket.send("getlatestMessageGroup", json!({ "groupId": group, "limit": 10 })).await;
    socket.send("dropGroup", json!({ "groupId": group })).await;
    socket.send("messageInGroup", message("three")).await;
    socket.send("getlatestMessageGroup", json!({ "groupId": group, "limit": 10 })).await;

    succeeds(&mut socket, "messageInGroup").await;
    succeeds(&mut socket, "addUserInGroup").await;
    succeeds(&mut socket, "messageInGroup").await;
    let page = succeeds(&mut socket, "getlatestMessageGroup").await;
    assert_eq!(texts(page["data"].as_array().expect("rows")), ["two", "added", "one", "a new group"]);
    succeeds(&mut socket, "dropGroup").await;
    for kind in ["messageInGroup", "getlatestMessageGroup"] {
        let refusal = socket.answer().await;
        assert_eq!((&refusal["type"], &refusal["code"]), (&json!(kind), &json!("not_a_member")));
    }
}

#[tokio::test]
async fn pipelined_messages_are_stored_and_broadcast_in_order() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    for number in 0..100 {
        post(&mut anns, &bob, &number.to_string()).await;
    }
    for number in 0..100 {
        assert_eq!(bobs.hears("privateMessage").await["message"], number.to_string());
        succeeds(&mut anns, "privateMessage").await;
    }
    let newest_first: Vec<_> = (0..100).rev().map(|number: u8| number.to_string()).collect();
    assert_eq!(texts(&bobs.dialog_page(&ann, 100, None).await), newest_first);
}

#[tokio::test]
async fn a_thousand_requests_of_a_client_that_does_not_read_are_all_answered_when_it_does() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let (mut busy, mut other) = (ann.connect().await, ann.connect().await);
    for number in 0..1000 {
        if number % 2 == 0 {
            post(&mut busy, &ann, &number.to_string()).await;
        } else {
            busy.send("listLastMessage", json!({ "limit": 1 })).await;
        }
    }
    // Others are served in the meantime.
    assert_eq!(other.list_page(0, None).await, Vec::<Value>::new());
    for number in (0..1000).step_by(2) {
        succeeds(&mut busy, "privateMessage").await;
        let list = succeeds(&mut busy, "listLastMessage").await;
        assert_eq!(list["data"][0]["content"], number.to_string());
    }
}

#[tokio::test]
async fn with_64_requests_in_progress_the_socket_is_not_read() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let (mut socket, mut other) = (ann.connect().await, ann.connect().await);
    let held = server.database.hold("messages").await;
    for number in 0..63 {
        post(&mut socket, &ann, &number.to_string()).await;
    }
    socket.send_raw(Message::Ping("room for one more".into())).await;
    assert_eq!(socket.message().await, Message::Pong("room for one more".into()));
    post(&mut socket, &ann, "the one").await;
    socket.send_raw(Message::Ping("too much".into())).await;
    other.hears_nothing().await;
    held.let_go().await;
    let first = socket.message().await;
    assert!(matches!(first, Message::Text(_)), "an answer makes room: {first:?}");
    for _ in 1..64 {
        succeeds(&mut socket, "privateMessage").await;
    }
}

/// Texts so long that a connection that reads none overflows after a few hundred.
fn long_text(number: usize) -> String {
    format!("{number} {}", "😀".repeat(4000))
}

/// Writes long texts in a group, some at a time; all must be acknowledged.
async fn flood(socket: &mut Socket, group: &str, count: usize) {
    for number in 0..count {
        let params = json!({ "groupId": group, "messageId": new_id(), "content": long_text(number) });
        socket.send("messageInGroup", params).await;
        if number % 32 == 31 || number == count - 1 {
            for _ in 0..=number % 32 {
                succeeds(socket, "messageInGroup").await;
            }
        }
    }
}

#[tokio::test]
async fn a_slow_reader_is_closed_and_affects_no_other() {
    const COUNT: usize = 512;
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    let group = ann.create_group("tea", &[&bob, &cy]).await;
    let (mut anns, slow, mut quick) = (ann.connect().await, bob.connect().await, cy.connect().await);
    let read = async {
        for number in 0..COUNT {
            let heard = quick.hears("messageInGroup").await;
            assert!(heard["message"].as_str().is_some_and(|text| text == long_text(number)), "number {number}");
        }
    };
    tokio::join!(flood(&mut anns, &group, COUNT), read);

    let (heard, code, reason) = slow.last_words().await;
    assert_eq!((code, &*reason), (1013, "Too slow a reader"));
    assert!(heard.len() < COUNT, "it was not sent everything");
    for (number, frame) in heard.iter().enumerate() {
        assert!(frame.contains(&format!("\"message\":\"{number} 😀")), "what it was sent has no gap");
    }
    assert!(bob.texts_in(&group).await[0] == long_text(COUNT - 1), "it may come back and read the history");
}
