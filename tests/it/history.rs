//! Paging through histories: nothing is skipped or repeated, at any depth.

use serde_json::{Value, json};

use crate::support::{Request, TestServer, User, column, grows, instants, texts};

fn messages(group: &str, numbers: std::ops::Range<usize>) -> Vec<Request> {
    numbers.map(|number| Request::message(group, &format!("number {number}"))).collect()
}

fn numbers_down(from: usize, to: usize) -> Vec<String> {
    (to..=from).rev().map(|number| format!("number {number}")).collect()
}

#[tokio::test]
async fn following_the_last_row_reads_a_whole_group_at_any_limit() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    socket.pipeline(&messages(&group, 0..150)).await;
    let mut expected = numbers_down(149, 0);
    expected.push("a new group".to_owned());
    for limit in [1, 7, 50, 100, 1000] {
        assert_eq!(texts(&socket.all(&Request::history(&group), limit).await), expected, "limit {limit}");
    }
}

#[tokio::test]
async fn following_the_last_row_reads_a_whole_dialog_at_any_limit() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let (mut anns, mut bobs) = (ann.connect().await, bob.connect().await);
    let said = |to: &User, from: usize| {
        (from..from + 20).map(|number| Request::private(&to.id, &format!("number {number}"))).collect::<Vec<_>>()
    };
    anns.pipeline(&said(&bob, 0)).await;
    bobs.pipeline(&said(&ann, 20)).await;
    anns.pipeline(&said(&bob, 40)).await;
    for limit in [1, 7, 59, 60, 100] {
        for (socket, companion) in [(&mut anns, &bob), (&mut bobs, &ann)] {
            let rows = socket.all(&Request::dialog(&companion.id), limit).await;
            assert_eq!(texts(&rows), numbers_down(59, 0), "limit {limit}");
        }
    }
}

#[tokio::test]
async fn instants_grow_strictly_even_in_a_burst() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[&bob]).await;
    let mut bobs = bob.connect().await;
    ann.connect().await.pipeline(&messages(&group, 0..300)).await;
    let mut heard = Vec::new();
    for _ in 0..300 {
        heard.push(bobs.hears("messageInGroup").await);
    }
    assert!(grows(&instants(&heard)));
    let mut rows = bobs.all(&Request::history(&group), 9).await;
    rows.truncate(300);
    rows.reverse();
    assert_eq!((column(&rows, "messageId"), instants(&rows)), (column(&heard, "messageId"), instants(&heard)));
}

#[tokio::test]
async fn instants_grow_across_everything_that_stores_a_row() {
    let server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    let mut requests = Vec::new();
    for _ in 0..10 {
        requests.push(Request::message(&group, "one"));
        requests.push(Request::add(&group, &bob.id));
        requests.push(Request::message(&group, "two"));
        requests.push(Request::remove(&group, &bob.id));
    }
    let answers = socket.pipeline(&requests).await;
    let mut rows = socket.all(&Request::history(&group), 3).await;
    rows.reverse();
    assert_eq!(rows.len(), 41);
    assert!(grows(&instants(&rows)));
    for (answer, row) in answers.iter().zip(&rows[1..]).filter(|(answer, _)| !answer["params"]["item"].is_null()) {
        assert_eq!(answer["params"]["item"]["createdAt"], row["createdAt"]);
    }
}

#[tokio::test]
async fn new_messages_do_not_shift_the_pages() {
    let server = TestServer::start().await;
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let mut socket = ann.connect().await;
    socket.pipeline(&messages(&group, 0..20)).await;
    let (mut reader, mut read) = (Request::history(&group).with("limit", 3), Vec::new());
    loop {
        let page = socket.rows(&reader).await;
        let Some(last) = page.last() else { break };
        reader = reader.with("cursorCreatedAt", last["createdAt"].clone());
        read.extend(texts(&page));
        socket.pipeline(&messages(&group, 20..25)).await;
    }
    let mut expected = numbers_down(19, 0);
    expected.push("a new group".to_owned());
    assert_eq!(read, expected);
}

/// A group of 100,000 messages, and a reader of it.
async fn long_history(server: &TestServer) -> (User, String, i64) {
    let [ann] = server.people(["Ann"]).await;
    let group = ann.create_group("tea", &[]).await;
    let first = instants(&ann.connect().await.rows(&Request::history(&group)).await)[0];
    server.database.fill_group("tea", &ann, 100_000).await;
    (ann, group, first)
}

fn cursor(millis: i64) -> Value {
    let time = chrono::DateTime::from_timestamp_millis(millis).expect("a time");
    json!(time.to_rfc3339())
}

#[tokio::test]
async fn a_long_history_is_read_from_any_instant() {
    let server = TestServer::start().await;
    let (ann, group, first) = long_history(&server).await;
    let mut socket = ann.connect().await;
    for depth in [100_001, 100_000, 99_999, 65_537, 65_536, 65_535, 50_000, 4_097, 1_000, 101] {
        let instant = first + 5 * i64::try_from(depth).expect("a small number");
        for at in [instant, instant - 1, instant - 4] {
            let page = socket.rows(&Request::history(&group).with("cursorCreatedAt", cursor(at))).await;
            assert_eq!(texts(&page), numbers_down(depth - 1, depth - 100));
        }
    }
    for at in [first, first - 1] {
        assert_eq!(socket.rows(&Request::history(&group).with("cursorCreatedAt", cursor(at))).await, [json!(null); 0]);
    }
    let oldest = Request::history(&group).with("cursorCreatedAt", cursor(first + 1));
    assert_eq!(texts(&socket.rows(&oldest).await), ["a new group"]);
}

#[tokio::test]
async fn gaps_in_a_long_history_are_stepped_over() {
    let server = TestServer::start().await;
    let (ann, group, first) = long_history(&server).await;
    let kept = |number: &i64| number % 3 != 0 && !(20_000..70_000).contains(number);
    // The notice has seq 1, so `number n` has seq n + 1.
    server
        .database
        .run("DELETE FROM messages WHERE seq > 1 AND ((seq - 1) % 3 = 0 OR seq - 1 BETWEEN 20000 AND 69999)")
        .await;
    let mut socket = ann.connect().await;
    for depth in [100_001, 99_999, 99_998, 70_002, 70_000, 69_999, 50_000, 20_000, 19_999, 3_000, 700] {
        let reader = Request::history(&group).with("cursorCreatedAt", cursor(first + 5 * depth));
        let expected: Vec<_> =
            (1..depth).rev().filter(kept).take(100).map(|number| format!("number {number}")).collect();
        assert_eq!(texts(&socket.rows(&reader).await), expected, "before number {depth}");
    }
    server.database.run("DELETE FROM messages WHERE seq BETWEEN 100 AND 99900").await;
    let rest = texts(&socket.all(&Request::history(&group), 10).await);
    let numbers = (1..=98).chain(99_900..=100_000).rev().filter(kept);
    let mut expected: Vec<_> = numbers.map(|number| format!("number {number}")).collect();
    expected.push("a new group".to_owned());
    assert_eq!(rest, expected);
}

#[tokio::test]
async fn writing_works_after_a_long_history() {
    let server = TestServer::start().await;
    let (ann, group, first) = long_history(&server).await;
    let mut socket = ann.connect().await;
    socket.write_in(&group, "last").await;
    let page = socket.rows(&Request::history(&group).with("limit", 2)).await;
    assert_eq!(texts(&page), ["last", "number 100000"]);
    // The clock is behind the stored messages: the new one gets the next millisecond.
    assert_eq!(instants(&page), [first + 500_001, first + 500_000]);
}
