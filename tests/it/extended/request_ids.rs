//! The answer to a request has the request's id.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Socket, TestServer, new_id};

async fn sends(socket: &mut Socket, frame: Value) {
    socket.send_raw(Message::text(frame.to_string())).await;
}

async fn asks(socket: &mut Socket, frame: Value) -> Value {
    sends(socket, frame).await;
    socket.answer().await
}

fn list(id: Value) -> Value {
    json!({ "type": "listLastMessage", "id": id, "params": { "limit": 1 } })
}

#[tokio::test]
async fn strings_and_integers_come_back_unchanged() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.hearth().await;
    let longest = "é".repeat(64);
    for id in [json!("a"), json!(""), json!(longest), json!(0), json!(-7), json!(i64::MAX), json!(u64::MAX)] {
        let answer = asks(&mut socket, list(id.clone())).await;
        assert_eq!((&answer["id"], &answer["success"]), (&id, &json!(true)));
    }
}

#[tokio::test]
async fn without_an_id_the_answer_has_none() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.hearth().await;
    for frame in [json!({ "type": "listLastMessage", "params": { "limit": 1 } }), list(Value::Null)] {
        let answer = asks(&mut socket, frame).await;
        assert_eq!((answer.get("id"), &answer["success"]), (None, &json!(true)));
    }
}

#[tokio::test]
async fn other_ids_are_rejected_by_name() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.hearth().await;
    for id in [json!("x".repeat(65)), json!(1.5), json!(1e30), json!(true), json!([1]), json!({ "a": 1 })] {
        let answer = asks(&mut socket, list(id)).await;
        assert_eq!((&answer["type"], &answer["code"]), (&json!("processor"), &json!("invalid")));
        let message = answer["message"].as_str().expect("a message");
        assert!(message.contains("id must be an integer, or a text of at most 64 characters"), "{message}");
        assert_eq!(answer.get("id"), None);
    }
}

#[tokio::test]
async fn errors_carry_it_too() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.hearth().await;
    let history = json!({ "groupId": new_id(), "limit": 1 });
    for frame in [
        json!({ "type": "getlatestMessageGroup", "id": "r", "params": history }),
        json!({ "type": "getlatestMessageGroup", "id": "r", "params": {} }),
        json!({ "type": "getlatestMessageGroup", "id": "r", "params": 1 }),
        json!({ "type": "no such type", "id": "r", "params": {} }),
        json!({ "id": "r", "params": {} }),
    ] {
        let answer = asks(&mut socket, frame).await;
        assert_eq!((&answer["error"], &answer["id"]), (&json!(true), &json!("r")), "{answer}");
    }
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_requests() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut socket = ann.hearth().await;
    for id in 0..60 {
        let kind = ["privateMessage", "listLastMessage", "typing", "nonsense", "markRead"][id % 5];
        let message = json!({ "messageId": new_id(), "receiverId": bob.id, "content": "x", "limit": 3, "seq": 1 });
        sends(&mut socket, json!({ "type": kind, "id": id, "params": message })).await;
    }
    for id in 0..60 {
        assert_eq!(socket.answer().await["id"], id);
    }
}

#[tokio::test]
async fn auth_connections_get_no_ids() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    for id in [json!("a"), json!(1), json!("x".repeat(65)), json!({})] {
        let answer = asks(&mut socket, list(id)).await;
        assert_eq!((answer.get("id"), &answer["success"]), (None, &json!(true)));
    }
    assert_eq!(asks(&mut socket, json!({ "type": "typing", "id": 1 })).await.get("id"), None);
}
