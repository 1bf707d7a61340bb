//! What requests read.

use serde_json::Value;

use crate::support::{Request, Socket, TestServer, User, dialog, group, hearths};

const PEOPLE: u64 = 2_000;
const MANY_PEOPLE: i64 = 5_000;
/// Messages in the dialog of each of them: about a million in all.
const EACH: i64 = 200;
/// Messages of a long history: more than all requests of a test need.
const LONG: i64 = 100_000;
/// PostgreSQL keeps a statement's plan from the sixth time on.
const ROUNDS: [usize; 2] = [8, 20];

/// One of each kind of request that people make all the time. Returns how many messages it stores.
async fn work(socket: &mut Socket, chat: &Value, partner: &User) -> i64 {
    let message = socket.id_of(chat, "kettle's on").await;
    socket.write_to(partner, "tea?").await;
    for request in [
        Request::edit(chat, &message, "tea's ready"),
        Request::react(chat, &message, "👍"),
        Request::read(chat, 1),
        Request::changes(chat, 1, 0),
        Request::page(chat),
        Request::page(&dialog(partner)),
        Request::list(),
        Request::watch(&[partner]),
    ] {
        socket.does(&request).await;
    }
    2
}

#[tokio::test]
async fn requests_read_rows_by_key_although_the_database_was_small_when_they_were_planned() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = ann.create_group("tea", &[&bob]).await;
    let [mut anns] = hearths([&ann]).await;
    let mut messages = work(&mut anns, &group(&id), &bob).await;
    server.database.analyze().await;
    for _ in 0..ROUNDS[0] {
        messages += work(&mut anns, &group(&id), &bob).await;
    }
    server.database.add_unfolded_people(PEOPLE).await;
    for _ in 0..ROUNDS[1] {
        messages += work(&mut anns, &group(&id), &bob).await;
    }
    server.stop().await;
    let scanned = server.database.rows_scanned(messages).await;
    assert!(scanned < 2 * PEOPLE.cast_signed(), "{scanned} rows are not found by key");
}

#[tokio::test]
async fn requests_read_rows_by_key_in_a_large_database_with_and_without_statistics() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = ann.create_group("tea", &[&bob]).await;
    let mut messages = server.database.add_histories(MANY_PEOPLE, EACH).await;
    let before = server.database.rows_scanned(messages).await;
    for _ in 0..2 {
        let mut anns = ann.hearth().await;
        for _ in 0..ROUNDS[0] {
            messages += work(&mut anns, &group(&id), &bob).await;
        }
        server.database.analyze().await;
        server.restart().await;
    }
    server.stop().await;
    let scanned = server.database.rows_scanned(messages).await - before;
    // A server that has started reads all names once, for the search.
    assert!(scanned < 3 * MANY_PEOPLE, "{scanned} rows are not found by key");
}

#[tokio::test]
async fn a_page_reads_few_rows_for_a_person_with_many_chats() {
    let mut server = TestServer::start().await;
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    let id = group(&ann.create_group("tea", &[&bob]).await);
    let [mut anns] = hearths([&ann]).await;
    let message = anns.id_of(&id, "kettle's on").await;
    let long = server.database.lengthen_groups(LONG).await;
    let messages = long + server.database.add_histories(MANY_PEOPLE, 1).await;
    server.database.join_all(&ann).await;
    let before = server.database.rows_read(messages).await;
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    for _ in 0..ROUNDS[1] {
        for request in [
            Request::page(&id),
            Request::page(&id).with("afterSeq", 1),
            Request::page(&id).with("beforeSeq", long + 1),
            Request::page(&id).with("cursorCreatedAt", now.as_str()),
            Request::page(&dialog(&bob)),
            Request::changes(&id, long, 0),
            Request::edit(&id, &message, "tea's ready"),
            Request::typing(&id),
        ] {
            anns.does(&request).await;
        }
    }
    anns.writes(&id, "the end").await;
    server.stop().await;
    let read = server.database.rows_read(messages + 1).await - before;
    assert!(read < LONG, "{read} rows are read");
}
