//! Cursors and limits of all three readers: what is accepted, and what is rejected by name.

use serde_json::{Value, json};

use crate::support::{Request, Socket, TestServer, instants, new_id, texts, tick};

/// A socket, and readers of three chats, of a dialog of three rows and of a group of four; the newest row is `three`.
async fn readers(server: &TestServer) -> (Socket, [Request; 3]) {
    let [ann, bob, lea] = server.people(["Ann", "Bob", "Lea"]).await;
    let mut socket = ann.connect().await;
    let group = ann.create_group("tea", &[]).await;
    for text in ["one", "two", "three"] {
        socket.write_to(&bob, text).await;
        tick();
        socket.write_in(&group, text).await;
    }
    tick();
    socket.write_to(&lea, "three").await;
    (socket, [Request::list(), Request::dialog(&bob.id), Request::history(&group)])
}

/// Notations of one instant: an offset in minutes, and a format.
const NOTATIONS: [(i32, &str); 7] = [
    (0, "%Y-%m-%dT%H:%M:%S%.3fZ"),
    (0, "%Y-%m-%dT%H:%M:%S%.3f"),
    (0, "%Y-%m-%dT%H:%M:%S%.3f+00:00"),
    (120, "%Y-%m-%dT%H:%M:%S%.3f%:z"),
    (-570, "%Y-%m-%dT%H:%M:%S%.3f%:z"),
    (0, "%Y-%m-%dT%H:%M:%S%.6fZ"),
    (0, "%Y-%m-%dT%H:%M:%S%.9f"),
];

/// The cursor in another notation: `format` as in chrono, with an offset in minutes.
fn written(millis: i64, offset_minutes: i32, format: &str) -> Value {
    let offset = chrono::FixedOffset::east_opt(offset_minutes * 60).expect("an offset");
    let time = chrono::DateTime::from_timestamp_millis(millis).expect("a time");
    json!(time.with_timezone(&offset).format(format).to_string())
}

#[tokio::test]
async fn null_empty_and_absent_cursors_are_from_the_newest() {
    let server = TestServer::start().await;
    let (mut socket, readers) = readers(&server).await;
    for reader in readers {
        let newest = socket.rows(&reader).await;
        assert_eq!(newest[0]["content"], "three");
        for cursor in [json!(null), json!(""), json!("2999-12-31T23:59:59Z")] {
            assert_eq!(socket.rows(&reader.clone().with("cursorCreatedAt", cursor)).await, newest);
        }
    }
}

#[tokio::test]
async fn a_cursor_is_an_instant_in_any_notation() {
    let server = TestServer::start().await;
    let (mut socket, readers) = readers(&server).await;
    for reader in readers {
        let rows = socket.rows(&reader).await;
        let at = instants(&rows)[1];
        for cursor in NOTATIONS.map(|(offset, format)| written(at, offset, format)) {
            assert_eq!(
                socket.rows(&reader.clone().with("cursorCreatedAt", cursor.clone())).await,
                rows[2..],
                "{cursor}"
            );
        }
    }
}

