//! Frames that are rejected: with which type and text, and that the connection stays open.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Socket, TestServer, User, new_id};

/// The longest message, in bytes.
const MOST: usize = 64 * 1024;

async fn server_and_ann() -> (TestServer, User) {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    (server, ann)
}

/// The code and the whole text of an error of type `processor`.
async fn processor_refusal(socket: &mut Socket, text: &str) -> (String, String) {
    socket.send_raw(Message::text(text)).await;
    let answer = socket.frame().await;
    let expected = json!({
        "error": true, "type": "processor", "message": answer["message"], "code": answer["code"],
    });
    assert_eq!(answer, expected, "{text:.80}");
    let text = |key: &str| answer[key].as_str().expect("a text").to_owned();
    (text("code"), text("message"))
}

#[tokio::test]
async fn invalid_json_is_rejected_as_processor_and_the_connection_stays_open() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    let deep = "[".repeat(MOST);
    let nested = format!("{{\"type\":\"listLastMessage\",\"params\":{}{}}}", "[".repeat(9000), "]".repeat(9000));
    for text in [
        "",
        " ",
        "x",
        "{",
        "{'type':1}",
        "{\"type\":\"a\"} x",
        "NaN",
        "\"\\ud8\"",
        "\u{feff}\u{feff}{}",
        &deep,
        &nested,
    ] {
        let (code, message) = processor_refusal(&mut socket, text).await;
        assert_eq!(code, "invalid", "{text:.80}");
        assert!(message.contains("JSON"), "{message}");
    }
    socket.hears_nothing().await;
}

#[tokio::test]
async fn a_request_without_a_type_is_rejected_as_processor() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for text in [
        "{}",
        "[]",
        "null",
        "5",
        "\"listLastMessage\"",
        "{\"Type\":\"listLastMessage\"}",
        "{\"type\":null}",
        "{\"type\":5}",
        "{\"type\":[\"listLastMessage\"]}",
    ] {
        let (code, message) = processor_refusal(&mut socket, text).await;
        assert_eq!(code, "invalid", "{text}");
        assert!(message.contains("type"), "{message}");
    }
    socket.hears_nothing().await;
}

#[tokio::test]
async fn an_unknown_type_is_rejected_as_processor() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for kind in [
        "",
        "nothing",
        "ListLastMessage",
        "listLastMessage ",
        "getLatestMessageDialog",
        "processor",
        "__proto__",
        "constructor",
        "listLastMessage\0",
    ] {
        let text = json!({ "type": kind, "params": { "limit": 1 } }).to_string();
        let refusal = processor_refusal(&mut socket, &text).await;
        assert_eq!(refusal, ("unknown_type".to_owned(), "There is no such type".to_owned()), "{kind:?}");
    }
    socket.hears_nothing().await;
}

/// Every request with its required params.
const REQUIRED: &[(&str, &[&str])] = &[
    ("listLastMessage", &["limit"]),
    ("getlatestMessageDialog", &["receiverId", "limit"]),
    ("getlatestMessageGroup", &["groupId", "limit"]),
    ("privateMessage", &["messageId", "receiverId", "content"]),
    ("messageInGroup", &["messageId", "groupId", "content"]),
    ("addUserInGroup", &["groupId", "userId", "messageId", "message"]),
    ("leaveGroup", &["groupId", "messageId", "message"]),
    ("dropGroup", &["groupId"]),
    ("removeUserFromGroup", &["groupId", "userId", "messageId", "message"]),
];

#[tokio::test]
async fn an_error_names_every_bad_param_and_has_the_requests_type() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for (kind, required) in REQUIRED {
        for bad in [json!(null), json!(false), json!("a\0b"), json!("\u{0}"), json!([1]), json!({ "a": 1 })] {
            let params: Value = required.iter().map(|name| ((*name).to_owned(), bad.clone())).collect();
            let answer = socket.ask(kind, params).await;
            let message = answer["message"].as_str().expect("a text");
            let expected = json!({ "error": true, "type": kind, "message": message, "code": "invalid" });
            assert_eq!(answer, expected);
            let faults: Vec<_> = message["Invalid request: ".len()..].split("; ").collect();
            let named = faults.iter().zip(*required).all(|(fault, name)| fault.starts_with(&format!("{name} ")));
            assert!(named && faults.len() == required.len(), "{bad}: {message}");
        }
    }
    socket.hears_nothing().await;
}

#[tokio::test]
async fn params_that_are_not_an_object_are_rejected_with_the_requests_type() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for (kind, _) in REQUIRED {
        for params in [json!("limit"), json!([{ "limit": 1 }]), json!(5), json!(true), json!(null)] {
            let answer = socket.ask(kind, params.clone()).await;
            assert_eq!((&answer["error"], &answer["code"]), (&json!(true), &json!("invalid")), "{params}: {answer}");
        }
        socket.send_raw(Message::text(json!({ "type": kind }).to_string())).await;
        assert_eq!(socket.frame().await["type"], **kind, "params may be missing");
    }
    socket.hears_nothing().await;
}

#[tokio::test]
async fn a_lone_surrogate_anywhere_is_stored_as_the_replacement_character() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for content in ["\\ud83d", "a\\udc00b", "\\ude00\\ud83d"] {
        let (message, receiver) = (new_id(), &ann.id);
        let params = format!(r#"{{"messageId":"{message}","receiverId":"{receiver}","content":"{content}"}}"#);
        socket.send_raw(Message::text(format!(r#"{{"type":"privateMessage","params":{params}}}"#))).await;
        assert_eq!(socket.frame().await["success"], true, "{content}");
    }
    assert_eq!(ann.texts_with(&ann).await, ["\u{fffd}\u{fffd}", "a\u{fffd}b", "\u{fffd}"]);
    let whole = format!(r#""messageId":"{}","receiverId":"{}","content":"\ud83d\ude00""#, new_id(), ann.id);
    socket.send_raw(Message::text(format!(r#"{{"type":"privateMessage","params":{{{whole}}}}}"#))).await;
    assert_eq!(socket.frame().await["success"], true);
    assert_eq!(ann.texts_with(&ann).await[0], "😀");
}
