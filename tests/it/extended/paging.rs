//! Histories by seq: pages before, after and around a message.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, User, dialog, group};

/// The seqs of a page.
async fn seqs(socket: &mut Socket, request: &Request) -> Vec<i64> {
    socket.rows(request).await.iter().map(|row| row["seq"].as_i64().expect("a number")).collect()
}

/// A page of three rows next to a message.
fn beside(chat: &Value, key: &str, seq: i64) -> Request {
    Request::page(chat).with("limit", 3).with(key, seq)
}

async fn write(writer: &User, chat: &Value, count: usize) {
    let writes: Vec<_> = (0..count).map(|_| Request::write(chat, "hello")).collect();
    writer.hearth().await.pipeline(&writes).await;
}

#[tokio::test]
async fn pages_lie_before_after_and_around_a_message() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = group(&ann.create_group("tea", &[]).await);
    write(&ann, &chat, 9).await;
    let mut anns = ann.hearth().await;
    for (key, seq, expected) in [
        ("beforeSeq", 5, vec![4, 3, 2]),
        ("beforeSeq", 2, vec![1]),
        ("beforeSeq", 1, vec![]),
        ("beforeSeq", 0, vec![]),
        ("beforeSeq", 1000, vec![10, 9, 8]),
        ("beforeSeq", i64::MAX, vec![10, 9, 8]),
        ("afterSeq", 0, vec![3, 2, 1]),
        ("afterSeq", 5, vec![8, 7, 6]),
        ("afterSeq", 9, vec![10]),
        ("afterSeq", 10, vec![]),
        ("afterSeq", i64::MAX, vec![]),
        ("aroundSeq", 5, vec![6, 5, 4]),
        ("aroundSeq", 10, vec![10, 9]),
        ("aroundSeq", 0, vec![1]),
        ("aroundSeq", i64::MAX, vec![10, 9]),
    ] {
        assert_eq!(seqs(&mut anns, &beside(&chat, key, seq)).await, expected, "{key} {seq}");
    }
}

#[tokio::test]
async fn half_of_a_page_is_on_each_side() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let chat = group(&ann.create_group("tea", &[]).await);
    write(&ann, &chat, 9).await;
    let mut anns = ann.hearth().await;
    for (limit, expected) in [(0, vec![]), (1, vec![5]), (2, vec![6, 5]), (4, vec![7, 6, 5, 4])] {
        assert_eq!(seqs(&mut anns, &beside(&chat, "aroundSeq", 5).with("limit", limit)).await, expected);
    }
}

#[tokio::test]
async fn a_dialog_is_read_only_as_far_as_it_is_visible() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    write(&ann, &dialog(&bob), 3).await;
    bob.hide(&ann).await;
    write(&ann, &dialog(&bob), 2).await;
    let mut bobs = bob.hearth().await;
    for (key, seq, expected) in [
        ("beforeSeq", 5, vec![4]),
        ("beforeSeq", 3, vec![]),
        ("afterSeq", 0, vec![5, 4]),
        ("aroundSeq", 2, vec![4]),
        ("aroundSeq", 4, vec![5, 4]),
    ] {
        assert_eq!(seqs(&mut bobs, &beside(&dialog(&ann), key, seq)).await, expected, "{key} {seq}");
    }
}

#[tokio::test]
async fn a_page_has_one_position() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    ann.write_to(&bob, "hello").await;
    let mut anns = ann.hearth().await;
    let time = json!("2026-01-31T18:30:00.000Z");
    let places = [("cursorCreatedAt", time), ("beforeSeq", json!(1)), ("afterSeq", json!(1)), ("aroundSeq", json!(1))];
    for (place, (one, value)) in places.iter().enumerate() {
        for (other, other_value) in &places[place + 1..] {
            let request = Request::page(&dialog(&bob)).with(one, value.clone()).with(other, other_value.clone());
            let message = anns.may_not(&request).await;
            assert!(
                message.contains("cursorCreatedAt, beforeSeq, afterSeq, aroundSeq exclude each other"),
                "{message}"
            );
        }
    }
    let request = Request::page(&dialog(&bob)).with("cursorCreatedAt", json!(null)).with("beforeSeq", json!(null));
    assert_eq!(seqs(&mut anns, &request.with("afterSeq", 0)).await, [1]);
}

#[tokio::test]
async fn invalid_positions_are_rejected_by_name() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut anns = ann.hearth().await;
    for key in ["beforeSeq", "afterSeq", "aroundSeq"] {
        for value in [json!(-1), json!(1.5), json!("1"), json!([]), json!(1e300)] {
            let message = anns.may_not(&Request::page(&dialog(&ann)).with(key, value)).await;
            assert!(message.contains(&format!("{key} must be an integer of at least 0")), "{message}");
        }
    }
}

#[tokio::test]
async fn auth_connections_ignore_these_keys() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    write(&ann, &dialog(&bob), 3).await;
    let mut contract = ann.connect().await;
    let whole = contract.rows(&Request::page(&dialog(&bob))).await;
    let request = Request::page(&dialog(&bob)).with("beforeSeq", 2).with("afterSeq", "x").with("aroundSeq", -7);
    assert_eq!(contract.rows(&request).await, whole);
    assert_eq!(whole.len(), 3);
}
