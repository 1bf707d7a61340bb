//! Frames: the forms in which they may come, and what closes a connection.

use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{TestServer, User, new_id};

/// The longest message, in bytes.
const MOST: usize = 64 * 1024;

const EMPTY_LIST: &str =
    r#"{"type":"listLastMessage","success":true,"params":{"item":null,"data":[],"isBroadcast":false}}"#;

async fn server_and_ann() -> (TestServer, User) {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    (server, ann)
}

/// A request of this many bytes that is answered with [`EMPTY_LIST`].
fn request_of(bytes: usize) -> String {
    let around = r#"{"type":"listLastMessage","params":{"limit":0},"pad":""}"#.len();
    format!(r#"{{"type":"listLastMessage","params":{{"limit":0}},"pad":"{}"}}"#, "x".repeat(bytes - around))
}

fn part(opcode: Data, text: impl Into<Bytes>, last: bool) -> Message {
    Message::Frame(Frame::message(text, OpCode::Data(opcode), last))
}

#[tokio::test]
async fn a_request_may_come_as_text_or_binary() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for request in [Message::text(request_of(100)), Message::binary(request_of(100))] {
        socket.send_raw(request).await;
        assert_eq!(socket.text().await, EMPTY_LIST);
    }
}

#[tokio::test]
async fn a_request_may_come_in_fragments_with_pings_between_them() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for kind in [Data::Text, Data::Binary] {
        let params = json!({ "messageId": new_id(), "receiverId": ann.id, "content": "👋 привет" });
        let request = json!({ "type": "privateMessage", "params": params }).to_string().into_bytes();
        // Fragments may end within a character.
        let fragments: Vec<_> = request.chunks(7).map(<[u8]>::to_vec).collect();
        for (place, fragment) in fragments.iter().enumerate() {
            let opcode = if place == 0 { kind } else { Data::Continue };
            socket.send_raw(part(opcode, fragment.clone(), place == fragments.len() - 1)).await;
            socket.send_raw(Message::Ping("between".into())).await;
        }
        assert_eq!(socket.frame().await["success"], true);
    }
    assert_eq!(ann.texts_with(&ann).await, ["👋 привет", "👋 привет"]);
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload_while_requests_are_answered() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for round in 0..20 {
        socket.send_raw(Message::text(request_of(100))).await;
        socket.send_raw(Message::Ping(format!("ping {round}").into())).await;
    }
    let (mut pongs, mut answers) = (Vec::new(), 0);
    while answers < 20 || pongs.last() != Some(&Bytes::from("ping 19")) {
        match socket.message().await {
            Message::Pong(payload) => pongs.push(payload),
            Message::Text(text) if text == EMPTY_LIST => answers += 1,
            other => panic!("neither pong nor answer: {other:?}"),
        }
    }
    // RFC 6455 lets a server answer only the last of several pings.
    assert!(pongs.is_sorted_by_key(|pong| pong[5..].iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0'))));
}

#[tokio::test]
async fn a_message_has_at_most_64_kib() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    socket.send_raw(Message::text(request_of(MOST))).await;
    assert_eq!(socket.text().await, EMPTY_LIST);
    socket.send_raw(Message::text(request_of(MOST + 1))).await;
    assert_eq!(socket.last_words().await, (vec![], 1009, "A message has at most 64 KiB".into()));
}

#[tokio::test]
async fn fragments_have_at_most_64_kib_together() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    for (bytes, close) in [(MOST, None), (MOST + 1, Some(1009))] {
        let request = request_of(bytes).into_bytes();
        let (first, second) = request.split_at(MOST / 2);
        socket.send_raw(part(Data::Text, first.to_vec(), false)).await;
        socket.send_raw(part(Data::Continue, second.to_vec(), true)).await;
        match close {
            None => assert_eq!(socket.text().await, EMPTY_LIST),
            Some(code) => return assert_eq!(socket.closed().await, code),
        }
    }
}