#[tokio::test]
async fn digits_below_the_millisecond_count() {
    let server = TestServer::start().await;
    let (mut socket, readers) = readers(&server).await;
    for reader in readers {
        let rows = socket.rows(&reader).await;
        let at = instants(&rows)[1];
        for (cursor, expected) in [
            (written(at, 0, "%Y-%m-%dT%H:%M:%S%.3f1Z"), &rows[1..]),
            (written(at, 0, "%Y-%m-%dT%H:%M:%S%.3f000001"), &rows[1..]),
            (written(at - 1, 120, "%Y-%m-%dT%H:%M:%S%.3f999999%:z"), &rows[2..]),
        ] {
            assert_eq!(
                socket.rows(&reader.clone().with("cursorCreatedAt", cursor.clone())).await,
                expected,
                "{cursor}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_before_the_first_row_is_empty() {
    let server = TestServer::start().await;
    let (mut socket, readers) = readers(&server).await;
    for reader in readers {
        for cursor in ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.9999-12:00", "2016-12-31T23:59:60Z"] {
            assert_eq!(socket.rows(&reader.clone().with("cursorCreatedAt", cursor)).await, [json!(null); 0]);
        }
    }
}

#[tokio::test]
async fn the_last_instant_is_the_end_of_the_year_9999() {
    let server = TestServer::start().await;
    let (mut socket, readers) = readers(&server).await;
    for reader in readers {
        for cursor in ["9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:00"] {
            let rows = socket.rows(&reader.clone().with("cursorCreatedAt", cursor)).await;
            assert_eq!(rows, socket.rows(&reader).await, "{cursor}");
        }
        for cursor in ["9999-12-31T23:59:59-00:01", "+10000-01-01T00:00:00"] {
            let refusal = socket.may_not(&reader.clone().with("cursorCreatedAt", cursor)).await;
            assert!(refusal.contains("cursorCreatedAt") && refusal.contains("year 9999"), "{refusal}");
        }
    }
}

fn no_instants() -> Vec<Value> {
    vec![
        json!("yesterday"),
        json!(" "),
        json!("2026-13-01T00:00:00Z"),
        json!("2026-02-30T00:00:00Z"),
        json!("2026-01-01T25:00:00Z"),
        json!("' OR 1=1 --"),
        json!(1_700_000_000_000_i64),
        json!(true),
        json!(["2026-01-01T00:00:00Z"]),
        json!({}),
    ]
}

#[tokio::test]
async fn an_invalid_cursor_is_rejected_by_name() {
    let server = TestServer::start().await;
    let (mut socket, readers) = readers(&server).await;
    for reader in &readers {
        for cursor in no_instants() {
            let refusal = socket.may_not(&reader.clone().with("cursorCreatedAt", cursor)).await;
            assert!(refusal.contains("cursorCreatedAt"), "{refusal}");
        }
        assert!(!socket.rows(reader).await.is_empty());
    }
}

#[tokio::test]
async fn a_limit_is_the_maximum_number_of_rows() {
    let server = TestServer::start().await;
    let (mut socket, readers) = readers(&server).await;
    for reader in readers {
        let rows = socket.rows(&reader).await;
        let limits = [(json!(0), 0), (json!(1), 1), (json!(2), 2), (json!(3), 3)];
        for (limit, expected) in limits {
            assert_eq!(socket.rows(&reader.clone().with("limit", limit)).await, rows[..expected]);
        }
    }
}

#[tokio::test]
async fn limits_above_100_mean_100() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    let requests: Vec<_> =
        (0..101).flat_map(|_| [Request::message(&group, "hi"), Request::private(&bob.id, "hi")]).collect();
    socket.pipeline(&requests).await;
    for reader in [Request::history(&group), Request::dialog(&bob.id)] {
        for limit in [json!(100), json!(101), json!(1_000_000_000), json!(1e9), json!(u64::MAX)] {
            let rows = socket.rows(&reader.clone().with("limit", limit)).await;
            assert_eq!(rows.len(), 100);
        }
    }
}

#[tokio::test]
async fn an_invalid_limit_is_rejected_by_name() {
    let server = TestServer::start().await;
    let (mut socket, readers) = readers(&server).await;
    let nonsense =
        [json!(-1), json!(1.5), json!("10"), json!(null), json!(true), json!([1]), json!(i64::MIN), json!(-0.5)];
    for mut reader in readers {
        for limit in &nonsense {
            let refusal = socket.may_not(&reader.clone().with("limit", limit.clone())).await;
            assert!(refusal.contains("limit"), "{refusal}");
        }
        reader.params.as_object_mut().expect("params").remove("limit");
        let refusal = socket.may_not(&reader).await;
        assert!(refusal.contains("limit"), "{refusal}");
    }
}

#[tokio::test]
async fn every_fault_is_named_at_once() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let mut socket = ann.connect().await;
    for (kind, id) in [("getlatestMessageDialog", "receiverId"), ("getlatestMessageGroup", "groupId")] {
        let refusal = socket.refused(kind, json!({ id: "x", "limit": -1, "cursorCreatedAt": 7 })).await;
        for field in [id, "limit", "cursorCreatedAt"] {
            assert!(refusal.contains(field), "{refusal}");
        }
        let refusal = socket.refused(kind, json!({ "limit": 1 })).await;
        assert!(refusal.contains(id) && !refusal.contains("limit"), "{refusal}");
    }
}

#[tokio::test]
async fn a_dialog_without_messages_is_an_empty_page() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let mut socket = ann.connect().await;
    for companion in [&bob.id, &ann.id, &new_id()] {
        let answer = socket.does(&Request::dialog(companion)).await;
        assert_eq!(answer, json!({ "item": null, "data": [], "isBroadcast": false }));
    }
    assert_eq!(texts(&socket.rows(&Request::list()).await), [""; 0]);
}
