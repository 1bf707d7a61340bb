//! What requests read.

use serde_json::Value;

use crate::support::{Request, Socket, TestServer, User, dialog, group, hearths};

const PEOPLE: u64 = 2_000;
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
