//! The download: made while it is read, in bounded memory, by few at once; and what ends it.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{Archive, EXPORT};
use crate::support::{PATIENCE, Reply, Request, TestServer, User, dialog, with_user};

/// More than any buffer between the server and a client that reads nothing.
const MANY: usize = 400;

/// Writes many long messages to a user, which cannot be compressed much.
async fn write_much(writer: &User, reader: &User) {
    let requests: Vec<_> = (0..MANY).map(|_| Request::private(&reader.id, &noise())).collect();
    writer.connect().await.pipeline(&requests[..MANY / 2]).await;
    writer.connect().await.pipeline(&requests[MANY / 2..]).await;
}

/// A text of the greatest length, of random ideographs.
fn noise() -> String {
    let bytes: Vec<u8> = (0..512).flat_map(|_| uuid::Uuid::new_v4().into_bytes()).collect();
    let ideograph = |pair: &[u8]| char::from_u32(0x4e00 + u32::from(u16::from_le_bytes([pair[0], pair[1]])) % 0x5000);
    bytes.chunks(2).map(|pair| ideograph(pair).expect("an ideograph")).collect()
}

/// Ann, who has many messages, with a server and another person.
async fn start() -> (TestServer, User, User) {
    fill(TestServer::start().await).await
}

async fn fill(server: TestServer) -> (TestServer, User, User) {
    let [ann, bob] = server.people(["Ann", "Bob"]).await;
    write_much(&ann, &bob).await;
    (server, ann, bob)
}

/// Downloads by this link as soon as the server has room for it.
async fn when_there_is_room(user: &User, link: &str) -> Archive {
    let attempts = async {
        loop {
            let response = user.request(Method::GET, link).send().await.expect("the server answers");
            match response.status().as_u16() {
                200 => return Archive::of(&response.bytes().await.expect("a whole body")),
                503 => {}
                status => panic!("{status}: {:?}", response.text().await),
            }
        }
    };
    tokio::time::timeout(PATIENCE, attempts).await.expect("there is room in time")
}

async fn is_refused(reply: Reply, reason: &str) {
    assert!(reply.headers.contains_key("retry-after"), "{reply:?}");
    assert_eq!(reply.body["code"], "unavailable");
    let message = reply.refused(503);
    assert!(message.contains(reason), "{message}");
}

#[tokio::test]
async fn a_message_is_read_from_the_database_only_when_the_client_is_about_to_read_it() {
    let (_server, ann, bob) = start().await;
    let mut socket = ann.hearth().await;
    let last = socket.id_of(&dialog(&bob), "the last one").await;
    let export = ann.begin_export().await;
    // The client reads nothing: an archive in memory would have the text as it is now.
    socket.does(&Request::edit(&dialog(&bob), &last, "edited meanwhile")).await;
    let archive = Archive::of(&export.bytes().await.expect("a whole body"));
    let texts = archive.texts(&with_user(&bob));
    assert_eq!((texts.len(), &*texts[MANY]), (MANY + 1, "edited meanwhile"));
}

#[tokio::test]
async fn four_people_export_at_once_and_clients_that_read_nothing_delay_nobody() {
    let (server, ann, bob) = fill(TestServer::start_alone().await).await;
    let [cy, dan, eve] = server.people(["Cy", "Dan", "Eve"]).await;
    write_much(&cy, &dan).await;
    let link = eve.export_link().await;
    // As many as the test's database has connections.
    let mut stalled = join_all([&ann, &bob, &cy, &dan].map(User::begin_export)).await;
    is_refused(eve.get(&link).await, "Other people are exporting").await;
    is_refused(eve.post(EXPORT, json!({})).await, "Other people are exporting").await;
    eve.write_to(&ann, "hello").await;
    assert_eq!(ann.texts_with(&eve).await, ["hello"]);
    // The refused link is unused, and works when a client has gone.
    stalled.pop();
    let archive = when_there_is_room(&eve, &link).await;
    assert_eq!(archive.texts(&with_user(&ann)), ["hello"]);
}

#[tokio::test]
async fn a_person_has_one_export_at_once() {
    let (_server, ann, _) = start().await;
    let link = ann.export_link().await;
    let running = ann.begin_download(&link).await;
    is_refused(ann.post(EXPORT, json!({})).await, "Another export of your data is running").await;
    Archive::of(&running.bytes().await.expect("a whole body"));
    let again = async { while ann.post(EXPORT, json!({})).await.status != 201 {} };
    tokio::time::timeout(PATIENCE, again).await.expect("the place is free in time");
}

#[tokio::test]
async fn a_download_ends_with_its_session_and_is_not_taken_for_complete() {
    let (_server, ann, bob) = start().await;
    let (anns, bobs) = (ann.begin_export().await, bob.begin_export().await);
    ann.post("/api/auth/logout", json!({})).await.expect(200);
    bob.delete("/api/profile/destroy").await.expect(200);
    for export in [anns, bobs] {
        export.bytes().await.expect_err("the body is cut off");
    }
}

#[tokio::test]
async fn a_server_stops_while_an_export_is_running() {
    let (mut server, ann, _) = start().await;
    let export = ann.begin_export().await;
    tokio::time::timeout(PATIENCE, server.stop()).await.expect("it does not wait for the client");
    export.bytes().await.expect_err("the body is cut off");
}