#[tokio::test]
async fn an_announced_length_above_the_limit_closes_with_1009() {
    let (_server, ann) = server_and_ann().await;
    for header in [
        &[0x81, 0xff, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4][..],
        &[0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 1, 2, 3, 4],
    ] {
        let mut socket = ann.connect().await;
        socket.send_bytes(header).await;
        assert_eq!(socket.closed().await, 1009);
    }
}

#[tokio::test]
async fn a_text_frame_that_is_not_utf_8_closes_with_1007() {
    let (_server, ann) = server_and_ann().await;
    for bad in [&b"\xff"[..], b"{\"type\":\"\xc3\x28\"}", b"\xed\xa0\x80", b"\"cut off \xf0\x9f\x98"] {
        let mut socket = ann.connect().await;
        socket.send_raw(part(Data::Text, bad, true)).await;
        assert_eq!(socket.closed().await, 1007, "{bad:?}");
    }
    let mut fragmented = ann.connect().await;
    fragmented.send_raw(part(Data::Text, &b"\"\xc3"[..], false)).await;
    fragmented.send_raw(part(Data::Continue, &b"\x28\""[..], true)).await;
    assert_eq!(fragmented.closed().await, 1007);
}

#[tokio::test]
async fn a_binary_frame_that_is_not_utf_8_is_only_rejected() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    socket.send_raw(Message::binary(&b"\xff\xfe{}"[..])).await;
    let answer = socket.frame().await;
    assert_eq!((&answer["error"], &answer["type"]), (&json!(true), &json!("processor")));
    socket.hears_nothing().await;
}

#[tokio::test]
async fn a_protocol_violation_closes_with_1002() {
    let (_server, ann) = server_and_ann().await;
    let long_ping = [&b"\x89\xfe\x00\x7e\x01\x02\x03\x04"[..], &[0; 126]].concat();
    let broken: &[(&str, &[u8])] = &[
        ("unmasked", b"\x81\x02{}"),
        ("a reserved bit", b"\xc1\x80\x01\x02\x03\x04"),
        ("a reserved opcode", b"\x83\x80\x01\x02\x03\x04"),
        ("a reserved control opcode", b"\x8b\x80\x01\x02\x03\x04"),
        ("a fragmented ping", b"\x09\x80\x01\x02\x03\x04"),
        ("too long a ping", &long_ping),
        ("a continuation of nothing", b"\x80\x80\x01\x02\x03\x04"),
        ("a text within a fragmented text", b"\x01\x80\x01\x02\x03\x04\x81\x80\x01\x02\x03\x04"),
    ];
    for (what, bytes) in broken {
        let mut socket = ann.connect().await;
        socket.send_bytes(bytes).await;
        assert_eq!(socket.closed().await, 1002, "{what}");
    }
}

#[tokio::test]
async fn a_close_is_answered_with_a_close_with_or_without_a_code() {
    let (_server, ann) = server_and_ann().await;
    assert_eq!(ann.connect().await.close().await, 1000);
    let mut socket = ann.connect().await;
    socket.send_raw(Message::Close(None)).await;
    let goodbye = socket.message().await;
    assert!(matches!(goodbye, Message::Close(_)), "{goodbye:?}");
}

#[tokio::test]
async fn requests_before_a_close_take_effect() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    let params = json!({ "messageId": new_id(), "receiverId": ann.id, "content": "bye" });
    socket.send("privateMessage", params).await;
    socket.close().await;
    ann.write_to(&ann, "later").await;
    assert_eq!(ann.texts_with(&ann).await, ["later", "bye"]);
}

#[tokio::test]
async fn unknown_keys_are_ignored_at_every_level() {
    let (_server, ann) = server_and_ann().await;
    let mut socket = ann.connect().await;
    let params = json!({ "limit": 0, "cursor": 5, "groupName": ["ignored"], "__proto__": null });
    let request = json!({ "id": 1, "v": [[]], "type": "listLastMessage", "success": true, "params": params });
    socket.send_raw(Message::text(request.to_string())).await;
    assert_eq!(socket.text().await, EMPTY_LIST);
}
